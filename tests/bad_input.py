"""Every kind of record that is no event, with the code it must be rejected under; and how to make such records.

`bad_input(schema_ids)` is the table. The Avro rows need schemas in a registry: register `SCHEMAS` (name -> schema) and
hand over the ids; UNKNOWN_SCHEMA_ID must stay unknown.
"""

import base64
import json
from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from fastavro import parse_schema, schemaless_writer

import o2c.schemas
from o2c.schemas.events import EVENT_CLASSES, Event
from o2c.schemas.records import Headers

UNKNOWN_SCHEMA_ID = 987_654_321
TOPICS = {f"o2c.{name}.v1": name for name in EVENT_CLASSES}


class BadInput(NamedTuple):
    """One bad record: its name, where it is sent, what it holds and the code it must get."""

    name: str
    topic: str
    value: bytes | None
    headers: Headers
    code: str


def published_avro(document_type: str) -> dict[str, Any]:
    """The published Avro schema of a document type."""
    text = (Path(o2c.schemas.__file__).parent / "avro" / f"{document_type}.avsc").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def published_json(name: str) -> dict[str, Any]:
    """The published JSON Schema of an input type or an output."""
    text = (Path(o2c.schemas.__file__).parent / "json" / f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def avro_payload(schema: Any, fields: Any) -> bytes:
    """`fields` in Avro, without a header."""
    stream = BytesIO()
    schemaless_writer(stream, parse_schema(schema), fields)
    return stream.getvalue()


def confluent(schema_id: int, payload: bytes) -> bytes:
    """An Avro payload in the Confluent wire format."""
    return b"\x00" + schema_id.to_bytes(4, "big") + payload


def avro(schema_id: int, document_type: str, fields: Mapping[str, Any]) -> bytes:
    """An event (times as datetimes, decimals as Decimals) in Avro, by the published schema of its type."""
    return confluent(schema_id, avro_payload(published_avro(document_type), dict(fields)))


def avro_fields(document_type: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """What an Avro writer is given for the event that `event` is in JSON."""
    wire: Event = msgspec.convert(event, EVENT_CLASSES[document_type])
    plain: dict[str, Any] = _plain(msgspec.structs.asdict(wire))
    if document_type == "heartbeat":
        plain["for"] = plain.pop("document_types")
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return _plain(msgspec.structs.asdict(value))
    if isinstance(value, dict):
        return {
            key: str(kept) if key in LINE_NUMBERS and kept is not None else _plain(kept) for key, kept in value.items()
        }
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


LINE_NUMBERS = ("line", "parent_line")

ENVELOPE: dict[str, Any] = {
    "event_id": "e-1",
    "source": "erp-eu",
    "occurred_at": "2026-01-05T10:20:30Z",
    "document_id": "D-1",
    "correlation_id": "O-1",
}
LINE: dict[str, Any] = {"line": "1", "sku": "S-1", "quantity": "2"}
GOOD_EVENTS: dict[str, dict[str, Any]] = {
    "order": {
        **ENVELOPE,
        "currency": "EUR",
        "lines": [
            {
                **LINE,
                "unit_price": "9.99",
                "units": {"box": "12"},
                "item_ids": {"gtin": "400"},
                "promised_at": "2026-02-01T00:00:00+01:00",
            }
        ],
        "refs": {"po": ["PO-1"]},
        "terms": {
            "net_days": 30,
            "discounts": [{"percent": "2", "days": 10}],
            "instalments": [{"percent": "50", "due_at": "2026-02-05T00:00:00Z"}],
        },
        "charges": [{"kind": "freight", "amount": "5.00", "tax": "0.95"}],
    },
    "allocation": {**ENVELOPE, "lines": [{**LINE, "backordered": "1"}]},
    "pick": {**ENVELOPE, "lines": [LINE], "warehouse": "WH-1"},
    "shipment": {**ENVELOPE, "lines": [LINE], "packages": [{"id": "P-1", "tracking": "1Z"}], "carrier": "UPS"},
    "pod": {**ENVELOPE, "refs": {"shipment": ["SHP-1"]}, "condition": "ok"},
    "invoice": {**ENVELOPE, "currency": "EUR", "lines": [{**LINE, "amount": "19.98"}], "total": "24.98"},
    "payment": {
        **ENVELOPE,
        "currency": "EUR",
        "amount": "24.98",
        "applications": [
            {"invoice": "INV-1", "amount": "20", "adjustments": [{"amount": "4.98", "reason_code": "A1"}]}
        ],
    },
    "hold": {**ENVELOPE, "kind": "credit", "lines": [{"line": "1"}], "blocks": ["shipment"]},
    "return": {**ENVELOPE, "lines": [LINE], "kind": "received", "reason": "too large"},
    "credit_memo": {
        **ENVELOPE,
        "currency": "EUR",
        "amount": "9.99",
        "kind": "quantity",
        "invoices": [{"invoice": "INV-1", "amount": "9.99"}],
        "lines": [LINE],
    },
    "dispute": {
        **ENVELOPE,
        "invoice": "INV-1",
        "amount": "4.98",
        "reason": "short",
        "respond_by": "2026-02-05T00:00:00Z",
        "outcome": "recovered",
        "recovered": "4.98",
    },
    "transit": {**ENVELOPE, "status": "in_transit", "eta": "2026-01-08T12:00:00Z"},
    "incident": {**ENVELOPE, "kind": "tax_failure", "detail": "two\nlines"},
    "action": {
        **ENVELOPE,
        "exception_id": "7bbeb106-422e-573d-9400-0ad698534b2f",
        "occurrence": 1,
        "action": "snooze",
        "actor": "j.doe",
        "role": "billing",
        "until": "2026-01-08T12:00:00Z",
    },
    "heartbeat": {"event_id": "e-1", "source": "wms-east", "occurred_at": "2026-01-05T10:20:30Z", "for": ["shipment"]},
}
"""A valid event of each type."""

_LOOSE_LINE = {
    "type": "record",
    "name": "LooseLine",
    "fields": [{"name": "line", "type": "string"}, {"name": "quantity", "type": "double"}],
}
_LOOSE_FIELDS: list[dict[str, Any]] = [
    {"name": name, "type": "string"} for name in ("event_id", "source", "occurred_at", "document_id", "correlation_id")
]
_NAIVE = {"type": "long", "logicalType": "local-timestamp-micros"}
SCHEMAS: dict[str, Any] = {
    **{name: published_avro(name) for name in EVENT_CLASSES},
    "text": {"type": "string"},
    "double": {
        "type": "record",
        "name": "Loose",
        "fields": [*_LOOSE_FIELDS, {"name": "lines", "type": {"type": "array", "items": _LOOSE_LINE}}],
    },
    "naive": {
        "type": "record",
        "name": "Naive",
        "fields": [
            *(
                field if field["name"] != "occurred_at" else {"name": "occurred_at", "type": _NAIVE}
                for field in _LOOSE_FIELDS
            ),
        ],
    },
}
"""The schemas that the Avro rows are written with, by the names that `bad_input` takes."""


def event(document_type: str, **changes: Any) -> bytes:
    """A valid event of `document_type` in JSON, with some fields changed; one set to ABSENT is left out."""
    changed = {**GOOD_EVENTS[document_type], **changes}
    return json.dumps({name: value for name, value in changed.items() if value is not ABSENT}).encode()


ABSENT = object()


def order_line(**changes: Any) -> bytes:
    """An order whose one line has some fields changed."""
    return event("order", lines=[{**LINE, **changes}])


def _cloudevent(**changes: Any) -> bytes:
    envelope = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "erp-eu",
        "type": "o2c.order.v1",
        "data": GOOD_EVENTS["order"],
    }
    changed = {**envelope, **changes}
    return json.dumps({name: value for name, value in changed.items() if value is not ABSENT}).encode()


def bad_input(schema_ids: Mapping[str, int], max_bytes: int = 1_048_576) -> list[BadInput]:
    """The whole table. `schema_ids` maps each name of SCHEMAS that is registered to its id."""
    return [*bad_bytes(max_bytes), *bad_fields(), *bad_envelopes(), *bad_avro(schema_ids)]


def _to(document_type: str, name: str, value: bytes | None, code: str, headers: Headers = ()) -> BadInput:
    return BadInput(name, f"o2c.{document_type}.v1", value, headers, code)


def bad_bytes(max_bytes: int) -> list[BadInput]:
    """Values that are no JSON object at all."""
    good = event("order")
    return [
        _to("order", "null value", None, "NULL_VALUE"),
        _to("order", "empty value", b"", "EMPTY_VALUE"),
        _to("order", "blank value", b" \n ", "EMPTY_VALUE"),
        _to("order", "oversized value", good[:-1] + b" " * max_bytes + b"}", "OVERSIZED"),
        _to("order", "plain text", b"hello", "NOT_JSON"),
        _to("order", "xml", b"<order/>", "NOT_JSON"),
        _to("order", "truncated json", good[: len(good) // 2], "TRUNCATED_JSON"),
        _to("order", "malformed json", good.replace(b'"source":', b'"source"', 1), "MALFORMED_JSON"),
        _to("order", "two events in one value", good + good, "TRAILING_CHARACTERS"),
        _to("order", "bad utf-8", good.replace(b"S-1", b"S-\xff"), "BAD_UTF8"),
        _to("order", "bad utf-8 in a field that nobody reads", good[:-1] + b',"other":"\xc3("}', "BAD_UTF8"),
        _to("order", "json array", b"[" + good + b"]", "NOT_AN_OBJECT"),
        _to("order", "json null", b"null", "NOT_AN_OBJECT"),
        _to(
            "order", "nested too deeply", good[:-1] + b',"other":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "TOO_DEEP"
        ),
        _to("order", "half a surrogate pair", good.replace(b"S-1", b"S-\\ud800"), "BAD_CHARACTER"),
        _to("order", "bare NaN", good.replace(b'"2"', b"NaN", 1), "NOT_A_NUMBER"),
        _to("order", "bare infinity", good.replace(b'"2"', b"-Infinity", 1), "NOT_A_NUMBER"),
    ]


def bad_fields() -> list[BadInput]:
    """JSON objects that are not what the contract has."""
    return [
        *_bad_types(),
        *_bad_numbers(),
        *_bad_times(),
        *_bad_names(),
        *_bad_disputes_and_actions(),
        _to("order", "unknown currency", event("order", currency="ZZZ"), "UNKNOWN_CURRENCY"),
        _to("order", "currency in lower case", event("order", currency="eur"), "UNKNOWN_CURRENCY"),
        _to("payment", "currency of a payment", event("payment", currency="BTC"), "UNKNOWN_CURRENCY"),
        _to("order", "unknown billing", event("order", billing="barter"), "INVALID_CHOICE"),
        _to("hold", "unknown kind of hold", event("hold", kind="mood"), "INVALID_CHOICE"),
        _to("hold", "hold without kind", event("hold", kind=ABSENT), "MISSING_FIELD"),
        _to("order", "order without lines", event("order", lines=ABSENT), "MISSING_FIELD"),
        _to("order", "line without quantity", event("order", lines=[{"line": "1"}]), "MISSING_FIELD"),
        _to("order", "no document id", event("order", document_id=ABSENT), "MISSING_FIELD"),
    ]


def _bad_disputes_and_actions() -> list[BadInput]:
    naive = "2026-01-05T10:20:30"
    memo_invoice = [{"invoice": "", "amount": "1"}]
    return [
        _to("return", "return without lines", event("return", lines=ABSENT), "MISSING_FIELD"),
        _to("return", "unknown kind of return", event("return", kind="lost"), "INVALID_CHOICE"),
        _to("credit_memo", "currency of a credit memo", event("credit_memo", currency="XBT"), "UNKNOWN_CURRENCY"),
        _to("credit_memo", "unknown kind of credit memo", event("credit_memo", kind="gift"), "INVALID_CHOICE"),
        _to("credit_memo", "credit memo without amount", event("credit_memo", amount=ABSENT), "MISSING_FIELD"),
        _to("credit_memo", "credit for no invoice", event("credit_memo", invoices=memo_invoice), "MISSING_VALUE"),
        _to("dispute", "dispute about nothing", event("dispute", invoice=ABSENT), "MISSING_VALUE"),
        _to("dispute", "dispute about an empty name", event("dispute", invoice="", payment=""), "MISSING_VALUE"),
        _to("dispute", "dispute about invoice and payment", event("dispute", payment="PAY-1"), "INVALID"),
        _to("dispute", "unknown outcome of a dispute", event("dispute", outcome="lost"), "INVALID_CHOICE"),
        _to("dispute", "recovered is no number", event("dispute", recovered="all"), "BAD_NUMBER"),
        _to("dispute", "dispute resolved at no time", event("dispute", resolved_at=naive), "NO_OFFSET"),
        _to("transit", "unknown status of transit", event("transit", status="lost"), "INVALID_CHOICE"),
        _to("transit", "transit without status", event("transit", status=ABSENT), "MISSING_FIELD"),
        _to("incident", "unknown kind of incident", event("incident", kind="fire"), "INVALID_CHOICE"),
        _to("action", "action without exception", event("action", exception_id=ABSENT), "MISSING_FIELD"),
        _to("action", "action on an empty exception", event("action", exception_id=""), "MISSING_VALUE"),
        _to("action", "action without correlation id", event("action", correlation_id=ABSENT), "MISSING_FIELD"),
        _to("action", "action with a null correlation id", event("action", correlation_id=None), "WRONG_TYPE"),
        _to("action", "unknown action", event("action", action="ignore"), "INVALID_CHOICE"),
        _to("action", "occurrence 0", event("action", occurrence=0), "OUT_OF_RANGE"),
        _to("action", "action without role", event("action", role=ABSENT), "MISSING_FIELD"),
        _to("action", "action of nobody", event("action", actor=""), "MISSING_VALUE"),
        _to("action", "snoozed until no time", event("action", until=naive), "NO_OFFSET"),
    ]


def _bad_types() -> list[BadInput]:
    return [
        _to("order", "number as event id", event("order", event_id=1), "WRONG_TYPE"),
        _to("order", "lines as object", event("order", lines={}), "WRONG_TYPE"),
        _to("order", "line as string", event("order", lines=["1"]), "WRONG_TYPE"),
        _to("order", "null quantity", order_line(quantity=None), "WRONG_TYPE"),
        _to("order", "boolean quantity", order_line(quantity=True), "WRONG_TYPE"),
        _to("order", "quantity as list", order_line(quantity=["2"]), "WRONG_TYPE"),
        _to("order", "text for a flag", event("order", cancelled="no"), "WRONG_TYPE"),
        _to("order", "refs without lists", event("order", refs={"po": "PO-1"}), "WRONG_TYPE"),
        _to("order", "type is no string", event("order", type=7), "WRONG_TYPE"),
        _to("order", "type of another topic", event("order", type="invoice"), "TYPE_CONTRADICTS_TOPIC"),
        _to("order", "event of another topic", event("hold", type="hold"), "TYPE_CONTRADICTS_TOPIC"),
        _to("order", "unknown type", event("order", type="banana"), "UNKNOWN_TYPE"),
    ]


def _bad_numbers() -> list[BadInput]:
    return [
        _to("order", "NaN as text", order_line(quantity="NaN"), "NOT_A_NUMBER"),
        _to("order", "infinity as text", order_line(unit_price="-Infinity"), "NOT_A_NUMBER"),
        _to("order", "word for a number", order_line(quantity="two"), "BAD_NUMBER"),
        _to("order", "underscores in a number", order_line(quantity="1_000"), "BAD_NUMBER"),
        _to("order", "blanks around a number", order_line(quantity=" 1 "), "BAD_NUMBER"),
        _to("order", "digits of another script", order_line(quantity="١٢"), "BAD_NUMBER"),
        _to("order", "comma in a number", order_line(unit_price="1,50"), "BAD_NUMBER"),
        _to("order", "past 10^15", order_line(quantity="1000000000000001"), "OUT_OF_RANGE"),
        _to("order", "past 10^15 as integer", order_line(quantity=10**15 + 1), "OUT_OF_RANGE"),
        _to("order", "huge exponent", order_line(quantity="1e999999999"), "OUT_OF_RANGE"),
        _to("order", "exponent past all bounds", order_line(quantity="1e99999999999999999999"), "OUT_OF_RANGE"),
        _to("order", "integer of 5,000 digits", event("order").replace(b'"2"', b"9" * 5_000, 1), "OUT_OF_RANGE"),
        _to("order", "net days past all calendars", event("order", terms={"net_days": 10**9}), "OUT_OF_RANGE"),
        _to("invoice", "total past 10^15", event("invoice", total="-1e16"), "OUT_OF_RANGE"),
        *(
            _to(
                name,
                f"negative quantity of {name}",
                event(name, lines=[{**LINE, "quantity": "-1"}]),
                "NEGATIVE_QUANTITY",
            )
            for name in ("order", "allocation", "pick", "shipment", "pod")
        ),
        _to("pod", "negative damaged", event("pod", lines=[{**LINE, "damaged": "-1"}]), "NEGATIVE_QUANTITY"),
        _to(
            "allocation",
            "negative backorder",
            event("allocation", lines=[{**LINE, "backordered": -1}]),
            "NEGATIVE_QUANTITY",
        ),
        _to("order", "revision 0", event("order", revision=0), "BAD_REVISION"),
        _to("order", "negative revision", event("order", revision=-1), "BAD_REVISION"),
        _to("order", "revision past int64", event("order", revision=2**63), "BAD_REVISION"),
        _to("order", "revision as text", event("order", revision="1"), "WRONG_TYPE"),
    ]


def _bad_times() -> list[BadInput]:
    return [
        _to("order", "time without offset", event("order", occurred_at="2026-01-05T10:20:30"), "NO_OFFSET"),
        _to("order", "line's time without offset", order_line(at="2026-01-05T10:20:30"), "NO_OFFSET"),
        _to("order", "date for a time", event("order", occurred_at="2026-01-05"), "BAD_TIME"),
        _to("order", "thirteenth month", event("order", occurred_at="2026-13-05T10:20:30Z"), "BAD_TIME"),
        _to("order", "seconds since 1970", event("order", occurred_at=1767608430), "WRONG_TYPE"),
        _to("order", "before the year 1", event("order", occurred_at="0001-01-01T00:00:00+05:00"), "TIME_OUT_OF_RANGE"),
        _to(
            "heartbeat", "heartbeat without offset", event("heartbeat", occurred_at="2026-01-05T10:20:30"), "NO_OFFSET"
        ),
    ]


def _bad_names() -> list[BadInput]:
    return [
        _to("order", "empty document id", event("order", document_id=""), "MISSING_VALUE"),
        _to("order", "empty event id", event("order", event_id=""), "MISSING_VALUE"),
        _to("order", "empty source", event("order", source=""), "MISSING_VALUE"),
        _to("order", "line that names nothing", event("order", lines=[{"quantity": "1"}]), "MISSING_VALUE"),
        _to("order", "id of 1,025 characters", event("order", document_id="x" * 1_025), "TOO_LONG"),
        _to("order", "reference of 1,025 characters", event("order", refs={"po": ["x" * 1_025]}), "TOO_LONG"),
        _to("order", "NUL in an id", event("order", document_id="D\x001"), "BAD_CHARACTER"),
        _to("order", "separator in a reference", event("order", refs={"po": ["P\x1f1"]}), "BAD_CHARACTER"),
    ]


def bad_envelopes() -> list[BadInput]:
    """CloudEvents that hold no event."""
    binary = (
        ("ce_specversion", b"1.0"),
        ("ce_id", b"e-1"),
        ("ce_source", b"erp"),
        ("ce_time", b"2026-01-05T10:20:30Z"),
    )
    bare = event("order", occurred_at=ABSENT)
    return [
        _to("order", "cloudevent of version 0.3", _cloudevent(specversion="0.3"), "UNSUPPORTED_SPECVERSION"),
        _to("order", "cloudevent of another type", _cloudevent(type="o2c.pick.v1"), "TYPE_CONTRADICTS_TOPIC"),
        _to("order", "cloudevent with a bad time", _cloudevent(time="noon", data=json.loads(bare)), "BAD_TIME"),
        _to("order", "cloudevent with an array for data", _cloudevent(data=[1]), "NOT_AN_OBJECT"),
        _to("order", "cloudevent with bad base64", _cloudevent(data=ABSENT, data_base64="?"), "BAD_BASE64"),
        _to("order", "cloudevent with no bytes", _cloudevent(data=ABSENT, data_base64=""), "EMPTY_VALUE"),
        _to(
            "order",
            "cloudevent with text in base64",
            _cloudevent(data=ABSENT, data_base64=base64.b64encode(b"x").decode()),
            "NOT_JSON",
        ),
        _to(
            "order",
            "cloudevent without data",
            _cloudevent(data=ABSENT),
            "MISSING_FIELD",
            (("content-type", b"application/cloudevents+json; charset=utf-8"),),
        ),
        _to(
            "order", "binary cloudevent of version 2.0", bare, "UNSUPPORTED_SPECVERSION", (("ce_specversion", b"2.0"),)
        ),
        _to("order", "binary cloudevent with bad utf-8", bare, "BAD_HEADER", (*binary, ("ce_type", b"\xff"))),
        _to("order", "binary cloudevent without a time", bare, "MISSING_FIELD", binary[:3]),
    ]


def bad_avro(schema_ids: Mapping[str, int]) -> list[BadInput]:
    """Avro values that do not fit their schema, their topic or the contract."""
    order = avro_fields("order", GOOD_EVENTS["order"])
    good = avro(schema_ids["order"], "order", order)
    negative = {**order, "lines": [{**order["lines"][0], "quantity": Decimal(-1)}]}
    loose = {name: str(ENVELOPE[name]) for name in ENVELOPE}
    doubles = {**loose, "lines": [{"line": "1", "quantity": 0.1}]}
    naive = {**loose, "occurred_at": 1_767_608_430_000_000}
    return [
        _to("order", "avro cut within the schema id", good[:3], "TRUNCATED_AVRO"),
        _to("order", "truncated avro", good[:-40], "TRUNCATED_AVRO"),
        _to("order", "avro with trailing bytes", good + b"\x00", "TRAILING_BYTES"),
        _to("order", "unknown schema id", confluent(UNKNOWN_SCHEMA_ID, good[5:]), "UNKNOWN_SCHEMA"),
        _to("order", "schema of another type", confluent(schema_ids["pick"], good[5:]), "SCHEMA_CONTRADICTS_TOPIC"),
        _to("order", "event and schema of another type", _good_avro("pick", schema_ids), "SCHEMA_CONTRADICTS_TOPIC"),
        _to("order", "avro that is no record", confluent(schema_ids["text"], b"\x02x"), "NOT_AN_OBJECT"),
        _to("order", "avro with bad utf-8", good.replace(b"S-1", b"S-\xff"), "BAD_UTF8"),
        _to("order", "avro with a NUL in an id", good.replace(b"D-1", b"D\x001"), "BAD_CHARACTER"),
        _to(
            "order",
            "avro without a document id",
            avro(schema_ids["order"], "order", {**order, "document_id": ""}),
            "MISSING_VALUE",
        ),
        _to(
            "order", "avro with a negative quantity", avro(schema_ids["order"], "order", negative), "NEGATIVE_QUANTITY"
        ),
        _to(
            "order",
            "avro with an unknown currency",
            avro(schema_ids["order"], "order", {**order, "currency": "QQQ"}),
            "UNKNOWN_CURRENCY",
        ),
        _to(
            "order",
            "avro with revision 0",
            avro(schema_ids["order"], "order", {**order, "revision": 0}),
            "BAD_REVISION",
        ),
        _to(
            "pick",
            "avro with floating quantities",
            confluent(schema_ids["double"], avro_payload(SCHEMAS["double"], doubles)),
            "WRONG_TYPE",
        ),
        _to(
            "pod",
            "avro with a time without offset",
            confluent(schema_ids["naive"], avro_payload(SCHEMAS["naive"], naive)),
            "NO_OFFSET",
        ),
        _to("pod", "avro with a time past all calendars", _endless_time(schema_ids), "TIME_OUT_OF_RANGE"),
        _to("pod", "avro with a union branch that is none", _corrupt_union(schema_ids), "CORRUPT_AVRO"),
    ]


def _good_avro(document_type: str, schema_ids: Mapping[str, int]) -> bytes:
    return avro(schema_ids[document_type], document_type, avro_fields(document_type, GOOD_EVENTS[document_type]))


def _endless_time(schema_ids: Mapping[str, int]) -> bytes:
    fields = {"event_id": "e", "source": "s", "occurred_at": 2**62, "document_id": "d"}
    return avro(schema_ids["pod"], "pod", fields)


def _corrupt_union(schema_ids: Mapping[str, int]) -> bytes:
    # event_id "e", source "s", occurred_at 0, then branch 40 of the two that `type` has.
    return confluent(schema_ids["pod"], b"\x02e\x02s\x00\x50")
