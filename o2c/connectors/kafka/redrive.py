"""Sends dead letters back to where they came from, and remembers which: each once, unless told otherwise.

The memory is a compacted topic beside the dead letters. A letter is marked there once the broker has confirmed it, so
a command that ends in between sends it again, and never forgets one.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import blake2b
from typing import Any

import msgspec
from confluent_kafka import KafkaError, KafkaException, Message
from msgspec import Struct

from o2c.connectors.kafka.clients import admin_client, consumer, producer
from o2c.connectors.kafka.faults import LastError, addresses, kafka_error, reason, unreachable
from o2c.connectors.kafka.offsets import Offsets
from o2c.connectors.kafka.stored_letters import TIMEOUT_SECONDS, StoredLetter
from o2c.connectors.kafka.stretches import read_stretches
from o2c.errors import OperatingFault
from o2c.schemas.records import Headers
from o2c.schemas.times import rfc3339

_CHUNK_LETTERS = 1_000
_CHUNK_BYTES = 32 * 1024 * 1024
_POLL_SECONDS = 0.1
_DIGEST_BYTES = 8
_NOW = 0

_encode = msgspec.json.encode


class Mark(Struct, frozen=True):
    """That a letter was sent back: the value of the topic that remembers it."""

    redriven_at: str
    place: str
    topic: str
    partition: int
    offset: int


def identity_of(letter: StoredLetter) -> str:
    """What a letter is remembered by: the record that it was and a digest of its key and value.

    So one that the job wrote twice counts once, and a topic that was made anew starts afresh.
    """
    parts = blake2b(digest_size=_DIGEST_BYTES)
    for part in (letter.key, letter.value):
        parts.update(b"-" if part is None else b"%d:%b" % (len(part), part))
    return f"{letter.source}/{parts.hexdigest()}"


def read_marks(
    client: Mapping[str, Any], topic: str, partitions: int, group_id: str, timeout_seconds: float = TIMEOUT_SECONDS
) -> dict[str, str]:
    """When each letter was last sent back (RFC 3339), by its identity. Raises OperatingFault."""
    errors = LastError()
    offsets = Offsets(admin_client(client, errors), timeout_seconds)
    starts = {partition: offsets.earliest((topic,), partition)[topic] for partition in range(partitions)}
    ends = {partition: offsets.latest((topic,), partition)[topic] for partition in range(partitions)}
    reader = consumer(client, group_id, errors)
    marks = {}
    try:
        for message in read_stretches(reader, topic, starts, ends, timeout_seconds):
            key, value = message.key(), message.value()
            if isinstance(key, bytes) and value is not None:
                marks[key.decode("utf-8", "replace")] = _mark_of(topic, value).redriven_at
    except TimeoutError as exception:
        raise unreachable(client, timeout_seconds, errors) from exception
    finally:
        reader.close()
    return marks


def _mark_of(topic: str, value: str | bytes) -> Mark:
    try:
        return msgspec.json.decode(value, type=Mark)
    except msgspec.DecodeError as error:
        raise OperatingFault(f"topic {topic} holds a record that no redrive wrote: {error}") from error


class _Sendable(Struct, frozen=True):
    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Redrive:
    """Sends letters and, once they are confirmed, their marks.

    `sent` and `failed` count letters; `first_failure` says why the first one failed.
    """

    def __init__(
        self, client: Mapping[str, Any], marks_topic: str, timeout_seconds: float, clock: Callable[[], int]
    ) -> None:
        self.sent = 0
        self.failed = 0
        self.first_failure: str | None = None
        self._client = client
        self._marks_topic = marks_topic
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._errors = LastError()
        # A broker refuses a batch as a whole: alone, a letter that is too large takes no other with it.
        own = {"delivery.timeout.ms": int(timeout_seconds * 1_000), "batch.num.messages": 1}
        self._producer = producer(client, self._errors, own)

    def send(self, letters: Iterable[StoredLetter]) -> None:
        """Sends the letters in their order; all are confirmed, or counted as failed, when this returns."""
        chunk: list[StoredLetter] = []
        size = 0
        for letter in letters:
            chunk.append(letter)
            size += len(letter.value or b"")
            if len(chunk) == _CHUNK_LETTERS or size >= _CHUNK_BYTES:
                self._send_chunk(chunk)
                chunk, size = [], 0
        self._send_chunk(chunk)

    def _send_chunk(self, chunk: list[StoredLetter]) -> None:
        confirmed: list[StoredLetter] = []
        for letter in chunk:
            source = letter.source
            assert source is not None, "a letter without a source has nowhere to go"
            self._produce(
                _Sendable(*source[:2], letter.key, letter.value, letter.headers), partial(confirmed.append, letter)
            )
        self._flush()
        marked: list[StoredLetter] = []
        for letter in confirmed:
            mark = _Sendable(self._marks_topic, 0, identity_of(letter).encode(), _encode(self._mark(letter)))
            self._produce(mark, partial(marked.append, letter))
        self._flush()
        self.sent += len(confirmed)
        self.failed += len(chunk) - len(confirmed)
        if len(marked) < len(confirmed):
            raise OperatingFault(
                f"{len(confirmed) - len(marked)} dead letters were sent back and not marked in {self._marks_topic},"
                f" so the next redrive would send them again: {self.first_failure}"
            )

    def _mark(self, letter: StoredLetter) -> Mark:
        source = letter.source
        assert source is not None, "what was sent has a source"
        return Mark(rfc3339(self._clock()), str(letter.place), *source)

    def _produce(self, record: _Sendable, confirm: Callable[[], None]) -> None:
        def report(error: KafkaError | None, _: Message) -> None:
            if error is None:
                confirm()
            else:
                self._note(error)

        deadline = time.monotonic() + self._timeout_seconds
        args = (record.topic, record.value, record.key, record.partition, report, report, _NOW, list(record.headers))
        while True:
            try:
                self._producer.produce(*args)  # type: ignore[arg-type]  # it takes what it gives
            except BufferError:
                self._producer.poll(_POLL_SECONDS)
                if time.monotonic() > deadline:
                    raise OperatingFault(f"Kafka at {addresses(self._client)} takes no more records") from None
            except KafkaException as exception:
                self._note(kafka_error(exception))
                return
            else:
                return

    def _note(self, error: KafkaError) -> None:
        if self.first_failure is None:
            self.first_failure = reason(error)

    def _flush(self) -> None:
        """Waits until every record has its report, which comes within the delivery's own time."""
        while self._producer.flush(_POLL_SECONDS):
            if self._errors.refusal is not None:
                self._note(self._errors.refusal)
                self._producer.purge()
