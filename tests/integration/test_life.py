"""One deployment over its life: topics made, stopped, restarted, records lost meanwhile, looked at."""

import json
import signal
from collections.abc import Callable, Iterator

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from o2c.connectors.deliveries import Deliveries
from o2c.connectors.redis import RedisSink
from o2c.schemas.records import Emission, StatusRecord
from tests.integration.events import goods, order
from tests.services.job import OUTPUTS, Job
from tests.services.kafka import Broker

PARTITIONS = 3


@pytest.fixture(scope="module")
def job(kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    settings = {"O2C_PARTITIONS": str(PARTITIONS), "O2C_INPUTS": "order,shipment"}
    with Job(kafka, new_redis_url(), tmp_path_factory.mktemp("life"), settings, types=("order", "shipment")) as job:
        job.produce([order("SO-1", document_id="4711"), goods("shipment", "SO-1")])
        job.start()
        job.settle()
        yield job


def _version(job: Job, correlation_id: str) -> int:
    versions = [
        int(headers["o2c.version"]) for key, _, headers in job.records("status") if key == correlation_id.encode()
    ]
    assert versions == sorted(versions)
    return versions[-1]


def test_output_topics_are_made_as_the_contract_has_them(job: Job) -> None:
    admin = AdminClient({"bootstrap.servers": job.broker.bootstrap})
    topics = admin.list_topics(timeout=10).topics
    assert {len(topics[job.topic(name)].partitions) for name in OUTPUTS} == {PARTITIONS}
    resources = {name: ConfigResource(ResourceType.TOPIC, job.topic(name)) for name in OUTPUTS}
    answers = admin.describe_configs(list(resources.values()))
    policies = {name: answers[resource].result()["cleanup.policy"].value for name, resource in resources.items()}
    assert policies == {
        "status": "compact",
        "exceptions": "compact,delete",
        "dead-letters": "delete",
        "orphans": "delete",
        "billing": "delete",
        "audit": "delete",
    }


@pytest.mark.parametrize(
    ("path", "content"),
    [("/healthz", "alive\n"), ("/readyz", "ready\n"), ("/metrics", 'o2c_events_total{feed="order/erp"} 1.0')],
)
def test_a_running_job_answers(job: Job, path: str, content: str) -> None:
    code, body = job.http(path)
    assert code == 200
    assert content in body


def test_status_shows_an_order(job: Job) -> None:
    shown = job.command("status", "SO-1")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "shipped" in shown.stdout


def test_status_gives_the_whole_status_as_json(job: Job) -> None:
    shown = job.command("status", "SO-1", "--json")
    assert json.loads(shown.stdout) == job.statuses()["SO-1"]


def test_status_finds_an_order_by_its_number(job: Job) -> None:
    shown = job.command("status", "order:4711", "--json")
    assert json.loads(shown.stdout)["correlation_id"] == "SO-1"


def test_status_of_an_unknown_order_is_a_failure(job: Job) -> None:
    shown = job.command("status", "SO-404")
    assert (shown.returncode, shown.stdout) == (1, "")
    assert shown.stderr == "o2c: nothing is known under 'SO-404'\n"


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_stopped_job_ends_in_order_and_goes_on_later(job: Job, signal_number: int) -> None:
    before = _version(job, "SO-1")
    assert job.stop(signal_number) == 0
    assert job.errors() == []
    records = len(job.messages("status"))
    job.produce([goods("shipment", "SO-1", document_id=f"more-{signal_number}")])
    job.start()
    job.settle()
    assert len(job.messages("status")) == records + 1, "only what is new is said"
    assert _version(job, "SO-1") >> 32 > before >> 32, "each start is a generation of its own"


def test_an_old_generation_does_not_overwrite_redis(job: Job) -> None:
    newest = job.redis().hgetall("o2c:order:SO-1")
    zombie = RedisSink(url=job.redis_url, deliveries=Deliveries(("redis",))).build("redis", 0, 1)
    stale = StatusRecord("SO-1", (1 << 32) + 1_000, b"{}", "stalled", "none", "unbilled", ())
    zombie.write_batch([Emission(0, 1, statuses=(stale,))])
    zombie.close()
    assert job.redis().hgetall("o2c:order:SO-1") == newest


def test_records_that_retention_deleted_are_told_and_the_job_goes_on(job: Job) -> None:
    assert job.stop() == 0
    job.produce([order(f"LOST-{number}") for number in range(10)])
    admin = AdminClient({"bootstrap.servers": job.broker.bootstrap})
    end = TopicPartition(job.topic("order"), 0, -1)
    admin.delete_records([end])[TopicPartition(job.topic("order"), 0)].result()
    job.produce([order("LATER")])
    job.start()
    job.settle()
    [entry] = job.log_entries("records lost")
    assert (entry["topic"], entry["partition"]) == (job.topic("order"), 0)
    assert entry["next_offset"] - entry["first_offset"] == 5
    assert job.metric("o2c_lost_records_total") == 5
    assert job.statuses().keys() == {"SO-1", "LATER", *(f"LOST-{number}" for number in range(1, 10, 2))}


def test_without_topic_administration_one_warning_is_given(job: Job) -> None:
    assert job.stop() == 0
    job.settings["O2C_TOPIC_ADMIN"] = "off"
    job.produce([order("UNCHECKED")])
    job.start()
    job.settle()
    assert len(job.log_entries("topic administration is off")) == 1
    assert "UNCHECKED" in job.statuses()
