"""`kill -9` in the middle of 100,000 events, five times, against a run that nothing disturbs."""

import random
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from tests.equal import assert_equal_open_exceptions, assert_equal_statuses
from tests.integration.distributor import Distributor, faults_of
from tests.services.job import Job, last_values
from tests.services.kafka import Broker

pytestmark = pytest.mark.timeout(300)

ORDERS = 10_400
KILLS = 5
CHANCE = random.Random(73)


Json = dict[str, Any]
Record = tuple[bytes | None, bytes | None, dict[str, bytes]]


class Runs(NamedTuple):
    """What both runs came to: last statuses and open exceptions, and all that the crashed one said."""

    distributor: Distributor
    wanted_statuses: dict[str, Json]
    wanted_open: dict[str, Json]
    statuses: dict[str, Json]
    open: dict[str, Json]
    status_records: list[Record]
    changes: list[Json]
    redis: Any


@pytest.fixture(scope="module")
def runs(kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    distributor = Distributor(ORDERS, tmp_path_factory.mktemp("distributor"))
    crashed, undisturbed = (
        Job(kafka, new_redis_url(), tmp_path_factory.mktemp(name), distributor.settings)
        for name in ("crashed", "undisturbed")
    )
    with crashed, undisturbed:
        _run_with_crashes(crashed, distributor)
        assert crashed.stop() == 0
        undisturbed.produce(distributor.events)
        undisturbed.start()
        undisturbed.settle()
        assert undisturbed.stop() == 0
        status_records = crashed.records("status")
        yield Runs(
            distributor,
            undisturbed.statuses(),
            undisturbed.open_exceptions(),
            last_values(status_records),
            crashed.open_exceptions(),
            status_records,
            crashed.exceptions(),
            crashed.redis(decode_responses=True),
        )


def _run_with_crashes(job: Job, distributor: Distributor) -> None:
    """Each part of the events comes while the job runs, so that stalls open and clear between crashes."""
    events = distributor.events
    bounds = [len(events) * part // (KILLS + 1) for part in range(KILLS + 2)]
    job.start()
    for part, (begin, end) in enumerate(pairwise(bounds)):
        job.produce(events[begin:end])
        if part == 1:
            job.settle()
        if part < KILLS:
            time.sleep(CHANCE.uniform(0.05, 1.5))
            job.kill()
            job.start()
    job.settle()


def test_there_are_a_hundred_thousand_events(runs: Runs) -> None:
    assert len(runs.distributor.events) >= 100_000


def test_final_statuses_are_those_of_an_undisturbed_run(runs: Runs) -> None:
    assert len(runs.wanted_statuses) == ORDERS
    assert_equal_statuses(runs.statuses, runs.wanted_statuses)


def test_open_exceptions_are_those_of_an_undisturbed_run(runs: Runs) -> None:
    assert_equal_open_exceptions(runs.open, runs.wanted_open)


def test_what_is_open_is_what_the_simulation_says(runs: Runs) -> None:
    assert faults_of(runs.open) == runs.distributor.open_faults()


def test_stalls_opened_and_cleared_between_the_crashes(runs: Runs) -> None:
    states = [change["state"] for change in runs.changes]
    assert states.count("cleared") > 100
    assert states.count("opened") > states.count("cleared")


def test_an_orders_last_status_is_its_newest_and_the_one_in_redis(runs: Runs) -> None:
    last: dict[str, str] = {}
    newest: dict[str, int] = {}
    for key, value, headers in runs.status_records:
        order, version = (key or b"").decode(), int(headers["o2c.version"])
        assert version >= newest.get(order, 0), order
        newest[order] = version
        last[order] = (value or b"").decode()
    pipeline = runs.redis.pipeline(transaction=False)
    for order in last:
        pipeline.hget(f"o2c:order:{order}", "json")
    differing = [order for order, held in zip(last, pipeline.execute(), strict=True) if held != last[order]]
    assert differing == []


def test_redis_has_the_open_exceptions_and_no_other(runs: Runs) -> None:
    keys = runs.redis.scan_iter("o2c:exceptions:*")
    assert {member for key in keys for member in runs.redis.zrange(key, 0, -1)} == runs.open.keys()


def test_every_start_is_a_generation_of_its_own(runs: Runs) -> None:
    assert int(runs.redis.get("o2c:generation")) == KILLS + 1
