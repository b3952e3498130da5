"""A job whose topics are Avro: the schemas are registered, the topics say what Redis says in JSON, and it goes on."""

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_reader

from tests.integration.events import goods, order
from tests.services.job import Job
from tests.services.kafka import Broker
from tests.services.registry import Registry, registry

CLOCK = "2026-03-01T12:00:00Z"
SUBJECTS = ("status", "exceptions", "orphans", "billing", "audit")


@pytest.fixture(scope="module")
def held() -> Iterator[Registry]:
    with registry() as running:
        yield running


@pytest.fixture(scope="module")
def job(
    kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory, held: Registry
) -> Iterator[Job]:
    avro = {"O2C_OUTPUT_FORMAT": "avro", "O2C_REGISTRY_URL": held.url}
    settings = {**avro, "O2C_TESTING": "1", "O2C_TEST_CLOCK": CLOCK}
    types = ("order", "allocation", "shipment")
    with Job(kafka, new_redis_url(), tmp_path_factory.mktemp("avro"), settings, types=types) as job:
        orphan = json.loads(goods("shipment", "nobody")[1]) | {"correlation_id": None}
        job.produce(
            [order("SO-1"), order("SO-2"), goods("shipment", "SO-2"), ("shipment", json.dumps(orphan).encode())]
        )
        job.start()
        job.settle()
        yield job


def values(job: Job, held: Registry, topic: str) -> list[dict[str, Any]]:
    """What a reader with the registry finds in a topic."""
    found = []
    for _, value, _ in job.records(topic):
        assert value is not None
        schema = json.loads(held.schemas[int.from_bytes(value[1:5], "big")])
        read = schemaless_reader(BytesIO(value[5:]), parse_schema(schema), None)
        assert isinstance(read, dict)
        found.append(read)
    return found


def without_nulls(value: Any) -> Any:
    """What Avro has as null may be absent from JSON."""
    if isinstance(value, dict):
        return {name: without_nulls(held) for name, held in value.items() if held is not None}
    return [without_nulls(held) for held in value] if isinstance(value, list) else value


def test_every_topic_has_a_schema_that_may_only_grow(job: Job, held: Registry) -> None:
    assert held.compatibility == {f"{job.topic(name)}-value": "BACKWARD_TRANSITIVE" for name in SUBJECTS}
    assert held.subjects.keys() == held.compatibility.keys()


def test_the_status_topic_says_what_redis_says(job: Job, held: Registry) -> None:
    last = {status["correlation_id"]: status for status in values(job, held, "status")}
    redis = job.redis(decode_responses=True)
    shown = {name: json.loads(redis.hget(f"o2c:order:{name}", "json")) for name in last}
    assert set(last) == {"SO-1", "SO-2"}
    assert without_nulls(last) == without_nulls(shown)


def test_redis_ranks_the_orders_by_what_is_at_risk(job: Job) -> None:
    redis = job.redis(decode_responses=True)
    assert dict(redis.zrange("o2c:exposure:EUR", 0, -1, withscores=True)) == {"SO-1": 30.0, "SO-2": 30.0}


def test_the_exceptions_topic_says_what_redis_says(job: Job, held: Registry) -> None:
    last = {change["exception_id"]: change for change in values(job, held, "exceptions")}
    redis = job.redis(decode_responses=True)
    assert last
    assert without_nulls(last) == without_nulls(
        {name: json.loads(redis.hget(f"o2c:exception:{name}", "json")) for name in last}
    )


def test_billing_audits_and_orphans_are_read_by_their_schemas(job: Job, held: Registry) -> None:
    assert {change["correlation_id"] for change in values(job, held, "billing")} == {"SO-2"}
    assert {entry["outcome"] for entry in values(job, held, "audit")} == {"decided"}
    [orphan] = values(job, held, "orphans")
    assert json.loads(orphan["event"])["lines"] == [{"line": "1", "quantity": "3"}]


def test_a_restart_registers_nothing_new_and_goes_on(job: Job, held: Registry) -> None:
    before = dict(held.schemas)
    assert job.stop() == 0
    job.start()
    job.produce([order("SO-3")])
    job.settle()
    assert held.schemas == before
    assert "SO-3" in {status["correlation_id"] for status in values(job, held, "status")}


def test_a_registry_that_refuses_ends_the_start_with_one_line(job: Job, held: Registry) -> None:
    assert job.stop() == 0
    held.refused.add(f"{job.topic('billing')}-value")
    ended = job.command("run")
    assert ended.returncode == 1
    told = ended.stderr.splitlines()[-1]
    assert told.startswith(f"o2c: schema registry {held.url} refuses {job.topic('billing')}-value: ")
    held.refused.clear()
