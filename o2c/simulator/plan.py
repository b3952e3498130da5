"""The life of one order as planned: what happens when, before any system speaks of it.

Times are whole seconds since 1970, quantities quarter units, amounts 10^-4 of the currency's unit.
"""

from dataclasses import dataclass, field
from typing import Any

from o2c.simulator.world import CENT, DROP_SHIP, QUARTERS, Carrier, Customer, Product, Warehouse

Content = tuple[tuple[int, int], ...]
"""(index of the order line, quantity) of what moves or is billed together."""


@dataclass(slots=True)
class OrderedLine:
    """A line as the customer finally wants it; `first_quantity` is what the first revision said.

    `agreed`: what the order was changed to once something else had shipped. `requested_at`: when it is wanted, where
    that differs from the order. `components`: (sku, how many of it one unit takes) of a kit. `in_pairs`: the warehouse
    counts it by twos. `substitute`: the sku that ships in its place.
    """

    number: int
    product: Product
    quantity: int
    first_quantity: int
    warehouse: Warehouse
    cancelled: int = 0
    free: bool = False
    agreed: int | None = None
    requested_at: int | None = None
    components: tuple[tuple[str, int], ...] = ()
    in_pairs: bool = False
    substitute: str | None = None

    @property
    def wanted(self) -> int:
        """What is ordered in the end."""
        return self.quantity - self.cancelled if self.agreed is None else self.agreed

    @property
    def is_simple(self) -> bool:
        """Whether it costs something and is no kit."""
        return not (self.free or self.components)

    @property
    def price(self) -> int:
        """Net price of a unit."""
        return 0 if self.free else self.product.price


@dataclass(slots=True)
class Parcel:
    """What moves together through one warehouse. `reserved` was allocated and picked, `content` was shipped.

    `missing`, `damaged`: what of it did not arrive, or not whole. `expected_at`: the carrier's own estimate. `told`:
    the carrier tells of it on its way.
    """

    number: int
    warehouse: Warehouse
    carrier: Carrier
    reserved: Content
    content: Content
    reached: dict[str, int] = field(default_factory=dict)
    final: bool = False
    missing: Content = ()
    damaged: Content = ()
    expected_at: int | None = None
    told: bool = False


@dataclass(slots=True)
class Stop:
    """What keeps the order from `before` (a milestone): a hold of a `kind`, missing stock, a delivery that fails.

    `released_at` None: never. `ends_wait`: what it kept waiting happens at its end, else some time after it.
    """

    kind: str
    before: str
    placed_at: int = 0
    released_at: int | None = None
    ends_wait: bool = False


@dataclass(slots=True)
class Invoice:
    """An invoice over (a part of) a parcel.

    `overcharge` is what its first line bills beyond the order's price, `misprint` what its total says beyond its parts
    until `corrected_at` (None: for good). `discount_percent`: what who pays in time may keep; `instalment_percent`: the
    first of two instalments. `credited`: what credit memos take off it before it is paid.
    """

    number: int
    parcel: Parcel
    content: Content
    issued_at: int
    net_days: int
    net: int
    freight: int
    tax: int
    overcharge: int = 0
    misprint: int = 0
    corrected_at: int | None = None
    discount_percent: int = 0
    instalment_percent: int = 0
    credited: int = 0

    @property
    def parts(self) -> int:
        """What its parts come to."""
        return self.net + self.overcharge + self.freight + self.tax

    @property
    def total(self) -> int:
        """Gross, as it is said in the end."""
        return self.parts + (self.misprint if self.corrected_at is None else 0)

    @property
    def payable(self) -> int:
        """What the customer is asked for."""
        return self.total - self.credited

    @property
    def first_instalment(self) -> int:
        """What is due first, in whole cents, half-even; the whole total where there are no instalments."""
        if not self.instalment_percent:
            return self.total
        whole, rest = divmod(self.total * self.instalment_percent, 100 * CENT)
        return (whole + (rest > 50 * CENT or (rest == 50 * CENT and whole % 2 == 1))) * CENT

    @property
    def first_due_at(self) -> int:
        """When the first instalment is to be paid, or all of it where there are none."""
        return self.issued_at + (self.net_days + 1) // 2 * 86_400 if self.instalment_percent else self.due_at

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
    reason: str = "01"

    @property
    def settled(self) -> int:
        """All that leaves the invoice's balance."""
        return self.amount + self.discount + self.deduction


@dataclass(slots=True)
class Payment:
    """Money received; `excess` is what it applies to nothing.

    `advised`: what it is for is said by a remittance of its own.
    """

    number: int
    received_at: int
    applications: list[Application]
    excess: int = 0
    advised: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What is put into an order. `lasting`: nobody ever resolves it."""

    code: str
    lasting: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What the processor must find: one exception, its clock, and when (None: never) it is cleared.

    `deadline` is when it opens. `settles`: that is policy's `settle` after `since`. `recorded`: it is a fact that
    nothing clears. `amount` None: it has none. `currency` None: the order's.
    """

    code: str
    subject: tuple[str, str, str]
    since: int
    deadline: int
    cleared_at: int | None
    amount: int | None
    settles: bool = False
    recorded: bool = False
    currency: str | None = None


@dataclass(slots=True)
class Paper:
    """A document beside those of the order's ordinary course: what is said of it when, revision by revision.

    `business_at` is its own time.
    """

    document: tuple[str, str]
    source: str
    business_at: int
    says: list[tuple[int, dict[str, Any]]]
    refs: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Adjustments:
    """What the order's further documents make of its money and its goods, beside what its payments say."""

    credited: int = 0
    written_off: int = 0
    discounted: int = 0
    deducted: int = 0
    paid: int = 0
    overpaid: int = 0
    unapplied: int = 0
    returned: int = 0
    invoiced: int = 0
    """In quarter units, as `returned` is; the others are amounts."""


@dataclass(slots=True)
class Plan:
    """One order's whole life.

    `is_plain`: it moves, is billed (for what has shipped) and paid as a whole. `promised_at`: for when the customer was
    promised the goods. `restated_at`: when the order is said again as it was at first. `agreed_at`: when it was changed
    to what had shipped. `billed_at`: when it is invoiced, where that is before it moves. `pay_from`: nobody pays
    before. `pause_at`: a moment at which nothing runs but its fault. `unknown`: the order itself is never heard of.
    """

    number: int
    customer: Customer
    channel: str
    explicit: bool
    ordered_at: int
    fault: Fault | None
    lines: list[OrderedLine]
    is_plain: bool = False
    requested_at: int | None = None
    revised_at: int | None = None
    cancelled: bool = False
    freight: int = 0
    parcels: list[Parcel] = field(default_factory=list)
    stop: Stop | None = None
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    adjustments: Adjustments = field(default_factory=Adjustments)
    promised_at: int = 0
    agreed_at: int | None = None
    billed_at: int | None = None
    pay_from: int = 0
    pause_at: int | None = None
    restated_at: int | None = None
    unknown: bool = False

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
    def billing(self) -> str:
        """Whether invoices follow the shipment or the delivery."""
        return "shipment" if self.is_plain else self.customer.billing

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

    @property
    def worth(self) -> int:
        """The order's net value with its charges."""
        return self.value(self.wanted()) + self.freight

    @property
    def subject(self) -> tuple[str, str, str]:
        """What an exception about the order as a whole is about."""
        return ("", "order", self.correlation_id)

    @property
    def ends_at(self) -> int:
        """The last that is planned so far."""
        times = [self.ordered_at, self.revised_at or 0]
        times += [at for parcel in self.parcels for at in parcel.reached.values()]
        times += [invoice.issued_at for invoice in self.invoices]
        times += [payment.received_at for payment in self.payments]
        return max(times)

    def fault_is(self, code: str) -> bool:
        """Whether this is the order's fault."""
        return self.fault is not None and self.fault.code == code
