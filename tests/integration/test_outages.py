"""A broker or a Redis that goes away for a while, and for too long."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.events import goods, order
from tests.services.job import Job
from tests.services.kafka import Broker
from tests.services.redis import RedisServer

SHORT_BUDGET = {"O2C_RETRY_BUDGET": "3s"}


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis", keeps_data=True) as server:
        yield server


def test_an_outage_within_the_budget_ends_nothing_and_loses_nothing(
    own_kafka: Broker, own_redis: RedisServer, tmp_path: Path
) -> None:
    with Job(own_kafka, f"{own_redis.url}/0", tmp_path) as job:
        job.start()
        job.produce([order(f"SO-{number}") for number in range(2_000)])
        own_kafka.restart()
        job.produce([goods("shipment", f"SO-{number}") for number in range(2_000)])
        own_redis.stop()
        job.wait(lambda: job.http("/readyz") == (503, "Redis does not answer\n"), "not ready")
        assert job.http("/healthz")[0] == 200
        own_redis.start()
        job.wait(job.is_ready, "ready again")
        job.wait(lambda: job.metric("o2c_events_total") >= 4_000, "through with its input")
        job.wait_until_quiet()
        statuses = job.statuses()
        assert len(statuses) == 2_000
        assert {status["quantities"]["shipped"] for status in statuses.values()} == {"3"}
        redis = job.redis()
        assert {key: json.loads(redis.hget(f"o2c:order:{key}", "json")) for key in statuses} == statuses
        assert job.stop() == 0
        assert job.errors() == []


def test_a_redis_that_stays_away_ends_the_job_with_one_line(
    kafka: Broker, own_redis: RedisServer, tmp_path: Path
) -> None:
    with Job(kafka, f"{own_redis.url}/0", tmp_path, SHORT_BUDGET) as job:
        job.start()
        own_redis.stop()
        job.produce([order("SO-1")])
        assert job.ended() == 1
        [line] = job.errors()
        assert line.startswith(f"o2c: Redis at 127.0.0.1:{own_redis.port}/0 did not take writes for 3 s")
        own_redis.start()
        job.start()
        job.settle()
        assert job.redis().hget("o2c:order:SO-1", "fulfilment") == b"ordered"


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_broker_that_stays_away_ends_the_job_with_one_line(
    own_kafka: Broker, redis_url: str, tmp_path: Path, processes: str
) -> None:
    with Job(own_kafka, redis_url, tmp_path, {**SHORT_BUDGET, "O2C_PROCESSES": processes}) as job:
        job.produce([order("SO-1")])
        job.start()
        own_kafka.kill()
        assert job.ended() == 1
        [line] = job.errors()
        assert line.startswith(f"o2c: Kafka at {own_kafka.bootstrap}")
