"""Read progress without a broker: which answer proves what."""

from concurrent.futures import Future
from typing import Any, cast

import pytest
from confluent_kafka import IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from o2c.connectors.kafka.progress import ReadProgress


class Ends:
    """An admin client whose answers the test gives."""

    def __init__(self) -> None:
        self.asked: list[dict[TopicPartition, Future[Any]]] = []

    def list_offsets(self, questions: dict[TopicPartition, Any], **_: Any) -> dict[TopicPartition, Future[Any]]:
        self.asked.append({asked: Future() for asked in questions})
        return self.asked[-1]

    def answer(self, **ends: int) -> None:
        for asked, future in self.asked[-1].items():
            future.set_result(End(ends[asked.topic]))


class End:
    def __init__(self, offset: int) -> None:
        self.offset = offset


class Clock:
    now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(ends: Ends, clock: Clock) -> ReadProgress:
    types = {"orders": "order", "picks": "pick"}
    return ReadProgress(cast("AdminClient", ends), types, 0, IsolationLevel.READ_COMMITTED, clock, 1)


def ask(progress: ReadProgress, ends: Ends, clock: Clock, at: int, **answer: int) -> None:
    clock.now = at
    progress.ask()
    clock.now = at + 1
    ends.answer(**answer)
    assert progress.answer() is True


def test_progress_is_when_the_ends_were_asked_for(progress: ReadProgress, ends: Ends, clock: Clock) -> None:
    ask(progress, ends, clock, 100, orders=5, picks=0)
    assert progress.read_to({"orders": 5, "picks": 0}) == {"order": 100, "pick": 100}


def test_what_was_never_read_to_its_end_stays_at_zero(progress: ReadProgress, ends: Ends, clock: Clock) -> None:
    ask(progress, ends, clock, 100, orders=5, picks=0)
    assert progress.read_to({"orders": 4, "picks": 0}) == {"order": 0, "pick": 100}


def test_an_end_that_is_reached_later_proves_the_time_of_its_question(
    progress: ReadProgress, ends: Ends, clock: Clock
) -> None:
    ask(progress, ends, clock, 100, orders=5, picks=0)
    clock.now = 900
    assert progress.read_to({"orders": 5, "picks": 0})["order"] == 100


def test_a_lane_that_is_always_a_little_behind_makes_progress(progress: ReadProgress, ends: Ends, clock: Clock) -> None:
    times = []
    for step in range(1, 6):
        ask(progress, ends, clock, step * 100, orders=step * 10, picks=0)
        times.append(progress.read_to({"orders": step * 10 - 10, "picks": 0})["order"])
    assert times == [0, 100, 200, 300, 400]


def test_progress_of_a_backlog_jumps_to_the_newest_end_that_is_reached(
    progress: ReadProgress, ends: Ends, clock: Clock
) -> None:
    for step in range(1, 6):
        ask(progress, ends, clock, step * 100, orders=step * 10, picks=0)
    assert progress.read_to({"orders": 50, "picks": 0})["order"] == 500


def test_no_second_question_while_one_is_open(progress: ReadProgress, ends: Ends) -> None:
    progress.ask()
    progress.ask()
    assert len(ends.asked) == 1
    assert progress.answer() is None


def test_a_failed_question_leaves_progress_where_it_was(progress: ReadProgress, ends: Ends, clock: Clock) -> None:
    ask(progress, ends, clock, 100, orders=5, picks=0)
    progress.ask()
    for future in ends.asked[-1].values():
        future.set_exception(KafkaException(KafkaError(KafkaError.REQUEST_TIMED_OUT)))
    failure = progress.answer()
    assert isinstance(failure, KafkaError)
    assert failure.code() == KafkaError.REQUEST_TIMED_OUT
    assert progress.read_to({"orders": 5, "picks": 0}) == {"order": 100, "pick": 100}


def test_lag_is_what_lies_between_position_and_end(progress: ReadProgress, ends: Ends, clock: Clock) -> None:
    ask(progress, ends, clock, 100, orders=50, picks=3)
    assert progress.lags({"orders": 20, "picks": 4}) == {"orders": 30, "picks": 0}
