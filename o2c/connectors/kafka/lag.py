"""How far a group's committed offsets are behind the ends of its topics."""

from collections.abc import Mapping
from concurrent.futures import TimeoutError as NoAnswer
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException
from confluent_kafka.admin import AdminClient
from msgspec import Struct

from o2c.connectors.kafka.clients import admin_client
from o2c.connectors.kafka.faults import LastError, kafka_error, reason
from o2c.connectors.kafka.offsets import Offsets
from o2c.errors import OperatingFault


class Lag(Struct, frozen=True):
    """`behind`: records between the committed offsets and the ends. `lost`: of these, how many retention has deleted.

    `committed` is False where the group has committed nothing yet; then all that is there is behind.
    """

    behind: int
    lost: int
    committed: bool


def lag_of(
    client: Mapping[str, Any], group_id: str, partitions_by_topic: Mapping[str, int], timeout_seconds: float
) -> Lag:
    """The lag over all partitions of the topics. Raises OperatingFault."""
    admin = admin_client(client, LastError())
    committed = _committed(admin, group_id, timeout_seconds)
    offsets = Offsets(admin, timeout_seconds)
    behind = lost = 0
    for partition in range(max(partitions_by_topic.values(), default=0)):
        topics = [topic for topic, count in partitions_by_topic.items() if partition < count]
        low, high = offsets.earliest(topics, partition), offsets.latest(topics, partition)
        for topic in topics:
            at = committed.get((topic, partition), low[topic])
            behind += max(0, high[topic] - at)
            lost += max(0, low[topic] - at)
    known = any(topic in partitions_by_topic for topic, _ in committed)
    return Lag(behind, lost, known)


def _committed(admin: AdminClient, group_id: str, timeout_seconds: float) -> dict[tuple[str, int], int]:
    [answer] = admin.list_consumer_group_offsets(
        [ConsumerGroupTopicPartitions(group_id)], request_timeout=timeout_seconds
    ).values()
    try:
        found = answer.result(timeout_seconds + 1)
    except (KafkaException, NoAnswer) as exception:
        raise OperatingFault(
            f"the offsets of group {group_id} are not told: {reason(kafka_error(exception))}"
        ) from None
    return {(each.topic, each.partition): each.offset for each in found.topic_partitions if each.offset >= 0}
