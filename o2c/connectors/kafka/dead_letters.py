"""A rejected record as it goes to the dead letters: its bytes and headers as they were, and why it was rejected.

The reason stands twice: under `o2c.error.*`, and under the names that Kafka Connect's dead letter queues have
(`org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter`), which existing tools read.
"""

from o2c.schemas.records import DeadLetter, Headers

MESSAGE_CHARACTERS = 1_000
"""A longer message is cut: it may quote the value that was rejected."""

HEADER_ROOM_BYTES = 16_384
"""What these headers, with a message of that length in them twice, add to a record at most."""

ERROR_PREFIX = "o2c.error."
CONNECT_PREFIX = "__connect.errors."
"""What the names of the added headers begin with."""

TRUNCATED_HEADER = (ERROR_PREFIX + "truncated", b"true")

_FIXED: Headers = (
    (CONNECT_PREFIX + "connector.name", b"o2c"),
    (CONNECT_PREFIX + "stage", b"VALUE_CONVERTER"),
    (CONNECT_PREFIX + "class.name", b"o2c"),
)


def headers_of(letter: DeadLetter) -> list[tuple[str, bytes | None]]:
    """The record's own headers, untouched, and behind them those that tell the rejection."""
    record = letter.record
    code = letter.code.encode()
    message = letter.message[:MESSAGE_CHARACTERS].encode("utf-8", "backslashreplace")
    topic, partition, offset = record.topic.encode(), b"%d" % record.partition, b"%d" % record.offset
    return [
        *record.headers,
        (ERROR_PREFIX + "code", code),
        (ERROR_PREFIX + "message", message),
        (ERROR_PREFIX + "topic", topic),
        (ERROR_PREFIX + "partition", partition),
        (ERROR_PREFIX + "offset", offset),
        (CONNECT_PREFIX + "topic", topic),
        (CONNECT_PREFIX + "partition", partition),
        (CONNECT_PREFIX + "offset", offset),
        (CONNECT_PREFIX + "task.id", partition),
        (CONNECT_PREFIX + "exception.class.name", code),
        (CONNECT_PREFIX + "exception.message", message),
        *_FIXED,
    ]
