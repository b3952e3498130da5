"""What a lane does while its broker is away."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from o2c.errors import OperatingFault
from tests.connectors.kafka.harness import (
    NOBODY,
    MockCluster,
    Reading,
    batches,
    mark_where,
    marks_for,
    now_us,
    produce,
    read,
)
from tests.services.kafka import Broker


def test_progress_stands_during_an_outage_and_goes_on_after_it(own_kafka: Broker) -> None:
    own_kafka.create_topics({"orders": 1})
    produce(own_kafka.bootstrap, "orders", [b"before"])
    lane = Reading(own_kafka.bootstrap, {"orders": 1}).lane()
    read(lane, 1)
    mark_where(lane, lambda mark: mark.read_to["type-of-orders"] > 0)
    own_kafka.kill()
    killed_at = now_us()
    during = marks_for(lane, 2)
    assert during[-1].read_to["type-of-orders"] <= killed_at
    own_kafka.start()
    produce(own_kafka.bootstrap, "orders", [b"after"])
    assert read(lane, 1)[0].value == b"after"
    assert mark_where(lane, lambda mark: mark.read_to["type-of-orders"] > killed_at).positions == {"orders": 2}


@pytest.fixture
def mock_cluster(tmp_path: Path) -> Iterator[MockCluster]:
    cluster = MockCluster(tmp_path)
    yield cluster
    cluster.kill()


def test_an_outage_past_the_budget_is_a_fault(mock_cluster: MockCluster) -> None:
    produce(mock_cluster.bootstrap, "orders", [b"before"])
    lane = Reading(mock_cluster.bootstrap, {"orders": 1}, fault_budget_seconds=2).lane()
    mark_where(lane, lambda mark: mark.read_to["type-of-orders"] > 0)
    mock_cluster.kill()
    with pytest.raises(OperatingFault, match=rf"Kafka at {mock_cluster.bootstrap} has not answered for \d+ s: .*"):
        list(batches(lane))


def test_a_lane_ends_at_once_while_its_positions_cannot_be_committed(mock_cluster: MockCluster) -> None:
    produce(mock_cluster.bootstrap, "orders", [b"%d" % number for number in range(100)])
    reading = Reading(mock_cluster.bootstrap, {"orders": 1}, batch_records=1, mark_interval_us=1)
    lane = reading.lane()
    read(lane, 50)
    mock_cluster.kill()
    read(lane, 10)
    started = time.monotonic()
    lane.close()
    del lane, reading
    assert time.monotonic() - started < 5


def test_a_lane_does_not_open_without_a_broker() -> None:
    with pytest.raises(OperatingFault, match="Kafka does not tell the offsets of partition 0 of orders"):
        Reading(NOBODY, {"orders": 1}, start_timeout_seconds=1).lane()
