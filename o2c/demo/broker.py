"""The embedded broker: the mock cluster that Kafka's client library carries, in this process, reached over TCP.

It speaks the real protocol, keeps about 5 MB a partition (older records are forgotten silently) and knows no topic
administration. Right for a demo of some hours at some dozens of events a second, and for nothing else.
"""

import logging
from collections.abc import Iterable

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from o2c.errors import OperatingFault

_START_SECONDS = 10.0
_CLOSE_SECONDS = 2.0

# The library's own lines would run through the view.
_LIBRARY_LOG = logging.getLogger("o2c.demo.librdkafka")
_LIBRARY_LOG.addHandler(logging.NullHandler())
_LIBRARY_LOG.propagate = False


class EmbeddedBroker:
    """A broker with these topics, from construction until it is closed. `bootstrap` is where others reach it."""

    def __init__(self, topics: Iterable[str]) -> None:
        try:
            self._producer = Producer(
                {
                    "bootstrap.servers": "embedded",
                    "test.mock.num.brokers": 1,
                    "linger.ms": 5,
                    "log_level": 3,
                    "logger": _LIBRARY_LOG,
                }
            )
            brokers = self._producer.list_topics(timeout=_START_SECONDS).brokers.values()
            # A topic is there once it has been asked for by its name.
            self.partitions = {
                topic: len(self._producer.list_topics(topic, timeout=_START_SECONDS).topics[topic].partitions)
                for topic in topics
            }
        except KafkaException as exception:
            raise OperatingFault(f"the embedded broker does not start: {exception}") from exception
        self.bootstrap = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
        self._undelivered: KafkaError | None = None

    def send(self, topic: str, key: str, value: bytes) -> None:
        """Hands a record over. Raises OperatingFault where an earlier one was not delivered."""
        self._producer.produce(topic, value, key=key, on_delivery=self._report)
        self._producer.poll(0)
        if self._undelivered is not None:
            raise OperatingFault(f"the embedded broker does not take records: {self._undelivered}")

    def _report(self, error: KafkaError | None, _: Message) -> None:
        if error is not None:
            self._undelivered = error

    def reader(self, topics: Iterable[str]) -> Consumer:
        """A consumer of all that these topics hold and will hold."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": "o2c-demo",
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 100,
                "log_level": 3,
                "logger": _LIBRARY_LOG,
            }
        )
        consumer.assign(
            [TopicPartition(topic, partition, 0) for topic in topics for partition in range(self.partitions[topic])]
        )
        return consumer

    def close(self) -> None:
        """Ends it, with all that it holds."""
        self._producer.flush(_CLOSE_SECONDS)
        del self._producer
