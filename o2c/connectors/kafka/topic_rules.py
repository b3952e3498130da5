"""What the job's own topics must be: how they are made where they are absent, and checked where they are not."""

from collections.abc import Mapping

from msgspec import Struct

from o2c.connectors.kafka.dead_letters import HEADER_ROOM_BYTES
from o2c.connectors.kafka.names import OutputTopics

BROKER_DEFAULT = -1

_DAY_MS = 86_400_000
_LEAST_MESSAGE_BYTES = 10 * 1024 * 1024


class OutputSettings(Struct, frozen=True):
    """How output topics are made where they are absent; -1 leaves a number to the broker.

    The job's records are kept long: exceptions and audits beyond the longest time that an order may stay open, dead
    letters and orphans until somebody has looked at them, billing records until a new billing system has read them.
    """

    partitions: int = BROKER_DEFAULT
    replication: int = BROKER_DEFAULT
    exceptions_retention_days: int = 800
    rejected_retention_days: int = 365
    billing_retention_days: int = 365


class TopicRule(Struct, frozen=True):
    """What one topic must be. `retention_days` is None for a topic that keeps its last records for good."""

    cleanup: frozenset[str]
    max_message_bytes: int
    retention_days: int | None

    @property
    def cleanup_text(self) -> str:
        """The cleanup policy as the broker writes it."""
        return ",".join(sorted(self.cleanup))

    def config(self) -> dict[str, str]:
        """The configuration with which the topic is made."""
        config = {"cleanup.policy": self.cleanup_text, "max.message.bytes": str(self.max_message_bytes)}
        if self.retention_days is not None:
            config["retention.ms"] = str(self.retention_days * _DAY_MS)
        return config

    def has_cleanup(self, config: Mapping[str, str]) -> bool:
        """Whether a topic of this configuration keeps what must be kept: a job does not start otherwise."""
        return frozenset(part.strip() for part in config["cleanup.policy"].split(",")) == self.cleanup

    def takes_all(self, config: Mapping[str, str]) -> bool:
        """Whether a topic of this configuration takes the largest record that it may get."""
        return message_limit(config) >= self.max_message_bytes


REDRIVEN = TopicRule(frozenset({"compact"}), _LEAST_MESSAGE_BYTES, None)
"""The topic that remembers which dead letters were sent back: for good, as a mark must outlive its letter."""


def output_rules(names: OutputTopics, largest_input_bytes: int, settings: OutputSettings) -> dict[str, TopicRule]:
    """By name what each output topic must be, where no input is larger than that."""
    ample = max(_LEAST_MESSAGE_BYTES, largest_input_bytes + HEADER_ROOM_BYTES)
    rejected = TopicRule(frozenset({"delete"}), ample, settings.rejected_retention_days)
    exceptions = frozenset({"compact", "delete"})
    return {
        names.status: TopicRule(frozenset({"compact"}), _LEAST_MESSAGE_BYTES, None),
        names.exceptions: TopicRule(exceptions, _LEAST_MESSAGE_BYTES, settings.exceptions_retention_days),
        names.dead_letters: rejected,
        names.orphans: rejected,
        names.billing: TopicRule(frozenset({"delete"}), _LEAST_MESSAGE_BYTES, settings.billing_retention_days),
        names.audit: TopicRule(frozenset({"delete"}), _LEAST_MESSAGE_BYTES, settings.exceptions_retention_days),
    }


def message_limit(config: Mapping[str, str]) -> int:
    """The largest batch in bytes that a topic of this configuration takes."""
    return int(config["max.message.bytes"])
