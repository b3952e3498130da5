"""The oracle's own words: documents that count, single units of quantity, and what waits. Nothing here is clever."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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

DocumentKey = tuple[str, str, str]
"""(scope, type, document_id)"""

Progress = Callable[[str], int | None]
"""Up to when a feed has been read, in UTC microseconds; None where a declared feed was never seen."""


class StallRule(Protocol):
    """What the oracle reads of a policy's rule for one stall."""

    @property
    def enabled(self) -> bool: ...
    @property
    def tolerance_us(self) -> int: ...
    @property
    def severity(self) -> str: ...
    @property
    def owner(self) -> str: ...


class Rules(Protocol):
    """What the oracle reads of the rules for one waiting unit."""

    @property
    def milestones(self) -> tuple[str, ...]: ...
    @property
    def lead_us(self) -> int: ...
    @property
    def codes(self) -> Mapping[str, StallRule]: ...


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
    """A document in its winning revision, with the business time at which it took effect."""

    document: Document
    business_at: int

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


@dataclass(frozen=True)
class Unit:
    """One grain of quantity that reached a milestone, and the document that says so."""

    at: int
    source: Known
    requested_ship_at: int | None = None

    @property
    def place(self) -> tuple[int, str, str]:
        """First in, first out."""
        return (self.at, self.source.document.scope, self.source.document.document_id)


@dataclass
class Ledger:
    """One line: what was ordered, and every single unit that reached each milestone by its own documents."""

    name: tuple[str, str]
    line: str | None
    sku: str | None
    ordered_by: list[tuple[Known, OrderLine]] = field(default_factory=list)
    own: dict[str, list[Unit]] = field(default_factory=lambda: {milestone: [] for milestone in (*CHAIN, "invoice")})
    taken_back: int = 0
    called: tuple[int, tuple[int, str, str], int] | None = None

    @property
    def place(self) -> tuple[int, int, str]:
        """Lines by number, then by text."""
        text = self.name[1]
        return (0, int(text), "") if text.isdigit() else (1, 0, text)

    @property
    def invoiced(self) -> int:
        """Grains invoiced, less those of negative invoice lines."""
        return len(self.own["invoice"]) - self.taken_back

    def effective(self, milestone: str) -> list[Unit]:
        """Unit by unit, when it reached the milestone at the latest: by its own document or by a later milestone's."""
        mine = sorted(self.own[milestone], key=lambda unit: unit.place)
        if milestone == "pod":
            return mine
        later = self.effective(CHAIN[CHAIN.index(milestone) + 1])
        reached = []
        for position in range(max(len(mine), len(later))):
            if position >= len(mine):
                if milestone != "order":
                    reached.append(later[position])
            elif position < len(later) and later[position].at < mine[position].at:
                reached.append(Unit(later[position].at, mine[position].source, mine[position].requested_ship_at))
            else:
                reached.append(mine[position])
        return reached

    def reached(self, milestone: str) -> int:
        """How many grains reached the milestone."""
        return self.invoiced if milestone == "invoice" else len(self.effective(milestone))


@dataclass(frozen=True)
class Subject:
    """What a stall is about."""

    scope: str
    type: str
    document_id: str


@dataclass(frozen=True)
class Wait:
    """One grain (or one invoice's money, or one hold) that waits for a milestone."""

    code: str
    subject: Subject
    milestone: str
    start: int | None
    deadline: int | None
    feed: str
    quantity: int
    rule: StallRule
    ledger: Ledger | None
    documents: tuple[str, ...]
    money: int | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Condition:
    """A stall that holds or will hold: what waits for one milestone about one subject.

    `units`: (clock start, deadline or None, feed, quantity). `since`: of what is past its deadline; `amount`: of all
    that waits. Both None while nothing is past its deadline, the amount also without a price.
    """

    code: str
    subject: Subject
    exception_id: str
    units: tuple[tuple[int, int | None, str, int], ...]
    holding: bool
    since: int | None
    amount: int | None
    currency: str | None
    severity: str
    owner: str
    documents: tuple[str, ...]
