"""The clock that orders are judged by."""

import time
from collections.abc import Callable

from o2c.flows.settings import Settings


def clock_of(settings: Settings) -> Callable[[], int]:
    """UTC microseconds: the machine's, or a test's fixed ones."""
    fixed = settings.test_clock_us
    if fixed is not None:
        return lambda: fixed
    return lambda: time.time_ns() // 1_000
