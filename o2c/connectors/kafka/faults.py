"""Which of Kafka's errors pass by themselves, which end the job, and how one reads in a line."""

# librdkafka's own error codes are public constants whose names begin with an underscore.
# ruff: noqa: SLF001

from collections.abc import Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from o2c.errors import OperatingFault

END_OF_PARTITION = KafkaError._PARTITION_EOF
OUT_OF_RANGE = frozenset({KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE, KafkaError._LOG_TRUNCATION})
TOPIC_EXISTS = KafkaError.TOPIC_ALREADY_EXISTS
TOO_LARGE = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE})
UNKNOWN_TOPIC = frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION})

_TRANSIENT = frozenset(
    {
        KafkaError._TRANSPORT,
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._RESOLVE,
        KafkaError._SSL,
        KafkaError._TIMED_OUT,
        KafkaError._TIMED_OUT_QUEUE,
        KafkaError._RETRY,
        KafkaError._WAIT_COORD,
        KafkaError._MAX_POLL_EXCEEDED,
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.FENCED_LEADER_EPOCH,
        # A group that may not be written to only leaves the lag invisible.
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.KAFKA_STORAGE_ERROR,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NETWORK_EXCEPTION,
        KafkaError.NOT_COORDINATOR,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError.REPLICA_NOT_AVAILABLE,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.THROTTLING_QUOTA_EXCEEDED,
        KafkaError.UNKNOWN_LEADER_EPOCH,
    }
)
_REFUSALS = frozenset(
    {
        KafkaError._AUTHENTICATION,
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
    }
)


def is_transient(error: KafkaError) -> bool:
    """Whether librdkafka goes on by itself and the fault may pass."""
    return error.code() in _TRANSIENT and not error.fatal()


def reason(error: KafkaError) -> str:
    """The error as part of one line, with its name."""
    return f"{' '.join(error.str().split())} ({error.name()})"


def kafka_error(exception: BaseException) -> KafkaError:
    """What a client raised, as a KafkaError, whatever it is wrapped in."""
    if isinstance(exception, KafkaException) and exception.args and isinstance(exception.args[0], KafkaError):
        return exception.args[0]
    return KafkaError(KafkaError._FAIL, f"{type(exception).__name__}: {exception}")


class LastError:
    """An `error_cb` that keeps a client's last error, for the line that says why it does not answer.

    `refusal` is the first error after which waiting does not help.
    """

    def __init__(self) -> None:
        self.error: KafkaError | None = None
        self.refusal: KafkaError | None = None

    def __call__(self, error: KafkaError) -> None:
        """Keeps `error`, unless it only says that nobody answers where it is known why."""
        if self.error is None or error.code() != KafkaError._ALL_BROKERS_DOWN:
            self.error = error
        if self.refusal is None and (error.fatal() or error.code() in _REFUSALS):
            self.refusal = error

    def because(self) -> str:
        """The end of a line: the last error, if there was one."""
        return "" if self.error is None else f": {reason(self.error)}"


def addresses(client: Mapping[str, Any]) -> str:
    """The brokers' addresses as the user gave them, for messages."""
    return str(client.get("bootstrap.servers", client.get("metadata.broker.list", "(no bootstrap.servers)")))


def unreachable(client: Mapping[str, Any], timeout_seconds: float, errors: LastError) -> OperatingFault:
    """The one line for a broker that does not answer at the start."""
    return OperatingFault(
        f"Kafka at {addresses(client)} does not answer within {timeout_seconds:g} s{errors.because()}"
    )
