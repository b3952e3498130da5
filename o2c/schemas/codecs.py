"""Records to events: JSON or Avro, with or without a CloudEvents envelope. What is no event becomes a dead letter."""

import re
from typing import Any, cast

import msgspec
from msgspec import Raw, Struct

from o2c.schemas.avro_reading import MAGIC, AvroReader, SchemaLookup, as_json
from o2c.schemas.bodies import instant
from o2c.schemas.canonical import document_of, heartbeat_of
from o2c.schemas.cloudevents import (
    SPECVERSION_HEADER,
    Envelope,
    is_structured,
    unwrap_binary,
    unwrap_structured,
)
from o2c.schemas.documents import Arrival, Heartbeat
from o2c.schemas.events import Event
from o2c.schemas.explanations import JSON_ERRORS, invalid, reject_control_characters, rejection_of
from o2c.schemas.reading import READING_CLASSES
from o2c.schemas.records import DeadLetter, Record
from o2c.schemas.rejections import Rejection

MAX_BYTES = 1_048_576
"""The default bound on a value: what a Kafka broker takes by default."""

_MESSAGE_LENGTH = 500
_TRACEPARENT_LENGTH = 128
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_READERS = {name: msgspec.json.Decoder(known, float_hook=str).decode for name, known in READING_CLASSES.items()}


class _Stated(Struct, gc=False):
    type: Any = None


_stated = msgspec.json.Decoder(_Stated)
_members = msgspec.json.Decoder(dict[str, Raw])


class Decoder:
    """Decodes input records. `types_by_topic` says what each topic carries; elsewhere the event itself must."""

    def __init__(
        self, types_by_topic: dict[str, str], registry: SchemaLookup | None = None, *, max_bytes: int = MAX_BYTES
    ) -> None:
        self._types_by_topic = types_by_topic
        self._avro = AvroReader(registry)
        self._max_bytes = max_bytes

    def decode(self, record: Record) -> Arrival | Heartbeat | DeadLetter:
        """What `record` carries. Raises nothing but OperatingFault, where the schema registry does not answer."""
        try:
            value = record.value
            if not value or len(value) > self._max_bytes:
                raise _unreadable(value, self._max_bytes)
            document_type = self._types_by_topic.get(record.topic)
            if document_type is None or record.headers or value[0] == MAGIC or b"specversion" in value:
                document_type, event = self._read(document_type, self._envelope(record, value))
            else:
                event = _read_json(document_type, value)
            if document_type == "heartbeat":
                return heartbeat_of(event)
            document = document_of(document_type, event)
            received_at = record.timestamp_us
            if event.received_at is not None:
                received_at = instant(event.received_at, "received_at")
            elif received_at < 0:
                received_at = document.occurred_at
            if event.traceparent is None and not record.headers:
                return Arrival(document, received_at)
            return Arrival(document, received_at, _traceparent(record, event))
        except Rejection as rejection:
            return DeadLetter(record, rejection.code, _one_line(rejection.message))

    def event_json(self, record: Record) -> bytes:
        """The event in `record` as JSON, out of its envelope and encoding. Raises Rejection where there is none."""
        if not record.value or len(record.value) > self._max_bytes:
            raise _unreadable(record.value, self._max_bytes)
        envelope = self._envelope(record, record.value)
        value = envelope.value
        if value[0] == MAGIC:
            return as_json(_filled_fields(self._avro.read(value).fields, envelope))
        try:
            return msgspec.json.format(_filled_json(value, envelope), indent=-1)
        except JSON_ERRORS as error:
            raise rejection_of(error, value) from None

    def _envelope(self, record: Record, value: bytes) -> Envelope:
        headers = dict(record.headers)
        if value[0] != MAGIC:
            content_type = (headers.get("content-type") or b"").decode("utf-8", "replace")
            try:
                if is_structured(content_type, value):
                    return _not_empty(unwrap_structured(value))
            except JSON_ERRORS as error:
                raise rejection_of(error, value) from None
        if SPECVERSION_HEADER in headers:
            return unwrap_binary(record.headers, value)
        return Envelope(value, {})

    def _read(self, expected: str | None, envelope: Envelope) -> tuple[str, Any]:
        value = envelope.value
        if value[0] == MAGIC:
            return self._read_avro(expected, envelope)
        document_type = _document_type(expected, envelope.document_type)
        try:
            if envelope.fields:
                value = _filled_json(value, envelope)
            if document_type is None:
                document_type = _known(_stated.decode(value).type)
        except JSON_ERRORS as error:
            raise rejection_of(error, value) from None
        return document_type, _read_json(document_type, value)

    def _read_avro(self, expected: str | None, envelope: Envelope) -> tuple[str, Event]:
        content = self._avro.read(envelope.value, expected)
        fields = _filled_fields(content.fields, envelope)
        stated = fields.get("type")
        document_type = _document_type(expected or content.document_type, envelope.document_type)
        if document_type is None or stated not in (None, document_type):
            document_type = _agreed(document_type, _known(stated))
        try:
            event = cast("Event", msgspec.convert(fields, READING_CLASSES[document_type]))
        except msgspec.ValidationError as error:
            raise invalid(error) from None
        # JSON escapes what it must: without a backslash there is no control character anywhere.
        if b"\\" in msgspec.json.encode(event, enc_hook=str):
            reject_control_characters(event)
        return document_type, event


def _unreadable(value: bytes | None, max_bytes: int) -> Rejection:
    """Why a value is not even looked at."""
    if value is None:
        return Rejection("NULL_VALUE", "The record has no value")
    if not value:
        return Rejection("EMPTY_VALUE", "The value is empty")
    return Rejection("OVERSIZED", f"The value has {len(value)} bytes, more than {max_bytes}")


def _read_json(document_type: str, value: bytes) -> Any:
    try:
        if not value.isascii():
            value.decode()
        event: Any = _READERS[document_type](value)
    except JSON_ERRORS as error:
        raise _better(rejection_of(error, value), document_type, value) from None
    if event.type is not None and event.type != document_type:
        _agreed(document_type, _known(event.type))
    if b"\\" in value:
        reject_control_characters(event)
    return event


def _better(rejection: Rejection, document_type: str, value: bytes) -> Rejection:
    """An event of another type lacks this or that field; the type is what is wrong with it."""
    try:
        stated = _stated.decode(value).type
        if stated is not None:
            _agreed(document_type, _known(stated))
    except JSON_ERRORS:
        return rejection
    except Rejection as contradiction:
        return contradiction
    return rejection


def _document_type(expected: str | None, stated: str | None) -> str | None:
    return _agreed(expected, stated) if expected and stated else expected or stated


def _agreed(expected: str | None, stated: str) -> str:
    if expected is not None and stated != expected:
        raise Rejection("TYPE_CONTRADICTS_TOPIC", f"A document of type {stated} where {expected} is expected", "type")
    return stated


def _known(stated: Any) -> str:
    if stated is None:
        raise Rejection("MISSING_TYPE", "Neither the topic nor the event says which type of document this is", "type")
    if not isinstance(stated, str):
        raise Rejection("WRONG_TYPE", f"Expected `str`, got `{type(stated).__name__}`", "type")
    if stated not in READING_CLASSES:
        raise Rejection("UNKNOWN_TYPE", f"There is no document type {stated[:40]!r}", "type")
    return stated


def _not_empty(envelope: Envelope) -> Envelope:
    if not envelope.value:
        raise Rejection("EMPTY_VALUE", "The CloudEvents data is empty")
    return envelope


def _filled_json(value: bytes, envelope: Envelope) -> bytes:
    if not envelope.fields:
        return value
    members = _members.decode(value)
    for name, text in envelope.fields.items():
        if name not in members or bytes(members[name]) == b"null":
            members[name] = Raw(msgspec.json.encode(text))
    return msgspec.json.encode(members)


def _filled_fields(fields: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    for name, text in envelope.fields.items():
        if fields.get(name) is None:
            fields[name] = text
    return fields


def _traceparent(record: Record, event: Event) -> str | None:
    """The trace of the record, else of the event. One that cannot be one is no reason to reject the document."""
    trace = event.traceparent
    for name, value in record.headers:
        if name == "traceparent" and value:
            trace = value.decode("utf-8", "replace")
    if not trace or len(trace) > _TRACEPARENT_LENGTH or not trace.isprintable():
        return None
    return trace


def _one_line(message: str) -> str:
    return _UNPRINTABLE.sub(" ", message)[:_MESSAGE_LENGTH]
