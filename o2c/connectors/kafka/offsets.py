"""Where a lane starts, and what retention has taken from it."""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import TimeoutError as NoAnswer
from typing import Literal, TypeAlias

import structlog
from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from msgspec import Struct

from o2c.connectors.kafka.faults import is_transient, kafka_error, reason
from o2c.errors import OperatingFault

FirstStart: TypeAlias = Literal["earliest"] | int
"""Where to begin without a position: at the earliest record, or at the first as of a time (UTC microseconds)."""

# Without annotations in the library.
EARLIEST: OffsetSpec = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
LATEST: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]

_MILLISECOND_US = 1_000
_RETRY_SECONDS = 0.2

_log = structlog.get_logger("o2c.connectors.kafka")


class Loss(Struct, frozen=True):
    """Records [first_offset, next_offset) of a partition that were deleted before they were read."""

    topic: str
    partition: int
    first_offset: int
    next_offset: int

    @property
    def records(self) -> int:
        """How many offsets are gone: an upper bound of the records, where compaction or transactions left holes."""
        return self.next_offset - self.first_offset

    def log(self) -> None:
        """The one line that tells the operator."""
        _log.error(
            "kafka records lost: retention deleted them before they were read",
            topic=self.topic,
            partition=self.partition,
            first_offset=self.first_offset,
            next_offset=self.next_offset,
        )


class Offsets:
    """Blocking questions for offsets: for starts and repairs only, never on the hot path.

    Raises OperatingFault with one line when the broker refuses or does not answer within `timeout_seconds`.
    """

    def __init__(self, admin: AdminClient, timeout_seconds: float) -> None:
        self._admin = admin
        self._timeout_seconds = timeout_seconds

    def earliest(self, topics: Iterable[str], partition: int) -> dict[str, int]:
        """The first offset still there, by topic."""
        return self._ask(topics, partition, EARLIEST)

    def latest(self, topics: Iterable[str], partition: int) -> dict[str, int]:
        """The offset that the next record will get, by topic."""
        return self._ask(topics, partition, LATEST)

    def as_of(self, topics: Iterable[str], partition: int, time_us: int) -> dict[str, int]:
        """The first offset whose record is no older than `time_us`, by topic; the end where all are older."""
        wanted = tuple(topics)
        # Kafka counts milliseconds: the next whole one is the first that is not before `time_us`.
        milliseconds = -(-time_us // _MILLISECOND_US)
        found = self._ask(wanted, partition, OffsetSpec.for_timestamp(milliseconds))
        missing = [topic for topic in wanted if found[topic] < 0]
        return {**found, **self.latest(missing, partition)} if missing else found

    def _ask(self, topics: Iterable[str], partition: int, which: OffsetSpec) -> dict[str, int]:
        questions = {TopicPartition(topic, partition): which for topic in topics}
        if not questions:
            return {}
        deadline = time.monotonic() + self._timeout_seconds
        while True:
            left = max(deadline - time.monotonic(), 0.1)
            try:
                # The high watermark itself: a position is past it only if the log is another one.
                answers = self._admin.list_offsets(
                    questions, isolation_level=IsolationLevel.READ_UNCOMMITTED, request_timeout=left
                )
                return {asked.topic: int(answer.result(left + 1).offset) for asked, answer in answers.items()}
            except (KafkaException, NoAnswer) as exception:
                error = kafka_error(exception)
                if not is_transient(error) or time.monotonic() + _RETRY_SECONDS >= deadline:
                    names = ", ".join(sorted(asked.topic for asked in questions))
                    raise OperatingFault(
                        f"Kafka does not tell the offsets of partition {partition} of {names}: {reason(error)}"
                    ) from exception
                time.sleep(_RETRY_SECONDS)


def start_offsets(
    offsets: Offsets, topics: tuple[str, ...], partition: int, positions: Mapping[str, int], first_start: FirstStart
) -> tuple[dict[str, int], list[Loss]]:
    """The next offset to read, by topic, and what was deleted since the positions were taken.

    Raises OperatingFault when a position lies past the end of the log: then the topic is not the one that was read.
    """
    known = tuple(topic for topic in topics if topic in positions)
    new = tuple(topic for topic in topics if topic not in positions)
    starts = dict(
        offsets.earliest(new, partition)
        if first_start == "earliest"
        else offsets.as_of(new, partition, int(first_start))
    )
    losses = []
    low, high = offsets.earliest(known, partition), offsets.latest(known, partition)
    for topic in known:
        starts[topic], loss = _resumed(topic, partition, positions[topic], (low[topic], high[topic]))
        losses += [loss] if loss else []
    return starts, losses


def resume_offset(offsets: Offsets, topic: str, partition: int, position: int) -> tuple[int, Loss | None]:
    """Where to go on with a partition whose broker says that `position` is out of range. Raises as `start_offsets`."""
    topics = (topic,)
    bounds = (offsets.earliest(topics, partition)[topic], offsets.latest(topics, partition)[topic])
    return _resumed(topic, partition, position, bounds)


def _resumed(topic: str, partition: int, position: int, bounds: tuple[int, int]) -> tuple[int, Loss | None]:
    low, high = bounds
    if position > high:
        raise OperatingFault(
            f"the position {position} in {topic} [{partition}] is past its end {high}: the topic was re-created or cut"
            " off; start with a new state folder"
        )
    if position >= low:
        return position, None
    return low, Loss(topic, partition, position, low)
