import base64
import json
from typing import Any

import pytest

from o2c.schemas.codecs import Decoder
from o2c.schemas.records import Headers
from tests.bad_input import ABSENT, event
from tests.unit.schemas.registry import arrival, document, record, rejection
from tests.unit.schemas.test_codecs import avro_twin

PLAIN = event("order")
BARE = event("order", event_id=ABSENT, source=ABSENT, occurred_at=ABSENT)
ATTRIBUTES = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "erp-eu",
    "time": "2026-01-05T10:20:30Z",
    "type": "o2c.order.v1",
}
BINARY: Headers = tuple((f"ce_{name}", value.encode()) for name, value in ATTRIBUTES.items())


def structured(**members: Any) -> bytes:
    return json.dumps({**ATTRIBUTES, "datacontenttype": "application/json", **members}).encode()


@pytest.fixture
def plain(decoder: Decoder) -> object:
    return decoder.decode(record("o2c.order.v1", PLAIN))


def test_structured_event_is_its_data(decoder: Decoder, plain: object) -> None:
    assert decoder.decode(record("o2c.order.v1", structured(data=json.loads(PLAIN)))) == plain


def test_envelope_fills_what_the_data_lacks(decoder: Decoder, plain: object) -> None:
    assert decoder.decode(record("o2c.order.v1", structured(data=json.loads(BARE)))) == plain


def test_data_wins_over_the_envelope(decoder: Decoder, plain: object) -> None:
    assert decoder.decode(record("o2c.order.v1", structured(id="other", data=json.loads(PLAIN)))) == plain


def test_null_in_the_data_is_filled(decoder: Decoder, plain: object) -> None:
    data = {**json.loads(BARE), "event_id": None}
    assert decoder.decode(record("o2c.order.v1", structured(data=data))) == plain


def test_binary_event_has_its_envelope_in_the_headers(decoder: Decoder, plain: object) -> None:
    assert decoder.decode(record("o2c.order.v1", BARE, BINARY)) == plain


def test_binary_event_may_be_avro(decoder: Decoder, plain: object) -> None:
    assert decoder.decode(record("o2c.order.v1", avro_twin("order", PLAIN), BINARY)) == plain


@pytest.mark.parametrize("content", [PLAIN, avro_twin("order", PLAIN)], ids=["json", "avro"])
def test_data_may_be_in_base64(decoder: Decoder, plain: object, content: bytes) -> None:
    value = structured(data_base64=base64.b64encode(content).decode())
    assert decoder.decode(record("o2c.order.v1", value)) == plain


@pytest.mark.parametrize("stated", ["o2c.order.v1", "order", "order.v2"])
def test_type_of_the_envelope_says_what_the_topic_does_not(decoder: Decoder, stated: str) -> None:
    value = structured(type=stated, data=json.loads(BARE))
    assert document(decoder.decode(record("elsewhere", value))).type == "order"


def test_type_of_another_system_says_nothing(decoder: Decoder) -> None:
    value = structured(type="com.example.sales.changed", data=json.loads(BARE))
    arrival(decoder.decode(record("o2c.order.v1", value)))
    assert rejection(decoder.decode(record("elsewhere", value))).code == "MISSING_TYPE"


def test_event_that_only_mentions_an_envelope_is_none(decoder: Decoder) -> None:
    arrival(decoder.decode(record("o2c.order.v1", event("order", customer_po="specversion"))))


def test_trace_of_the_envelope_is_taken(decoder: Decoder) -> None:
    value = structured(traceparent="00-envelope", data=json.loads(BARE))
    assert arrival(decoder.decode(record("o2c.order.v1", value))).traceparent == "00-envelope"


def test_event_as_json_has_what_the_envelope_filled(decoder: Decoder) -> None:
    filled = json.loads(decoder.event_json(record("o2c.order.v1", BARE, BINARY)))
    assert filled["event_id"] == "e-1"
