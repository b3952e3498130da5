"""What the system has booked on a process so far."""

import os
import time
from pathlib import Path
from threading import Event, Thread

from msgspec import Struct

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_USER_TIME, _SYSTEM_TIME = 11, 12
"""Places in /proc/<pid>/stat behind the command's name, which may hold spaces."""


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_USER_TIME]) + int(fields[_SYSTEM_TIME])) / _TICKS_A_SECOND


def peak_megabytes(pid: int) -> float:
    """The most memory that a process has had resident."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/{pid}/status has no VmHWM")


class Sample(Struct, frozen=True):
    """`at`: seconds since 1970; `cpu_seconds`: the process' up to then."""

    at: float
    cpu_seconds: float


class CpuWatch:
    """Books a process' processor time over the time of a `with` block, so that any stretch can be looked up later."""

    def __init__(self, pid: int, interval_seconds: float = 0.1) -> None:
        self._pid = pid
        self._interval_seconds = interval_seconds
        self._samples: list[Sample] = []
        self._over = Event()
        self._thread = Thread(target=self._run, name="cpu-watch", daemon=True)

    def __enter__(self) -> "CpuWatch":
        self._take()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._take()

    def between(self, start: float, end: float) -> float:
        """Seconds of processor time between two times, those of the nearest samples."""
        return self._nearest(end).cpu_seconds - self._nearest(start).cpu_seconds

    def _nearest(self, at: float) -> Sample:
        return min(self._samples, key=lambda sample: abs(sample.at - at))

    def _run(self) -> None:
        while not self._over.wait(self._interval_seconds):
            self._take()

    def _take(self) -> None:
        self._samples.append(Sample(time.time(), cpu_seconds(self._pid)))
