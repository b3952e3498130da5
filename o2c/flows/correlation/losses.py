"""Units that reached a milestone and lost it again, since a document was taken back or credited.

Units are counted by their index, first in, first out. What reaches a milestone raises its level, what is taken back
lowers it; the units above the new level and below the old one have lost it then.
"""

from o2c.flows.correlation.arrivals import ArrivalTimes, time_of_unit

Losses = list[tuple[int | None, int, int]]
"""(reached at, or None where an arrival that still counts is lowered; lost at; quantity)"""

_Stretch = tuple[int, int, int]
"""Units from, up to, and when they lost it."""


def lost_stretches(arrivals: ArrivalTimes, losses: Losses) -> list[_Stretch]:
    """Which units lost the milestone and when, in order of time; a later entry overrules an earlier one."""
    steps = [(time, 0, quantity) for time, quantity in arrivals]
    for reached_at, lost_at, quantity in losses:
        if reached_at is not None:
            steps.append((reached_at, 0, quantity))
        steps.append((lost_at if reached_at is None else max(reached_at, lost_at), 1, -quantity))
    level = 0
    stretches: list[_Stretch] = []
    for time, _, step in sorted(steps):
        before, level = level, level + step
        if step < 0:
            stretches.append((max(0, level), before, time))
    return stretches


def oldest_start(before: ArrivalTimes, stretches: list[_Stretch], first: int, last: int) -> int:
    """When the clock of the oldest unit of [first, last) started: it came from `before`, or lost what it waits for."""
    edges = {first}
    total = 0
    for _, quantity in before:
        total += quantity
        edges.add(total)
    for lower, upper, _ in stretches:
        edges.update((lower, upper))
    return min(_start(before, stretches, unit) for unit in edges if first <= unit < last)


def _start(before: ArrivalTimes, stretches: list[_Stretch], unit: int) -> int:
    lost = [time for lower, upper, time in stretches if lower <= unit < upper]
    reached = time_of_unit(before, unit)
    return max(reached, lost[-1]) if lost else reached
