"""A rejected record as it goes to the dead letters: its bytes and headers as they were, and why it was rejected.

The reason stands twice: under `o2c.error.*`, and under the names that Kafka Connect's dead letter queues have
(`org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter`), which existing tools read.
"""

from o2c.schemas.records import DeadLetter, Headers

MESSAGE_CHARACTERS = 1_000
"""A longer message is cut: it may quote the value that was rejected."""

HEADER_ROOM_BYTES = 16_384
"""What these headers, with a message of that length in them twice, add to a record at most."""

TRUNCATED_HEADER = ("o2c.error.truncated", b"true")

_CONNECT = "__connect.errors."
_FIXED: Headers = (
    (_CONNECT + "connector.name", b"o2c"),
    (_CONNECT + "stage", b"VALUE_CONVERTER"),
    (_CONNECT + "class.name", b"o2c"),
)


def headers_of(letter: DeadLetter) -> list[tuple[str, bytes | None]]:
    """The record's own headers, untouched, and behind them those that tell the rejection."""
    record = letter.record
    code = letter.code.encode()
    message = letter.message[:MESSAGE_CHARACTERS].encode("utf-8", "backslashreplace")
    topic, partition, offset = record.topic.encode(), b"%d" % record.partition, b"%d" % record.offset
    return [
        *record.headers,
        ("o2c.error.code", code),
        ("o2c.error.message", message),
        ("o2c.error.topic", topic),
        ("o2c.error.partition", partition),
        ("o2c.error.offset", offset),
        (_CONNECT + "topic", topic),
        (_CONNECT + "partition", partition),
        (_CONNECT + "offset", offset),
        (_CONNECT + "task.id", partition),
        (_CONNECT + "exception.class.name", code),
        (_CONNECT + "exception.message", message),
        *_FIXED,
    ]
