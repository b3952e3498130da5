"""Whether the input topics still are what the lanes were laid out for.

A partition that was added while the job runs has no lane: nothing of it would be read, while the lanes that are there
go on saying that they have read everything. So the job ends, and its restart lays the lanes out anew.
"""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, TopicCollection
from confluent_kafka.admin import AdminClient

from o2c.connectors.kafka.faults import UNKNOWN_TOPIC, is_transient, kafka_error, reason
from o2c.errors import OperatingFault

# A broker that restarts may not know a topic yet.
_MISSING_BEFORE_GONE = 3


class TopicWatch:
    """Asks now and then for the topics' partitions; never waits."""

    def __init__(self, admin: AdminClient, partitions_by_topic: Mapping[str, int], timeout_seconds: float) -> None:
        self._admin = admin
        self._partitions = dict(partitions_by_topic)
        self._timeout_seconds = timeout_seconds
        self._answers: dict[str, Future[Any]] = {}
        self._missing: Counter[str] = Counter()

    def ask(self) -> None:
        """Sends a request, unless one is under way."""
        if not self._answers:
            topics = TopicCollection(list(self._partitions))
            self._answers = self._admin.describe_topics(topics, request_timeout=self._timeout_seconds)

    def check(self) -> None:
        """Takes the answer, if there. Raises OperatingFault when a topic is gone, closed to us, or has grown."""
        if not self._answers or not all(answer.done() for answer in self._answers.values()):
            return
        answers, self._answers = self._answers, {}
        for topic, answer in answers.items():
            exception = answer.exception()
            if exception is not None:
                self._judge(topic, kafka_error(exception))
                continue
            self._missing[topic] = 0
            found = len(answer.result().partitions)
            if found > self._partitions[topic]:
                raise OperatingFault(
                    f"topic {topic} has grown from {self._partitions[topic]} to {found} partitions;"
                    " restart the job to read them all"
                )

    def _judge(self, topic: str, error: KafkaError) -> None:
        if error.code() in UNKNOWN_TOPIC:
            self._missing[topic] += 1
            if self._missing[topic] >= _MISSING_BEFORE_GONE:
                raise OperatingFault(f"input topic {topic} is gone: {reason(error)}")
        elif not is_transient(error):
            raise OperatingFault(f"input topic {topic} cannot be looked at: {reason(error)}")
