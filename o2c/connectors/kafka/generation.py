"""The highest generation that has written to the status topic, read off the last record of each partition."""

from collections.abc import Mapping
from typing import Any

import structlog
from confluent_kafka import Consumer, Message

from o2c.connectors.kafka.clients import admin_client, consumer
from o2c.connectors.kafka.faults import LastError, unreachable
from o2c.connectors.kafka.offsets import Offsets
from o2c.connectors.kafka.stretches import read_stretches
from o2c.connectors.kafka.topics import START_TIMEOUT_SECONDS

VERSION_HEADER = "o2c.version"
GENERATION_SHIFT = 32

_FIRST_STEP = 1
_STEP_GROWTH = 16
_FURTHEST_BACK = 1_000_000

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
        versions = _Search(reader, topic, bounds, timeout_seconds).run()
    except TimeoutError as exception:
        raise unreachable(client, timeout_seconds, errors) from exception
    finally:
        reader.close()
    return max((version >> GENERATION_SHIFT for version in versions), default=0)


class _Search:
    """Reads the ends of all partitions at once, further back each time for those that have shown no version."""

    def __init__(
        self, reader: Consumer, topic: str, bounds: Mapping[int, tuple[int, int]], timeout_seconds: float
    ) -> None:
        self._reader = reader
        self._topic = topic
        self._bounds = bounds
        self._timeout_seconds = timeout_seconds
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
        for message in read_stretches(self._reader, self._topic, start, until, self._timeout_seconds):
            self._note(message)

    def _note(self, message: Message) -> None:
        partition, version = message.partition(), _version_of(message)
        if partition is not None and version is not None:
            self._last[partition] = version


def _version_of(message: Message) -> int | None:
    for name, value in reversed(list(message.headers() or ())):
        if name == VERSION_HEADER and isinstance(value, bytes) and value.isdigit():
            return int(value)
    return None
