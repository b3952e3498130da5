"""The connector that dies once in a run and comes back with all that it held back. Times are UTC microseconds."""

from dataclasses import dataclass

from o2c.demo.faults import InjectedFault, Subject
from o2c.demo.policy import demo_policy
from o2c.simulator.disorder import SILENT_FEED_TYPE
from o2c.simulator.world import SILENT_SOURCE

FEED = f"{SILENT_FEED_TYPE}/{SILENT_SOURCE}"

_BETWEEN_US = 1_000
_HELD_CODES = frozenset({"STALLED_SHIPMENT", "MISSING_POD", "SHIPPED_NOT_INVOICED"})
"""Stalls that await a shipment, or are known only once there is one."""


@dataclass(frozen=True, slots=True)
class Outage:
    """From `begins_at` to `ends_at` nothing comes from the feed, neither records nor heartbeats."""

    begins_at: int
    ends_at: int

    def silences(self, document_type: str, source: str, at: int) -> bool:
        """Whether a message of this type and source cannot be sent at `at`."""
        concerned = document_type == SILENT_FEED_TYPE and source == SILENT_SOURCE
        return concerned and self.begins_at <= at < self.ends_at

    def arrival(self, number: int) -> int:
        """When the `number`-th message of an order that could not be sent arrives: all at once at the return."""
        return self.ends_at + number * _BETWEEN_US

    def expected_by(self, code: str, deadline: int) -> int:
        """When a stall past `deadline` must have been found."""
        grace_us = demo_policy().grace_us(FEED)
        if code in _HELD_CODES and self.begins_at <= deadline + grace_us:
            return max(deadline, self.ends_at) + grace_us
        return deadline + grace_us

    def fault(self) -> InjectedFault:
        """The one exception that the outage must raise."""
        silent_at = self.begins_at + demo_policy().declared[FEED].silent_after_us
        subject = Subject("", "feed", f"feed:{FEED}")
        expected_by = silent_at + demo_policy().grace_us(FEED)
        return InjectedFault("FEED_SILENT", None, subject, silent_at, expected_by, self.ends_at)
