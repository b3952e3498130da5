"""Outputs in Avro say what their JSON says, and every version of a schema reads what the others have written."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer

from o2c.schemas.avro_reading import MAGIC
from o2c.schemas.avro_writing import AvroWriter, output_schema
from o2c.schemas.outputs import OUTPUT_CLASSES
from tests.bad_input import published_avro
from tests.unit.schemas.test_published_schemas import BILLING, EXPOSURE, STATUS

FROZEN = sorted(Path(__file__).with_name("frozen").glob("*.avsc"))
"""Schemas as they were published once; a file here is never changed. `<output>-<version>.avsc`."""

SCALARS: dict[str, Any] = {"string": "text", "long": 7, "boolean": True}


def sample(schema: Any, named: dict[str, Any], *, full: bool) -> Any:
    """A value of an Avro schema: with everything that it can hold, or with as little as it can."""
    if isinstance(schema, list):
        return sample(schema[1], named, full=full) if full else None
    if isinstance(schema, str):
        return sample(named[schema], named, full=full) if schema in named else SCALARS[schema]
    kind = schema["type"]
    if kind == "record":
        named[f"{schema['namespace']}.{schema['name']}"] = schema
        return {field["name"]: sample(field["type"], named, full=full) for field in schema["fields"]}
    if kind == "array":
        return [sample(schema["items"], named, full=full)] if full else []
    assert kind == "map"
    return {"key": sample(schema["values"], named, full=full)} if full else {}


def written(schema: Any, value: Any) -> bytes:
    stream = BytesIO()
    schemaless_writer(stream, parse_schema(schema), value)
    return stream.getvalue()


def read(data: bytes, writer: Any, reader: Any) -> Any:
    return schemaless_reader(BytesIO(data), parse_schema(writer), parse_schema(reader))


def common(value: Any, other: Any) -> Any:
    """What of `value` the other has a place for, whatever stands there."""
    if isinstance(value, dict) and isinstance(other, dict):
        return {name: common(held, other[name]) for name, held in value.items() if name in other}
    if isinstance(value, list) and isinstance(other, list):
        return [common(one, another) for one, another in zip(value, other, strict=True)]
    return value


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("frozen", FROZEN, ids=[path.stem for path in FROZEN])
def test_a_reader_of_this_version_reads_what_an_older_one_has_written(frozen: Path, full: bool) -> None:
    old, new = json.loads(frozen.read_text()), published_avro(frozen.stem.partition("-")[0])
    value = sample(old, {}, full=full)
    found = read(written(old, value), old, new)
    assert common(found, value) == value
    assert found.keys() == {field["name"] for field in new["fields"]}


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("frozen", FROZEN, ids=[path.stem for path in FROZEN])
def test_a_reader_of_an_older_version_reads_what_this_one_writes(frozen: Path, full: bool) -> None:
    old, new = json.loads(frozen.read_text()), published_avro(frozen.stem.partition("-")[0])
    value = sample(new, {}, full=full)
    found = read(written(new, value), new, old)
    assert found == common(value, found)
    assert found.keys() == {field["name"] for field in old["fields"]}


def test_every_output_has_a_version_that_is_frozen() -> None:
    assert {path.stem.partition("-")[0] for path in FROZEN} == OUTPUT_CLASSES.keys()


def test_status_of_the_version_before_lacks_what_has_come_since() -> None:
    """Or the tests above would compare a schema with itself."""
    old = json.loads(Path(__file__).with_name("frozen").joinpath("status-1.avsc").read_text())
    assert {"exposure", "billing"} & {field["name"] for field in old["fields"]} == set()


@pytest.mark.parametrize("name", OUTPUT_CLASSES)
def test_registered_schema_is_the_published_one(name: str) -> None:
    assert json.loads(output_schema(name)) == published_avro(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", STATUS),
        ("status", {**STATUS, "exposure": EXPOSURE, "billing": BILLING}),
        *((name, sample(published_avro(name), {}, full=full)) for name in OUTPUT_CLASSES for full in (True, False)),
    ],
)
def test_avro_says_what_the_json_says(name: str, value: dict[str, Any]) -> None:
    if name == "orphan":
        value = {**value, "event": {"document_id": "D-1", "lines": [{"quantity": 2.50}]}}
    data = AvroWriter(name, 258)(msgspec.json.encode(value))
    assert data[:5] == bytes([MAGIC, 0, 0, 1, 2])
    found: Any = schemaless_reader(BytesIO(data[5:]), parse_schema(published_avro(name)), None)
    if name == "orphan":
        found["event"] = json.loads(found["event"])
    assert found == with_nulls(found, value)


def with_nulls(found: Any, value: Any) -> Any:
    """The value, with null for what its Avro has and it leaves out."""
    if isinstance(found, dict) and isinstance(value, dict):
        return {
            name: with_nulls(held, value.get(name)) for name, held in found.items() if name in value or held is None
        }
    if isinstance(found, list) and isinstance(value, list):
        return [with_nulls(one, other) for one, other in zip(found, value, strict=True)]
    return value


def test_numbers_of_an_orphaned_event_stay_as_they_were_written() -> None:
    event = b'{"total":123456789012345.12340,"lines":[{"quantity":1e-6}]}'
    orphan = {"reason": "NO_ORDER", "scope": "", "type": "invoice", "document_id": "I-1", "orphaned_at": "t"}
    value = msgspec.json.encode({**orphan, "event": msgspec.Raw(event)})
    data = AvroWriter("orphan", 1)(value)
    found: Any = schemaless_reader(BytesIO(data[5:]), parse_schema(published_avro("orphan")), None)
    assert found["event"].encode() == event
