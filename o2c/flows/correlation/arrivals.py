"""When the units of a line reached its milestones, first in, first out.

An arrival is (time, quantity): that much reached a milestone then. Times are UTC microseconds, quantities 10^-6 units.
"""

ArrivalTimes = list[tuple[int, int]]
"""(time, quantity) in order of time."""


def overlay(own: ArrivalTimes, after: ArrivalTimes) -> ArrivalTimes:
    """Unit by unit the earlier of both times; as many units as the longer of the two has."""
    if not own:
        return after
    if not after:
        return own
    if len(own) == 1 and len(after) == 1 and own[0][0] <= after[0][0] and own[0][1] >= after[0][1]:
        return own
    merged: ArrivalTimes = []
    left, right = iter(own), iter(after)
    left_time, left_rest = next(left)
    right_time, right_rest = next(right)
    while left_rest and right_rest:
        step = min(left_rest, right_rest)
        merged.append((min(left_time, right_time), step))
        left_rest -= step
        right_rest -= step
        if not left_rest:
            left_time, left_rest = next(left, (0, 0))
        if not right_rest:
            right_time, right_rest = next(right, (0, 0))
    if left_rest:
        merged.append((left_time, left_rest))
        merged.extend(left)
    if right_rest:
        merged.append((right_time, right_rest))
        merged.extend(right)
    return merged


def first_units(arrivals: ArrivalTimes, quantity: int) -> ArrivalTimes:
    """The first `quantity` units of `arrivals`."""
    taken: ArrivalTimes = []
    for time, step in arrivals:
        if quantity <= 0:
            break
        taken.append((time, min(step, quantity)))
        quantity -= step
    return taken


def time_of_unit(arrivals: ArrivalTimes, index: int) -> int:
    """When the unit at `index` (10^-6 units, from 0) arrived. The index must lie within the arrivals."""
    for time, quantity in arrivals:
        if index < quantity:
            return time
        index -= quantity
    raise AssertionError("a unit that never arrived was asked for")
