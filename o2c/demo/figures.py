"""What the view shows: plain values, put together from what the job publishes. Times are UTC microseconds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Money = Mapping[str, Decimal]
"""Amount by currency."""


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """The exceptions of a reason code: how many are open, what is at risk in them, how many are over.

    `escalated`: how many of the open ones have gone to the next level. `severity`: the worst of the open ones.
    """

    code: str
    open: int
    cleared: int
    at_risk: Money
    owner: str
    escalated: int = 0
    severity: str = "info"


@dataclass(frozen=True, slots=True)
class OwnerFigures:
    """What a team has to see to: how many exceptions, how many of them are escalated, what is at risk in them."""

    owner: str
    open: int
    escalated: int
    at_risk: Money


@dataclass(frozen=True, slots=True)
class BillingFigures:
    """Orders of which something can be invoiced now, and those of which all is blocked; what blocks how many."""

    ready: int = 0
    ready_amount: Money = field(default_factory=dict)
    blocked: int = 0
    blocked_amount: Money = field(default_factory=dict)
    blocked_by: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedFigures:
    """A feed: how far its reading lags, how long ago it was heard (seconds), whether it is silent.

    `judged`: whether it is held to speak. `held_back`, `held_amount`: the stalls that its silence holds back.
    """

    name: str
    lag_s: int
    heard_s: int
    silent: bool
    judged: bool
    held_back: int = 0
    held_amount: Money = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """A moment of the demo.

    `stages`: number of orders by (fulfilment, financial) stage. `health`: number of orders by health. `dead_letters`:
    by error code. `exposure`: what is unsettled, by bucket. `followed`: an order's status as Redis has it, `exceptions`
    by id what Redis has of its open ones. `now`: the clock, UTC microseconds. `redis_url`: where others find all this.
    """

    elapsed_s: int = 0
    doing: str = ""
    events: int = 0
    events_a_second: int = 0
    stages: Mapping[tuple[str, str], int] = field(default_factory=dict)
    health: Mapping[str, int] = field(default_factory=dict)
    codes: tuple[CodeFigures, ...] = ()
    owners: tuple[OwnerFigures, ...] = ()
    exposure: Mapping[str, Money] = field(default_factory=dict)
    billing: BillingFigures = field(default_factory=BillingFigures)
    feeds: tuple[FeedFigures, ...] = ()
    dead_letters: Mapping[str, int] = field(default_factory=dict)
    followed: Mapping[str, Any] | None = None
    exceptions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    now: int = 0
    redis_url: str = ""

    @property
    def orders(self) -> int:
        """All orders."""
        return sum(self.stages.values())

    @property
    def open(self) -> int:
        """All open exceptions."""
        return sum(each.open for each in self.codes)

    @property
    def escalated(self) -> int:
        """All open exceptions that have gone to the next level."""
        return sum(each.escalated for each in self.codes)

    @property
    def exposed(self) -> Money:
        """All that is unsettled: each unit of value once, however many exceptions name it."""
        return added(self.exposure.values())


def added(amounts: Iterable[Money]) -> dict[str, Decimal]:
    """The sum, currency by currency."""
    total: dict[str, Decimal] = {}
    for amount in amounts:
        for currency, value in amount.items():
            total[currency] = total.get(currency, Decimal(0)) + value
    return total


def money_text(amount: Money, places: int = 2) -> str:
    """Money for people: "12,439.56 CAD", several currencies side by side; "-" for none."""
    shown = [f"{value:,.{places}f} {currency}" for currency, value in sorted(amount.items()) if value]
    return " + ".join(shown) if shown else "-"
