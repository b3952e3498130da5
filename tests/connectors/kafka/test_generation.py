"""The highest generation, read back from the status topic."""

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from o2c.connectors.kafka.generation import highest_generation
from o2c.errors import OperatingFault
from tests.connectors.kafka.harness import (
    NOBODY,
    PATIENCE_SECONDS,
    client_of,
    produce,
    produce_in_transaction,
    topic_with,
    unique,
)
from tests.services.kafka import Broker


def write(broker: Broker, topic: str, generation: int, partition: int = 0, count: int = 1) -> None:
    for sequence in range(1, count + 1):
        headers = [("o2c.version", b"%d" % ((generation << 32) + sequence))]
        produce(broker.bootstrap, topic, [b"{}"], partition, headers=headers)


def highest(broker: Broker, topic: str, partitions: int = 1) -> int:
    return highest_generation(client_of(broker), topic, partitions, unique("group"), PATIENCE_SECONDS)


def test_an_empty_topic_has_no_generation(kafka: Broker) -> None:
    assert highest(kafka, topic_with(kafka, 2), 2) == 0


def test_the_highest_of_the_last_records_counts(kafka: Broker) -> None:
    topic = topic_with(kafka, 3)
    write(kafka, topic, 3, partition=0, count=2)
    write(kafka, topic, 5, partition=1)
    assert highest(kafka, topic, 3) == 5


def test_markers_and_records_of_others_behind_the_last_status_do_not_hide_it(kafka: Broker) -> None:
    topic = topic_with(kafka)
    write(kafka, topic, 4)
    produce(kafka.bootstrap, topic, [b"without a version"] * 40)
    for _ in range(3):
        produce_in_transaction(kafka.bootstrap, topic, [b"without a version"])
    assert highest(kafka, topic) == 4


def test_a_topic_whose_records_were_deleted_has_no_generation(kafka: Broker) -> None:
    topic = topic_with(kafka)
    write(kafka, topic, 4, count=3)
    admin = AdminClient(client_of(kafka))
    for deleted in admin.delete_records([TopicPartition(topic, 0, 3)]).values():
        deleted.result(PATIENCE_SECONDS)
    assert highest(kafka, topic) == 0


def test_a_topic_of_others_has_no_generation(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, [b"other"] * 30, headers=[("o2c.version", b"not a number")])
    assert highest(kafka, topic) == 0


def test_a_broker_that_does_not_answer_is_a_fault() -> None:
    with pytest.raises(OperatingFault):
        highest_generation({"bootstrap.servers": NOBODY}, "status", 1, "group", 1)
