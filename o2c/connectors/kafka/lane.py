"""One lane: a consumer, its positions, and the marks that say how far they have come."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from threading import Event
from typing import Any, Protocol, cast

from bytewax.inputs import StatefulSourcePartition
from confluent_kafka import Consumer, KafkaError, TopicPartition
from confluent_kafka.admin import AdminClient
from msgspec import Struct

from o2c.connectors.kafka.clients import admin_client, consumer, isolation
from o2c.connectors.kafka.commits import PositionCommits
from o2c.connectors.kafka.faults import END_OF_PARTITION, OUT_OF_RANGE, LastError, addresses, is_transient, reason
from o2c.connectors.kafka.offsets import FirstStart, Loss, Offsets, resume_offset, start_offsets
from o2c.connectors.kafka.progress import ReadProgress
from o2c.connectors.kafka.watch import TopicWatch
from o2c.errors import OperatingFault
from o2c.schemas.lanes import LaneBatch, Mark
from o2c.schemas.records import Headers, Record
from o2c.schemas.times import SECOND_US

_IDLE = timedelta(milliseconds=2)
_MILLISECOND_US = 1_000
_ASK_AHEAD_SECONDS = 0.2
_WATCH_SECONDS = 10.0
_REQUEST_SECONDS = 5.0


class LaneSettings(Struct, frozen=True):
    """How lanes read.

    `batch_records`: the most that a lane hands on at once; many more would outgrow the processor's caches before they
    are worked on. `backlog_records`: a lane that has as many before it reads a backlog.

    Without any sign of life of the brokers for `fault_budget_seconds` the job ends; at the start and after a loss they
    must answer within `start_timeout_seconds`.
    """

    first_start: FirstStart = "earliest"
    batch_records: int = 4_000
    backlog_records: int = 256
    mark_interval_us: int = SECOND_US
    fault_budget_seconds: float = 60.0
    start_timeout_seconds: float = 30.0


class LaneContext(Struct, frozen=True):
    """What all lanes share: the arguments of `KafkaLanes`."""

    client: Mapping[str, Any]
    group_id: str
    types_by_topic: Mapping[str, str]
    partitions_by_topic: Mapping[str, int]
    clock: Callable[[], int]
    losses: Callable[[Loss], None]
    stopping: Event
    settings: LaneSettings


class SharedAdmin:
    """The admin client of all lanes of a process, with its last error."""

    def __init__(self, client: Mapping[str, Any]) -> None:
        self.errors = LastError()
        self.client: AdminClient = admin_client(client, self.errors)


class _Consumed(Protocol):
    """A message without an error: what confluent_kafka's own type only promises halfway."""

    def error(self) -> KafkaError | None: ...
    def topic(self) -> str: ...
    def offset(self) -> int: ...
    def timestamp(self) -> tuple[int, int]: ...
    def key(self) -> bytes | None: ...
    def value(self) -> bytes | None: ...
    def headers(self) -> list[tuple[str, bytes | None]] | None: ...


class Lane(StatefulSourcePartition[LaneBatch, None]):
    """One lane; all its methods but the figures run on the engine's thread and none waits while the brokers answer."""

    def __init__(self, context: LaneContext, admin: SharedAdmin, number: int, positions: Mapping[str, int]) -> None:
        self.number = number
        self._context = context
        self._settings = context.settings
        self._clock = context.clock
        self._admin = admin
        self._offsets = Offsets(admin.client, context.settings.start_timeout_seconds)
        topics = tuple(topic for topic, count in context.partitions_by_topic.items() if number < count)
        self._positions = self._start(topics, positions)
        types = {topic: context.types_by_topic[topic] for topic in topics}
        self._progress = ReadProgress(
            admin.client, types, number, isolation(context.client), context.clock, _REQUEST_SECONDS
        )
        self._watch = TopicWatch(admin.client, context.partitions_by_topic, _REQUEST_SECONDS) if number == 0 else None
        self._errors = LastError()
        self._commits = PositionCommits(admin.client, context.group_id, number)
        self._consumer: Consumer = consumer(context.client, context.group_id, self._errors)
        self._consumer.assign([TopicPartition(topic, number, at) for topic, at in self._positions.items()])
        self._start_timers()

    def _start(self, topics: tuple[str, ...], positions: Mapping[str, int]) -> dict[str, int]:
        starts, losses = start_offsets(self._offsets, topics, self.number, positions, self._settings.first_start)
        for loss in losses:
            self._report(loss)
        return starts

    def _start_timers(self) -> None:
        self._interval_seconds = self._settings.mark_interval_us / SECOND_US
        self._ask_ahead_seconds = min(_ASK_AHEAD_SECONDS, self._interval_seconds / 2)
        self._ended = False
        now = time.monotonic()
        self._heard_at = now
        self._called_at = now
        self._ask_at: float = now
        self._mark_at = now + self._interval_seconds
        self._watch_at = now + _WATCH_SECONDS
        self._awake_at: datetime | None = None

    def next_batch(self) -> list[LaneBatch]:
        """What has arrived since the last call, and a mark where one is due. Raises OperatingFault."""
        if self._ended:
            raise StopIteration
        if self._context.stopping.is_set():
            self._ended = True
            return [LaneBatch(self.number, self._clock(), (), self._mark())]
        messages = self._consumer.consume(self._settings.batch_records, 0)
        clock = self._clock()
        records = self._records(cast("list[_Consumed]", messages), clock) if messages else ()
        now = time.monotonic()
        # While the engine was busy elsewhere nobody asked, so nobody could answer.
        self._heard_at += max(0.0, now - self._called_at - self._interval_seconds)
        self._called_at = now
        self._hear(len(messages), now)
        if now >= self._ask_at:
            self._ask(now)
        mark = None
        if now >= self._mark_at:
            self._check_contact(now)
            mark = self._mark()
            self._mark_at = now + self._interval_seconds
            self._ask_at = self._mark_at - self._ask_ahead_seconds
        if not records and mark is None:
            return []
        return [LaneBatch(self.number, clock, records, mark, self._is_behind(len(records)))]

    def next_awake(self) -> datetime | None:
        """At once while records come, else after a moment: the brokers' answers are fetched in the background."""
        return self._awake_at

    def snapshot(self) -> None:
        """Positions are kept with the orders, not by the engine."""
        return

    def close(self) -> None:
        """Leaves the brokers, at once: there is no group to leave, and `Consumer.close` would wait for them."""
        del self._consumer

    def failed_commits(self) -> int:
        """How many commits of positions failed."""
        return self._commits.failed

    def lags(self) -> dict[str, int]:
        """By topic, offsets between the position and the end last heard of."""
        return self._progress.lags(self._positions)

    def quiet_seconds(self) -> float:
        """For how long nothing was heard of the brokers."""
        return time.monotonic() - self._heard_at

    def _records(self, messages: list[_Consumed], clock: int) -> tuple[Record, ...]:
        positions = self._positions
        number = self.number
        records: list[Record] = []
        append = records.append
        for message in messages:
            error = message.error()
            if error is not None:
                self._judge(error, message.topic(), message.offset())
                continue
            topic = message.topic()
            offset = message.offset()
            milliseconds = message.timestamp()[1]
            headers = message.headers()
            append(
                Record(
                    topic,
                    number,
                    offset,
                    milliseconds * _MILLISECOND_US if milliseconds >= 0 else clock,
                    message.key(),
                    message.value(),
                    cast("Headers", tuple(headers)) if headers else (),
                )
            )
            positions[topic] = offset + 1
        return tuple(records)

    def _judge(self, error: KafkaError, topic: str, offset: int) -> None:
        """What an error among the messages means: an end, a loss, something that passes, or the end of the job."""
        code = error.code()
        if code == END_OF_PARTITION:
            # The end may lie behind a transaction's marker, which is no record.
            self._positions[topic] = max(self._positions[topic], offset)
        elif code in OUT_OF_RANGE:
            self._resume(topic)
        elif is_transient(error):
            self._errors(error)
        else:
            raise OperatingFault(f"{topic or 'Kafka'} [{self.number}] cannot be read: {reason(error)}")

    def _resume(self, topic: str) -> None:
        at, loss = resume_offset(self._offsets, topic, self.number, self._positions[topic])
        self._positions[topic] = at
        if loss is not None:
            self._report(loss)
        # The partition has stopped: a seek is refused, and assigning all anew would read the others' records twice.
        partition = TopicPartition(topic, self.number, at)
        self._consumer.incremental_unassign([partition])
        self._consumer.incremental_assign([partition])

    def _report(self, loss: Loss) -> None:
        loss.log()
        self._context.losses(loss)

    def _is_behind(self, consumed: int) -> bool:
        """By the ends last heard of; before the first, by how much is there at once."""
        lag = self._progress.lag(self._positions)
        return (consumed if lag is None else lag) >= self._settings.backlog_records

    def _hear(self, consumed: int, now: float) -> None:
        if consumed:
            self._heard_at = now
            self._awake_at = None
        else:
            self._awake_at = datetime.now(timezone.utc) + _IDLE

    def _ask(self, now: float) -> None:
        self._ask_at = float("inf")
        self._progress.ask()
        if self._watch is not None and now >= self._watch_at:
            self._watch.ask()
            self._watch_at = now + _WATCH_SECONDS

    def _check_contact(self, now: float) -> None:
        self._admin.client.poll(0)
        if self._watch is not None:
            self._watch.check()
        answer = self._progress.answer()
        if answer is True:
            self._heard_at = now
        elif isinstance(answer, KafkaError):
            self._errors(answer)
        brokers = f"Kafka at {addresses(self._context.client)}"
        refusal = self._errors.refusal or self._admin.errors.refusal
        if refusal is not None:
            raise OperatingFault(f"{brokers} refuses: {reason(refusal)}")
        quiet_seconds = now - self._heard_at
        if quiet_seconds > self._settings.fault_budget_seconds:
            raise OperatingFault(f"{brokers} has not answered for {quiet_seconds:.0f} s{self._errors.because()}")

    def _mark(self) -> Mark:
        positions = dict(self._positions)
        self._commits.commit(positions)
        return Mark(self.number, positions, self._progress.read_to(positions), {})
