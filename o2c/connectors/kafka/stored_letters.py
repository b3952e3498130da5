"""Dead letters as they lie in their topic: found by place, or by code, source topic and time."""

import heapq
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from confluent_kafka import Message
from msgspec import Struct

from o2c.connectors.kafka.clients import admin_client, consumer
from o2c.connectors.kafka.dead_letters import ERROR_PREFIX, TRUNCATED_HEADER
from o2c.connectors.kafka.faults import LastError, unreachable
from o2c.connectors.kafka.offsets import Offsets
from o2c.connectors.kafka.stretches import read_stretches
from o2c.schemas.records import Headers

TIMEOUT_SECONDS = 15.0

_MILLISECOND_US = 1_000
_PARTITION = re.compile(r"[0-9]{1,9}")
_OFFSET = re.compile(r"[0-9]{1,18}")
_PLACE = re.compile(rf"({_PARTITION.pattern})/({_OFFSET.pattern})")


class Place(NamedTuple):
    """Where a dead letter lies in its topic; written `<partition>/<offset>`."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}/{self.offset}"


def place_of(text: str) -> Place:
    """The place that `<partition>/<offset>` names. Raises ValueError."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ValueError("must be PARTITION/OFFSET, such as 3/17")
    return Place(int(found[1]), int(found[2]))


class Source(NamedTuple):
    """The record that was rejected."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


class StoredLetter(Struct, frozen=True):
    """A dead letter. `headers` are the rejected message's own; `rejected_at` is in UTC microseconds.

    `source` is None where the record does not say what it was: then it is none of this job's.
    """

    place: Place
    rejected_at: int
    code: str
    message: str
    source: Source | None
    key: bytes | None
    value: bytes | None
    headers: Headers
    truncated: bool


class Selection(Struct, frozen=True):
    """Which dead letters: by places, or by code, source topic and time of rejection (UTC microseconds, [since, until)).

    What is empty or None selects all.
    """

    places: frozenset[Place] = frozenset()
    codes: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    since: int | None = None
    until: int | None = None

    def takes(self, letter: StoredLetter) -> bool:
        """Whether the letter is one of these."""
        return (
            (not self.places or letter.place in self.places)
            and (not self.codes or letter.code in self.codes)
            and (not self.topics or (letter.source is not None and letter.source.topic in self.topics))
            and (self.since is None or letter.rejected_at >= self.since)
            and (self.until is None or letter.rejected_at < self.until)
        )

    @property
    def by_content(self) -> bool:
        """Whether a letter must be read to know if it is one of these."""
        return bool(self.codes or self.topics)


class LetterReader:
    """Reads a topic of dead letters. Raises OperatingFault with one line."""

    def __init__(
        self, client: Mapping[str, Any], topic: str, group_id: str, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self._client = client
        self._topic = topic
        self._group_id = group_id
        self._timeout_seconds = timeout_seconds
        self._errors = LastError()

    def newest(self, partitions: int, selection: Selection, limit: int) -> list[StoredLetter]:
        """The last `limit` letters of the selection, newest last.

        With a code or topic the whole stretch of time is read, otherwise the ends of the partitions alone.
        """
        starts, ends = self._bounds(partitions, selection)
        if not selection.by_content and not selection.places:
            starts = {partition: max(start, ends[partition] - limit) for partition, start in starts.items()}
        taken = (letter for letter in self._read(starts, ends) if selection.takes(letter))
        return sorted(heapq.nlargest(limit, taken, key=_age), key=_age)

    def select(self, partitions: int, selection: Selection) -> Iterator[StoredLetter]:
        """Every letter of the selection, partition by partition as they come."""
        starts, ends = self._bounds(partitions, selection)
        return (letter for letter in self._read(starts, ends) if selection.takes(letter))

    def _bounds(self, partitions: int, selection: Selection) -> tuple[dict[int, int], dict[int, int]]:
        offsets = Offsets(admin_client(self._client, self._errors), self._timeout_seconds)
        starts, ends = {}, {}
        wanted = {place.partition for place in selection.places} or set(range(partitions))
        for partition in sorted(wanted & set(range(partitions))):
            [low] = offsets.earliest((self._topic,), partition).values()
            [high] = offsets.latest((self._topic,), partition).values()
            if selection.since is not None:
                [low] = offsets.as_of((self._topic,), partition, selection.since).values()
            if selection.until is not None:
                [high] = offsets.as_of((self._topic,), partition, selection.until).values()
            named = [place.offset for place in selection.places if place.partition == partition]
            starts[partition] = max([low, *([min(named)] if named else [])])
            ends[partition] = min([high, *([max(named) + 1] if named else [])])
        return starts, ends

    def _read(self, starts: Mapping[int, int], ends: Mapping[int, int]) -> Iterator[StoredLetter]:
        reader = consumer(self._client, self._group_id, self._errors)
        try:
            yield from map(letter_of, read_stretches(reader, self._topic, starts, ends, self._timeout_seconds))
        except TimeoutError as exception:
            raise unreachable(self._client, self._timeout_seconds, self._errors) from exception
        finally:
            reader.close()


def _age(letter: StoredLetter) -> tuple[int, Place]:
    return letter.rejected_at, letter.place


def letter_of(message: Message) -> StoredLetter:
    """The dead letter that a record of the topic is."""
    # The library reads headers as a list, and their values as bytes; its types allow what may be written.
    headers: list[tuple[str, bytes | None]] = list(message.headers() or ())  # type: ignore[arg-type]
    own, told = _split(headers)
    added = dict(told)
    partition, offset = message.partition(), message.offset()
    assert partition is not None, "a record that was read has a place"
    assert offset is not None, "a record that was read has a place"
    return StoredLetter(
        place=Place(partition, offset),
        rejected_at=message.timestamp()[1] * _MILLISECOND_US,
        code=_text(added, "code"),
        message=_text(added, "message"),
        source=_source(added),
        key=message.key(),
        value=message.value(),
        headers=own,
        truncated=TRUNCATED_HEADER in told,
    )


def _split(headers: list[tuple[str, bytes | None]]) -> tuple[Headers, Headers]:
    """The record's own headers, which may have such names too, and those that the last rejection put behind them."""
    codes = [index for index, (name, _) in enumerate(headers) if name == ERROR_PREFIX + "code"]
    begin = codes[-1] if codes else len(headers)
    return tuple(headers[:begin]), tuple(headers[begin:])


def _source(added: Mapping[str, bytes | None]) -> Source | None:
    topic, partition, offset = (_text(added, name) for name in ("topic", "partition", "offset"))
    if not (topic and _PARTITION.fullmatch(partition) and _OFFSET.fullmatch(offset)):
        return None
    return Source(topic, int(partition), int(offset))


def _text(added: Mapping[str, bytes | None], name: str) -> str:
    return (added.get(ERROR_PREFIX + name) or b"").decode("utf-8", "backslashreplace")
