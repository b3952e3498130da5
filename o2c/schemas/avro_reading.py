"""Avro in the Confluent wire format: a zero byte, the schema's id in four bytes, the value by the writer's schema."""

import json
from collections.abc import Mapping
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from io import BytesIO
from typing import Any, Protocol

import msgspec
from fastavro import parse_schema, schemaless_reader
from fastavro.read import LOGICAL_READERS
from msgspec import Struct

from o2c.errors import OperatingFault
from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.rejections import Rejection

MAGIC = 0
NAMESPACE = "o2c.v1"
"""The namespace of the published schemas."""

_PREFIX_BYTES = 5
_UNKNOWN_LOOKUPS = 1_000
_UNKNOWN_IDS = 1_024
_DECIMAL_BYTES = 64
_EXACT = Context(prec=1_000, Emax=MAX_EMAX, Emin=MIN_EMIN)
_EXACT_DECIMAL = "o2c-exact-decimal"


class SchemaLookup(Protocol):
    """Where writers' schemas come from."""

    def schema(self, schema_id: int) -> Mapping[str, Any] | str:
        """The Avro schema, parsed or as JSON text. Raises KeyError for none, OperatingFault without an answer."""
        ...


class AvroContent(Struct, frozen=True, gc=False):
    """The fields of an event, and the document type whose published schema wrote it, if one did."""

    fields: dict[str, Any]
    document_type: str | None


class _Writer(Struct, frozen=True, gc=False):
    schema: Any
    document_type: str | None


def record_name(document_type: str) -> str:
    """The name of a published record within NAMESPACE: `CreditMemo` for `credit_memo`."""
    return "".join(part.capitalize() for part in document_type.split("_"))


_TYPES_BY_NAME = {f"{NAMESPACE}.{record_name(known)}": known for known in EVENT_CLASSES}


class AvroReader:
    """Reads values by the schemas that wrote them; each schema is fetched and parsed once."""

    def __init__(self, registry: SchemaLookup | None) -> None:
        self._registry = registry
        self._writers: dict[int, _Writer] = {}
        self._unknown: dict[int, int] = {}

    def read(self, value: bytes, expected: str | None = None) -> AvroContent:
        """The fields in `value`, the zero byte included; `expected` is the document type that its topic carries.

        Raises Rejection, or OperatingFault from the registry.
        """
        if len(value) < _PREFIX_BYTES:
            raise Rejection("TRUNCATED_AVRO", "The value ends within the schema id")
        writer = self._writer(int.from_bytes(value[1:_PREFIX_BYTES], "big"))
        if expected is not None and writer.document_type not in (None, expected):
            text = f"The schema is that of {writer.document_type}, the topic carries {expected}"
            raise Rejection("SCHEMA_CONTRADICTS_TOPIC", text)
        stream = BytesIO(value)
        stream.seek(_PREFIX_BYTES)
        fields = _fields(stream, writer.schema)
        surplus = len(value) - stream.tell()
        if surplus:
            raise Rejection("TRAILING_BYTES", f"{surplus} bytes follow the Avro value")
        return AvroContent(fields, writer.document_type)

    def _writer(self, schema_id: int) -> _Writer:
        known = self._writers.get(schema_id)
        if known is None:
            known = self._writers[schema_id] = _parsed(self._lookup(schema_id), schema_id)
        return known

    def _lookup(self, schema_id: int) -> Mapping[str, Any] | str:
        if self._registry is None:
            raise Rejection(
                "NO_SCHEMA_REGISTRY", f"Avro with schema id {schema_id}, but no schema registry is configured"
            )
        # A flood of records with an unknown id must not become a flood of requests; one registered late is found still.
        remaining = self._unknown.get(schema_id, 0)
        if remaining == 0:
            try:
                return self._registry.schema(schema_id)
            except KeyError:
                if len(self._unknown) >= _UNKNOWN_IDS:
                    self._unknown.clear()
                remaining = _UNKNOWN_LOOKUPS
        self._unknown[schema_id] = remaining - 1
        raise Rejection("UNKNOWN_SCHEMA", f"The schema registry has no schema with id {schema_id}")


def _fields(stream: BytesIO, schema: Any) -> dict[str, Any]:
    try:
        read = schemaless_reader(stream, schema, None)
    except (Rejection, OperatingFault):
        raise
    except EOFError:
        raise Rejection("TRUNCATED_AVRO", "The Avro value ends too early") from None
    except UnicodeDecodeError as error:
        raise Rejection("BAD_UTF8", f"An Avro string is not UTF-8: {error.reason}") from None
    except OverflowError as error:
        raise Rejection("TIME_OUT_OF_RANGE", f"A time in the Avro value is no time: {error}") from None
    except Exception as error:  # noqa: BLE001 - over corrupt bytes the reader raises errors of almost any class
        raise Rejection("CORRUPT_AVRO", f"The bytes do not fit the writer's schema: {error}") from None
    if not isinstance(read, dict):
        raise Rejection("NOT_AN_OBJECT", "The writer's schema is no record")
    return read


def _parsed(schema: Mapping[str, Any] | str, schema_id: int) -> _Writer:
    try:
        # A copy without shared parts: parsing marks what it has seen.
        raw = json.loads(schema if isinstance(schema, str) else json.dumps(schema))
        parsed = parse_schema(_with_exact_decimals(raw))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is no Avro schema
        raise Rejection("BAD_SCHEMA", f"The schema with id {schema_id} is no Avro schema: {error}") from None
    name = parsed.get("name", "") if isinstance(parsed, dict) else ""
    return _Writer(parsed, _TYPES_BY_NAME.get(name))


def _with_exact_decimals(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_with_exact_decimals(member) for member in schema]
    if not isinstance(schema, dict):
        return schema
    replaced = {key: _with_exact_decimals(member) for key, member in schema.items()}
    if replaced.get("logicalType") == "decimal":
        replaced["logicalType"] = _EXACT_DECIMAL
    return replaced


def _exact_decimal(data: bytes, writer_schema: Any = None, _reader_schema: Any = None) -> Decimal:
    # The library's own reader rounds to the declared precision, silently.
    if len(data) > _DECIMAL_BYTES:
        raise Rejection("OUT_OF_RANGE", f"A decimal of {len(data)} bytes")
    unscaled = Decimal(int.from_bytes(data, byteorder="big", signed=True))
    return unscaled.scaleb(-writer_schema.get("scale", 0), _EXACT)


LOGICAL_READERS[f"bytes-{_EXACT_DECIMAL}"] = _exact_decimal
LOGICAL_READERS[f"fixed-{_EXACT_DECIMAL}"] = _exact_decimal


def as_json(fields: dict[str, Any]) -> bytes:
    """The fields as the contract's JSON: decimals as strings, times in RFC 3339, nothing for what is null."""
    return msgspec.json.encode({name: value for name, value in fields.items() if value is not None}, enc_hook=str)
