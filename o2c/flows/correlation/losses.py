"""Units that reached a milestone and lost it again, since a document was taken back or credited.

Units are counted by their index, first in, first out. What reaches a milestone raises its level, what is taken back
lowers it; the units above the new level and below the old one have lost it then.
"""

from itertools import groupby

from o2c.flows.correlation.arrivals import ArrivalTimes, time_of_unit

Losses = list[tuple[int | None, int, int]]
"""(reached at, or None where an arrival that still counts is lowered; lost at; quantity)"""

_Stretch = tuple[int, int, int]
"""Units from, up to, and when they lost it."""


def lost_stretches(*tracks: tuple[ArrivalTimes, Losses]) -> list[_Stretch]:
    """Which units lost a milestone and when, in order of time; a later entry overrules an earlier one.

    Each track is what reached the milestone itself, or a later one that implies it: the highest of them is its level.
    """
    steps: list[tuple[int, int, int, int]] = []
    for track, (arrivals, losses) in enumerate(tracks):
        steps.extend((time, 0, track, quantity) for time, quantity in arrivals)
        for reached_at, lost_at, quantity in losses:
            if reached_at is not None:
                steps.append((reached_at, 0, track, quantity))
            steps.append((lost_at if reached_at is None else max(reached_at, lost_at), 1, track, -quantity))
    levels = [0] * len(tracks)
    stretches: list[_Stretch] = []
    for time, same_time in groupby(sorted(steps), key=lambda step: step[:2]):
        before = max(levels)
        for _, _, track, quantity in same_time:
            levels[track] += quantity
        after = max(0, *levels)
        if after < before:
            stretches.append((after, before, time[0]))
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
