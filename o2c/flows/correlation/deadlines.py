"""Deadlines in business time: a tolerance that runs from a start, standing still while a hold blocks."""

from o2c.flows.correlation.calendar import Calendar

Interval = tuple[int, int | None]
"""[from, until) in UTC microseconds; `until` None: without end."""


def union(intervals: list[Interval]) -> list[Interval]:
    """The same stretch of time as disjoint intervals in order."""
    merged: list[Interval] = []
    for start, end in sorted(intervals, key=lambda interval: interval[0]):
        if merged:
            last_start, last_end = merged[-1]
            if last_end is None:
                break
            if start <= last_end:
                merged[-1] = (last_start, None if end is None else max(last_end, end))
                continue
        merged.append((start, end))
    return merged


def deadline(start: int, tolerance_us: int, calendar: Calendar, blocked: list[Interval]) -> int | None:
    """The instant at which `tolerance_us` of business time has run since `start`, or None if it never has.

    `blocked` are disjoint intervals in order in which the clock stands still.
    """
    remaining = tolerance_us
    for blocked_from, blocked_until in blocked:
        if blocked_until is not None and blocked_until <= start:
            continue
        if blocked_from > start:
            reached = calendar.add(start, remaining)
            if reached <= blocked_from:
                return reached
            remaining -= calendar.elapsed(start, blocked_from)
        if blocked_until is None:
            return None
        start = blocked_until
    return calendar.add(start, remaining)
