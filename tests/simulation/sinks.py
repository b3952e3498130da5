"""Simulated Kafka topics and Redis, and sinks that write to them with delay and confirm later."""

from collections import deque
from collections.abc import Callable
from random import Random
from typing import TypeAlias, TypeVar
from zlib import crc32

from msgspec import Struct

from o2c.connectors.deliveries import Deliveries
from o2c.connectors.redis.packing import Gathered
from o2c.schemas.records import (
    AuditRecord,
    BillingRecord,
    DeadLetter,
    Emission,
    ExceptionRecord,
    FeedRecord,
    ForgottenOrder,
    Orphan,
    StatusRecord,
)
from tests.simulation.faults import Faults, Step

SINKS = ("kafka", "redis")
PARTITIONS = 2

Said: TypeAlias = StatusRecord | ExceptionRecord | BillingRecord | AuditRecord | ForgottenOrder | DeadLetter | Orphan
Kept: TypeAlias = StatusRecord | ExceptionRecord | FeedRecord | ForgottenOrder
AnyKept = TypeVar("AnyKept", StatusRecord, ExceptionRecord, FeedRecord)


class Appended(Struct, frozen=True):
    """A record in an output topic. `writer`: the generation that wrote it; `late`: after it had been succeeded."""

    record: Said
    writer: int
    late: bool


class Topics:
    """The output topics: append only. `written` in the order of appending, over all topics and partitions."""

    def __init__(self) -> None:
        self.written: list[Appended] = []

    def statuses(self) -> list[tuple[Appended, StatusRecord]]:
        return [(each, each.record) for each in self.written if isinstance(each.record, StatusRecord)]

    def counted(self) -> list[tuple[Appended, BillingRecord | AuditRecord]]:
        """What is numbered by order: billing and audit records."""
        return [(each, each.record) for each in self.written if isinstance(each.record, BillingRecord | AuditRecord)]

    def exceptions(self) -> list[tuple[Appended, ExceptionRecord]]:
        return [(each, each.record) for each in self.written if isinstance(each.record, ExceptionRecord)]


class SimulatedRedis:
    """What the script keeps: by kind and key the newest version, and the open exceptions. `refused`: older ones."""

    def __init__(self) -> None:
        self.statuses: dict[str, StatusRecord] = {}
        self.exceptions: dict[str, ExceptionRecord] = {}
        self.feeds: dict[str, FeedRecord] = {}
        self.open: set[str] = set()
        self.generation = 0
        self.refused = 0

    def write(self, record: Kept) -> None:
        """Compare versions and set."""
        if isinstance(record, StatusRecord):
            self._set(self.statuses, record.correlation_id, record)
        elif isinstance(record, FeedRecord):
            self._set(self.feeds, record.feed, record)
        elif isinstance(record, ForgottenOrder):
            self._forget(record)
        elif self._set(self.exceptions, record.exception_id, record):
            (self.open.add if record.is_open else self.open.discard)(record.exception_id)

    def _forget(self, order: ForgottenOrder) -> None:
        held = self.statuses.get(order.correlation_id)
        if held is not None and held.version > order.version:
            self.refused += 1
            return
        self.statuses.pop(order.correlation_id, None)
        for exception_id, _ in order.exceptions:
            self.exceptions.pop(exception_id, None)
            self.open.discard(exception_id)

    def _set(self, table: dict[str, AnyKept], key: str, record: AnyKept) -> bool:
        held = table.get(key)
        if held is not None and held.version > record.version:
            self.refused += 1
            return False
        table[key] = record
        return True


class _Batch:
    """The emissions of one call, and how many of their records are not written, and not reported."""

    def __init__(self, emissions: list[Emission]) -> None:
        self.covered = covered(emissions)
        self.unwritten = self.unreported = 0


Tokens: TypeAlias = list[tuple[int, int]]
"""(shard, token), in order."""

Written: TypeAlias = Callable[[str, Tokens], None]
"""Hears, before anybody else, that the outside of a sink has these emissions."""


def covered(emissions: list[Emission]) -> Tokens:
    """Which emissions these are."""
    return [(emission.shard, emission.token) for emission in emissions]


class TopicSink:
    """One process's producer: in order within a partition, in any order between them."""

    def __init__(self, topics: Topics, deliveries: Deliveries, faults: Faults, writer: int, written: Written) -> None:
        self._topics = topics
        self._deliveries = deliveries
        self._faults = faults
        self._writer = writer
        self._written = written
        self._in_flight: dict[tuple[str, int], deque[tuple[Said, _Batch]]] = {}
        self._unreported: list[_Batch] = []
        self._pending: deque[_Batch] = deque()

    def write_batch(self, emissions: list[Emission]) -> None:
        """Hand all records to the producer."""
        batch = _Batch(emissions)
        self._pending.append(batch)
        for emission in emissions:
            records: tuple[Said, ...] = (*emission.statuses, *emission.exceptions, *emission.forgotten)
            more: tuple[Said, ...] = (*emission.billings, *emission.audits, *emission.dead_letters, *emission.orphans)
            for record in (*records, *more):
                queue = self._in_flight.setdefault((_topic(record), _partition(record)), deque())
                queue.append((record, batch))
                batch.unwritten += 1
                batch.unreported += 1
        if not batch.unwritten:
            self._written("kafka", batch.covered)
        self._settle()

    @property
    def in_flight(self) -> bool:
        return any(self._in_flight.values())

    @property
    def unreported(self) -> bool:
        return bool(self._unreported)

    def deliver(self, random: Random) -> None:
        """The broker appends one record."""
        queue = random.choice([queue for queue in self._in_flight.values() if queue])
        record, batch = queue.popleft()
        self._topics.written.append(Appended(record, self._writer, False))
        batch.unwritten -= 1
        self._unreported.append(batch)
        if not batch.unwritten:
            self._written("kafka", batch.covered)
        self._faults.reach(Step.TOPIC_WRITTEN)

    def report(self, random: Random) -> None:
        """The producer hears of one delivery."""
        batch = self._unreported.pop(random.randrange(len(self._unreported)))
        batch.unreported -= 1
        self._settle()
        self._faults.reach(Step.TOPIC_REPORTED)

    def die(self, random: Random) -> list[deque[Said]]:
        """Of what is in flight the broker takes a prefix at once; the rest may still come, partition by partition."""
        late: list[deque[Said]] = []
        for queue in self._in_flight.values():
            taken = random.randint(0, len(queue))
            records = [record for record, _ in queue]
            self._topics.written += [Appended(record, self._writer, False) for record in records[:taken]]
            late.append(deque(records[taken : random.randint(taken, len(records))]))
        return [queue for queue in late if queue]

    def _settle(self) -> None:
        while self._pending and not self._pending[0].unreported:
            for shard, token in self._pending.popleft().covered:
                self._deliveries.delivered("kafka", shard, token)


class RedisSink:
    """One process's connection: a batch goes out once the one before is answered."""

    def __init__(self, redis: SimulatedRedis, deliveries: Deliveries, faults: Faults, written: Written) -> None:
        self._redis = redis
        self._deliveries = deliveries
        self._faults = faults
        self._written = written
        self._calls: deque[Kept] = deque()
        self._tokens: Tokens = []

    def write_batch(self, emissions: list[Emission]) -> None:
        """Send what is new; what was sent before is answered first."""
        gathered = Gathered(emissions)
        if gathered.empty and self._calls:
            self._tokens += covered(emissions)
            return
        while self._calls:
            self.write()
        self.answer()
        self._tokens = covered(emissions)
        self._calls.extend(
            (
                *gathered.statuses.values(),
                *gathered.exceptions.values(),
                *gathered.forgotten.values(),
                *gathered.feeds.values(),
            ),
        )
        if not self._calls:
            self.answer()

    @property
    def in_flight(self) -> bool:
        return bool(self._calls)

    @property
    def unanswered(self) -> bool:
        return bool(self._tokens) and not self._calls

    def write(self) -> None:
        """Redis runs one call."""
        self._redis.write(self._calls.popleft())
        self._faults.reach(Step.REDIS_WRITTEN)

    def answer(self) -> None:
        """All answers are in."""
        tokens, self._tokens = self._tokens, []
        self._written("redis", tokens)
        for shard, token in tokens:
            self._deliveries.delivered("redis", shard, token)
        self._faults.reach(Step.REDIS_REPORTED)

    def die(self, random: Random) -> deque[Kept]:
        """A prefix of what is in flight is taken at once, some more may come late."""
        calls = list(self._calls)
        taken = random.randint(0, len(calls))
        for record in calls[:taken]:
            self._redis.write(record)
        return deque(calls[taken : random.randint(taken, len(calls))])


def _topic(record: Said) -> str:
    """A tombstone goes where the statuses go."""
    return "StatusRecord" if isinstance(record, ForgottenOrder) else type(record).__name__


def _partition(record: Said) -> int:
    if isinstance(record, StatusRecord | ForgottenOrder):
        return crc32(record.correlation_id.encode()) % PARTITIONS
    if isinstance(record, BillingRecord | AuditRecord):
        return crc32((record.correlation_id or record.key).encode()) % PARTITIONS
    if isinstance(record, ExceptionRecord):
        return crc32((record.correlation_id or record.exception_id).encode()) % PARTITIONS
    return 0
