"""The sink on a real broker, and on none."""

import time
from typing import Any

import pytest
from confluent_kafka import Message

from o2c.connectors.deliveries import Deliveries
from o2c.connectors.kafka.names import OutputTopics
from o2c.connectors.kafka.partitioner import partition_of
from o2c.connectors.kafka.sink import KafkaSink, Publisher, SinkSettings
from o2c.errors import OperatingFault
from o2c.schemas.records import (
    AuditRecord,
    BillingRecord,
    DeadLetter,
    Emission,
    ExceptionRecord,
    ForgottenOrder,
    Headers,
    Orphan,
    Record,
    StatusRecord,
)
from tests.connectors.kafka.harness import NOBODY, PATIENCE_SECONDS, records_of, topic_with, unique
from tests.services.kafka import Broker

PARTITIONS = 5


class Confirmed(Deliveries):
    """Keeps every confirmation in the order in which it came."""

    def __init__(self) -> None:
        super().__init__(("kafka",))
        self.calls: list[tuple[int, int]] = []

    def delivered(self, sink: str, shard: int, token: int) -> None:
        super().delivered(sink, shard, token)
        self.calls.append((shard, token))


class Publishing:
    """A sink over topics of its own, with its publisher."""

    def __init__(self, bootstrap: str, topics: OutputTopics, client: dict[str, Any], timeout_seconds: float) -> None:
        self.topics = topics
        self.confirmed = Confirmed()
        self.sink = KafkaSink(
            client={"bootstrap.servers": bootstrap, **client},
            deliveries=self.confirmed,
            settings=SinkSettings(PARTITIONS, topics, delivery_timeout_seconds=timeout_seconds),
        )
        self.publisher: Publisher = self.sink.build("publish", 0, 1)

    def write(self, *emissions: Emission) -> None:
        self.publisher.write_batch(list(emissions))

    def serve_until_confirmed(self, shard: int, token: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.confirmed.upto(shard) < token:
            assert time.monotonic() < deadline, "not confirmed"
            self.sink.serve()
            time.sleep(0.005)


def publishing(
    broker: Broker, config: dict[str, str] | None = None, client: dict[str, Any] | None = None
) -> Publishing:
    names = [topic_with(broker, PARTITIONS, config) for _ in range(6)]
    return Publishing(broker.bootstrap, OutputTopics(*names), client or {}, PATIENCE_SECONDS)


@pytest.fixture
def published(kafka: Broker) -> Publishing:
    return publishing(kafka)


@pytest.fixture
def nowhere() -> Publishing:
    """A sink whose broker does not answer."""
    client = {"queue.buffering.max.messages": 10}
    return Publishing(NOBODY, OutputTopics(*(unique("topic") for _ in range(6))), client, 1)


def status(correlation_id: str, version: int = 1, value: bytes = b"{}") -> StatusRecord:
    return StatusRecord(correlation_id, version, value, "on_track", "ordered", "unbilled", ())


def change(exception_id: str, correlation_id: str | None, value: bytes = b"{}") -> ExceptionRecord:
    return ExceptionRecord(exception_id, correlation_id, "PAST_DUE", "opened", True, None, 0, 1, 1, value)


def letter(value: bytes | None, key: bytes | None = b"key", headers: Headers = ()) -> DeadLetter:
    record = Record("orders", 3, 41, 0, key, value, headers)
    return DeadLetter(record, "BAD_JSON", "no object at byte 7")


def read(broker: Broker, topic: str, count: int) -> list[Message]:
    return records_of(broker.bootstrap, topic, count, PARTITIONS)


def test_a_status_goes_by_correlation_id_with_its_version(kafka: Broker, published: Publishing) -> None:
    published.write(Emission(0, 1, statuses=(status("ORD-1", (7 << 32) + 3, b'{"a":1}'),)))
    published.publisher.close()
    [record] = read(kafka, published.topics.status, 1)
    assert (record.key(), record.value()) == (b"ORD-1", b'{"a":1}')
    assert record.headers() == [("o2c.version", b"30064771075")]


def test_statuses_of_an_order_stay_in_order(kafka: Broker, published: Publishing) -> None:
    for token in range(1, 301):
        published.write(Emission(0, token, statuses=(status("ORD-1", token, b"%d" % token),)))
    published.publisher.close()
    values = [record.value() for record in read(kafka, published.topics.status, 300)]
    assert values == [b"%d" % token for token in range(1, 301)]


def test_exceptions_go_by_exception_id_to_the_partition_of_their_order(kafka: Broker, published: Publishing) -> None:
    orders = [f"ORD-{number}" for number in range(20)]
    published.write(
        Emission(
            0,
            1,
            statuses=tuple(status(order, value=order.encode()) for order in orders),
            exceptions=tuple(change(f"of-{order}", order, order.encode()) for order in orders),
        )
    )
    published.publisher.close()
    statuses = {record.value(): record.partition() for record in read(kafka, published.topics.status, 20)}
    exceptions = {record.value(): record for record in read(kafka, published.topics.exceptions, 20)}
    assert {value: record.partition() for value, record in exceptions.items()} == statuses
    assert exceptions[b"ORD-3"].key() == b"of-ORD-3"
    assert len(set(statuses.values())) == PARTITIONS


def test_billing_and_audit_go_by_their_order_in_its_order(kafka: Broker, published: Publishing) -> None:
    for token in range(1, 51):
        billings = tuple(BillingRecord(order, f"b{token}", token, token, b"%d" % token) for order in ("O-1", "O-2"))
        audits = (AuditRecord("O-1", f"a{token}", token, token, b"%d" % token),)
        published.write(Emission(0, token, billings=billings, audits=audits))
    published.publisher.close()
    for topic, count, order in ((published.topics.billing, 100, b"O-2"), (published.topics.audit, 50, b"O-1")):
        of_order = [each for each in read(kafka, topic, count) if each.key() == order]
        assert [each.value() for each in of_order] == [b"%d" % token for token in range(1, 51)]
        assert len({each.partition() for each in of_order}) == 1
    assert published.confirmed.upto(0) == 50


def test_an_audit_of_a_feed_goes_by_its_own_id(kafka: Broker, published: Publishing) -> None:
    published.write(Emission(0, 1, audits=(AuditRecord(None, "audit-1", 0, 1, b"{}"),)))
    published.publisher.close()
    assert [each.key() for each in read(kafka, published.topics.audit, 1)] == [b"audit-1"]


def test_a_forgotten_order_is_a_tombstone_with_its_version_behind_its_statuses(
    kafka: Broker, published: Publishing
) -> None:
    published.write(Emission(0, 1, statuses=(status("ORD-1", 8),), forgotten=(ForgottenOrder("ORD-1", 9),)))
    published.publisher.close()
    last = read(kafka, published.topics.status, 2)[-1]
    assert (last.key(), last.value(), last.headers()) == (b"ORD-1", None, [("o2c.version", b"9")])
    assert published.confirmed.upto(0) == 1


def test_an_exception_of_a_feed_goes_by_its_own_id(kafka: Broker, published: Publishing) -> None:
    published.write(Emission(0, 1, exceptions=(change("feed-exception", None),)))
    published.publisher.close()
    [record] = read(kafka, published.topics.exceptions, 1)
    assert record.partition() == partition_of("feed-exception", PARTITIONS)


def test_a_dead_letter_keeps_its_bytes_and_headers(kafka: Broker, published: Publishing) -> None:
    headers: Headers = (("trace", b"\xff\x00"), ("trace", None), ("o2c.error.code", b"OLD"))
    published.write(Emission(0, 1, dead_letters=(letter(b"\x00\xffvalue", b"\xfekey", headers),)))
    published.publisher.close()
    [record] = read(kafka, published.topics.dead_letters, 1)
    assert (record.key(), record.value()) == (b"\xfekey", b"\x00\xffvalue")
    assert list(record.headers() or ())[:3] == list(headers)


def test_a_dead_letter_tells_why_and_where_it_comes_from(kafka: Broker, published: Publishing) -> None:
    published.write(Emission(0, 1, dead_letters=(letter(None, None),)))
    published.publisher.close()
    [record] = read(kafka, published.topics.dead_letters, 1)
    assert (record.key(), record.value()) == (None, None)
    assert dict(record.headers() or ()) == {
        "o2c.error.code": b"BAD_JSON",
        "o2c.error.message": b"no object at byte 7",
        "o2c.error.topic": b"orders",
        "o2c.error.partition": b"3",
        "o2c.error.offset": b"41",
        "__connect.errors.topic": b"orders",
        "__connect.errors.partition": b"3",
        "__connect.errors.offset": b"41",
        "__connect.errors.task.id": b"3",
        "__connect.errors.connector.name": b"o2c",
        "__connect.errors.stage": b"VALUE_CONVERTER",
        "__connect.errors.class.name": b"o2c",
        "__connect.errors.exception.class.name": b"BAD_JSON",
        "__connect.errors.exception.message": b"no object at byte 7",
    }


@pytest.mark.parametrize("size", [300_000, 140_000_000], ids=["for the topic", "for the client"])
def test_a_dead_letter_too_large_goes_without_its_value(kafka: Broker, size: int) -> None:
    published = publishing(kafka, {"max.message.bytes": "200000"}, {"batch.size": 100_000})
    letters = (letter(b"before"), letter(b"x" * size, b"large", (("kept", b"1"),)), letter(b"after"))
    published.write(Emission(0, 1, dead_letters=letters))
    published.publisher.close()
    assert published.confirmed.upto(0) == 1
    records = {record.key(): record for record in read(kafka, published.topics.dead_letters, 3)}
    headers = dict(records[b"large"].headers() or ())
    assert records[b"large"].value() is None
    assert (headers["kept"], headers["o2c.error.code"], headers["o2c.error.truncated"]) == (b"1", b"BAD_JSON", b"true")
    assert records[b"key"].value() in {b"before", b"after"}


def test_a_dead_letter_of_ten_megabytes_goes_whole(kafka: Broker) -> None:
    published = publishing(kafka, {"max.message.bytes": "20000000"})
    published.write(Emission(0, 1, dead_letters=(letter(b"x" * 10_000_000),)))
    published.publisher.close()
    [record] = read(kafka, published.topics.dead_letters, 1)
    assert len(record.value() or b"") == 10_000_000


def test_an_orphan_goes_by_scope_type_and_document(kafka: Broker, published: Publishing) -> None:
    orphans = (Orphan("eu", "pod", "POD-1", 1, "e1", b"1"), Orphan("", "invoice", "INV-1", 1, "e2", b"2"))
    published.write(Emission(0, 1, orphans=orphans))
    published.publisher.close()
    records = {record.key(): record.value() for record in read(kafka, published.topics.orphans, 2)}
    assert records == {b"eu/pod/POD-1": b"1", b"/invoice/INV-1": b"2"}


def test_confirmations_of_a_shard_come_in_order(published: Publishing) -> None:
    for token in range(1, 51):
        statuses = tuple(status(f"ORD-{number}") for number in range(token % 7))
        published.write(*(Emission(shard, token, statuses=statuses) for shard in range(3)))
    published.publisher.close()
    for shard in range(3):
        assert [token for confirmed, token in published.confirmed.calls if confirmed == shard] == list(range(1, 51))


def test_an_emission_without_records_is_confirmed_behind_earlier_ones(published: Publishing) -> None:
    published.write(Emission(0, 1, statuses=(status("ORD-1"),)))
    published.write(Emission(0, 2))
    assert published.confirmed.calls == []
    published.serve_until_confirmed(0, 2)
    assert published.confirmed.calls == [(0, 1), (0, 2)]


def test_serving_confirms_while_nothing_is_written(published: Publishing) -> None:
    published.write(Emission(4, 9, statuses=(status("ORD-1"),)))
    published.serve_until_confirmed(4, 9)
    assert published.sink.unconfirmed() == 0


def test_a_full_buffer_only_slows_down(kafka: Broker) -> None:
    published = publishing(kafka, client={"queue.buffering.max.messages": 10})
    statuses = tuple(status(f"ORD-{number}") for number in range(200))
    published.write(Emission(0, 1, statuses=statuses))
    published.publisher.close()
    assert len(read(kafka, published.topics.status, 200)) == 200


def test_a_status_too_large_for_its_topic_is_a_fault(kafka: Broker) -> None:
    published = publishing(kafka, {"max.message.bytes": "5000"})
    published.write(Emission(0, 1, statuses=(status("ORD-1", value=b"x" * 10_000),)))
    with pytest.raises(OperatingFault, match=f"too large for topic {published.topics.status}: .* max.message.bytes"):
        published.serve_until_confirmed(0, 1)
    assert published.confirmed.calls == []


def test_a_topic_that_is_gone_is_a_fault(kafka: Broker) -> None:
    names = OutputTopics(*(unique("absent") for _ in range(6)))
    client = {"topic.metadata.propagation.max.ms": 100}
    published = Publishing(kafka.bootstrap, names, client, PATIENCE_SECONDS)
    published.write(Emission(0, 1, statuses=(status("ORD-1"),)))
    with pytest.raises(OperatingFault, match=f"topic {names.status} was not delivered"):
        published.serve_until_confirmed(0, 1)


def test_what_is_not_delivered_is_not_confirmed(nowhere: Publishing) -> None:
    nowhere.write(Emission(0, 1, statuses=(status("ORD-1"),)))
    nowhere.sink.serve()
    assert nowhere.confirmed.calls == []
    assert nowhere.sink.unconfirmed() == 1


def test_a_delivery_past_its_time_is_a_fault(nowhere: Publishing) -> None:
    nowhere.write(Emission(0, 1, statuses=(status("ORD-1"),)))
    with pytest.raises(OperatingFault, match=f"topic {nowhere.topics.status} was not delivered"):
        nowhere.serve_until_confirmed(0, 1)
    with pytest.raises(OperatingFault):
        nowhere.write(Emission(0, 2))
    assert nowhere.confirmed.calls == []


def test_a_buffer_that_stays_full_is_a_fault(nowhere: Publishing) -> None:
    with pytest.raises(OperatingFault):
        nowhere.write(Emission(0, 1, statuses=tuple(status(f"ORD-{number}") for number in range(50))))


def test_an_end_without_confirmation_is_a_fault(nowhere: Publishing) -> None:
    nowhere.write(Emission(0, 1, statuses=(status("ORD-1"),)))
    with pytest.raises(OperatingFault):
        nowhere.publisher.close()
    assert nowhere.confirmed.calls == []
