"""Topics before the first event is read."""

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType
from msgspec.structs import astuple
from structlog.testing import capture_logs

from o2c.connectors.kafka.dead_letters import HEADER_ROOM_BYTES
from o2c.connectors.kafka.names import OutputTopics
from o2c.connectors.kafka.topic_rules import OutputSettings
from o2c.connectors.kafka.topics import OutputTopic, batch_bytes, check_inputs, ensure_outputs
from o2c.errors import ConfigurationError, OperatingFault
from tests.connectors.kafka.harness import NOBODY, PATIENCE_SECONDS, client_of, topic_with, unique
from tests.services.kafka import Broker


@pytest.fixture
def names() -> OutputTopics:
    return OutputTopics(*map(unique, OutputTopics.__struct_fields__))


def all_of(names: OutputTopics) -> dict[str, int]:
    return dict.fromkeys(astuple(names), 2)


def config_of(broker: Broker, topic: str) -> dict[str, str]:
    admin = AdminClient(client_of(broker))
    [answer] = admin.describe_configs([ConfigResource(ResourceType.TOPIC, topic)]).values()
    return {name: entry.value for name, entry in answer.result(PATIENCE_SECONDS).items()}


def ensure(
    broker: Broker, names: OutputTopics, inputs: tuple[str, ...] = (), *, admin: bool = True
) -> dict[str, OutputTopic]:
    settings = OutputSettings(partitions=3, replication=1)
    return ensure_outputs(client_of(broker), names=names, inputs=inputs, settings=settings, admin=admin)


def test_inputs_are_told_with_their_partitions(kafka: Broker) -> None:
    one, three = topic_with(kafka), topic_with(kafka, 3)
    assert check_inputs(client_of(kafka), [one, three]) == {one: 1, three: 3}


def test_all_missing_inputs_are_named(kafka: Broker) -> None:
    there = topic_with(kafka)
    with pytest.raises(OperatingFault, match=r"input topics missing.*: absent-a, absent-b$"):
        check_inputs(client_of(kafka), ["absent-b", there, "absent-a"])


def test_a_broker_that_does_not_answer_is_a_fault_in_time() -> None:
    with pytest.raises(OperatingFault, match=f"Kafka at {NOBODY} does not answer within 1 s: .*Connection refused"):
        check_inputs({"bootstrap.servers": NOBODY}, ["orders"], timeout_seconds=1)


def test_a_setting_that_no_client_knows_is_a_wrong_configuration() -> None:
    with pytest.raises(ConfigurationError, match=r"No such configuration property: .bootstrap\.server"):
        check_inputs({"bootstrap.server": NOBODY}, ["orders"])


def test_absent_outputs_are_made_as_the_contract_has_them(kafka: Broker, names: OutputTopics) -> None:
    made = ensure(kafka, names)
    assert {topic: found.partitions for topic, found in made.items()} == dict.fromkeys(all_of(names), 3)
    assert config_of(kafka, names.status)["cleanup.policy"] == "compact"
    assert set(config_of(kafka, names.exceptions)["cleanup.policy"].split(",")) == {"compact", "delete"}
    for topic in (names.dead_letters, names.orphans, names.billing, names.audit):
        config = config_of(kafka, topic)
        assert config["cleanup.policy"] == "delete"
        assert int(config["retention.ms"]) >= 365 * 86_400_000


def test_dead_letters_take_the_largest_input_with_its_headers(kafka: Broker, names: OutputTopics) -> None:
    inputs = (topic_with(kafka), topic_with(kafka, config={"max.message.bytes": "30000000"}))
    made = ensure(kafka, names, inputs)
    assert made[names.dead_letters].max_message_bytes == 30_000_000 + HEADER_ROOM_BYTES


def test_outputs_that_are_there_stay_as_they_are(kafka: Broker, names: OutputTopics) -> None:
    ensure(kafka, names)
    with capture_logs() as logs:
        again = ensure_outputs(
            client_of(kafka), names=names, inputs=(), settings=OutputSettings(partitions=9, replication=1)
        )
    assert {found.partitions for found in again.values()} == {3}
    assert logs == []


def test_a_wrong_cleanup_policy_is_a_fault(kafka: Broker, names: OutputTopics) -> None:
    kafka.create_topics({names.status: 1}, {"cleanup.policy": "delete"})
    with pytest.raises(OperatingFault, match=f"{names.status} has cleanup.policy=delete, it must be compact"):
        ensure(kafka, names)


def test_a_small_limit_for_dead_letters_is_a_warning(kafka: Broker, names: OutputTopics) -> None:
    kafka.create_topics({names.dead_letters: 1}, {"cleanup.policy": "delete", "max.message.bytes": "1000000"})
    with capture_logs() as logs:
        ensure(kafka, names)
    assert [(entry["log_level"], entry["topic"]) for entry in logs] == [("warning", names.dead_letters)]


def test_too_many_replicas_are_a_fault(kafka: Broker, names: OutputTopics) -> None:
    settings = OutputSettings(partitions=1, replication=3)
    with pytest.raises(OperatingFault, match=r"topic .* cannot be created: .*INVALID_REPLICATION_FACTOR"):
        ensure_outputs(client_of(kafka), names=names, inputs=(), settings=settings)


def test_without_administration_nothing_is_made_or_checked(kafka: Broker, names: OutputTopics) -> None:
    kafka.create_topics(all_of(names), {"cleanup.policy": "delete"})
    with capture_logs() as logs:
        found = ensure(kafka, names, admin=False)
    assert found == dict.fromkeys(all_of(names), OutputTopic(2, None))
    assert [entry["log_level"] for entry in logs] == ["warning"]


def test_without_administration_missing_outputs_are_a_fault(kafka: Broker, names: OutputTopics) -> None:
    there = all_of(names)
    del there[names.orphans]
    kafka.create_topics(there)
    with pytest.raises(OperatingFault, match=f"output topics missing.*: {names.orphans}$"):
        ensure(kafka, names, admin=False)


def test_a_batch_is_no_larger_than_every_output_accepts() -> None:
    assert batch_bytes({"a": OutputTopic(1, 200_000), "b": OutputTopic(1, None)}) == 200_000
    assert batch_bytes({"a": OutputTopic(1, 10_000_000)}) == 1_000_000
