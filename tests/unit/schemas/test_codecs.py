import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from o2c.errors import OperatingFault
from o2c.schemas.canonical import content_hash
from o2c.schemas.codecs import Decoder
from o2c.schemas.documents import Arrival, Heartbeat, InvoiceBody, OrderBody, PaymentBody
from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.numbers import ROUNDINGS
from o2c.schemas.records import DeadLetter
from tests.bad_input import (
    GOOD_EVENTS,
    SCHEMAS,
    TOPICS,
    UNKNOWN_SCHEMA_ID,
    avro,
    avro_fields,
    avro_payload,
    confluent,
    event,
    order_line,
)
from tests.unit.schemas.registry import (
    KAFKA_TIME_US,
    SCHEMA_IDS,
    MemoryRegistry,
    arrival,
    document,
    record,
    rejection,
)
from tests.unit.schemas.wire_events import wire_events

DECODER = Decoder(TOPICS, MemoryRegistry())
TYPES = st.sampled_from(list(EVENT_CLASSES))


def avro_twin(document_type: str, value: bytes) -> bytes:
    fields = avro_fields(document_type, msgspec.json.decode(value))
    return avro(SCHEMA_IDS[document_type], document_type, fields)


def order_body(decoder: Decoder, value: bytes) -> OrderBody:
    body = document(decoder.decode(record("o2c.order.v1", value))).body
    assert isinstance(body, OrderBody)
    return body


@given(TYPES.flatmap(lambda name: st.tuples(st.just(name), wire_events(name))))
def test_json_event_and_its_avro_twin_are_equal(made: tuple[str, Any]) -> None:
    document_type, wire = made
    value = msgspec.json.encode(wire)
    topic = f"o2c.{document_type}.v1"
    from_json = DECODER.decode(record(topic, value))
    from_avro = DECODER.decode(record(topic, avro_twin(document_type, value)))
    assert not isinstance(from_json, DeadLetter), from_json.message
    assert from_json == from_avro
    if isinstance(from_json, Arrival) and isinstance(from_avro, Arrival):
        assert content_hash(from_json.document) == content_hash(from_avro.document)


@given(TYPES, st.binary(max_size=200))
def test_any_bytes_are_decoded_or_rejected(document_type: str, value: bytes) -> None:
    assert DECODER.decode(record(f"o2c.{document_type}.v1", value)) is not None


@given(TYPES, st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists), st.data())
def test_any_value_in_any_field_is_decoded_or_rejected(document_type: str, value: object, data: st.DataObject) -> None:
    spoiled = json.loads(event(document_type))
    where: Any = spoiled
    while isinstance(where, dict | list):
        key = data.draw(st.sampled_from(list(where) if isinstance(where, dict) else range(len(where))))
        if not isinstance(where[key], dict | list) or not where[key] or data.draw(st.booleans()):
            where[key] = value
            break
        where = where[key]
    assert DECODER.decode(record(f"o2c.{document_type}.v1", json.dumps(spoiled).encode())) is not None


@given(TYPES, st.booleans(), st.lists(st.tuples(st.integers(0, 2_000), st.binary(max_size=4)), min_size=1, max_size=4))
def test_damaged_event_is_decoded_or_rejected(
    document_type: str, in_avro: bool, damages: list[tuple[int, bytes]]
) -> None:
    value = event(document_type)
    if in_avro:
        value = avro_twin(document_type, value)
    for position, inserted in damages:
        start = position % len(value)
        value = value[:start] + inserted + value[start + 1 :] or b"x"
    assert DECODER.decode(record(f"o2c.{document_type}.v1", value)) is not None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ce_id", "ce_specversion", "ce_time", "ce_type", "content-type", "traceparent"]),
            st.none() | st.binary(max_size=12),
        ),
        max_size=5,
    )
)
def test_any_headers_are_read_or_rejected(headers: list[tuple[str, bytes | None]]) -> None:
    assert DECODER.decode(record("o2c.order.v1", event("order"), tuple(headers))) is not None


@pytest.mark.parametrize(
    ("written", "quantity"),
    [("2", 2_000_000), (2, 2_000_000), (2.5, 2_500_000), ("2.50", 2_500_000), ("1e3", 10**9), ("0.0000005", 0)],
)
def test_quantity_is_exact_however_it_is_written(decoder: Decoder, written: object, quantity: int) -> None:
    assert order_body(decoder, order_line(quantity=written)).lines[0].quantity == quantity


def test_number_in_json_never_passes_through_a_float(decoder: Decoder) -> None:
    value = event("invoice").replace(b'"24.98"', b"123456789012345.1234")
    body = document(decoder.decode(record("o2c.invoice.v1", value))).body
    assert isinstance(body, InvoiceBody)
    assert body.total == 1234567890123451234


def test_every_rounded_number_is_counted(decoder: Decoder) -> None:
    before = ROUNDINGS.rounded
    for _ in range(2):
        decoder.decode(record("o2c.order.v1", order_line(quantity="1.00000049")))
    assert ROUNDINGS.rounded == before + 2


def test_line_number_becomes_text(decoder: Decoder) -> None:
    assert order_body(decoder, order_line(line=10)).lines[0].line == "10"


def test_order_of_map_keys_changes_nothing(decoder: Decoder) -> None:
    forward = event("order", refs={"po": ["P"], "bol": ["B"]})
    backward = event("order", refs={"bol": ["B"], "po": ["P"]})
    assert decoder.decode(record("o2c.order.v1", forward)) == decoder.decode(record("o2c.order.v1", backward))


def test_content_hash_leaves_out_the_event_id_alone(decoder: Decoder) -> None:
    first = document(decoder.decode(record("o2c.order.v1", event("order"))))
    again = document(decoder.decode(record("o2c.order.v1", event("order", event_id="e-2"))))
    other = document(decoder.decode(record("o2c.order.v1", event("order", source="erp-us"))))
    assert content_hash(first) == content_hash(again) != content_hash(other)


def test_received_at_is_the_records_time_unless_stated(decoder: Decoder) -> None:
    stated = event("order", received_at="2026-01-05T10:20:31Z")
    assert arrival(decoder.decode(record("o2c.order.v1", event("order")))).received_at == KAFKA_TIME_US
    assert arrival(decoder.decode(record("o2c.order.v1", stated))).received_at == 1_767_608_431_000_000


def test_record_without_a_time_was_received_when_it_occurred(decoder: Decoder) -> None:
    decoded = arrival(decoder.decode(record("o2c.order.v1", event("order"), timestamp_us=-1)))
    assert decoded.received_at == decoded.document.occurred_at


def test_trace_of_the_record_wins_over_that_of_the_event(decoder: Decoder) -> None:
    value = event("order", traceparent="00-event")
    assert arrival(decoder.decode(record("o2c.order.v1", value))).traceparent == "00-event"
    traced = record("o2c.order.v1", value, (("traceparent", b"00-record"),))
    assert arrival(decoder.decode(traced)).traceparent == "00-record"


def test_heartbeat_names_the_types_it_speaks_for(decoder: Decoder) -> None:
    assert decoder.decode(record("o2c.heartbeat.v1", event("heartbeat"))) == Heartbeat(
        "wms-east", ("shipment",), 1_767_608_430_000_000
    )


def test_empty_optional_string_is_as_good_as_none(decoder: Decoder) -> None:
    empty = event("order", correlation_id="", customer_id="", refs={"po": [""]})
    absent = event("order", correlation_id=None, customer_id=None, refs={})
    assert decoder.decode(record("o2c.order.v1", empty)) == decoder.decode(record("o2c.order.v1", absent))


def test_times_in_avro_may_be_text(decoder: Decoder, registry: MemoryRegistry) -> None:
    names = ("event_id", "source", "occurred_at", "document_id", "correlation_id")
    schema = {"type": "record", "name": "Mine", "fields": [{"name": name, "type": "string"} for name in names]}
    registry.schemas[77] = json.dumps(schema)
    fields = {name: GOOD_EVENTS["pod"][name] for name in names}
    decoded = decoder.decode(record("o2c.pod.v1", confluent(77, avro_payload(schema, fields))))
    assert document(decoded).occurred_at == 1_767_608_430_000_000


def test_decimal_longer_than_its_schema_says_is_not_cut(decoder: Decoder, registry: MemoryRegistry) -> None:
    schema = json.loads(json.dumps(SCHEMAS["payment"]).replace('"precision": 20', '"precision": 6'))
    registry.schemas[78] = schema
    value = avro(78, "payment", avro_fields("payment", {**GOOD_EVENTS["payment"], "amount": "123456789.1234"}))
    body = document(decoder.decode(record("o2c.payment.v1", value))).body
    assert isinstance(body, PaymentBody)
    assert body.amount == 1_234_567_891_234


def test_schema_is_fetched_once(decoder: Decoder, registry: MemoryRegistry) -> None:
    for _ in range(3):
        decoder.decode(record("o2c.pick.v1", avro_twin("pick", event("pick"))))
    assert registry.lookups == 1


def test_unknown_schema_is_asked_for_again_after_a_while(decoder: Decoder, registry: MemoryRegistry) -> None:
    unknown = record("o2c.pick.v1", confluent(UNKNOWN_SCHEMA_ID, avro_twin("pick", event("pick"))[5:]))
    for _ in range(1_000):
        assert rejection(decoder.decode(unknown)).code == "UNKNOWN_SCHEMA"
    assert registry.lookups == 1
    registry.schemas[UNKNOWN_SCHEMA_ID] = SCHEMAS["pick"]
    arrival(decoder.decode(unknown))


def test_registry_that_does_not_answer_stops_the_job() -> None:
    class Silent:
        def schema(self, schema_id: int) -> str:
            raise OperatingFault(f"no answer for {schema_id}")

    with pytest.raises(OperatingFault, match="no answer"):
        Decoder(TOPICS, Silent()).decode(record("o2c.pick.v1", avro_twin("pick", event("pick"))))


def test_avro_without_a_registry_is_a_dead_letter() -> None:
    decoded = Decoder(TOPICS).decode(record("o2c.pick.v1", avro_twin("pick", event("pick"))))
    assert rejection(decoded).code == "NO_SCHEMA_REGISTRY"


def test_schema_that_is_none_is_a_dead_letter(decoder: Decoder, registry: MemoryRegistry) -> None:
    registry.schemas[79] = 'syntax = "proto3";'
    assert rejection(decoder.decode(record("o2c.pick.v1", confluent(79, b"x")))).code == "BAD_SCHEMA"


def test_type_is_asked_of_the_schema_where_neither_topic_nor_event_says_it(decoder: Decoder) -> None:
    assert document(decoder.decode(record("elsewhere", avro_twin("pick", event("pick"))))).type == "pick"


def test_event_as_json_is_the_same_in_json_and_avro(decoder: Decoder) -> None:
    from_avro = decoder.event_json(record("o2c.pick.v1", avro_twin("pick", event("pick"))))
    from_json = decoder.event_json(record("o2c.pick.v1", event("pick")))
    again = [document(decoder.decode(record("o2c.pick.v1", value))) for value in (from_avro, from_json)]
    assert again[0] == again[1]
