"""Which order the view looks at: one whose fault is about to show, and then for a while."""

from collections.abc import Iterable

from o2c.demo.faults import InjectedFault
from o2c.schemas.times import SECOND_US

SHOWN_US = 8 * SECOND_US


class Following:
    """Chooses anew at every look. Times are UTC microseconds."""

    def __init__(self) -> None:
        self._fault: InjectedFault | None = None

    def order(self, faults: Iterable[InjectedFault], now: int) -> str | None:
        """The correlation ID to look up: of the fault that shows next, until some seconds after it has."""
        held = self._fault
        if held is None or not held.deadline <= now < held.expected_by + SHOWN_US:
            ahead = [fault for fault in faults if fault.correlation_id is not None and fault.expected_by > now]
            self._fault = min(ahead, key=lambda fault: fault.expected_by, default=held)
        return None if self._fault is None else self._fault.correlation_id
