"""The oracle's own words: documents that count, single units of quantity, and what waits. Nothing here is clever."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Protocol

from o2c.schemas.documents import Document, OrderLine

CHAIN = ("order", "allocation", "pick", "shipment", "pod")
STALL_OF = {
    "allocation": "STALLED_ALLOCATION",
    "pick": "STALLED_PICK",
    "shipment": "STALLED_SHIPMENT",
    "pod": "MISSING_POD",
    "invoice": "SHIPPED_NOT_INVOICED",
    "payment": "PAST_DUE",
}
STALLS = (
    "STALLED_RELEASE",
    *STALL_OF.values(),
    "UNCREDITED_RETURN",
    "UNAPPLIED_CASH",
    "UNRESOLVED_DISPUTE",
)

DocumentKey = tuple[str, str, str]
"""(scope, type, document_id)"""

LineName = tuple[str, str]
"""How a line is called: ("line", its number), ("sku", its sku) and so on."""

Progress = Callable[[str], int | None]
"""Up to when a feed has been read, in UTC microseconds; None where a declared feed was never seen."""


class Calendar(Protocol):
    """What the oracle asks of business time."""

    def add(self, start_us: int, duration_us: int) -> int: ...
    def elapsed(self, start_us: int, end_us: int) -> int: ...
    def day_of(self, time_us: int) -> int: ...


class Escalation(Protocol):
    """A level of escalation: how long past the end of an exception's own time it comes."""

    @property
    def after_us(self) -> int: ...


class Rule(Protocol):
    """What the oracle reads of a policy's rule for one reason code."""

    @property
    def enabled(self) -> bool: ...
    @property
    def tolerance_us(self) -> int: ...
    @property
    def owner(self) -> str: ...
    @property
    def sla_us(self) -> int | None: ...
    @property
    def escalation(self) -> Sequence[Escalation]: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def percent(self) -> int | None: ...
    @property
    def absolute_amount(self) -> int | None: ...
    @property
    def absolute_quantity(self) -> int | None: ...
    @property
    def after_eta_us(self) -> int | None: ...
    @property
    def before_respond_by_us(self) -> int | None: ...
    def severity_at(self, since: int, clock: int, amount: int | None, currency: str | None) -> str: ...


class Rules(Protocol):
    """What the oracle reads of the rules for one waiting unit."""

    @property
    def milestones(self) -> tuple[str, ...]: ...
    @property
    def lead_us(self) -> int: ...
    @property
    def settle_us(self) -> int: ...
    @property
    def codes(self) -> Mapping[str, Rule]: ...


class Policy(Protocol):
    """What the oracle reads of a policy."""

    def rules(
        self,
        customer: str | None,
        warehouse: str | None,
        carrier: str | None,
        channel: str | None,
        fulfilment: str | None,
    ) -> Rules: ...
    def feed_of(self, document_type: str, warehouse: str | None) -> str: ...
    def grace_us(self, feed: str) -> int: ...


@dataclass(frozen=True)
class Known:
    """A document in its winning revision, with the business time at which it took effect.

    `void_at`: when a later document took it back. `conflict`: its winning revision came with two contents, by then.
    """

    document: Document
    business_at: int
    void_at: int | None = None
    conflict: bool = False

    @property
    def key(self) -> DocumentKey:
        """(scope, type, document_id)."""
        return (self.document.scope, self.document.type, self.document.document_id)

    @property
    def place(self) -> tuple[int, str, str]:
        """Documents of a type are taken in this order."""
        return (self.business_at, self.document.scope, self.document.document_id)

    @property
    def label(self) -> str:
        """How exceptions name a document."""
        scope, kind, document_id = self.key
        return f"{scope}/{kind}/{document_id}" if scope else f"{kind}/{document_id}"

    def named(self, kind: str) -> tuple[str, ...]:
        """The documents of a kind that this one refers to as a whole."""
        return tuple(number for name, numbers in self.document.refs if name == kind for number in numbers)


@dataclass(frozen=True)
class Unit:
    """One grain of quantity that reached a milestone, and the document that says so."""

    at: int
    source: Known
    requested_ship_at: int | None = None
    promised_at: int | None = None
    package: str | None = None

    @property
    def place(self) -> tuple[int, str, str]:
        """First in, first out."""
        return (self.at, self.source.document.scope, self.source.document.document_id)


@dataclass(frozen=True)
class Gone:
    """Grains that had reached a milestone by a document that was taken back."""

    at: int
    lost_at: int
    grains: int


@dataclass
class Ledger:
    """One line: what was ordered, and every single unit that reached each milestone by its own documents."""

    name: LineName
    line: str | None
    sku: str | None
    ordered_by: list[tuple[Known, OrderLine]] = field(default_factory=list)
    own: dict[str, list[Unit]] = field(
        default_factory=lambda: {milestone: [] for milestone in (*CHAIN, "invoice", "return")}
    )
    gone: dict[str, list[Gone]] = field(default_factory=lambda: {milestone: [] for milestone in (*CHAIN, "invoice")})
    kits: dict[str, list[Unit]] = field(default_factory=dict)
    lowered: list[Unit] = field(default_factory=list)
    credited_lines: int = 0
    credited_back: int = 0
    backordered: list[Unit] = field(default_factory=list)
    substitutes: dict[str, int] = field(default_factory=dict)
    components: list[tuple["Ledger", Fraction]] = field(default_factory=list)
    parent: "Ledger | None" = None
    called: tuple[int, tuple[int, str, str], int] | None = None

    @property
    def place(self) -> tuple[int, int, str]:
        """Lines by number, then by text, then those of units that nobody can convert."""
        kind, text = self.name
        if " in " in kind:
            return (2, 0, text)
        return (0, int(text), "") if text.isdigit() else (1, 0, text)

    @property
    def invoiced(self) -> int:
        """Grains invoiced, less those of negative invoice lines and of credit memos that lower them."""
        return max(0, len(self.own["invoice"]) - len(self.lowered))

    @property
    def returned(self) -> int:
        """Grains that came back."""
        return len(self.own["return"])

    @property
    def free(self) -> bool:
        """Whether nobody pays for the line."""
        return bool(self.ordered_by) and self.ordered_by[0][1].free

    def effective(self, milestone: str) -> list[Unit]:
        """Unit by unit, when it reached the milestone at the latest: by its own document or by a later milestone's."""
        mine = sorted(self.own[milestone], key=lambda unit: unit.place)
        if milestone in self.kits:
            mine = _sooner(mine, self.kits[milestone])
        if milestone in ("pod", "invoice"):
            return mine
        later = self.effective(CHAIN[CHAIN.index(milestone) + 1])
        return _sooner(mine, later[: len(mine)] if milestone == "order" else later)

    def reached(self, milestone: str) -> int:
        """How many grains reached the milestone."""
        return self.invoiced if milestone == "invoice" else len(self.effective(milestone))


def _sooner(mine: list[Unit], others: list[Unit]) -> list[Unit]:
    """Unit by unit, whichever of two ways to reach a milestone was the sooner."""
    reached = []
    for position in range(max(len(mine), len(others))):
        if position >= len(mine):
            reached.append(others[position])
        elif position < len(others) and others[position].at < mine[position].at:
            reached.append(replace(mine[position], at=others[position].at))
        else:
            reached.append(mine[position])
    return reached


@dataclass(frozen=True)
class Subject:
    """What an exception is about."""

    scope: str
    type: str
    document_id: str


@dataclass(frozen=True)
class Wait:
    """One grain (or one document's money, or one hold) that waits for a milestone."""

    code: str
    subject: Subject
    milestone: str
    start: int | None
    deadline: int | None
    feed: str
    quantity: int
    rule: Rule
    ledger: Ledger | None
    documents: tuple[str, ...]
    money: int | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Finding:
    """What is wrong at once: since when, and worth how much.

    `awaits`: the feed that could refute it, for a code that waits for it until `opens_at`. `recorded`: a fact only.
    """

    code: str
    subject: Subject
    since: int
    amount: int | None
    currency: str | None
    rule: Rule
    opens_at: int
    awaits: str | None = None
    recorded: bool = False


@dataclass(frozen=True)
class Condition:
    """What holds or will hold of one code about one subject.

    `units`: (clock start, deadline or None, feed or None, quantity). `since`: of what is past its deadline; `amount`:
    of all that waits. Both None while nothing is past its deadline, the amount also without a price. `graced`: whether
    the feed's grace counts too. `recorded`: a fact, never open.
    """

    code: str
    subject: Subject
    exception_id: str
    units: tuple[tuple[int, int | None, str | None, int], ...]
    holding: bool
    since: int | None
    amount: int | None
    currency: str | None
    severity: str
    owner: str
    documents: tuple[str, ...]
    graced: bool = True
    recorded: bool = False
