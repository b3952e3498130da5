"""Stretches of a topic's partitions, read from here to there and no further: for starts and commands."""

from collections.abc import Iterator, Mapping
from time import monotonic

from confluent_kafka import Consumer, Message, TopicPartition

from o2c.connectors.kafka.faults import END_OF_PARTITION, is_transient, reason
from o2c.errors import OperatingFault

_BATCH = 1_000
_POLL_SECONDS = 0.1


def read_stretches(
    reader: Consumer, topic: str, starts: Mapping[int, int], ends: Mapping[int, int], timeout_seconds: float
) -> Iterator[Message]:
    """The records of each partition from its start on and before its end, as they come.

    Raises TimeoutError when nothing more comes for that long, OperatingFault when the broker refuses.
    """
    left = {partition for partition, start in starts.items() if start < ends[partition]}
    if not left:
        return
    reader.assign([TopicPartition(topic, partition, starts[partition]) for partition in sorted(left)])
    deadline = monotonic() + timeout_seconds
    while left:
        messages = reader.consume(_BATCH, _POLL_SECONDS)
        if messages:
            deadline = monotonic() + timeout_seconds
        elif monotonic() > deadline:
            raise TimeoutError
        for message in messages:
            partition, offset = message.partition(), message.offset()
            if message.error() is not None:
                _judge(topic, message, left)
            elif partition is not None and offset is not None:
                if offset < ends[partition]:
                    yield message
                if offset + 1 >= ends[partition]:
                    left.discard(partition)
    reader.unassign()


def _judge(topic: str, message: Message, left: set[int]) -> None:
    error = message.error()
    assert error is not None
    if error.code() == END_OF_PARTITION:
        left.discard(message.partition() or 0)
    elif not is_transient(error):
        raise OperatingFault(f"topic {topic} cannot be read: {reason(error)}")
