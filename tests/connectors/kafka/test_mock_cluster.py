"""The connector on librdkafka's own mock cluster, which the demo and fault injection use."""

from collections.abc import Iterator

import pytest

from o2c.connectors.deliveries import Deliveries
from o2c.connectors.kafka.generation import highest_generation
from o2c.connectors.kafka.names import OutputTopics
from o2c.connectors.kafka.sink import KafkaSink, SinkSettings
from o2c.connectors.kafka.topic_rules import OutputSettings
from o2c.connectors.kafka.topics import check_inputs, ensure_outputs
from o2c.schemas.records import Emission, StatusRecord
from tests.connectors.kafka.harness import MockCluster, Reading, mark_where, now_us, produce, read, records_of, unique


@pytest.fixture(scope="module")
def mock_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The addresses of a cluster of these tests' own."""
    cluster = MockCluster(tmp_path_factory.mktemp("mock"))
    yield cluster.bootstrap
    cluster.kill()


def test_lanes_read_and_prove_their_progress(mock_cluster: str) -> None:
    topic = unique("orders")
    produce(mock_cluster, topic, [b"1", b"2", b"3"])
    partitions = check_inputs({"bootstrap.servers": mock_cluster}, [topic])
    reading = Reading(mock_cluster, partitions)
    lane = reading.lane()
    started_at = now_us()
    assert [record.value for record in read(lane, 3)] == [b"1", b"2", b"3"]
    mark = mark_where(lane, lambda mark: mark.read_to[f"type-of-{topic}"] >= started_at)
    assert mark.positions == {topic: 3}
    assert reading.lanes.failed_commits() == 0


def test_the_sink_delivers_to_topics_made_on_demand(mock_cluster: str) -> None:
    client = {"bootstrap.servers": mock_cluster}
    names = OutputTopics(*(unique("output") for _ in range(4)))
    outputs = ensure_outputs(client, names=names, inputs=(), settings=OutputSettings(), admin=False)
    deliveries = Deliveries(("kafka",))
    partitions = outputs[names.status].partitions
    sink = KafkaSink(client=client, deliveries=deliveries, settings=SinkSettings(partitions, names))
    publisher = sink.build("publish", 0, 1)
    status = StatusRecord("ORD-1", (2 << 32) + 1, b"{}", "on_track", "ordered", "unbilled", ())
    publisher.write_batch([Emission(0, 1, statuses=(status,))])
    publisher.close()
    assert deliveries.upto(0) == 1
    assert [record.key() for record in records_of(mock_cluster, names.status, 1, partitions)] == [b"ORD-1"]
    assert highest_generation(client, names.status, partitions, unique("group")) == 2
