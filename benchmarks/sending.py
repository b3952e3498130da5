"""Producing a benchmark's events."""

from collections.abc import Iterable

from confluent_kafka import KafkaError, Message, Producer

from benchmarks.orders import order_id
from tests.services.job import Job

_BULK: dict[str, str | int] = {
    "linger.ms": 50,
    "batch.size": 1_000_000,
    "queue.buffering.max.messages": 500_000,
    "queue.buffering.max.kbytes": 500_000,
    "acks": "all",
}
_EVENTS_A_POLL = 1_000


class Sender:
    """A producer for a job's inputs. Each order's events go to one partition, as a keyed producer would send them."""

    def __init__(self, job: Job, settings: dict[str, str | int]) -> None:
        self._producer = Producer({"bootstrap.servers": job.broker.bootstrap, **settings})
        self._partitions = job.partitions
        self._topics = {name: job.topic(name) for name in job.types}
        self._failed: list[KafkaError] = []

    def send(self, document_type: str, number: int, value: bytes) -> None:
        """Hand one event of an order over."""
        topic, key, partition = self._topics[document_type], order_id(number), number % self._partitions
        while True:
            try:
                self._producer.produce(topic, value, key, partition, self._report)
            except BufferError:
                self._producer.poll(0.1)
            else:
                return

    def poll(self) -> None:
        """Take the reports that have come."""
        self._producer.poll(0)

    def finish(self) -> None:
        """Wait until all is delivered."""
        self._producer.flush()
        if self._failed:
            raise RuntimeError(f"an event was not delivered: {self._failed[0]}")

    def _report(self, error: KafkaError | None, _: Message) -> None:
        if error is not None:
            self._failed.append(error)


def send_all(job: Job, events: Iterable[tuple[str, int, bytes]]) -> int:
    """Produce (type, order, value) in order and as fast as it goes. Returns the bytes of all values."""
    sender = Sender(job, _BULK)
    size = 0
    for count, (document_type, number, value) in enumerate(events):
        sender.send(document_type, number, value)
        size += len(value)
        if count % _EVENTS_A_POLL == 0:
            sender.poll()
    sender.finish()
    return size
