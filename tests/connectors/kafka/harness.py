"""What the tests of the Kafka connector share: topics of their own, records in, lanes and topics read out."""

import itertools
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from threading import Event
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from o2c.connectors.kafka.lane import Lane, LaneSettings
from o2c.connectors.kafka.lanes import KafkaLanes
from o2c.connectors.kafka.offsets import Loss
from o2c.schemas.lanes import LaneBatch, Mark
from o2c.schemas.records import Record
from tests.services.kafka import Broker
from tests.services.process import ServerProcess

PATIENCE_SECONDS = 30
NOBODY = "127.0.0.1:1"

_numbers = itertools.count(1)


def unique(name: str) -> str:
    """A topic or group name that no other test has."""
    return f"{name}-{next(_numbers)}-{uuid.uuid4().hex[:8]}"


class MockCluster:
    """librdkafka's mock cluster in a process of its own, which can be killed as a broker can but is there at once."""

    _PROGRAM = (
        "import time, confluent_kafka;"
        "host = confluent_kafka.Producer({'bootstrap.servers': 'unused', 'test.mock.num.brokers': 1, 'log_level': 0});"
        "brokers = host.list_topics(timeout=10).brokers.values();"
        "print(','.join(f'{broker.host}:{broker.port}' for broker in brokers), flush=True);"
        "time.sleep(3600)"
    )

    def __init__(self, folder: Path) -> None:
        self._process = ServerProcess([sys.executable, "-c", self._PROGRAM], folder / "mock.log")
        self._process.wait_until(lambda: self._process.log.read_text().endswith("\n"))
        self.bootstrap = self._process.log.read_text().splitlines()[-1]

    def kill(self) -> None:
        self._process.kill()


def topic_with(broker: Broker, partitions: int = 1, config: Mapping[str, str] | None = None) -> str:
    topic = unique("topic")
    broker.create_topics({topic: partitions}, config)
    return topic


def client_of(broker: Broker) -> dict[str, Any]:
    return {"bootstrap.servers": broker.bootstrap}


def produce(bootstrap: str, topic: str, values: Iterable[bytes | None], partition: int = 0, **others: Any) -> None:
    """Produces and waits; `others` go to every record (key, headers, timestamp)."""
    producer = Producer({"bootstrap.servers": bootstrap, "message.max.bytes": 100_000_000, "linger.ms": 0})
    errors: list[KafkaError] = []

    def report(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            errors.append(error)

    for value in values:
        producer.produce(topic, value, partition=partition, on_delivery=report, **others)
    assert producer.flush(PATIENCE_SECONDS) == 0
    assert not errors


def produce_in_transaction(bootstrap: str, topic: str, values: Iterable[bytes], partition: int = 0) -> None:
    """Leaves a marker, which is no record, behind the records."""
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": unique("transaction")})
    producer.init_transactions(PATIENCE_SECONDS)
    producer.begin_transaction()
    for value in values:
        producer.produce(topic, value, partition=partition)
    producer.commit_transaction(PATIENCE_SECONDS)


def records_of(bootstrap: str, topic: str, count: int, partitions: int = 1) -> list[Message]:
    """The first `count` records of a topic, over all its partitions."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": unique("group"), "fetch.wait.max.ms": 50})
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(partitions)])
    found: list[Message] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while len(found) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} records came"
            found += consumer.consume(count - len(found), 0.1)
    finally:
        consumer.close()
    assert all(message.error() is None for message in found)
    return found


def now_us() -> int:
    return time.time_ns() // 1_000


class Reading:
    """Lanes over topics of one partition count each, with what they reported."""

    def __init__(
        self,
        bootstrap: str,
        partitions_by_topic: Mapping[str, int],
        positions: Mapping[int, Mapping[str, int]] | None = None,
        clock: Callable[[], int] = now_us,
        client: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self.losses: list[Loss] = []
        self.stopping = Event()
        self.group_id = unique("group")
        self.lanes = KafkaLanes(
            client={"bootstrap.servers": bootstrap, "fetch.wait.max.ms": 50, **(client or {})},
            group_id=self.group_id,
            types_by_topic={topic: f"type-of-{topic}" for topic in partitions_by_topic},
            partitions_by_topic=partitions_by_topic,
            positions=positions or {},
            clock=clock,
            losses=self.losses.append,
            stopping=self.stopping,
            settings=LaneSettings(**{"mark_interval_us": 50_000, "start_timeout_seconds": 10, **settings}),
        )

    def lane(self, number: int = 0) -> Lane:
        return self.lanes.build_part("read", f"lane-{number:03d}", None)


def batches(lane: Lane, seconds: float = PATIENCE_SECONDS) -> Iterable[LaneBatch]:
    """What the lane hands on, as the engine asks for it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield from lane.next_batch()
        if lane.next_awake() is not None:
            time.sleep(0.002)


def read(lane: Lane, count: int) -> list[Record]:
    """The next `count` records at least."""
    records: list[Record] = []
    for batch in batches(lane):
        records += batch.records
        if len(records) >= count:
            return records
    raise AssertionError(f"{len(records)} of {count} records came")


def mark_where(lane: Lane, holds: Callable[[Mark], bool]) -> Mark:
    """The first mark from now on for which `holds`."""
    last = None
    for batch in batches(lane):
        if batch.mark is not None:
            last = batch.mark
            if holds(last):
                return last
    raise AssertionError(f"no such mark came, the last one was {last}")


def marks_for(lane: Lane, seconds: float) -> list[Mark]:
    """All marks of a stretch of time."""
    return [batch.mark for batch in batches(lane, seconds) if batch.mark is not None]
