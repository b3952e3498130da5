"""The topics before the first event is read: inputs must be there, outputs are made and checked."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer
from time import monotonic, sleep
from typing import Any

import structlog
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType
from msgspec import Struct

from o2c.connectors.kafka.clients import admin_client
from o2c.connectors.kafka.dead_letters import HEADER_ROOM_BYTES
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
from o2c.errors import OperatingFault

START_TIMEOUT_SECONDS = 30.0
BROKER_DEFAULT = -1

_BATCH_BYTES = 1_000_000
_DAY_MS = 86_400_000
_LEAST_MESSAGE_BYTES = 10 * 1024 * 1024
_METADATA_RETRY_SECONDS = 0.2
_ON_DEMAND_SECONDS = 3.0

_log = structlog.get_logger("o2c.connectors.kafka")


class OutputSettings(Struct, frozen=True):
    """How output topics are made where they are absent; -1 leaves a number to the broker.

    The job's records are kept long: exceptions beyond the longest time that an order may stay open, dead letters and
    orphans until somebody has looked at them.
    """

    partitions: int = BROKER_DEFAULT
    replication: int = BROKER_DEFAULT
    exceptions_retention_days: int = 800
    rejected_retention_days: int = 365


class OutputTopic(Struct, frozen=True):
    """An output topic as it is: `max_message_bytes` is None where the broker was not asked."""

    partitions: int
    max_message_bytes: int | None


class _Wanted(Struct, frozen=True):
    cleanup: frozenset[str]
    max_message_bytes: int
    retention_days: int | None

    def config(self) -> dict[str, str]:
        config = {
            "cleanup.policy": ",".join(sorted(self.cleanup)),
            "max.message.bytes": str(self.max_message_bytes),
        }
        if self.retention_days is not None:
            config["retention.ms"] = str(self.retention_days * _DAY_MS)
        return config


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
        wanted = self._wanted(names, self._largest_message(tuple(inputs)), settings)
        present = self.partitions(wanted)
        absent = {topic: wanted[topic] for topic in wanted if topic not in present}
        if absent:
            self._create(absent, settings)
            present = self._appeared(tuple(wanted))
        limits = self._check(wanted)
        return {topic: OutputTopic(present[topic], limits[topic]) for topic in wanted}

    def _unchecked(self, names: OutputTopics) -> dict[str, OutputTopic]:
        topics = _all_of(names)
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

    def _wanted(self, names: OutputTopics, largest_bytes: int, settings: OutputSettings) -> dict[str, _Wanted]:
        ample = max(_LEAST_MESSAGE_BYTES, largest_bytes + HEADER_ROOM_BYTES)
        rejected = _Wanted(frozenset({"delete"}), ample, settings.rejected_retention_days)
        exceptions = frozenset({"compact", "delete"})
        return {
            names.status: _Wanted(frozenset({"compact"}), _LEAST_MESSAGE_BYTES, None),
            names.exceptions: _Wanted(exceptions, _LEAST_MESSAGE_BYTES, settings.exceptions_retention_days),
            names.dead_letters: rejected,
            names.orphans: rejected,
        }

    def _largest_message(self, inputs: tuple[str, ...]) -> int:
        configs = self._configs(inputs)
        return max((int(config["max.message.bytes"]) for config in configs.values()), default=0)

    def _create(self, absent: Mapping[str, _Wanted], settings: OutputSettings) -> None:
        topics = [
            NewTopic(
                topic,
                num_partitions=settings.partitions,
                replication_factor=settings.replication,
                config=wanted.config(),
            )
            for topic, wanted in absent.items()
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

    def _check(self, wanted: Mapping[str, _Wanted]) -> dict[str, int]:
        """Raises OperatingFault for a wrong cleanup policy, warns of a small limit; the limits by topic."""
        limits = {}
        for topic, config in self._configs(tuple(wanted)).items():
            cleanup = frozenset(part.strip() for part in config["cleanup.policy"].split(","))
            if cleanup != wanted[topic].cleanup:
                raise OperatingFault(
                    f"topic {topic} has cleanup.policy={config['cleanup.policy']}, it must be"
                    f" {','.join(sorted(wanted[topic].cleanup))}"
                )
            limits[topic] = int(config["max.message.bytes"])
            if limits[topic] < wanted[topic].max_message_bytes:
                _log.warning(
                    "kafka output topic takes smaller records than it may get",
                    topic=topic,
                    max_message_bytes=limits[topic],
                    wanted=wanted[topic].max_message_bytes,
                )
        return limits

    def _configs(self, topics: tuple[str, ...]) -> dict[str, dict[str, str]]:
        if not topics:
            return {}
        resources = [ConfigResource(ResourceType.TOPIC, topic) for topic in topics]
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
        try:
            metadata = (
                self._admin.list_topics(timeout=self._timeout_seconds)
                if topic is None
                else self._admin.list_topics(topic, timeout=self._timeout_seconds)
            )
        except KafkaException as exception:
            raise self._refused("the topics are not told", exception) from exception
        return {
            name: len(found.partitions)
            for name, found in metadata.topics.items()
            if found.error is None and found.partitions
        }

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


def _all_of(names: OutputTopics) -> tuple[str, ...]:
    return (names.status, names.exceptions, names.dead_letters, names.orphans)
