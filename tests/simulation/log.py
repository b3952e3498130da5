"""The input topics, and a lane over them that reads and marks as the Kafka lanes do."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from random import Random
from typing import Any, cast

from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient
from msgspec import Struct

from o2c.connectors.kafka.progress import ReadProgress
from o2c.schemas.lanes import LaneBatch, Mark
from o2c.schemas.records import Record
from o2c.schemas.times import SECOND_US

MARK_INTERVAL_US = 20 * SECOND_US
_ASK_AHEAD_US = 2 * SECOND_US


class Log:
    """Append-only partitions. `types_by_topic` and `partitions_by_topic` as the job's settings have them."""

    def __init__(self, types_by_topic: dict[str, str], partitions_by_topic: dict[str, int]) -> None:
        self.types_by_topic = types_by_topic
        self.partitions_by_topic = partitions_by_topic
        self.records: dict[tuple[str, int], list[Record]] = {
            (topic, partition): [] for topic, count in partitions_by_topic.items() for partition in range(count)
        }

    @property
    def lanes(self) -> int:
        return max(self.partitions_by_topic.values())

    def append(self, topic: str, partition: int, timestamp_us: int, value: bytes) -> None:
        partition %= self.partitions_by_topic[topic]
        records = self.records[topic, partition]
        records.append(Record(topic, partition, len(records), timestamp_us, None, value))


class _Ends:
    """The broker's answers to questions for the ends of partitions, given some time after they were asked."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._asked: dict[TopicPartition, Future[Any]] = {}

    def list_offsets(self, questions: Iterable[TopicPartition], **_: object) -> dict[TopicPartition, "Future[Any]"]:
        self._asked = {question: Future() for question in questions}
        return self._asked

    def answer(self) -> None:
        for question, future in self._asked.items():
            future.set_result(_End(len(self._log.records[question.topic, question.partition])))
        self._asked = {}


class _End(Struct):
    offset: int


_BACKLOG_RECORDS = 3
"""So few, so that a simulated lane is now behind and now not."""


class SimulatedLane:
    """One lane: positions, the real read progress, and a mark behind what it covers."""

    def __init__(self, number: int, log: Log, positions: Mapping[str, int], clock: Callable[[], int]) -> None:
        self.number = number
        self._log = log
        self._clock = clock
        topics = [topic for topic, count in log.partitions_by_topic.items() if number < count]
        self.positions = {topic: positions.get(topic, 0) for topic in topics}
        self._ends = _Ends(log)
        types = {topic: log.types_by_topic[topic] for topic in topics}
        admin = cast("AdminClient", self._ends)
        self._progress = ReadProgress(admin, types, number, IsolationLevel.READ_COMMITTED, clock, 1.0)
        self._ask_at = self._mark_at = clock()

    @property
    def behind(self) -> int:
        """How many records there are beyond the positions."""
        return sum(len(self._log.records[topic, self.number]) - at for topic, at in self.positions.items())

    def answer(self) -> None:
        """The broker answers."""
        self._ends.answer()

    def due(self) -> None:
        """The interval between two marks is over, and the broker has answered in time."""
        self._ends.answer()
        self._progress.answer()
        self._progress.ask()
        self._ends.answer()
        self._ask_at = self._mark_at = self._clock()

    def poll(self, random: Random, most: int) -> LaneBatch | None:
        """Up to `most` records, partitions in any order, and a mark where one is due."""
        clock = self._clock()
        records: list[Record] = []
        for topic in random.sample(list(self.positions), len(self.positions)) if self.behind else ():
            at = self.positions[topic]
            taken = self._log.records[topic, self.number][at : at + most - len(records)]
            self.positions[topic] += len(taken)
            records += taken
        if clock >= self._ask_at:
            self._progress.ask()
            self._ask_at = clock + MARK_INTERVAL_US
        mark = None
        if clock >= self._mark_at:
            mark = self.mark()
            self._mark_at = clock + MARK_INTERVAL_US
            self._ask_at = self._mark_at - _ASK_AHEAD_US
        if not records and mark is None:
            return None
        return LaneBatch(self.number, clock, tuple(records), mark, len(records) >= _BACKLOG_RECORDS)

    def mark(self) -> Mark:
        """How far the lane has come."""
        self._progress.answer()
        positions = dict(self.positions)
        return Mark(self.number, positions, self._progress.read_to(positions), {})
