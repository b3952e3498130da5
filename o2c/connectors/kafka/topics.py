"""The topics before the first event is read: inputs must be there, outputs are made and checked."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer
from time import monotonic, sleep
from typing import Any

import structlog
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata, ConfigResource, NewTopic, ResourceType
from msgspec import Struct
from msgspec.structs import astuple

from o2c.connectors.kafka.clients import admin_client
from o2c.connectors.kafka.faults import (
    TOPIC_EXISTS,
    LastError,
    addresses,
    is_transient,
    kafka_error,
    reason,
    unreachable,
)
from o2c.connectors.kafka.names import OutputTopics
from o2c.connectors.kafka.topic_rules import OutputSettings, TopicRule, message_limit, output_rules
from o2c.errors import OperatingFault

START_TIMEOUT_SECONDS = 30.0

_BATCH_BYTES = 1_000_000
_METADATA_RETRY_SECONDS = 0.2
_ON_DEMAND_SECONDS = 3.0

_log = structlog.get_logger("o2c.connectors.kafka")


class OutputTopic(Struct, frozen=True):
    """An output topic as it is: `max_message_bytes` is None where the broker was not asked."""

    partitions: int
    max_message_bytes: int | None


class TopicAdministration:
    """Looks at topics and makes them. Every method raises OperatingFault with one line.

    `timeout_seconds` bounds each question; a broker that cannot be reached is one that does not answer within it.
    """

    def __init__(self, client: Mapping[str, Any], timeout_seconds: float = START_TIMEOUT_SECONDS) -> None:
        self._client = client
        self._timeout_seconds = timeout_seconds
        self._errors = LastError()
        self._admin: AdminClient = admin_client(client, self._errors)

    def partitions(self, topics: Iterable[str]) -> dict[str, int]:
        """How many partitions each of the topics has that are there and visible to this user."""
        present = self._metadata()
        return {topic: present[topic] for topic in topics if topic in present}

    def check_inputs(self, topics: Iterable[str]) -> dict[str, int]:
        """The input topics' partition counts; all that are missing are named."""
        wanted = tuple(topics)
        found = self.partitions(wanted)
        missing = [topic for topic in wanted if topic not in found]
        if missing:
            raise OperatingFault(
                f"input topics missing on Kafka at {addresses(self._client)}, or not visible to this user: "
                + ", ".join(sorted(missing))
            )
        return found

    def ensure_outputs(
        self, names: OutputTopics, inputs: Iterable[str], settings: OutputSettings, *, admin: bool = True
    ) -> dict[str, OutputTopic]:
        """The output topics, made where they are absent and checked where they are not, by name.

        With `admin` off nothing is made or looked at but their partitions.
        """
        if not admin:
            return self._unchecked(names)
        return self.ensure(output_rules(names, self.largest_message(inputs), settings), settings)

    def ensure(self, rules: Mapping[str, TopicRule], settings: OutputSettings) -> dict[str, OutputTopic]:
        """The topics by name, made by these rules where they are absent and held to them where they are not."""
        present = self.partitions(rules)
        absent = {topic: rules[topic] for topic in rules if topic not in present}
        if absent:
            self._create(absent, settings)
            present = self._appeared(tuple(rules))
        limits = self._check(rules)
        return {topic: OutputTopic(present[topic], limits[topic]) for topic in rules}

    def largest_message(self, topics: Iterable[str]) -> int:
        """The largest message that any of the topics takes, in bytes; 0 without topics."""
        return max((message_limit(config) for config in self.configs(topics).values()), default=0)

    def brokers(self) -> int:
        """How many brokers the cluster has that answers."""
        return len(self._cluster().brokers)

    def _unchecked(self, names: OutputTopics) -> dict[str, OutputTopic]:
        topics = all_outputs(names)
        _log.warning("kafka topic administration is off: output topics are neither made nor checked", topics=topics)
        present = self.partitions(topics)
        for topic in topics:
            if topic not in present:
                # Asked by name, a broker that makes topics on demand makes it.
                present |= self._made_on_demand(topic)
        missing = [topic for topic in topics if topic not in present]
        if missing:
            raise OperatingFault(f"output topics missing, and topic administration is off: {', '.join(missing)}")
        return {topic: OutputTopic(present[topic], None) for topic in topics}

    def _made_on_demand(self, topic: str) -> dict[str, int]:
        deadline = monotonic() + min(self._timeout_seconds, _ON_DEMAND_SECONDS)
        while not (found := self._metadata(topic)) and monotonic() < deadline:
            sleep(_METADATA_RETRY_SECONDS)
        return found

    def _create(self, absent: Mapping[str, TopicRule], settings: OutputSettings) -> None:
        topics = [
            NewTopic(
                topic,
                num_partitions=settings.partitions,
                replication_factor=settings.replication,
                config=rule.config(),
            )
            for topic, rule in absent.items()
        ]
        seconds = self._timeout_seconds
        futures = self._admin.create_topics(topics, operation_timeout=seconds, request_timeout=seconds)
        for topic, created in futures.items():
            self._await_created(topic, created)

    def _await_created(self, topic: str, created: Future[None]) -> None:
        try:
            created.result(self._timeout_seconds + 1)
        except (KafkaException, NoAnswer) as exception:
            # Another process that starts at the same time may have been quicker.
            if kafka_error(exception).code() != TOPIC_EXISTS:
                raise self._refused(f"topic {topic} cannot be created", exception) from exception

    def _appeared(self, topics: tuple[str, ...]) -> dict[str, int]:
        """A topic that was just made takes a moment to be known to all brokers."""
        deadline = monotonic() + self._timeout_seconds
        while True:
            present = self.partitions(topics)
            if len(present) == len(topics):
                return present
            if monotonic() > deadline:
                missing = ", ".join(sorted(set(topics) - set(present)))
                raise OperatingFault(f"topics created but not there after {self._timeout_seconds:g} s: {missing}")
            sleep(_METADATA_RETRY_SECONDS)

    def _check(self, rules: Mapping[str, TopicRule]) -> dict[str, int]:
        """Raises OperatingFault for a wrong cleanup policy, warns of a small limit; the limits by topic."""
        limits = {}
        for topic, config in self.configs(rules).items():
            rule = rules[topic]
            if not rule.has_cleanup(config):
                raise OperatingFault(
                    f"topic {topic} has cleanup.policy={config['cleanup.policy']}, it must be {rule.cleanup_text}"
                )
            limits[topic] = message_limit(config)
            if not rule.takes_all(config):
                _log.warning(
                    "kafka output topic takes smaller records than it may get",
                    topic=topic,
                    max_message_bytes=limits[topic],
                    wanted=rule.max_message_bytes,
                )
        return limits

    def configs(self, topics: Iterable[str]) -> dict[str, dict[str, str]]:
        """The topics' configurations, by name. The topics must be there."""
        resources = [ConfigResource(ResourceType.TOPIC, topic) for topic in topics]
        if not resources:
            return {}
        futures = self._admin.describe_configs(resources, request_timeout=self._timeout_seconds)
        configs = {}
        for resource, answer in futures.items():
            try:
                entries = answer.result(self._timeout_seconds + 1)
            except (KafkaException, NoAnswer) as exception:
                raise self._refused(f"the configuration of topic {resource.name} is not told", exception) from exception
            configs[resource.name] = {name: str(entry.value) for name, entry in entries.items()}
        return configs

    def _metadata(self, topic: str | None = None) -> dict[str, int]:
        """Partition counts by topic, without those that the broker only names with an error."""
        return {
            name: len(found.partitions)
            for name, found in self._cluster(topic).topics.items()
            if found.error is None and found.partitions
        }

    def _cluster(self, topic: str | None = None) -> ClusterMetadata:
        try:
            return (
                self._admin.list_topics(timeout=self._timeout_seconds)
                if topic is None
                else self._admin.list_topics(topic, timeout=self._timeout_seconds)
            )
        except KafkaException as exception:
            raise self._refused("the topics are not told", exception) from exception

    def _refused(self, what: str, exception: BaseException) -> OperatingFault:
        error = kafka_error(exception)
        self._admin.poll(0)
        if self._errors.refusal is not None:
            return OperatingFault(f"Kafka at {addresses(self._client)} refuses: {reason(self._errors.refusal)}")
        if is_transient(error):
            return unreachable(self._client, self._timeout_seconds, self._errors)
        return OperatingFault(f"{what}: {reason(error)} (O2C_TOPIC_ADMIN=off leaves topics to you)")


def check_inputs(
    client: Mapping[str, Any], topics: Iterable[str], timeout_seconds: float = START_TIMEOUT_SECONDS
) -> dict[str, int]:
    """The input topics' partition counts. Raises OperatingFault: broker unreachable, or the missing ones named."""
    return TopicAdministration(client, timeout_seconds).check_inputs(topics)


def ensure_outputs(
    client: Mapping[str, Any],
    *,
    names: OutputTopics,
    inputs: Iterable[str],
    settings: OutputSettings,
    admin: bool = True,
    timeout_seconds: float = START_TIMEOUT_SECONDS,
) -> dict[str, OutputTopic]:
    """The output topics by name, made where absent, checked where not. Raises OperatingFault."""
    administration = TopicAdministration(client, timeout_seconds)
    return administration.ensure_outputs(names, inputs, settings, admin=admin)


def batch_bytes(topics: Mapping[str, OutputTopic]) -> int:
    """The largest batch that every output topic accepts: a broker refuses a larger one as a whole."""
    return min((_BATCH_BYTES, *(topic.max_message_bytes or _BATCH_BYTES for topic in topics.values())))


def all_outputs(names: OutputTopics) -> tuple[str, ...]:
    """The names of all output topics."""
    return astuple(names)
