"""The highest generation that has written to the status topic, read off the last record of each partition."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

import structlog
from confluent_kafka import Consumer, Message, TopicPartition

from o2c.connectors.kafka.clients import admin_client, consumer
from o2c.connectors.kafka.faults import END_OF_PARTITION, LastError, is_transient, reason, unreachable
from o2c.connectors.kafka.offsets import Offsets
from o2c.connectors.kafka.topics import START_TIMEOUT_SECONDS
from o2c.errors import OperatingFault

VERSION_HEADER = "o2c.version"
GENERATION_SHIFT = 32

_FIRST_STEP = 1
_STEP_GROWTH = 16
_FURTHEST_BACK = 1_000_000
_BATCH = 1_000
_POLL_SECONDS = 0.1

_log = structlog.get_logger("o2c.connectors.kafka")


def highest_generation(
    client: Mapping[str, Any],
    topic: str,
    partitions: int,
    group_id: str,
    timeout_seconds: float = START_TIMEOUT_SECONDS,
) -> int:
    """The greatest `o2c.version` >> 32 over the last records of all partitions; 0 where there is none.

    Behind a partition's last record there may be transaction markers, holes that compaction left, or records of
    others: the search goes back in growing steps until it finds a version, at most a million offsets. Raises
    OperatingFault when the broker does not answer in time.
    """
    errors = LastError()
    offsets = Offsets(admin_client(client, errors), timeout_seconds)
    bounds = {
        partition: (offsets.earliest((topic,), partition)[topic], offsets.latest((topic,), partition)[topic])
        for partition in range(partitions)
    }
    reader = consumer(client, group_id, errors)
    try:
        search = _Search(reader, topic, bounds, monotonic() + timeout_seconds)
        versions = search.run()
    except TimeoutError as exception:
        raise unreachable(client, timeout_seconds, errors) from exception
    finally:
        reader.close()
    return max((version >> GENERATION_SHIFT for version in versions), default=0)


class _Search:
    """Reads the ends of all partitions at once, further back each time for those that have shown no version."""

    def __init__(
        self, reader: Consumer, topic: str, bounds: Mapping[int, tuple[int, int]], deadline_seconds: float
    ) -> None:
        self._reader = reader
        self._topic = topic
        self._bounds = bounds
        self._deadline_seconds = deadline_seconds
        self._last: dict[int, int] = {}

    def run(self) -> list[int]:
        """The version of the last record of each partition that has one."""
        step = _FIRST_STEP
        until = {partition: high for partition, (low, high) in self._bounds.items() if low < high}
        while until and step <= _FURTHEST_BACK:
            start = {partition: max(self._bounds[partition][0], high - step) for partition, high in until.items()}
            self._read(start, until)
            until = {
                partition: at
                for partition, at in start.items()
                if partition not in self._last and at > self._bounds[partition][0]
            }
            step *= _STEP_GROWTH
        if until:
            _log.warning("kafka status topic: no version near the end of partitions", partitions=sorted(until))
        return list(self._last.values())

    def _read(self, start: Mapping[int, int], until: Mapping[int, int]) -> None:
        self._reader.assign([TopicPartition(self._topic, partition, at) for partition, at in start.items()])
        left = set(start)
        while left:
            if monotonic() > self._deadline_seconds:
                raise TimeoutError
            for message in self._reader.consume(_BATCH, _POLL_SECONDS):
                partition, offset = message.partition(), message.offset()
                if message.error() is not None:
                    self._judge(message, left)
                elif partition is not None and offset is not None:
                    if offset < until[partition]:
                        self._note(partition, message)
                    if offset + 1 >= until[partition]:
                        left.discard(partition)
        self._reader.unassign()

    def _judge(self, message: Message, left: set[int]) -> None:
        error = message.error()
        assert error is not None
        if error.code() == END_OF_PARTITION:
            left.discard(message.partition() or 0)
        elif not is_transient(error):
            raise OperatingFault(f"the status topic {self._topic} cannot be read: {reason(error)}")

    def _note(self, partition: int, message: Message) -> None:
        version = _version_of(message)
        if version is not None:
            self._last[partition] = version


def _version_of(message: Message) -> int | None:
    for name, value in reversed(list(message.headers() or ())):
        if name == VERSION_HEADER and isinstance(value, bytes) and value.isdigit():
            return int(value)
    return None
