"""An order that ends: Kafka's status topic and Redis let go of it when its time has come."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.integration.events import goods, order
from tests.services.job import Job
from tests.services.kafka import Broker

CLOSED_AT = "2026-03-01T12:00:00Z"
STUB_AT = "2026-07-05T12:00:00Z"
FORGOTTEN_AT = "2026-09-01T12:00:00Z"
TAKEN_AT = "2026-02-01T08:00:00Z"


@pytest.mark.timeout(240)  # the job starts four times
def test_a_closed_order_goes_from_the_status_topic_and_from_redis(job: Job) -> None:
    """First a stall that opens and clears, then the cancellation, then half a year of nothing."""
    run(job, CLOSED_AT, order("SO-1", occurred_at=TAKEN_AT, document_id="4711"), order("SO-2", occurred_at=CLOSED_AT))
    [opened] = [each for each in job.exceptions() if each["correlation_id"] == "SO-1"]
    run(job, CLOSED_AT, order("SO-1", occurred_at=CLOSED_AT, document_id="4711", revision=2, cancelled=True))
    redis = job.redis(decode_responses=True)
    named = {"o2c:order:SO-1", "o2c:ref:order:4711", f"o2c:exception:{opened['exception_id']}"}
    assert named <= set(redis.scan_iter())

    run(job, STUB_AT, goods("allocation", "SO-1", occurred_at=STUB_AT, document_id="LATE-1"))
    assert job.statuses()["SO-1"]["closed"] is True
    assert named <= set(redis.scan_iter())

    run(job, FORGOTTEN_AT, goods("allocation", "SO-1", occurred_at=FORGOTTEN_AT, document_id="LATE-2"))
    assert set(job.statuses()) == {"SO-2"}
    assert not named & set(redis.scan_iter())
    assert redis.exists("o2c:order:SO-2")
    of_order = [(value, headers) for key, value, headers in job.records("status") if key == b"SO-1"]
    versions = [int(headers["o2c.version"]) for _, headers in of_order]
    assert versions == sorted(set(versions))
    assert [value is None for value, _ in of_order] == [False] * (len(of_order) - 1) + [True]
    orphans = [json.loads(value) for _, value, _ in job.records("orphans") if value is not None]
    assert {(each["document_id"], each["reason"]) for each in orphans} == {
        ("LATE-1", "AFTER_RETENTION"),
        ("LATE-2", "AFTER_RETENTION"),
    }


@pytest.fixture
def job(kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    with Job(kafka, new_redis_url(), tmp_path_factory.mktemp("retention"), types=("order", "allocation")) as job:
        yield job


def run(job: Job, clock: str, *events: tuple[str, bytes]) -> None:
    """At this time the job does what the clock brings, then reads these, and ends once it is through."""
    job.settings |= {"O2C_TESTING": "1", "O2C_TEST_CLOCK": clock}
    job.start()
    if clock != CLOSED_AT:
        job.settle()
    job.produce(events)
    job.settle()
    assert job.stop() == 0
