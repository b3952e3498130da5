"""Ctrl-C, SIGTERM and a closed terminal as something that the demo looks at, not something that happens to it."""

import signal
import time
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_POLL_SECONDS = 0.05


class Interrupts:
    """While the block runs, counts how often the user has asked for the end: once is enough, twice is impatience."""

    def __init__(self) -> None:
        self._count = 0
        self._before: dict[int, Any] = {}

    def asked(self) -> bool:
        """Whether the user wants the end."""
        return self._count > 0

    def impatient(self) -> bool:
        """Whether the user wants it at once."""
        return self._count > 1

    def sleep(self, seconds: float) -> None:
        """Sleeps, but not on after a signal."""
        count, deadline = self._count, time.monotonic() + seconds
        while self._count == count and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, _POLL_SECONDS))

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        self._count += 1

    def __enter__(self) -> "Interrupts":
        for number in _SIGNALS:
            # Who starts it with nohup does not want a closed terminal to end it.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
