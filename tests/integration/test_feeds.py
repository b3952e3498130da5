"""A feed that falls silent, on the real clock: what awaits it is held back, and judged once it speaks again."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from threading import Event, Thread
from typing import Any, NamedTuple

import pytest
from confluent_kafka import Producer

from o2c.schemas.times import SECOND_US, parse_rfc3339
from tests.integration.events import goods, heartbeat, order
from tests.services.job import Job
from tests.services.kafka import Broker

SILENT_SECONDS = 4
GRACE_SECONDS = 1
POLICY = f"""version = 1
base = "none"

[process]
milestones = ["order", "allocation", "shipment"]

[stalls.STALLED_ALLOCATION]
enabled = true
tolerance = "1s"
calendar = "always"

[stalls.STALLED_SHIPMENT]
enabled = true
tolerance = "1s"
calendar = "always"

[exceptions.FEED_SILENT]
enabled = true

[feeds.default]
grace = "{GRACE_SECONDS}s"

[feeds."allocation/wms-east"]
silent_after = "{SILENT_SECONDS}s"
"""
FEED = "allocation/wms-east"


class Course(NamedTuple):
    """What the topics and Redis had while the feed was silent, when it came back, and all changes in the end."""

    while_silent: list[dict[str, Any]]
    feed_while_silent: dict[str, str]
    open_while_silent: list[Any]
    back_at: int
    changes: list[dict[str, Any]]
    feed_in_the_end: dict[str, str]
    open_in_the_end: list[Any]


@pytest.fixture(scope="module")
def course(
    kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Course]:
    folder = tmp_path_factory.mktemp("feeds")
    (folder / "policy.toml").write_text(POLICY)
    with Job(kafka, new_redis_url(), folder, {"O2C_POLICY": str(folder / "policy.toml")}) as job:
        job.start()
        yield _run(job)


def _run(job: Job) -> Course:
    """`STILL` and `GONE` await the allocations of a feed that then says nothing; `OTHER` awaits an undeclared feed."""
    at = datetime.now(timezone.utc).isoformat()
    said = {"source": "wms-east", "occurred_at": at}
    job.produce(
        [
            goods("allocation", "OTHER", **said),
            *(order(name, occurred_at=at) for name in ("STILL", "GONE", "OTHER")),
        ]
    )
    job.wait(lambda: _changes(job, "FEED_SILENT"), "aware of the silent feed")
    job.wait(lambda: _changes(job, "STALLED_SHIPMENT"), "aware of the stall that another feed can refute")
    time.sleep(2 * GRACE_SECONDS)
    while_silent, feed, members = job.exceptions(), _feed(job), _silent(job)
    back_at = time.time_ns() // 1_000
    job.produce([goods("allocation", "GONE", **said)])
    with _beating(job):
        job.wait(lambda: _changes(job, "STALLED_ALLOCATION"), "aware of the stall that is still true")
        time.sleep(1)
        return Course(while_silent, feed, members, back_at, job.exceptions(), _feed(job), _silent(job))


@contextmanager
def _beating(job: Job) -> Iterator[None]:
    """The feed's heartbeats, meanwhile."""
    ended = Event()
    producer = Producer({"bootstrap.servers": job.broker.bootstrap})

    def beat() -> None:
        number = 0
        while not ended.wait(0.3):
            number += 1
            producer.produce(job.topic("heartbeat"), heartbeat("wms-east", "allocation", number)[1], partition=0)
            producer.flush()

    thread = Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _changes(job: Job, code: str) -> list[dict[str, Any]]:
    return [change for change in job.exceptions() if change["code"] == code]


def _feed(job: Job) -> dict[str, str]:
    return dict(job.redis(decode_responses=True).hgetall(f"o2c:feed:{FEED}"))


def _silent(job: Job) -> list[Any]:
    return list(job.redis().zrange("o2c:exceptions:FEED_SILENT", 0, -1))


def _told(changes: list[dict[str, Any]], code: str) -> list[tuple[str | None, str]]:
    return [(change["correlation_id"], change["state"]) for change in changes if change["code"] == code]


def test_no_stall_that_awaits_a_silent_feed_fires(course: Course) -> None:
    assert _told(course.while_silent, "STALLED_ALLOCATION") == []


def test_a_stall_that_awaits_another_feed_fires(course: Course) -> None:
    assert ("OTHER", "opened") in _told(course.while_silent, "STALLED_SHIPMENT")


def test_the_silence_is_told_once(course: Course) -> None:
    assert _told(course.while_silent, "FEED_SILENT") == [(None, "opened")]
    [silence] = [change for change in course.while_silent if change["code"] == "FEED_SILENT"]
    assert silence["subject"] == {"scope": "", "type": "feed", "document_id": f"feed:{FEED}"}


def test_redis_shows_the_silence(course: Course) -> None:
    [silence] = [change for change in course.while_silent if change["code"] == "FEED_SILENT"]
    assert course.feed_while_silent["silent"] == "1"
    assert course.open_while_silent == [silence["exception_id"].encode()]


def test_the_silence_clears_when_the_feed_speaks(course: Course) -> None:
    assert _told(course.changes, "FEED_SILENT") == [(None, "opened"), (None, "cleared")]
    assert course.feed_in_the_end["silent"] == "0"
    assert course.open_in_the_end == []


def test_of_what_was_held_back_only_what_is_still_true_fires(course: Course) -> None:
    assert _told(course.changes, "STALLED_ALLOCATION") == [("STILL", "opened")]


def test_it_fires_only_after_the_grace(course: Course) -> None:
    [stall] = [change for change in course.changes if change["code"] == "STALLED_ALLOCATION"]
    assert parse_rfc3339(stall["detected_at"]) >= course.back_at + GRACE_SECONDS * SECOND_US
