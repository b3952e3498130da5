"""A lane's positions as its group's committed offsets: for the lag that others see, never to resume from.

The admin client commits, not the lane's consumer: a consumer whose commit is under way when the brokers go away can be
neither closed nor destroyed (librdkafka's issue 3740), and a job that has given up must be able to end.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient

# The longest there is: a commit that times out while its broker is away, and is answered after all, aborts the process
# (librdkafka's issue 4605). Whether brokers are away for too long is judged elsewhere.
_REQUEST_SECONDS = 3_600.0


class PositionCommits:
    """Commits what has moved, one request at a time; never waits."""

    def __init__(self, admin: AdminClient, group_id: str, partition: int) -> None:
        self.failed = 0
        self._admin = admin
        self._group_id = group_id
        self._partition = partition
        self._sent: dict[str, int] = {}
        self._answer: Future[Any] | None = None

    def commit(self, positions: Mapping[str, int]) -> None:
        """Sends the next offsets by topic, unless nothing has moved or the last ones are still under way."""
        if self._answer is not None:
            if not self._answer.done():
                return
            self._take(self._answer)
        moved = {topic: at for topic, at in positions.items() if self._sent.get(topic) != at}
        if moved:
            self._sent |= moved
            offsets = [TopicPartition(topic, self._partition, at) for topic, at in moved.items()]
            group = ConsumerGroupTopicPartitions(self._group_id, offsets)
            [self._answer] = self._admin.alter_consumer_group_offsets(
                [group], request_timeout=_REQUEST_SECONDS
            ).values()

    def _take(self, answer: Future[Any]) -> None:
        self._answer = None
        failed = answer.exception() is not None
        if failed or any(offset.error is not None for offset in answer.result().topic_partitions):
            self.failed += 1
            self._sent.clear()
