"""What a story claims: at each look which problems are open, and whatever it says of goods, money and health."""

from dataclasses import dataclass
from typing import Any

from tests.scenarios.documents import THE_ORDER, Json


@dataclass(frozen=True)
class Problem:
    """An exception. `about` is its document's number (None: the order itself, or with `feed`: a feed)."""

    code: str
    about: str
    stated: Json
    of: str | None


@dataclass(frozen=True)
class Figures:
    """A part of the status, of which what is stated must hold; `exact`: and nothing else is other than nil."""

    part: str
    stated: Json
    exact: bool
    of: str


@dataclass(frozen=True)
class Recorded:
    """Facts that were recorded by this look, each by its code and what it is about: exactly these, once each."""

    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Audited:
    """What people did by this look and what came of it, in order: (action, outcome, actor). `why`: of the last."""

    acts: tuple[tuple[str, str, str], ...]
    why: str


@dataclass(frozen=True)
class Decided:
    """What the processor decided by itself about the exceptions by this look, in order."""

    decisions: tuple[str, ...]


@dataclass(frozen=True)
class Billed:
    """What billing was told of the order by this look, in order: ready or blocked, amount, what blocks."""

    records: tuple[tuple[bool, str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Timeline:
    """The documents of the order in the order of their business time: type and number."""

    documents: tuple[str, ...]


@dataclass(frozen=True)
class Orphaned:
    """Documents that no order claimed by this look: type, number, reason."""

    documents: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Look:
    """A moment at which somebody looks: the problems are all that is open then, nothing more."""

    at: str
    problems: tuple[Problem, ...]
    others: tuple[Any, ...]


@dataclass(frozen=True)
class Life:
    """All that became of one exception, in order: `opened Mon 1 Jun 09:00`."""

    code: str
    about: str
    stages: tuple[str, ...]


def look(at: str, *claims: Any) -> Look:
    """What must hold at a time, all that has been seen by then taken in."""
    problems = tuple(claim for claim in claims if isinstance(claim, Problem))
    return Look(at, problems, tuple(claim for claim in claims if not isinstance(claim, Problem)))


def problem(code: str, about: str = THE_ORDER, *, of: str | None = THE_ORDER, **stated: Any) -> Problem:
    """An open exception: `amount`, `since`, `due`, `owner`, `severity`, `state`, `occurrence`, `level`, `to`, ..."""
    return Problem(code, about, stated, of)


def feed_problem(code: str, feed: str, **stated: Any) -> Problem:
    """An open exception of a feed, which belongs to no order."""
    return Problem(code, f"feed:{feed}", stated, None)


def amounts(of: str = THE_ORDER, **stated: str | None) -> Figures:
    """Money of the order: ordered, invoiced, paid, discounted, credited, deducted, written_off, open, ..."""
    return Figures("amounts", stated, False, of)


def exposure(of: str = THE_ORDER, **stated: Any) -> Figures:
    """Where the money at risk is; a bucket that is not named is empty."""
    return Figures("exposure", stated, True, of)


def quantities(of: str = THE_ORDER, **stated: str) -> Figures:
    """Goods of the order by milestone."""
    return Figures("quantities", stated, False, of)


def line(number: str, of: str = THE_ORDER, **stated: Any) -> Figures:
    """Goods of one line."""
    return Figures("lines", {"line": number, **stated}, False, of)


def ready(amount: str | None, *blocked_by: str, of: str = THE_ORDER) -> Figures:
    """This much can be invoiced now (the rest, if any, is blocked)."""
    return Figures("billing", {"ready": True, "amount": amount, "blocked_by": sorted(blocked_by)}, False, of)


def blocked(amount: str, *blocked_by: str, of: str = THE_ORDER) -> Figures:
    """This much would be to bill, but nothing of it can be."""
    return Figures("billing", {"ready": False, "amount": amount, "blocked_by": sorted(blocked_by)}, False, of)


def nothing_to_bill(of: str = THE_ORDER) -> Figures:
    """Nothing is left to invoice now."""
    return Figures("billing", {"ready": False, "amount": "0", "blocked_by": []}, False, of)


def status(of: str = THE_ORDER, **stated: Any) -> Figures:
    """What stands at the top of the status: `closed`, `health`, `customer_id`."""
    return Figures("", stated, False, of)


def goods(stage: str, complete: bool = False, of: str = THE_ORDER) -> Figures:
    """How far the goods are."""
    return Figures("fulfilment", {"stage": stage, "complete": complete}, False, of)


def money(stage: str, complete: bool = False, of: str = THE_ORDER) -> Figures:
    """How far the money is."""
    return Figures("financial", {"stage": stage, "complete": complete}, False, of)


def milestone(name: str, of: str = THE_ORDER, **stated: str) -> Figures:
    """When a milestone was reached: `first_at`, `last_at`, and the `fraction` that has."""
    return Figures(f"milestones {name}", stated, False, of)


def waiting(milestone: str, of: str = THE_ORDER, **stated: Any) -> Figures:
    """What waits for a milestone: `since`, `due_at`, `quantity`, `amount`, `owner`."""
    return Figures("waiting_for", {"milestone": milestone, **stated}, False, of)


def recorded(*facts: tuple[str, str]) -> Recorded:
    """All facts recorded so far."""
    return Recorded(facts)


def audited(*acts: tuple[str, str, str], why: str = "") -> Audited:
    """All that people did so far: (action, outcome, actor); `why` stands in the reason of the last."""
    return Audited(acts, why)


def decided(*decisions: str) -> Decided:
    """All that the audit has of decisions on exceptions that nobody took: opened, escalated, cleared, recorded."""
    return Decided(decisions)


def billed(*records: tuple[Any, ...]) -> Billed:
    """All that billing was told so far: (True where it can be invoiced, the amount, *what blocks it or the rest)."""
    return Billed(tuple((ready, amount, tuple(sorted(blocked_by))) for ready, amount, *blocked_by in records))


def timeline(*documents: str) -> Timeline:
    """All documents of the order, counting or not: `shipment SH-1`."""
    return Timeline(documents)


def orphaned(*documents: tuple[str, str, str]) -> Orphaned:
    """All documents that no order claimed so far: type, number, reason."""
    return Orphaned(documents)


def life(code: str, *stages: str, about: str = THE_ORDER) -> Life:
    """The whole life of an exception up to the last look."""
    return Life(code, about, stages)
