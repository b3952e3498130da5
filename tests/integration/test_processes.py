"""Several worker processes: the same result as one, one end for all, and another number on the same store."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests.equal import assert_equal_open_exceptions, assert_equal_statuses
from tests.integration.distributor import Distributor
from tests.services.job import Job
from tests.services.kafka import Broker

ORDERS = 600
TWO = {"O2C_PROCESSES": "2"}


class Course(NamedTuple):
    """One deployment of one process and one of two, over the same events."""

    distributor: Distributor
    one: Job
    two: Job

    def produce(self, begin: int, end: int) -> None:
        """Send a part of the events, in thirds, to both."""
        events = self.distributor.events
        for job in (self.one, self.two):
            job.produce(events[len(events) * begin // 3 : len(events) * end // 3])


@pytest.fixture(scope="module")
def course(
    kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Course]:
    distributor = Distributor(ORDERS, tmp_path_factory.mktemp("distributor"))
    one, two = (
        Job(kafka, new_redis_url(), tmp_path_factory.mktemp("job"), {**distributor.settings, **settings}, partitions=3)
        for settings in ({}, TWO)
    )
    with one, two:
        yield Course(distributor, one, two)


def _assert_equal(course: Course) -> None:
    for job in (course.one, course.two):
        job.settle()
    assert_equal_statuses(course.two.statuses(), course.one.statuses())
    wanted = course.one.open_exceptions()
    assert wanted
    assert_equal_open_exceptions(course.two.open_exceptions(), wanted)


def test_two_processes_give_the_same_result_as_one(course: Course) -> None:
    course.produce(0, 1)
    course.one.start()
    course.two.start()
    assert len(course.two.workers()) == 1
    _assert_equal(course)


def test_both_processes_count_in_one_place(course: Course) -> None:
    assert course.two.metric("o2c_events_total") == course.one.metric("o2c_events_total") > 0


def test_killing_one_process_ends_both_with_one_line(course: Course) -> None:
    course.produce(1, 2)
    [worker] = course.two.workers()
    os.kill(worker, signal.SIGKILL)
    assert course.two.ended(30) == 1
    assert course.two.errors() == ["o2c: worker process 1 was ended by SIGKILL"]
    assert not _lives(worker)


def test_a_restart_goes_on_where_they_were(course: Course) -> None:
    course.two.start()
    _assert_equal(course)


@pytest.mark.parametrize("all_processes", [False, True], ids=["to the first process", "to all processes"])
def test_a_stop_leaves_no_process_behind(course: Course, all_processes: bool) -> None:
    if course.two.process is None:
        course.two.start()
    assert course.two.process is not None
    [worker] = course.two.workers()
    if all_processes:
        os.killpg(course.two.process.pid, signal.SIGINT)
        assert course.two.ended(30) == 0
    else:
        assert course.two.stop() == 0
    assert not _lives(worker)


def test_a_killed_first_process_leaves_no_process_behind(course: Course) -> None:
    course.two.start()
    assert course.two.process is not None
    [worker] = course.two.workers()
    course.two.process.kill()
    assert course.two.ended(30) == -signal.SIGKILL
    deadline = time.monotonic() + 15
    while _lives(worker):
        assert time.monotonic() < deadline, "the worker outlives the first process"
        time.sleep(0.05)


def test_one_process_goes_on_with_the_store_of_two(course: Course) -> None:
    course.two.settings["O2C_PROCESSES"] = "1"
    course.produce(2, 3)
    course.two.start()
    assert course.two.workers() == []
    _assert_equal(course)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
