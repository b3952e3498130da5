"""The life of one order as planned: what happens when, before any system speaks of it.

Times are whole seconds since 1970, quantities quarter units, amounts 10^-4 of the currency's unit.
"""

from dataclasses import dataclass, field

from o2c.simulator.world import DROP_SHIP, QUARTERS, Carrier, Customer, Product, Warehouse

Content = tuple[tuple[int, int], ...]
"""(index of the order line, quantity) of what moves or is billed together."""


@dataclass(slots=True)
class OrderedLine:
    """A line as the customer finally wants it; `first_quantity` is what the first revision said."""

    number: int
    product: Product
    quantity: int
    first_quantity: int
    warehouse: Warehouse
    cancelled: int = 0
    free: bool = False

    @property
    def wanted(self) -> int:
        """What is ordered in the end."""
        return self.quantity - self.cancelled

    @property
    def price(self) -> int:
        """Net price of a unit."""
        return 0 if self.free else self.product.price


@dataclass(slots=True)
class Parcel:
    """What moves together through one warehouse. `reserved` was allocated, `content` was picked and shipped."""

    number: int
    warehouse: Warehouse
    carrier: Carrier
    reserved: Content
    content: Content
    reached: dict[str, int] = field(default_factory=dict)
    final: bool = False


@dataclass(slots=True)
class Hold:
    """A hold that keeps the order from `before` (a milestone); `released_at` None: never."""

    kind: str
    before: str
    placed_at: int
    released_at: int | None


@dataclass(slots=True)
class Invoice:
    """An invoice over (a part of) a parcel."""

    number: int
    parcel: Parcel
    content: Content
    issued_at: int
    net_days: int
    net: int
    freight: int
    tax: int

    @property
    def total(self) -> int:
        """Gross."""
        return self.net + self.freight + self.tax

    @property
    def due_at(self) -> int:
        """When it is to be paid."""
        return self.issued_at + self.net_days * 86_400


@dataclass(slots=True)
class Application:
    """What a payment settles of an invoice."""

    invoice: Invoice
    amount: int
    discount: int = 0
    deduction: int = 0

    @property
    def settled(self) -> int:
        """All that leaves the invoice's balance."""
        return self.amount + self.discount + self.deduction


@dataclass(slots=True)
class Payment:
    """Money received; `excess` is what it applies to nothing."""

    number: int
    received_at: int
    applications: list[Application]
    excess: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A stall that is put into an order. `lasting`: nobody ever resolves it."""

    code: str
    lasting: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What the processor must find: one exception, its clock, and when (None: never) it is cleared."""

    code: str
    subject: tuple[str, str, str]
    since: int
    deadline: int
    cleared_at: int | None
    amount: int


@dataclass(slots=True)
class Plan:
    """One order's whole life."""

    number: int
    customer: Customer
    channel: str
    explicit: bool
    ordered_at: int
    fault: Fault | None
    lines: list[OrderedLine]
    requested_at: int | None = None
    revised_at: int | None = None
    cancelled: bool = False
    freight: int = 0
    parcels: list[Parcel] = field(default_factory=list)
    hold: Hold | None = None
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def scope(self) -> str:
        """The number range of all documents of the order."""
        return self.customer.company.scope

    @property
    def order_id(self) -> str:
        """The order document's number."""
        return f"SO-{self.number:07d}"

    @property
    def correlation_id(self) -> str:
        """The order's process-wide ID: its own where the systems pass one on, else what the order's number makes."""
        if self.explicit:
            return f"OTC-{self.number:07d}"
        return f"{self.scope}/{self.order_id}" if self.scope else self.order_id

    @property
    def path(self) -> tuple[str, ...]:
        """The milestones of goods that this order's systems report, behind the order itself."""
        return ("shipment", "pod") if self.channel == DROP_SHIP else ("allocation", "pick", "shipment", "pod")

    def document_id(self, document_type: str, number: int) -> str:
        """The number of the order's `number`-th document of a type."""
        return f"{document_type.upper()}-{self.number:07d}-{number}"

    def value(self, content: Content) -> int:
        """What `content` is worth at the order's net prices."""
        return sum(quantity * self.lines[index].price for index, quantity in content) // QUARTERS

    def wanted(self) -> Content:
        """All that is ordered in the end."""
        return tuple((index, line.wanted) for index, line in enumerate(self.lines) if line.wanted)

    def fault_is(self, code: str) -> bool:
        """Whether this is the order's fault."""
        return self.fault is not None and self.fault.code == code
