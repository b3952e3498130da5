"""`kill -9` in the middle of 100,000 events, five times, against a run that nothing disturbs."""

import random
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import pytest

from tests.equal import assert_equal_open_exceptions, assert_equal_statuses
from tests.integration.distributor import Distributor, faults_of
from tests.services.job import Job
from tests.services.kafka import Broker

pytestmark = pytest.mark.timeout(300)

ORDERS = 10_400
KILLS = 5
CHANCE = random.Random(73)


class Runs(NamedTuple):
    """Both runs at their end: still running."""

    distributor: Distributor
    undisturbed: Job
    crashed: Job
    generations: int


@pytest.fixture(scope="module")
def runs(kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    distributor = Distributor(ORDERS, tmp_path_factory.mktemp("distributor"))
    crashed, undisturbed = (
        Job(kafka, new_redis_url(), tmp_path_factory.mktemp(name), distributor.settings)
        for name in ("crashed", "undisturbed")
    )
    with crashed, undisturbed:
        _run_with_crashes(crashed, distributor)
        undisturbed.produce(distributor.events)
        undisturbed.start()
        undisturbed.settle()
        yield Runs(distributor, undisturbed, crashed, KILLS + 1)


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
    wanted = runs.undisturbed.statuses()
    assert len(wanted) == ORDERS
    assert_equal_statuses(runs.crashed.statuses(), wanted)


def test_open_exceptions_are_those_of_an_undisturbed_run(runs: Runs) -> None:
    assert_equal_open_exceptions(runs.crashed.open_exceptions(), runs.undisturbed.open_exceptions())


def test_what_is_open_is_what_the_simulation_says(runs: Runs) -> None:
    assert faults_of(runs.crashed.open_exceptions()) == runs.distributor.open_faults()


def test_stalls_opened_and_cleared_between_the_crashes(runs: Runs) -> None:
    states = [exception["state"] for exception in runs.crashed.exceptions()]
    assert states.count("cleared") > 100
    assert states.count("opened") > states.count("cleared")


def test_an_orders_last_status_is_its_newest_and_the_one_in_redis(runs: Runs) -> None:
    last: dict[bytes | None, bytes | None] = {}
    newest: dict[bytes | None, int] = {}
    for key, value, headers in runs.crashed.records("status"):
        last[key] = value
        version = int(headers["o2c.version"])
        assert version >= newest.get(key, 0), key
        newest[key] = version
    pipeline = runs.crashed.redis().pipeline(transaction=False)
    for key in last:
        pipeline.hget(f"o2c:order:{(key or b'').decode()}", "json")
    assert dict(zip(last, pipeline.execute(), strict=True)) == last


def test_redis_has_the_open_exceptions_and_no_other(runs: Runs) -> None:
    redis = runs.crashed.redis(decode_responses=True)
    held = {member for key in redis.scan_iter("o2c:exceptions:*") for member in redis.zrange(key, 0, -1)}
    assert held == runs.crashed.open_exceptions().keys()


def test_every_start_is_a_generation_of_its_own(runs: Runs) -> None:
    assert int(runs.crashed.redis().get("o2c:generation") or 0) == runs.generations
