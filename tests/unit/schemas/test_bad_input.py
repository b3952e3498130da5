import time

import pytest

from o2c.schemas.codecs import Decoder
from o2c.schemas.events import EVENT_CLASSES
from tests.bad_input import GOOD_EVENTS, BadInput, bad_input, event, order_line
from tests.unit.schemas.registry import SCHEMA_IDS, arrival, record, rejection

TABLE = bad_input(SCHEMA_IDS)


@pytest.mark.parametrize("bad", TABLE, ids=[bad.name for bad in TABLE])
def test_bad_record_becomes_a_dead_letter_with_its_code(decoder: Decoder, bad: BadInput) -> None:
    sent = record(bad.topic, bad.value, bad.headers)
    letter = rejection(decoder.decode(sent))
    assert (letter.code, letter.record) == (bad.code, sent), letter.message


@pytest.mark.parametrize("bad", TABLE, ids=[bad.name for bad in TABLE])
def test_message_is_one_bounded_line(decoder: Decoder, bad: BadInput) -> None:
    message = rejection(decoder.decode(record(bad.topic, bad.value, bad.headers))).message
    assert 0 < len(message) <= 500
    assert message.isprintable()


def test_table_tells_many_kinds_apart() -> None:
    assert len(TABLE) >= 90
    assert len({bad.name for bad in TABLE}) == len(TABLE)
    assert len({bad.code for bad in TABLE}) >= 30


@pytest.mark.parametrize("document_type", EVENT_CLASSES)
def test_event_that_the_table_spoils_is_good_before(decoder: Decoder, document_type: str) -> None:
    decoded = decoder.decode(record(f"o2c.{document_type}.v1", event(document_type)))
    assert document_type == "heartbeat" or arrival(decoded).document.type == document_type


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (order_line(quantity="x"), "$.lines[0].quantity"),
        (order_line(at="2026-01-05T10:20:30"), "$.lines[0].at"),
        (order_line(units={"box": "-1"}), "$.lines[0].units.box"),
        (order_line(sku=1), "$.lines[0].sku"),
        (order_line(sku="a\tb"), "$.lines[0].sku"),
        (event("order", charges=[{"kind": "a", "amount": "1"}, {"kind": "b", "amount": "x"}]), "$.charges[1].amount"),
        (
            event("order", terms={"instalments": [{"percent": "1", "due_at": "2026-01-01T00:00:00"}]}),
            "instalments[0].due_at",
        ),
        (event("order", currency="ZZZ"), "$.currency"),
        (event("order", revision=0), "$.revision"),
    ],
)
def test_message_names_the_path(decoder: Decoder, value: bytes, path: str) -> None:
    assert path in rejection(decoder.decode(record("o2c.order.v1", value))).message


@pytest.mark.parametrize(
    "number", ["9" * 1_000_000, "1e-999999999", "0." + "0" * 1_000_000 + "1", "1e999999999999999999"]
)
def test_monstrous_number_is_judged_at_once(number: str) -> None:
    value = order_line(quantity=number)
    started = time.process_time()
    Decoder({"o2c.order.v1": "order"}, max_bytes=len(value)).decode(record("o2c.order.v1", value))
    assert time.process_time() - started < 1


def test_document_that_reverses_may_have_negative_quantities(decoder: Decoder) -> None:
    reversal = event(
        "shipment", lines=[{"line": "1", "quantity": "-2"}], reverses=[{"type": "shipment", "document_id": "D-0"}]
    )
    arrival(decoder.decode(record("o2c.shipment.v1", reversal)))


def test_field_that_nobody_knows_is_ignored(decoder: Decoder) -> None:
    arrival(decoder.decode(record("o2c.order.v1", event("order", colour={"any": ["thing", 1.5, None]}))))


def test_control_character_in_free_text_is_kept(decoder: Decoder) -> None:
    applications = [{"invoice": "I-1", "amount": "1", "adjustments": [{"amount": "1", "note": "two\nlines"}]}]
    arrival(decoder.decode(record("o2c.payment.v1", event("payment", applications=applications))))


def test_type_is_asked_of_the_event_where_the_topic_says_nothing(decoder: Decoder) -> None:
    assert arrival(decoder.decode(record("file.jsonl", event("pick", type="pick")))).document.type == "pick"
    assert rejection(decoder.decode(record("file.jsonl", event("pick")))).code == "MISSING_TYPE"
    assert rejection(decoder.decode(record("file.jsonl", event("pick", type="quote")))).code == "UNKNOWN_TYPE"
    assert rejection(decoder.decode(record("file.jsonl", b"nothing"))).code == "NOT_JSON"


def test_every_published_type_has_a_good_event() -> None:
    assert GOOD_EVENTS.keys() == EVENT_CLASSES.keys()
