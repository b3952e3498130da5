"""How long an order is kept, and how much of it."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from o2c.flows.correlation import retention
from o2c.flows.correlation.order import NEVER, OrderState, merge
from o2c.flows.correlation.retention import Retired, ends_at
from o2c.flows.correlation.snapshot import decode, encode
from o2c.schemas.times import DAY_US, HOUR_US
from tests.properties.build import at, order, ordered


@dataclass(frozen=True)
class Keeping:
    open_us: int = 400 * DAY_US
    closed_us: int = 180 * DAY_US
    whole_us: int = 90 * DAY_US


KEEPING = Keeping()
CLOSED_AT = at(5)


def closed_order(**more: Any) -> OrderState:
    """An order of one document that has just been found closed."""
    state = OrderState("SO-1")
    merge(state, order(0, ordered("1", 2), cancelled=True, **more))
    state.touched_at = at(0)
    state.version, state.fulfilment, state.financial = 7, "cancelled", "unbilled"
    retention.note(state, KEEPING, CLOSED_AT, closed=True)
    return state


def test_what_ends_on_one_day_ends_at_one_time() -> None:
    ends = {ends_at(at(hours), 90 * DAY_US) for hours in range(1, 25)}
    assert ends == {at(24) + 90 * DAY_US}


@pytest.mark.parametrize("duration_us", [0, 1, 1_000, HOUR_US, DAY_US, 8 * DAY_US, 400 * DAY_US])
def test_nothing_ends_early_or_more_than_a_day_or_an_eighth_late(duration_us: int) -> None:
    for since in (at(0), at(0) + 1, at(13), -at(7)):
        late = ends_at(since, duration_us) - since - duration_us
        assert 0 <= late <= min(DAY_US, duration_us // 8)


def test_an_order_is_closed_since_it_was_first_found_so() -> None:
    state = closed_order()
    retention.note(state, KEEPING, at(9), closed=True)
    assert state.closed_at == CLOSED_AT
    retention.note(state, KEEPING, at(10), closed=False)
    assert state.closed_at is None
    retention.note(state, KEEPING, at(11), closed=True)
    assert state.closed_at == at(11)


def test_an_order_wakes_for_its_retention_unless_something_comes_before() -> None:
    state = closed_order()
    assert state.wake_at == ends_at(CLOSED_AT, KEEPING.whole_us)
    state.wake_at = at(7)
    retention.note(state, KEEPING, at(6), closed=True)
    assert state.wake_at == at(7)


def test_an_order_of_a_version_that_kept_no_account_is_touched_now() -> None:
    state = OrderState("SO-1")
    retention.note(state, KEEPING, at(3), closed=False)
    assert state.touched_at == at(3)
    assert retention.abandoned_since(state, KEEPING, at(4)) is None


def test_an_open_order_is_abandoned_once_nobody_has_touched_it_for_long_enough() -> None:
    state = OrderState("SO-1", touched_at=at(0))
    retention.note(state, KEEPING, at(1), closed=False)
    assert state.wake_at == ends_at(at(0), KEEPING.open_us)
    assert retention.abandoned_since(state, KEEPING, state.wake_at - 1) is None
    assert retention.abandoned_since(state, KEEPING, state.wake_at) == at(0)
    assert not retention.is_due(state, KEEPING, state.wake_at)


def test_an_open_order_does_not_wake_for_an_end_that_has_passed() -> None:
    state = OrderState("SO-1", touched_at=at(0))
    retention.note(state, KEEPING, at(0) + 500 * DAY_US, closed=False)
    assert state.wake_at == NEVER


def test_a_closed_order_shrinks_step_by_step_to_nothing() -> None:
    state = closed_order()
    times = []
    while state != OrderState("SO-1"):
        clock = state.wake_at
        assert not retention.is_due(state, KEEPING, clock - 1)
        assert retention.is_due(state, KEEPING, clock)
        state = decode(encode(retention.shrunk(state, KEEPING, clock)))
        times.append(clock)
    forgotten_at = ends_at(CLOSED_AT, KEEPING.closed_us)
    assert times == [ends_at(CLOSED_AT, KEEPING.whole_us), forgotten_at, ends_at(forgotten_at, KEEPING.open_us)]


def test_a_stub_keeps_what_figures_versions_and_deletion_need_and_no_document() -> None:
    stub = retention.shrunk(closed_order(), KEEPING, at(0) + 91 * DAY_US)
    assert (stub.version, stub.fulfilment, stub.financial, stub.documents) == (7, "cancelled", "unbilled", {})
    assert not retention.is_forgotten(stub)
    assert retention.forgotten_order(stub, 9).version == 9
    assert len(encode(stub)) < len(encode(closed_order()))


def test_a_stub_tells_a_late_duplicate_from_something_new() -> None:
    held = order(0, ordered("1", 2), cancelled=True, revision=3)
    retired = retention.shrunk(closed_order(revision=3), KEEPING, at(0) + 91 * DAY_US).retired
    assert retired is not None
    assert retention.repeats(retired, held)
    older = msgspec.structs.replace(held, revision=2, event_id="older")
    assert retention.repeats(retired, older)
    newer = msgspec.structs.replace(held, revision=4)
    another = msgspec.structs.replace(held, document_id="O-2")
    assert not retention.repeats(retired, newer)
    assert not retention.repeats(retired, another)


def test_of_two_contents_of_one_revision_the_one_that_would_have_won_is_new() -> None:
    one = order(0, ordered("1", 2), cancelled=True)
    other = order(0, ordered("1", 3), cancelled=True)
    verdicts = []
    for first, second in ((one, other), (other, one)):
        state = OrderState("SO-1", touched_at=at(0))
        merge(state, first)
        retention.note(state, KEEPING, CLOSED_AT, closed=True)
        retired = retention.shrunk(state, KEEPING, state.wake_at).retired
        assert retired is not None
        merged = merge(state, second)
        assert retention.repeats(retired, second) is not merged
        verdicts.append(merged)
    assert sorted(verdicts) == [False, True]


def test_what_is_forgotten_knows_nothing() -> None:
    assert not retention.repeats(Retired({}, (), at(0)), order(0, ordered("1", 2)))


def test_another_policy_moves_what_a_stub_waits_for() -> None:
    stub = retention.shrunk(closed_order(), KEEPING, at(0) + 91 * DAY_US)
    retention.reschedule(stub, Keeping(closed_us=100 * DAY_US))
    assert stub.wake_at == ends_at(CLOSED_AT, 100 * DAY_US)
