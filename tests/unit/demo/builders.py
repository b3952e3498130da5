"""The demo's values, as short as they can be said. Times are seconds since the run's beginning."""

from o2c.demo.faults import InjectedFault, Subject
from o2c.schemas.times import SECOND_US

BEGINS_AT = 1_800_000_000 * SECOND_US


def at(seconds: float) -> int:
    """A time of the run, in UTC microseconds."""
    return BEGINS_AT + int(seconds * SECOND_US)


def fault(
    order: str = "SO-1", code: str = "STALLED_PICK", *, deadline: float = 10, expected_by: float = 13
) -> InjectedFault:
    """A fault of an order."""
    subject = Subject("", "order", order)
    return InjectedFault(code, order, subject, at(deadline), at(expected_by), at(expected_by + 15))
