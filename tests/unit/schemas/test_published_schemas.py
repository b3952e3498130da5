import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastavro import parse_schema
from msgspec import UNSET

from o2c.schemas import publish
from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.outputs import OUTPUT_CLASSES, Status
from tests.bad_input import GOOD_EVENTS, published_avro, published_json

WAITING = {
    "milestone": "shipment",
    "feed": "shipment/wms-east",
    "since": "2026-01-05T10:20:30Z",
    "due_at": "2026-01-07T10:20:30.5Z",
    "quantity": "2.5",
    "amount": None,
    "owner": "warehouse",
}
QUANTITIES = dict.fromkeys(("ordered", "allocated", "picked", "shipped", "delivered", "invoiced"), "2.5")
BUCKETS = ("disputed", "past_due", "open", "unbilled", "in_transit", "held", "unshipped", "unallocated")
EXPOSURE = {**dict.fromkeys((*BUCKETS, "credit_due", "unapplied"), "0"), "open": "12.5"}
BILLING = {"ready": False, "amount": None, "blocked_by": ["CREDIT_HOLD"]}
STATUS: dict[str, Any] = {
    "correlation_id": "O-1",
    "order": None,
    "customer_id": None,
    "channel": None,
    "currency": "EUR",
    "warehouse": None,
    "fulfilment": {"stage": "ordered", "complete": True},
    "financial": {"stage": "unbilled", "complete": False},
    "closed": False,
    "health": "on_track",
    "waiting_for": [WAITING],
    "quantities": QUANTITIES,
    "amounts": {"ordered": None, "invoiced": "0", "paid": "0", "open": "0", "unapplied": "-0.5"},
    "milestones": {"order": {"first_at": "2026-01-05T10:20:30Z", "last_at": None, "fraction": "0.333333"}},
    "lines": [{"line": "1", "sku": None, **QUANTITIES}],
    "documents": [],
    "exceptions": [],
    "version": 4294967297,
    "updated_at": "2026-01-05T10:20:30Z",
    "trace": None,
}


def test_files_are_what_the_classes_say() -> None:
    assert publish.differences() == []


def test_check_names_each_file_that_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish.write(tmp_path)
    assert publish.differences(tmp_path) == []
    (tmp_path / "avro" / "order.avsc").write_text("{}")
    (tmp_path / "json" / "gone.schema.json").write_text("{}")
    assert publish.differences(tmp_path) == ["avro/order.avsc", "json/gone.schema.json"]
    assert publish.write(tmp_path) == ["avro/order.avsc", "json/gone.schema.json"]
    assert publish.main(["--check"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("document_type", EVENT_CLASSES)
def test_avro_schema_is_one_and_has_the_fields_of_the_class(document_type: str) -> None:
    schema = published_avro(document_type)
    parse_schema(schema)
    encoded = [field.encode_name for field in msgspec.structs.fields(EVENT_CLASSES[document_type])]
    assert [field["name"] for field in schema["fields"]] == encoded


@pytest.mark.parametrize("document_type", EVENT_CLASSES)
def test_json_schema_names_what_a_good_event_must_have(document_type: str) -> None:
    schema = published_json(document_type)
    described = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    assert set(described["required"]) <= GOOD_EVENTS[document_type].keys() <= described["properties"].keys()


@pytest.mark.parametrize(
    ("name", "precision", "scale"), [("quantity", 22, 6), ("unit_price", 28, 12), ("amount", 20, 4)]
)
def test_decimal_keeps_the_scale_of_its_kind(name: str, precision: int, scale: int) -> None:
    text = json.dumps(published_avro("order"))
    decimal = {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}
    assert json.dumps(decimal) in text[text.index(f'"name": "{name}"') :][:200]


def test_status_as_the_contract_has_it_is_readable() -> None:
    msgspec.convert(STATUS, Status)
    msgspec.convert({**STATUS, "exposure": EXPOSURE, "billing": BILLING}, Status)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("quantities", "ordered"), "2.50"),
        (("quantities", "ordered"), "1e3"),
        (("amounts", "open"), "-0"),
        (("milestones", "order", "fraction"), "0.3333333"),
        (("updated_at",), "2026-01-05T10:20:30.500Z"),
        (("updated_at",), "2026-01-05T10:20:30+00:00"),
        (("health",), "fine"),
    ],
)
def test_status_that_breaks_the_rules_of_outputs_is_refused(path: tuple[str, ...], value: str) -> None:
    status = json.loads(json.dumps(STATUS))
    holder = status
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(status, Status)


def test_field_that_says_nothing_is_absent_rather_than_null() -> None:
    assert msgspec.convert({**STATUS, "billing": BILLING}, Status).exposure is UNSET
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**STATUS, "exposure": None}, Status)


@pytest.mark.parametrize("name", OUTPUT_CLASSES)
def test_avro_schema_of_an_output_has_its_fields_and_no_decimal(name: str) -> None:
    schema = published_avro(name)
    parse_schema(schema)
    assert [field["name"] for field in schema["fields"]] == list(OUTPUT_CLASSES[name].__struct_fields__)
    assert "logicalType" not in json.dumps(schema)


def test_no_avro_record_of_one_name_is_two_things() -> None:
    found: dict[str, str] = {}
    for name in (*EVENT_CLASSES, *OUTPUT_CLASSES):
        for record in _records(published_avro(name)):
            # Where a part stands again it is only named, so the whole definition is compared by its fields' names.
            fields = json.dumps([field["name"] for field in record["fields"]])
            assert found.setdefault(record["name"], fields) == fields


def _records(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, list):
        for member in schema:
            yield from _records(member)
    elif isinstance(schema, dict):
        if schema.get("type") == "record":
            yield schema
        for member in schema.values():
            yield from _records(member)
