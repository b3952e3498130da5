"""How every Kafka client of the job is made.

`client` is the user's librdkafka configuration (`bootstrap.servers`, TLS, SASL). What the job's guarantees rest on is
laid over it; what is merely tuned lies under it. What librdkafka does not accept is a ConfigurationError.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from o2c.connectors.kafka.faults import kafka_error, reason
from o2c.errors import ConfigurationError

# librdkafka's own lines: silent unless the operator configures logging, for what matters is said in one line of ours.
_LIBRARY_LOG = logging.getLogger("o2c.connectors.kafka.librdkafka")
_LIBRARY_LOG.addHandler(logging.NullHandler())

_LARGEST_MESSAGE_BYTES = 128 * 1024 * 1024
_LARGEST_RESPONSE_BYTES = 1_000_000_000

_TUNED_CLIENT: dict[str, Any] = {
    "reconnect.backoff.max.ms": 1_000,
    "client.id": "o2c",
    # Errors alone: the library has a remark on every client that ends, and then nobody's logger but standard error.
    "log_level": 3,
}
_TUNED_CONSUMER: dict[str, Any] = {
    # A lane's read-ahead: enough to keep the job busy, little enough to have many lanes.
    "queued.min.messages": 40_000,
    "queued.max.messages.kbytes": 16_384,
    # With librdkafka's default of a second, a full queue that was just emptied stays empty for as long.
    "fetch.queue.backoff.ms": 5,
    "message.max.bytes": _LARGEST_MESSAGE_BYTES,
    "receive.message.max.bytes": _LARGEST_RESPONSE_BYTES,
}
_TUNED_PRODUCER: dict[str, Any] = {
    "linger.ms": 5,
    "queue.buffering.max.messages": 200_000,
    "queue.buffering.max.kbytes": 262_144,
    "message.max.bytes": _LARGEST_MESSAGE_BYTES,
}
_FIRM_CONSUMER: dict[str, Any] = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "error",
    "enable.partition.eof": True,
}
_FIRM_PRODUCER: dict[str, Any] = {
    "enable.idempotence": True,
    "acks": "all",
    # Java's partitioner, so that others find an order's records where they expect them.
    "partitioner": "murmur2_random",
}

ErrorCallback = Callable[[KafkaError], None]


def isolation(client: Mapping[str, Any]) -> IsolationLevel:
    """What a consumer of this configuration gets to see: librdkafka's default is committed records alone."""
    uncommitted = client.get("isolation.level") == "read_uncommitted"
    return IsolationLevel.READ_UNCOMMITTED if uncommitted else IsolationLevel.READ_COMMITTED


@contextmanager
def _checked() -> Iterator[None]:
    """What librdkafka refuses before it speaks to anybody is a wrong setting."""
    try:
        yield
    except KafkaException as exception:
        raise ConfigurationError(f"the Kafka client's configuration: {reason(kafka_error(exception))}") from exception


def admin_client(client: Mapping[str, Any], on_error: ErrorCallback) -> AdminClient:
    """An admin client; whoever keeps one polls it, for its errors and log lines come by `poll`."""
    configuration: dict[str, Any] = {**_TUNED_CLIENT, **client, "error_cb": on_error, "logger": _LIBRARY_LOG}
    with _checked():
        return AdminClient(configuration)


def consumer(client: Mapping[str, Any], group_id: str, on_error: ErrorCallback) -> Consumer:
    """A consumer that commits nothing by itself, says where partitions end, and resets no offset silently."""
    configuration = {**_TUNED_CLIENT, **_TUNED_CONSUMER, **client, **_FIRM_CONSUMER}
    with _checked():
        return Consumer({**configuration, "group.id": group_id, "error_cb": on_error, "logger": _LIBRARY_LOG})


def producer(client: Mapping[str, Any], on_error: ErrorCallback, settings: Mapping[str, Any]) -> Producer:
    """An idempotent producer: within a partition, records arrive once and in order. `settings` are the sink's own."""
    configuration = {**_TUNED_CLIENT, **_TUNED_PRODUCER, **client, **_FIRM_PRODUCER, **settings}
    with _checked():
        return Producer({**configuration, "error_cb": on_error, "logger": _LIBRARY_LOG})
