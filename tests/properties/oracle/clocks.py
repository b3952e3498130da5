"""Clocks that stand still while something is held."""

from tests.properties.oracle.documents import Papers, hold_body
from tests.properties.oracle.lines import Lines
from tests.properties.oracle.matching import name_of
from tests.properties.oracle.model import Calendar, Known, Ledger

_BLOCKED_BY_GOODS_HOLDS = ("allocation", "pick", "shipment")
BLOCKS = {
    "credit": _BLOCKED_BY_GOODS_HOLDS,
    "fraud": _BLOCKED_BY_GOODS_HOLDS,
    "export": _BLOCKED_BY_GOODS_HOLDS,
    "quality": _BLOCKED_BY_GOODS_HOLDS,
    "customer_request": _BLOCKED_BY_GOODS_HOLDS,
    "delivery": ("shipment",),
    "pricing": ("invoice",),
    "tax": ("invoice",),
    "billing": ("invoice",),
    "customer_master": ("allocation", "pick", "shipment", "invoice"),
}

Interval = tuple[int, int | None]
"""[from, to), without end where None."""


def held_during(papers: Papers, lines: Lines, milestone: str, ledger: Ledger) -> list[Interval]:
    """When the milestone is blocked for a line, hold by hold."""
    return [
        (hold.business_at, hold_body(hold).released_at)
        for hold in papers.of("hold")
        if milestone in blocked(hold) and covers(hold, ledger, lines)
    ]


def is_open(hold: Known, clock: int) -> bool:
    """Whether a hold is placed and not released."""
    released = hold_body(hold).released_at
    return hold.business_at <= clock and (released is None or released > clock)


def blocked(hold: Known) -> tuple[str, ...]:
    """The milestones that a hold keeps from being reached."""
    body = hold_body(hold)
    return BLOCKS[body.kind] if body.blocks is None else body.blocks


def covers(hold: Known, ledger: Ledger, lines: Lines) -> bool:
    """Whether a hold is of the whole order or of this line."""
    held = hold_body(hold).lines
    if held is None:
        return True
    for line in held:
        fitting = lines.fitting(line)
        if ledger in fitting if fitting else name_of(line) == ledger.name:
            return True
    return False


def deadline_after(start: int, tolerance: int, held: list[Interval], calendar: Calendar) -> int | None:
    """The first moment by which the clock has run for `tolerance` since `start`; None if it never gets there.

    The clock runs in business time while no interval covers it; nothing is due before it runs. Walked from one edge
    of an interval to the next.
    """
    edges = sorted({edge for interval in held for edge in interval if edge is not None and edge > start})
    moment, left = start, tolerance
    for edge in [*edges, None]:
        stands_still = any(since <= moment and (until is None or moment < until) for since, until in held)
        if left == 0 and not stands_still:
            return moment
        if edge is None:
            return None if stands_still else calendar.add(moment, left)
        if not stands_still:
            ran = calendar.elapsed(moment, edge)
            if ran >= left:
                return calendar.add(moment, left)
            left -= ran
        moment = edge
    return None
