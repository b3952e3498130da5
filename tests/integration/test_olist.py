"""The whole Olist sample through the deployed job comes to what the replay of the same events comes to."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.equal import assert_equal_open_exceptions, assert_equal_statuses, is_open
from tests.real import olist, olist_events
from tests.real.material import olist_is_there, write
from tests.real.outcome import Outcome, replayed
from tests.services.job import Job
from tests.services.kafka import Broker

pytestmark = [
    pytest.mark.skipif(not olist_is_there(), reason="the Olist sample (../shared/data/olist) is not here"),
    pytest.mark.timeout(300),
]

Json = dict[str, Any]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What the replay makes of it."""
    folder = tmp_path_factory.mktemp("replayed")
    file = write(olist.events(), folder / "events.jsonl")
    return replayed((file,), olist.POLICY, olist.AS_OF, folder / "out")


@pytest.fixture(scope="module")
def job(kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """What the job makes of it, its clock fixed at the replay's end."""
    folder = tmp_path_factory.mktemp("deployed")
    policy = folder / "policy.toml"
    policy.write_text(olist.POLICY + '\n[feeds.default]\ngrace = "0s"\n')
    settings = {"O2C_POLICY": str(policy), "O2C_TESTING": "1", "O2C_TEST_CLOCK": olist.AS_OF}
    with Job(kafka, new_redis_url(), folder, settings) as job:
        job.produce(olist_events())
        job.start()
        job.settle()
        yield job
        assert job.stop() == 0


def test_statuses_of_the_topic_are_those_of_the_replay(job: Job, outcome: Outcome) -> None:
    assert len(outcome.statuses) == 8_000
    assert_equal_statuses(job.statuses(), outcome.statuses)


def test_statuses_in_redis_are_those_of_the_topic(job: Job) -> None:
    redis = job.redis()
    topic = job.statuses()
    with redis.pipeline(transaction=False) as pipeline:
        for correlation_id in topic:
            pipeline.hget(f"o2c:order:{correlation_id}", "json")
        stored = pipeline.execute()
    assert {key: json.loads(value) for key, value in zip(topic, stored, strict=True)} == topic


def test_open_exceptions_are_those_of_the_replay(job: Job, outcome: Outcome) -> None:
    last: dict[str, Json] = {change["exception_id"]: change for change in outcome.changes}
    wanted = {key: change for key, change in last.items() if is_open(change)}
    assert wanted
    assert_equal_open_exceptions(job.open_exceptions(), wanted)


def test_open_exceptions_in_redis_are_those_of_the_topic(job: Job) -> None:
    redis = job.redis()
    listed = {
        identifier.decode() for key in redis.scan_iter("o2c:exceptions:*") for identifier in redis.zrange(key, 0, -1)
    }
    assert listed == set(job.open_exceptions())


def test_nothing_was_rejected(job: Job) -> None:
    assert job.records("dead-letters") == []
    assert job.records("orphans") == []
