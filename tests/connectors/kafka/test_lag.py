"""How far a group is behind."""

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient

from o2c.connectors.kafka.lag import Lag, lag_of
from o2c.errors import OperatingFault
from tests.connectors.kafka.harness import NOBODY, PATIENCE_SECONDS, client_of, produce, topic_with, unique
from tests.services.kafka import Broker


def commit(broker: Broker, group: str, topic: str, offsets: dict[int, int]) -> None:
    positions = [TopicPartition(topic, partition, at) for partition, at in offsets.items()]
    request = [ConsumerGroupTopicPartitions(group, positions)]
    admin = AdminClient(client_of(broker))
    for answer in admin.alter_consumer_group_offsets(request).values():
        answer.result(PATIENCE_SECONDS)


def delete_before(broker: Broker, topic: str, offset: int) -> None:
    admin = AdminClient(client_of(broker))
    for answer in admin.delete_records([TopicPartition(topic, 0, offset)]).values():
        answer.result(PATIENCE_SECONDS)


def test_all_is_behind_before_the_first_commit(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, [b"x"] * 3)
    assert lag_of(client_of(kafka), unique("group"), {topic: 1}, 10) == Lag(behind=3, lost=0, committed=False)


def test_what_is_not_committed_is_behind(kafka: Broker) -> None:
    one, two, group = topic_with(kafka, 2), topic_with(kafka), unique("group")
    for topic, partition in ((one, 0), (one, 1), (two, 0)):
        produce(kafka.bootstrap, topic, [b"x"] * 3, partition)
    commit(kafka, group, one, {0: 3, 1: 1})
    assert lag_of(client_of(kafka), group, {one: 2, two: 1}, 10) == Lag(behind=5, lost=0, committed=True)


def test_what_retention_deleted_unread_is_lost(kafka: Broker) -> None:
    topic, group = topic_with(kafka), unique("group")
    produce(kafka.bootstrap, topic, [b"x"] * 5)
    commit(kafka, group, topic, {0: 1})
    delete_before(kafka, topic, 4)
    assert lag_of(client_of(kafka), group, {topic: 1}, 10) == Lag(behind=4, lost=3, committed=True)


def test_a_broker_that_does_not_answer_is_a_fault() -> None:
    with pytest.raises(OperatingFault, match="the offsets of group g are not told"):
        lag_of({"bootstrap.servers": NOBODY}, "g", {"topic": 1}, 1)
