"""The sink: an idempotent producer whose every delivery is reported, counted and confirmed in order.

A record that the brokers do not take ends the job; nothing is dropped. Only a dead letter or an orphan that is too
large for its topic is sent again without its value.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, TypeAlias

import structlog
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from confluent_kafka import KafkaError, KafkaException, Message
from msgspec import Struct

from o2c.connectors.deliveries import Deliveries
from o2c.connectors.kafka.clients import producer
from o2c.connectors.kafka.dead_letters import TRUNCATED_HEADER, headers_of
from o2c.connectors.kafka.faults import TOO_LARGE, LastError, addresses, kafka_error, reason
from o2c.connectors.kafka.names import OutputTopics
from o2c.connectors.kafka.partitioner import partition_of
from o2c.errors import OperatingFault
from o2c.schemas.records import (
    AuditRecord,
    BillingRecord,
    DeadLetter,
    Emission,
    ExceptionRecord,
    ForgottenOrder,
    Orphan,
    StatusRecord,
)

SINK = "kafka"
"""The name under which this sink confirms."""

VERSION_HEADER = "o2c.version"

_ANY_PARTITION = -1
_NOW = 0
_POLL_SECONDS = 0.05
_LEAST_BATCH_BYTES = 1_024

Encoders: TypeAlias = Mapping[str, Callable[[bytes], bytes]]
HeaderList = list[tuple[str, str | bytes | None]]

_log = structlog.get_logger("o2c.connectors.kafka")


class SinkSettings(Struct, frozen=True):
    """`exception_partitions`: of the exceptions topic. `batch_bytes`: no batch may be larger than a topic accepts.

    A record that is not delivered within `delivery_timeout_seconds` ends the job.
    """

    exception_partitions: int
    topics: OutputTopics = OutputTopics()
    delivery_timeout_seconds: float = 60.0
    batch_bytes: int = 1_000_000


class KafkaSink(DynamicSink[Emission]):
    """Publishes emissions. `deliveries` hears, as `kafka`, of each shard's tokens in order once all is confirmed.

    `delivered` is told, once a batch, how many seconds the delivery of its last record took. `encoders`: by topic, as
    `OutputTopics` names it, what makes the bytes that are published of a value; without one they are its JSON.
    """

    def __init__(
        self,
        *,
        client: Mapping[str, Any],
        deliveries: Deliveries,
        settings: SinkSettings,
        delivered: Callable[[float], object] = lambda _: None,
        encoders: Encoders | None = None,
    ) -> None:
        self._client = client
        self._deliveries = deliveries
        self._settings = settings
        self._delivered = delivered
        self._encoders = encoders or {}
        self._publishers: list[Publisher] = []

    def build(self, step_id: str, worker_index: int, worker_count: int) -> "Publisher":  # noqa: ARG002 engine's signature
        """Opens a worker's producer."""
        publisher = Publisher(self._client, self._deliveries, self._settings, self._delivered, self._encoders)
        self._publishers.append(publisher)
        return publisher

    def serve(self) -> None:
        """Takes the delivery reports that have come, without waiting. Raises OperatingFault after a failed delivery.

        `write_batch` does the same: whoever has nothing to write for a while calls this now and then, or its last
        emissions stay unconfirmed.
        """
        for publisher in tuple(self._publishers):
            publisher.serve()

    def unconfirmed(self) -> int:
        """How many records of this process wait for their delivery report."""
        return sum(publisher.unconfirmed() for publisher in tuple(self._publishers))


class _Batch:
    """The emissions of one call, and how many of their records are not confirmed yet.

    Shared by all of them: an object a record would cost more than the record.
    """

    __slots__ = ("_delivered", "_failed", "remaining", "tokens")

    def __init__(
        self,
        items: list[Emission],
        failed: Callable[[KafkaError, Message], None],
        delivered: Callable[[float], object],
    ) -> None:
        self.tokens = {emission.shard: emission.token for emission in items}
        self.remaining = sum(
            len(emission.statuses)
            + len(emission.exceptions)
            + len(emission.billings)
            + len(emission.audits)
            + len(emission.forgotten)
            + len(emission.dead_letters)
            + len(emission.orphans)
            for emission in items
        )
        self._failed = failed
        self._delivered = delivered

    def report(self, error: KafkaError | None, message: Message) -> None:
        """The delivery report of one record."""
        if error is None:
            self.remaining -= 1
            if not self.remaining and (seconds := message.latency()) is not None:
                self._delivered(seconds)
        else:
            self._failed(error, message)


class _Sendable(Struct, frozen=True):
    """A record that goes without its value where its topic does not take it whole."""

    topic: str
    key: str | bytes | None
    value: bytes | None
    headers: HeaderList


class Publisher(StatelessSinkPartition[Emission]):
    """One worker's producer. Waits only where the producer's buffer is full, and at the end."""

    def __init__(
        self,
        client: Mapping[str, Any],
        deliveries: Deliveries,
        settings: SinkSettings,
        delivered: Callable[[float], object],
        encoders: Encoders,
    ) -> None:
        self._client = client
        self._deliveries = deliveries
        self._settings = settings
        self._delivered = delivered
        self._encoders = encoders
        self._topics = settings.topics
        self._errors = LastError()
        own = {
            "delivery.timeout.ms": int(settings.delivery_timeout_seconds * 1_000),
            "batch.size": max(settings.batch_bytes, _LEAST_BATCH_BYTES),
        }
        self._producer = producer(client, self._errors, own)
        self._pending: deque[_Batch] = deque()
        self._oversized: list[tuple[_Sendable, _Batch]] = []
        self._failure: OperatingFault | None = None
        self._lock = Lock()

    def write_batch(self, items: list[Emission]) -> None:
        """Hands all records to the producer and takes the reports that have come. Raises OperatingFault."""
        with self._lock:
            self._raise_failure()
            batch = _Batch(items, self._fail, self._delivered)
            self._pending.append(batch)
            for emission in items:
                if emission.statuses:
                    self._send_statuses(emission.statuses, batch)
                if emission.exceptions:
                    self._send_exceptions(emission.exceptions, batch)
                if emission.billings:
                    self._send_keyed("billing", self._topics.billing, emission.billings, batch)
                if emission.audits:
                    self._send_keyed("audit", self._topics.audit, emission.audits, batch)
                if emission.forgotten:
                    self._send_tombstones(emission.forgotten, batch)
                for letter in emission.dead_letters:
                    self._send_whole_or_empty(self._dead_letter(letter), batch)
                for orphan in emission.orphans:
                    self._send_whole_or_empty(self._orphan(orphan), batch)
            self._settle(0)

    def serve(self) -> None:
        """Takes the reports that have come, unless another thread does. Raises OperatingFault."""
        if self._lock.acquire(blocking=False):
            try:
                self._settle(0)
            finally:
                self._lock.release()

    def unconfirmed(self) -> int:
        """How many records wait for their delivery report."""
        return sum(batch.remaining for batch in tuple(self._pending))

    def close(self) -> None:
        """Waits until all is confirmed. Raises OperatingFault when that does not come in time."""
        with self._lock:
            deadline = time.monotonic() + self._settings.delivery_timeout_seconds + 1
            try:
                while self._failure is None and self._pending:
                    self._producer.flush(_POLL_SECONDS)
                    self._settle(0)
                    if self._pending and time.monotonic() > deadline:
                        raise OperatingFault(f"{self._brokers()} did not confirm all records before the end")
                self._raise_failure()
            finally:
                self._producer.purge()

    def _send_statuses(self, statuses: tuple[StatusRecord, ...], batch: _Batch) -> None:
        topic = self._topics.status
        produce = self._producer.produce
        report = batch.report
        encode = self._encoders.get("status")
        for status in statuses:
            value = status.value if encode is None else encode(status.value)
            headers: HeaderList = [(VERSION_HEADER, b"%d" % status.version)]
            key = status.correlation_id
            try:
                # By position: keywords cost half a microsecond here.
                produce(topic, value, key, _ANY_PARTITION, report, report, _NOW, headers)
            except (BufferError, KafkaException) as refused:
                self._insist(refused, topic, value, key, _ANY_PARTITION, report, headers)

    def _send_exceptions(self, exceptions: tuple[ExceptionRecord, ...], batch: _Batch) -> None:
        topic = self._topics.exceptions
        produce = self._producer.produce
        report = batch.report
        encode = self._encoders.get("exceptions")
        for record in exceptions:
            value = record.value if encode is None else encode(record.value)
            key = record.exception_id
            # With the order's status, not by the key: an order's exceptions stay in the order in which they came.
            partition = partition_of(record.correlation_id or key, self._settings.exception_partitions)
            try:
                produce(topic, value, key, partition, report)
            except (BufferError, KafkaException) as refused:
                self._insist(refused, topic, value, key, partition, report, None)

    def _send_keyed(
        self, name: str, topic: str, records: tuple[BillingRecord, ...] | tuple[AuditRecord, ...], batch: _Batch
    ) -> None:
        """By correlation ID, so that an order's stay in the order in which they came; a feed's by their own id."""
        report = batch.report
        encode = self._encoders.get(name)
        for record in records:
            key = record.correlation_id or record.key
            value = record.value if encode is None else encode(record.value)
            try:
                self._producer.produce(topic, value, key, _ANY_PARTITION, report)
            except (BufferError, KafkaException) as refused:
                self._insist(refused, topic, value, key, _ANY_PARTITION, report, None)

    def _send_tombstones(self, forgotten: tuple[ForgottenOrder, ...], batch: _Batch) -> None:
        topic, report = self._topics.status, batch.report
        for order in forgotten:
            headers: HeaderList = [(VERSION_HEADER, b"%d" % order.version)]
            key = order.correlation_id
            try:
                self._producer.produce(topic, None, key, _ANY_PARTITION, report, report, _NOW, headers)
            except (BufferError, KafkaException) as refused:
                self._insist(refused, topic, None, key, _ANY_PARTITION, report, headers)

    def _dead_letter(self, letter: DeadLetter) -> _Sendable:
        headers: HeaderList = [*headers_of(letter)]
        return _Sendable(self._topics.dead_letters, letter.record.key, letter.record.value, headers)

    def _orphan(self, orphan: Orphan) -> _Sendable:
        key = f"{orphan.scope}/{orphan.type}/{orphan.document_id}"
        encode = self._encoders.get("orphans")
        return _Sendable(self._topics.orphans, key, orphan.value if encode is None else encode(orphan.value), [])

    def _send_whole_or_empty(self, record: _Sendable, batch: _Batch) -> None:
        """These are few: each may have a report of its own."""

        def report(error: KafkaError | None, message: Message) -> None:
            if error is not None and error.code() in TOO_LARGE and record.value is not None:
                self._oversized.append((record, batch))
            else:
                batch.report(error, message)

        args = (record.topic, record.value, record.key, _ANY_PARTITION, report, record.headers)
        try:
            self._producer.produce(*args[:5], report, _NOW, record.headers)
        except (BufferError, KafkaException) as refused:
            if kafka_error(refused).code() in TOO_LARGE and record.value is not None:
                self._oversized.append((record, batch))
            else:
                self._insist(refused, *args)

    def _send_oversized_empty(self) -> None:
        oversized, self._oversized = self._oversized, []
        for record, batch in oversized:
            _log.error(
                "kafka record too large for its topic, sent without its value",
                topic=record.topic,
                value_bytes=len(record.value or b""),
            )
            empty = _Sendable(record.topic, record.key, None, [*record.headers, TRUNCATED_HEADER])
            self._send_whole_or_empty(empty, batch)

    def _insist(
        self,
        refused: BufferError | KafkaException,
        topic: str,
        value: bytes | None,
        key: str | bytes | None,
        partition: int,
        report: Callable[[KafkaError | None, Message], None],
        headers: HeaderList | None,
    ) -> None:
        """After a full buffer: makes room and tries again, as long as a delivery may take. Raises OperatingFault."""
        deadline = time.monotonic() + self._settings.delivery_timeout_seconds
        while isinstance(refused, BufferError):
            if time.monotonic() > deadline:
                raise OperatingFault(f"{self._brokers()} takes no more records{self._errors.because()}")
            self._producer.poll(_POLL_SECONDS)
            self._raise_failure()
            try:
                self._producer.produce(topic, value, key, partition, report, report, _NOW, headers)
            except (BufferError, KafkaException) as again:
                refused = again
            else:
                return
        raise self._fault(topic, kafka_error(refused), len(value or b""))

    def _settle(self, timeout_seconds: float) -> None:
        """Takes reports and confirms, oldest first, what they complete."""
        self._producer.poll(timeout_seconds)
        if self._oversized:
            self._send_oversized_empty()
        pending = self._pending
        while pending and pending[0].remaining == 0:
            for shard, token in pending.popleft().tokens.items():
                self._deliveries.delivered(SINK, shard, token)
        self._raise_failure()

    def _fail(self, error: KafkaError, message: Message) -> None:
        # An exception raised in a report would be lost in the C code around it.
        if self._failure is None:
            self._failure = self._fault(message.topic() or "a topic", error, len(message))

    def _fault(self, topic: str, error: KafkaError, value_bytes: int) -> OperatingFault:
        if error.code() in TOO_LARGE:
            return OperatingFault(
                f"a record of {value_bytes} bytes is too large for topic {topic}: raise its max.message.bytes"
            )
        return OperatingFault(f"a record for topic {topic} was not delivered: {reason(error)}")

    def _raise_failure(self) -> None:
        if self._failure is None and self._errors.refusal is not None:
            self._failure = OperatingFault(f"{self._brokers()} refuses: {reason(self._errors.refusal)}")
        if self._failure is not None:
            raise self._failure

    def _brokers(self) -> str:
        return f"Kafka at {addresses(self._client)}"
