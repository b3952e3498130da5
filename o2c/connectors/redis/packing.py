"""Emissions as arguments of the script `write.lua`: a few calls a batch, each small enough not to hold Redis up."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgspec
from msgspec import Struct

from o2c.schemas.numbers import AMOUNT_PLACES, plain
from o2c.schemas.records import Emission, ExceptionRecord, FeedRecord, ForgottenOrder, StatusRecord
from o2c.schemas.times import rfc3339

Arguments: TypeAlias = tuple[bytes | str, ...]

CALL_ENTRIES = 200
"""Entries of one script call: about 2 ms of Redis' time. More a call was measured to be dearer: its caches overflow."""
CALL_BYTES = 512 * 1024

_SECONDS_PLACES = 6
_NEVER_DUE = "+inf"
_NOT_OPEN = ""
_REFERENCE_END = "\0"

_encode = msgspec.msgpack.Encoder().encode


class _ExceptionFields(Struct, gc=False):
    """What of an exception's JSON stands as fields of its hash too, so that one need not parse it to sift."""

    category: str | None = None
    occurrence: int | None = None
    severity: str | None = None
    owner: str | None = None
    since: str | None = None
    due_at: str | None = None
    amount: str | None = None
    currency: str | None = None
    changed_at: str | None = None


_decode_exception = msgspec.json.Decoder(_ExceptionFields).decode
_FIELD_NAMES = _ExceptionFields.__struct_fields__


class Gathered:
    """What a batch of emissions leaves to write: the last record of each order, exception and feed, and what goes."""

    def __init__(self, emissions: Iterable[Emission]) -> None:
        self.statuses: dict[str, StatusRecord] = {}
        self.exceptions: dict[str, ExceptionRecord] = {}
        self.forgotten: dict[str, ForgottenOrder] = {}
        self.feeds: dict[str, FeedRecord] = {}
        self.tokens: dict[int, int] = {}
        for emission in emissions:
            self.tokens[emission.shard] = emission.token
            self._take(emission)

    def _take(self, emission: Emission) -> None:
        for status in emission.statuses:
            held = self.statuses.get(status.correlation_id)
            if held is None or held.version <= status.version:
                self.statuses[status.correlation_id] = status
        for exception in emission.exceptions:
            last = self.exceptions.get(exception.exception_id)
            if last is None or last.version <= exception.version:
                self.exceptions[exception.exception_id] = exception
        for order in emission.forgotten:
            self.forgotten[order.correlation_id] = order
        for feed in emission.feeds:
            known = self.feeds.get(feed.feed)
            if known is None or known.version <= feed.version:
                self.feeds[feed.feed] = feed

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write: tokens alone."""
        return not (self.statuses or self.exceptions or self.forgotten or self.feeds)

    def calls(self) -> Iterator[Arguments]:
        """The script's arguments behind the prefix, call by call."""
        yield from _order_calls(self.statuses.values())
        yield from _calls("exception", map(_exception_row, self.exceptions.values()))
        yield from _calls("forgotten", map(_forgotten_row, self.forgotten.values()))
        yield from _calls("feed", map(_feed_row, self.feeds.values()))


def _order_calls(records: Iterable[StatusRecord]) -> Iterator[Arguments]:
    short_fields: list[str] = []
    values: list[bytes] = []
    size = 0
    for record in records:
        short_fields += (
            record.correlation_id,
            str(record.version),
            record.health,
            record.fulfilment,
            record.financial,
            _joined(record.refs),
            _risk_text(record.at_risk) if record.at_risk else "",
        )
        values.append(record.value)
        size += len(record.value)
        if len(values) == CALL_ENTRIES or size >= CALL_BYTES:
            yield ("order", _encode(short_fields), *values)
            short_fields, values, size = [], [], 0
    if values:
        yield ("order", _encode(short_fields), *values)


def _joined(refs: tuple[str, ...]) -> str:
    """All references in one string, each ended by a zero byte; one inside a reference would split it."""
    if not refs:
        return ""
    joined = _REFERENCE_END.join(refs)
    if joined.count(_REFERENCE_END) >= len(refs):
        joined = _REFERENCE_END.join(ref.replace(_REFERENCE_END, "\N{REPLACEMENT CHARACTER}") for ref in refs)
    return joined + _REFERENCE_END


def _risk_text(at_risk: tuple[tuple[str, int], ...]) -> str:
    return " ".join(f"{currency} {plain(amount, AMOUNT_PLACES)}" for currency, amount in at_risk)


def _calls(kind: str, rows: Iterable[tuple[str | list[str], ...]]) -> Iterator[Arguments]:
    """Calls of rows whose values are short or rare enough to travel inside."""
    flat: list[str | list[str]] = []
    entries = 0
    for row in rows:
        flat += row
        entries += 1
        if entries == CALL_ENTRIES:
            yield kind, _encode(flat)
            flat, entries = [], 0
    if flat:
        yield kind, _encode(flat)


def _exception_row(record: ExceptionRecord) -> tuple[str | list[str], ...]:
    version = str(record.version)
    score = _NOT_OPEN
    if record.is_open:
        score = _NEVER_DUE if record.due_at is None else plain(record.due_at, _SECONDS_PLACES)
    fields = ["version", version, "exception_id", record.exception_id, "code", record.code, "state", record.state]
    if record.correlation_id is not None:
        fields += ("correlation_id", record.correlation_id)
    shown = _decode_exception(record.value)
    for name in _FIELD_NAMES:
        value = getattr(shown, name)
        if value is not None:
            fields += (name, str(value))
    fields += ("json", record.value.decode())
    return record.exception_id, version, record.code, score, fields


def _forgotten_row(order: ForgottenOrder) -> tuple[str | list[str], ...]:
    return order.correlation_id, str(order.version), [name for pair in order.exceptions for name in pair]


def _feed_row(record: FeedRecord) -> tuple[str | list[str], ...]:
    version = str(record.version)
    last_event_at = rfc3339(record.last_event_at) if record.last_event_at > 0 else ""
    silent = "1" if record.silent else "0"
    fields = ["version", version, "last_event_at", last_event_at]
    fields += ("lag_seconds", str(record.lag_seconds), "silent", silent)
    return record.feed, version, fields
