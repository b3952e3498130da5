"""Outputs in Avro, in the Confluent wire format: what their JSON says, by their published schema."""

import json
from functools import cache
from io import BytesIO
from typing import Any

import msgspec
from fastavro import parse_schema, schemaless_writer
from msgspec import Raw
from msgspec.structs import fields

from o2c.schemas.avro_reading import MAGIC
from o2c.schemas.avro_schema import avro_schema, is_free
from o2c.schemas.outputs import OUTPUT_CLASSES

_ID_BYTES = 4


@cache
def output_schema(name: str) -> str:
    """The published schema of an output, by its name in OUTPUT_CLASSES, as JSON text."""
    return json.dumps(avro_schema(name, OUTPUT_CLASSES[name]))


class AvroWriter:
    """Turns an output's JSON into Avro, under the id that its schema has in the registry."""

    def __init__(self, name: str, schema_id: int) -> None:
        self._schema: Any = parse_schema(json.loads(output_schema(name)))
        self._prefix = bytes([MAGIC]) + schema_id.to_bytes(_ID_BYTES, "big")
        free = [field.encode_name for field in fields(OUTPUT_CLASSES[name]) if is_free(field.type)]
        # What is kept as text is never parsed: its numbers stay as they were written.
        parts = [(field, Raw if field in free else Any) for field in OUTPUT_CLASSES[name].__struct_fields__]
        self._free = free
        self._decode = msgspec.json.Decoder(msgspec.defstruct(name, [*parts], gc=False)).decode if free else None

    def __call__(self, value: bytes) -> bytes:
        """The Avro of one JSON value."""
        stream = BytesIO()
        stream.write(self._prefix)
        schemaless_writer(stream, self._schema, self._fields(value))
        return stream.getvalue()

    def _fields(self, value: bytes) -> dict[str, Any]:
        if self._decode is None:
            read: dict[str, Any] = msgspec.json.decode(value)
            return read
        shown = msgspec.structs.asdict(self._decode(value))
        return shown | {name: bytes(shown[name]).decode() for name in self._free}
