"""What was put in against what the job has said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from o2c.demo.faults import InjectedFault, Subject

PASSING = "PARTIAL_SHIPMENT"
"""What comes and goes with every order that ships in parts: where nobody put it in, it is no fault and not false."""

Key = tuple[str | None, str, Subject]
"""(correlation ID, code, subject) of an exception."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The faults that count, those of them that no exception told, and the exceptions that no fault explains."""

    injected: tuple[InjectedFault, ...]
    missed: tuple[InjectedFault, ...]
    false: tuple[Key, ...]

    @property
    def is_right(self) -> bool:
        """Whether everything was found, and nothing else."""
        return not self.missed and not self.false

    def __str__(self) -> str:
        injected, missed = len(self.injected), len(self.missed)
        return f"faults injected {injected}, found {injected - missed}, missed {missed}, false {len(self.false)}"


def judge(faults: Iterable[InjectedFault], openings: Mapping[Key, int], until: int) -> Verdict:
    """Holds what was opened against the truth.

    `openings`: how often each exception was opened. A fault counts once it was expected by `until` (UTC microseconds)
    and explains one opening; each further one is false, but of what comes and goes anyway.
    """
    explained = {key_of(fault): fault for fault in faults}
    counted = {key: fault for key, fault in explained.items() if fault.expected_by <= until}
    return Verdict(
        injected=tuple(counted.values()),
        missed=tuple(fault for key, fault in counted.items() if key not in openings),
        false=tuple(
            key for key, times in openings.items() if key[1] != PASSING for _ in range(times - (key in explained))
        ),
    )


def key_of(fault: InjectedFault) -> Key:
    """The exception that a fault must open."""
    return fault.correlation_id, fault.code, fault.subject
