"""CloudEvents 1.0 on Kafka: takes the envelope off, whether it stands in the headers or around the data.

Source: the CloudEvents specification, version 1.0, and its Kafka protocol binding and JSON event format.
"""

import binascii
import re
from base64 import b64decode
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.records import Headers
from o2c.schemas.rejections import Rejection

SPECVERSION_HEADER = "ce_specversion"
STRUCTURED_CONTENT = "application/cloudevents+json"
_READ_VERSION = "1.0"
_FIELD_BY_ATTRIBUTE = {"id": "event_id", "source": "source", "time": "occurred_at", "traceparent": "traceparent"}
_TYPE = re.compile(r"(?:o2c\.)?([a-z_]+)(?:\.v[0-9]+)?")


class Envelope(Struct, frozen=True, gc=False):
    """The content of an event without its envelope, and what the envelope says: fields by their contract name."""

    value: bytes
    fields: dict[str, str]
    document_type: str | None = None


class _Structured(Struct, gc=False):
    specversion: str
    id: str | None = None
    source: str | None = None
    type: str | None = None
    time: str | None = None
    traceparent: str | None = None
    data: Raw | UnsetType = UNSET
    data_base64: str | None = None


class _Probe(Struct, gc=False):
    specversion: Any = None
    data: Raw | UnsetType = UNSET
    data_base64: Raw | UnsetType = UNSET


_structured = msgspec.json.Decoder(_Structured)
_probe = msgspec.json.Decoder(_Probe)


def document_type_of(stated: str | None) -> str | None:
    """The document type that a CloudEvents type names, as `order` or `o2c.order.v1` do; None for any other."""
    matched = _TYPE.fullmatch(stated or "")
    return matched[1] if matched and matched[1] in EVENT_CLASSES else None


def is_structured(content_type: str, value: bytes) -> bool:
    """Whether `value` is JSON with an envelope around it. Raises msgspec.DecodeError where it is no JSON."""
    if content_type.partition(";")[0].strip().lower() == STRUCTURED_CONTENT:
        return True
    if b"specversion" not in value or not value.lstrip().startswith(b"{"):
        return False
    probed = _probe.decode(value)
    return probed.specversion is not None and (probed.data is not UNSET or probed.data_base64 is not UNSET)


def unwrap_structured(value: bytes) -> Envelope:
    """The envelope around the data. Raises Rejection, or msgspec's errors where it is not what is specified."""
    read = _structured.decode(value)
    _check_version(read.specversion)
    if read.data_base64 is not None:
        content = _decoded(read.data_base64)
    elif isinstance(read.data, Raw):
        content = bytes(read.data)
    else:
        raise Rejection("MISSING_FIELD", "The CloudEvents envelope holds no data", "data")
    stated = {name: getattr(read, attribute) for attribute, name in _FIELD_BY_ATTRIBUTE.items()}
    return Envelope(content, {name: value for name, value in stated.items() if value}, document_type_of(read.type))


def unwrap_binary(headers: Headers, value: bytes) -> Envelope:
    """The envelope that stands in the headers `ce_*`. Raises Rejection."""
    stated = {name[3:]: header_text(name, text) for name, text in headers if name.startswith("ce_") and text}
    _check_version(stated.get("specversion", ""))
    fields = {name: stated[attribute] for attribute, name in _FIELD_BY_ATTRIBUTE.items() if stated.get(attribute)}
    return Envelope(value, fields, document_type_of(stated.get("type")))


def header_text(name: str, value: bytes) -> str:
    """The text of a header. Raises Rejection where it is not UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise Rejection("BAD_HEADER", f"The header {name[:40]!r} is not UTF-8: {error.reason}") from None


def _check_version(specversion: str) -> None:
    if specversion != _READ_VERSION:
        raise Rejection(
            "UNSUPPORTED_SPECVERSION", f"CloudEvents {specversion[:20]!r} is not read, only {_READ_VERSION}"
        )


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Rejection("BAD_BASE64", f"Not base64: {error}", "data_base64") from None
