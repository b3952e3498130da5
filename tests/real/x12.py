"""X12 interchanges as segments: the separators are read from the ISA segment, so any will do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from pathlib import Path

from tests.real.material import X12

ISA_ELEMENTS = 16


@dataclass(frozen=True)
class Segment:
    """A segment: its name and its elements."""

    name: str
    elements: tuple[str, ...]

    def __getitem__(self, position: int) -> str:
        """The element at `position`, from 1 as the standard counts; empty where the segment ends before."""
        return self.elements[position - 1] if position <= len(self.elements) else ""


def read(path: str) -> list[Segment]:
    """The segments of a file below the folder of X12 samples."""
    return list(segments(X12 / path))


def segments(path: Path) -> Iterator[Segment]:
    """The segments of an interchange, in their order."""
    text = path.read_text(encoding="utf-8-sig")
    separator = text[3]
    terminator = text.split(separator, ISA_ELEMENTS)[ISA_ELEMENTS][1]
    for written in text.split(terminator):
        name, *elements = written.strip().split(separator)
        if name:
            yield Segment(name, tuple(elements))


def transactions(written: list[Segment], code: str) -> list[list[Segment]]:
    """The transaction sets of one code, each from ST to SE."""
    found: list[list[Segment]] = []
    inside = False
    for segment in written:
        if segment.name == "ST":
            inside = segment[1] == code
            if inside:
                found.append([])
        if inside:
            found[-1].append(segment)
        inside = inside and segment.name != "SE"
    return found


def groups(written: list[Segment], first: str) -> list[list[Segment]]:
    """The segments from each one that is called `first` to the next such."""
    found: list[list[Segment]] = []
    for segment in written:
        if segment.name == first:
            found.append([])
        if found:
            found[-1].append(segment)
    return found


def element(written: list[Segment], name: str, qualifier: str, position: int = 2) -> str:
    """The element at `position` of the one segment of this name whose first element is `qualifier`."""
    (found,) = (segment[position] for segment in written if segment.name == name and segment[1] == qualifier)
    return found


def day(written: str) -> datetime:
    """The beginning of a day, CCYYMMDD, in UTC: the transactions here name no zone."""
    year, month, of_month = int(written[:4]), int(written[4:6]), int(written[6:8])
    return datetime.combine(date(year, month, of_month), time.min, timezone.utc)
