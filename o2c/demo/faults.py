"""The demo's truth: which faults were put in, and by when the job must have found each. Times: UTC microseconds."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct


class Subject(Struct, frozen=True):
    """What an exception is about."""

    scope: str
    type: str
    document_id: str


class InjectedFault(Struct, frozen=True):
    """A line of the truth file: an exception that must open. `correlation_id` is null for a feed.

    It is past `deadline` and must be found once `expected_by` has passed: the deadline and the feeds' grace; for one
    that a silent feed holds back, the feed's return and its grace. `resolved_at`: when somebody sees to it.
    """

    code: str
    correlation_id: str | None
    subject: Subject
    deadline: int
    expected_by: int
    resolved_at: int


def write_faults(truth: Path, faults: Iterable[InjectedFault]) -> None:
    """Adds faults to the truth file, one line of JSON each."""
    with truth.open("ab") as lines:
        for fault in faults:
            lines.write(msgspec.json.encode(fault) + b"\n")


def read_faults(truth: Path) -> list[InjectedFault]:
    """The faults of a truth file; none where there is no file yet."""
    if not truth.exists():
        return []
    return [msgspec.json.decode(line, type=InjectedFault) for line in truth.read_bytes().splitlines()]
