"""Lanes on a real broker."""

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions

from o2c.connectors.kafka import lane as lane_module
from o2c.connectors.kafka.lane import Lane
from o2c.connectors.kafka.offsets import Loss
from o2c.errors import OperatingFault
from o2c.schemas.lanes import LaneBatch
from tests.connectors.kafka.harness import (
    PATIENCE_SECONDS,
    Reading,
    batches,
    client_of,
    mark_where,
    now_us,
    produce,
    produce_in_transaction,
    read,
    topic_with,
)
from tests.services.kafka import Broker


def numbered(count: int, size: int = 0) -> list[bytes]:
    return [b"%d" % number + b"." * size for number in range(count)]


def delete_before(broker: Broker, topic: str, offset: int) -> None:
    admin = AdminClient(client_of(broker))
    for deleted in admin.delete_records([TopicPartition(topic, 0, offset)]).values():
        deleted.result(PATIENCE_SECONDS)


def test_records_come_in_order(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(5_000))
    records = read(Reading(kafka.bootstrap, {topic: 1}).lane(), 5_000)
    assert [record.value for record in records] == numbered(5_000)
    assert [record.offset for record in records] == list(range(5_000))


def test_a_record_keeps_its_bytes_headers_and_time(kafka: Broker) -> None:
    topic = topic_with(kafka)
    headers = [("a", b"\xff\x00"), ("a", None), ("b", b"")]
    produce(kafka.bootstrap, topic, [b"\x00value"], key=b"\xffkey", headers=headers, timestamp=1_500_000_000_123)
    [record] = read(Reading(kafka.bootstrap, {topic: 1}).lane(), 1)
    assert (record.topic, record.partition, record.offset) == (topic, 0, 0)
    assert (record.key, record.value, record.headers) == (b"\xffkey", b"\x00value", tuple(headers))
    assert record.timestamp_us == 1_500_000_000_123_000


def test_a_record_without_key_value_or_headers_is_a_record(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, [None])
    [record] = read(Reading(kafka.bootstrap, {topic: 1}).lane(), 1)
    assert (record.key, record.value, record.headers) == (None, None, ())


def test_a_record_of_ten_megabytes_is_read(kafka: Broker) -> None:
    topic = topic_with(kafka, config={"max.message.bytes": "20000000"})
    produce(kafka.bootstrap, topic, [b"small", b"x" * 10_000_000, b"small"])
    records = read(Reading(kafka.bootstrap, {topic: 1}).lane(), 3)
    assert [len(record.value or b"") for record in records] == [5, 10_000_000, 5]


def test_there_are_as_many_lanes_as_the_topic_with_most_partitions_has(kafka: Broker) -> None:
    assert Reading(kafka.bootstrap, {"few": 1, "many": 3}).lanes.list_parts() == ["lane-000", "lane-001", "lane-002"]


def test_a_lane_reads_its_partition_of_every_topic_that_has_it(kafka: Broker) -> None:
    wide, narrow = topic_with(kafka, partitions=2), topic_with(kafka)
    for topic, partition in ((wide, 0), (wide, 1), (narrow, 0)):
        produce(kafka.bootstrap, topic, [f"{topic}/{partition}".encode()], partition)
    reading = Reading(kafka.bootstrap, {wide: 2, narrow: 1})
    first, second = reading.lane(0), reading.lane(1)
    assert {record.value for record in read(first, 2)} == {f"{wide}/0".encode(), f"{narrow}/0".encode()}
    assert {record.value for record in read(second, 1)} == {f"{wide}/1".encode()}
    mark = mark_where(second, lambda mark: mark.read_to[f"type-of-{wide}"] > 0)
    assert (mark.lane, mark.positions, set(mark.read_to)) == (1, {wide: 1}, {f"type-of-{wide}"})


def test_a_lane_resumes_at_its_positions(kafka: Broker) -> None:
    topic, new = topic_with(kafka), topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(10))
    produce(kafka.bootstrap, new, [b"new"])
    lane = Reading(kafka.bootstrap, {topic: 1, new: 1}, positions={0: {topic: 7}}).lane()
    records = read(lane, 4)
    assert sorted(record.value or b"" for record in records) == [b"7", b"8", b"9", b"new"]


def test_a_first_start_at_a_time_reads_from_there_on(kafka: Broker) -> None:
    topic, older = topic_with(kafka), topic_with(kafka)
    for second in range(10):
        produce(kafka.bootstrap, topic, [b"%d" % second], timestamp=1_700_000_000_000 + second * 1_000)
    produce(kafka.bootstrap, older, [b"older"], timestamp=1_600_000_000_000)
    reading = Reading(kafka.bootstrap, {topic: 1, older: 1}, first_start=1_700_000_006_000_001)
    lane = reading.lane()
    assert [record.value for record in read(lane, 3)] == [b"7", b"8", b"9"]
    assert mark_where(lane, lambda _: True).positions == {topic: 10, older: 1}


def test_a_mark_comes_behind_what_it_covers(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(2_000))
    lane = Reading(kafka.bootstrap, {topic: 1}, batch_records=10, mark_interval_us=1_000).lane()
    seen = 0
    for batch in batches(lane):
        seen += len(batch.records)
        assert batch.mark is None or batch.mark.positions == {topic: seen}
        if seen == 2_000:
            return


def test_a_lane_is_behind_until_it_has_read_what_there_was(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(3_000))
    lane = Reading(kafka.bootstrap, {topic: 1}, batch_records=100, backlog_records=150, mark_interval_us=1_000).lane()
    seen, told = 0, [False]
    for batch in batches(lane):
        seen += len(batch.records)
        told.append(batch.behind)
        if seen == 3_000 and batch.mark is not None and not batch.records:
            break
    assert True in told
    assert told[-1] is False
    assert told.index(True) < told.index(False, told.index(True))


def test_before_it_knows_the_end_a_full_batch_is_a_backlog(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(3_000))
    lane = Reading(kafka.bootstrap, {topic: 1}, batch_records=100, backlog_records=100).lane()
    assert next(batch.behind for batch in first_batches(lane, 1_000) if len(batch.records) == 100)


def test_a_lane_that_stops_ends_behind_a_last_mark(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(3))
    reading = Reading(kafka.bootstrap, {topic: 1}, mark_interval_us=3_600_000_000)
    lane = reading.lane()
    read(lane, 3)
    reading.stopping.set()
    [last] = lane.next_batch()
    assert last.mark is not None
    assert last.mark.positions == {topic: 3}
    with pytest.raises(StopIteration):
        lane.next_batch()
    lane.close()


def test_progress_needs_the_end_of_the_log(kafka: Broker) -> None:
    topic = topic_with(kafka)
    kind = f"type-of-{topic}"
    produce(kafka.bootstrap, topic, numbered(200))
    before = now_us()
    lane = Reading(kafka.bootstrap, {topic: 1}, batch_records=1, mark_interval_us=1_000).lane()
    behind = [batch.mark.read_to[kind] for batch in first_batches(lane, 100) if batch.mark]
    assert behind
    assert set(behind) == {0}
    read(lane, 100)
    assert mark_where(lane, lambda mark: mark.read_to[kind] > 0).read_to[kind] >= before


def first_batches(lane: Lane, records: int) -> list[LaneBatch]:
    found: list[LaneBatch] = []
    for batch in batches(lane):
        found.append(batch)
        if sum(len(each.records) for each in found) >= records:
            break
    return found


def test_progress_goes_on_while_nothing_comes(kafka: Broker) -> None:
    topic = topic_with(kafka)
    kind = f"type-of-{topic}"
    lane = Reading(kafka.bootstrap, {topic: 1}).lane()
    first = mark_where(lane, lambda mark: mark.read_to[kind] > 0).read_to[kind]
    later = mark_where(lane, lambda mark: mark.read_to[kind] > first).read_to[kind]
    assert first < later <= now_us()


def test_progress_passes_the_marker_of_a_transaction(kafka: Broker) -> None:
    topic = topic_with(kafka)
    kind = f"type-of-{topic}"
    produce_in_transaction(kafka.bootstrap, topic, numbered(3))
    lane = Reading(kafka.bootstrap, {topic: 1}).lane()
    read(lane, 3)
    mark_where(lane, lambda mark: mark.read_to[kind] > 0 and mark.positions == {topic: 4})


def test_positions_are_committed_for_the_groups_lag(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(5))
    reading = Reading(kafka.bootstrap, {topic: 1})
    lane = reading.lane()
    mark_where(lane, lambda mark: mark.positions == {topic: 5})
    observer = Consumer({**client_of(kafka), "group.id": reading.group_id})
    for _ in batches(lane):
        [committed] = observer.committed([TopicPartition(topic, 0)], PATIENCE_SECONDS)
        if committed.offset == 5:
            break
    else:
        pytest.fail("nothing was committed")
    observer.close()
    assert reading.lanes.failed_commits() == 0


def test_lag_is_told_by_topic_and_partition(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(50))
    reading = Reading(kafka.bootstrap, {topic: 1}, batch_records=1, mark_interval_us=1_000)
    lane = reading.lane()
    mark = mark_where(lane, lambda _: reading.lanes.lags()[topic, 0] > 0)
    assert reading.lanes.lags() == {(topic, 0): 50 - mark.positions[topic]}


def test_records_deleted_before_the_start_are_reported_lost(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(10))
    delete_before(kafka, topic, 6)
    reading = Reading(kafka.bootstrap, {topic: 1}, positions={0: {topic: 2}})
    assert [record.value for record in read(reading.lane(), 4)] == [b"6", b"7", b"8", b"9"]
    assert reading.losses == [Loss(topic, 0, 2, 6)]


def test_records_deleted_under_the_reader_are_reported_lost(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(1_000, size=1_000))
    # A read-ahead of a few records alone: the rest is deleted before it is fetched.
    small = {"queued.max.messages.kbytes": 1, "fetch.message.max.bytes": 1_000, "fetch.max.bytes": 200_000_000}
    reading = Reading(kafka.bootstrap, {topic: 1}, client=small, batch_records=1)
    lane = reading.lane()
    first = read(lane, 1)
    delete_before(kafka, topic, 1_000)
    produce(kafka.bootstrap, topic, [b"after"])
    offsets = [record.offset for record in first]
    for batch in batches(lane):
        offsets += [record.offset for record in batch.records]
        if offsets[-1] == 1_000:
            break
    [loss] = reading.losses
    assert loss == Loss(topic, 0, offsets[-2] + 1, 1_000)
    assert loss.records == 1_000 - len(offsets) + 1


def test_a_first_start_after_deletions_is_no_loss(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(10))
    delete_before(kafka, topic, 6)
    reading = Reading(kafka.bootstrap, {topic: 1})
    assert read(reading.lane(), 4)[0].offset == 6
    assert reading.losses == []


def test_a_position_past_the_end_is_a_fault(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, numbered(10))
    with pytest.raises(OperatingFault, match=rf"position 11 in {topic} \[0\] is past its end 10"):
        Reading(kafka.bootstrap, {topic: 1}, positions={0: {topic: 11}}).lane()


def test_a_topic_that_is_deleted_is_a_fault(kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_module, "_WATCH_SECONDS", 0.1)
    topic = topic_with(kafka)
    lane = Reading(kafka.bootstrap, {topic: 1}).lane()
    mark_where(lane, lambda _: True)
    admin = AdminClient(client_of(kafka))
    for deleted in admin.delete_topics([topic]).values():
        deleted.result(PATIENCE_SECONDS)
    with pytest.raises(OperatingFault, match=f"{topic} is gone"):
        list(batches(lane))


def test_partitions_that_no_lane_reads_are_a_fault(kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_module, "_WATCH_SECONDS", 0.1)
    topic = topic_with(kafka)
    lane = Reading(kafka.bootstrap, {topic: 1}).lane()
    mark_where(lane, lambda _: True)
    admin = AdminClient(client_of(kafka))
    for grown in admin.create_partitions([NewPartitions(topic, 2)]).values():
        grown.result(PATIENCE_SECONDS)
    with pytest.raises(OperatingFault, match=f"{topic} has grown from 1 to 2 partitions"):
        list(batches(lane))
