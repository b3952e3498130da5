"""How far a lane has read, proven by the log's ends: what a broker no longer answers is not proven."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka import IsolationLevel, KafkaError, TopicPartition
from confluent_kafka.admin import AdminClient
from msgspec import Struct

from o2c.connectors.kafka.faults import kafka_error
from o2c.connectors.kafka.offsets import LATEST


class _Target(Struct, frozen=True, gc=False):
    """Whoever has read up to `end` has read all that was there at `asked_at`."""

    end: int
    asked_at: int


class _TopicProgress:
    """The proofs of one topic's partition.

    While the lane is behind, the first target stands until it is reached, so that a lane with a constant backlog makes
    progress too; the last one takes its place then.
    """

    def __init__(self) -> None:
        self.read_to = 0
        self.end = 0
        self._first: _Target | None = None
        self._last: _Target | None = None

    def aim(self, target: _Target) -> None:
        self.end = target.end
        if self._first is None:
            self._first = target
        else:
            self._last = target

    def reach(self, position: int) -> int:
        if self._last is not None and position >= self._last.end:
            self.read_to = self._last.asked_at
            self._first = self._last = None
        elif self._first is not None and position >= self._first.end:
            self.read_to = self._first.asked_at
            self._first, self._last = self._last, None
        return self.read_to


class ReadProgress:
    """`ask` sends one request for the ends of all of a lane's partitions, `answer` takes it when it has come.

    Neither ever waits. `types_by_topic` holds the lane's own topics alone.
    """

    def __init__(
        self,
        admin: AdminClient,
        types_by_topic: Mapping[str, str],
        partition: int,
        isolation: IsolationLevel,
        clock: Callable[[], int],
        timeout_seconds: float,
    ) -> None:
        self._admin = admin
        self._types = dict(types_by_topic)
        self._topics = {topic: _TopicProgress() for topic in types_by_topic}
        self._questions = {TopicPartition(topic, partition): LATEST for topic in types_by_topic}
        self._isolation = isolation
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._asked_at = 0
        self._answered = False
        self._answers: dict[TopicPartition, Future[Any]] = {}

    def ask(self) -> None:
        """Sends a request, unless one is under way."""
        if self._answers:
            return
        self._asked_at = self._clock()
        self._answers = self._admin.list_offsets(
            self._questions, isolation_level=self._isolation, request_timeout=self._timeout_seconds
        )

    def answer(self) -> KafkaError | bool | None:
        """Takes the answer, if there: True when all of it is good, else the first error; None while there is none."""
        if not self._answers or not all(answer.done() for answer in self._answers.values()):
            return None
        answers, self._answers = self._answers, {}
        failure: KafkaError | None = None
        for asked, answer in answers.items():
            exception = answer.exception()
            if exception is None:
                self._topics[asked.topic].aim(_Target(int(answer.result().offset), self._asked_at))
            else:
                failure = failure or kafka_error(exception)
        if failure is not None:
            return failure
        self._answered = True
        return True

    def read_to(self, positions: Mapping[str, int]) -> dict[str, int]:
        """By document type, the time up to which all is read with these next offsets; 0 where nothing is proven yet."""
        times: dict[str, int] = {}
        for topic, progress in self._topics.items():
            time_us = progress.reach(positions[topic])
            kind = self._types[topic]
            times[kind] = min(times.get(kind, time_us), time_us)
        return times

    def lags(self, positions: Mapping[str, int]) -> dict[str, int]:
        """By topic, how many offsets lay between the position and the end that was last heard of."""
        return {topic: max(0, progress.end - positions[topic]) for topic, progress in self._topics.items()}

    def lag(self, positions: Mapping[str, int]) -> int | None:
        """The sum of `lags`; None before the first answer."""
        if not self._answered:
            return None
        lag = 0
        for topic, progress in self._topics.items():
            behind = progress.end - positions[topic]
            if behind > 0:
                lag += behind
        return lag
