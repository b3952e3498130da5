"""Where the real data lies, and how a converter's events are written."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
OLIST = DATA / "olist"
ORDER_MANAGEMENT = DATA / "order-management"
UBL = DATA / "ubl"
WEBHOOKS = DATA / "webhooks"
X12 = DATA / "x12"

Row = dict[str, str]


class CanonicalEvent(NamedTuple):
    """An event as bytes. They sort by when they occurred, those of one instant by event id, as replay takes them."""

    occurred_at: datetime
    event_id: str
    document_type: str
    value: bytes


class Document(NamedTuple):
    """Which document speaks: its type, its number and the system that it comes from."""

    document_type: str
    document_id: str
    source: str


def olist_is_there() -> bool:
    return OLIST.is_dir()


def order_management_is_there() -> bool:
    return ORDER_MANAGEMENT.is_dir()


def needs(folder: Path) -> pytest.MarkDecorator:
    """The mark of tests that read `folder`: they are skipped where it is absent."""
    return pytest.mark.skipif(not folder.is_dir(), reason=f"../shared/data/{folder.name} is not here")


def rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def instant(naive: str, zone: tzinfo) -> datetime:
    """The instant, in UTC, that a clock on a wall of `zone` shows as `naive`; of a repeated hour the first."""
    return datetime.fromisoformat(naive).replace(tzinfo=zone).astimezone(timezone.utc)


def canonical(document: Document, occurred_at: datetime, *, revision: int = 1, **fields: Any) -> CanonicalEvent:
    """A revision of `document`. Decimals are the source's own strings, so nothing is rounded on the way."""
    event_id = f"{document.document_type}/{document.document_id}/{revision}"
    event = {
        "type": document.document_type,
        "event_id": event_id,
        "source": document.source,
        "document_id": document.document_id,
        "revision": revision,
        "occurred_at": occurred_at,
        **fields,
    }
    return CanonicalEvent(occurred_at, event_id, document.document_type, msgspec.json.encode(event))


def in_order(events: Iterable[CanonicalEvent]) -> list[CanonicalEvent]:
    return sorted(events, key=lambda event: (event.occurred_at, event.event_id))


def write(events: Iterable[CanonicalEvent], path: Path) -> Path:
    """Writes `events` as JSON lines and returns `path`."""
    path.write_bytes(b"".join(event.value + b"\n" for event in events))
    return path
