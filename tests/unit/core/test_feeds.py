"""How far feeds have spoken, and when their silence is one."""

from typing import Any

from o2c.flows.correlation.feeds import Feeds, FeedsState, Pause
from o2c.flows.correlation.policy import load_policy
from o2c.schemas.lanes import Mark
from o2c.schemas.times import parse_rfc3339

SECOND = 1_000_000
POLICY = load_policy(
    """
version = 1
[feeds.default]
grace = "10s"
heartbeat_silent_after = "60s"
[feeds."shipment/wms-east"]
silent_after = "30s"
warehouses = ["WH-1"]
"""
)
LANES = {"shipment": frozenset({0, 1}), "invoice": frozenset({0}), "heartbeat": frozenset({0})}


def feeds(**state: Any) -> Feeds:
    """Feeds of a store first started at second 0."""
    return Feeds(POLICY, LANES, 0, FeedsState(**state))


def mark(lane: int, read_to: dict[str, int], newest: dict[str, int] | None = None, *beating: str) -> Mark:
    """A mark; times in seconds."""
    return Mark(
        lane,
        {},
        {name: time * SECOND for name, time in read_to.items()},
        {name: time * SECOND for name, time in (newest or {}).items()},
        frozenset(beating),
    )


def test_a_type_has_been_read_as_far_as_its_slowest_lane() -> None:
    known = feeds()
    known.on_mark(mark(0, {"shipment": 100}))
    assert known.progress("shipment/other") == 0
    known.on_mark(mark(1, {"shipment": 70}))
    assert known.progress("shipment/other") == 70 * SECOND


def test_a_judged_feed_proves_nothing_after_its_last_sign_of_life() -> None:
    known = feeds()
    known.on_mark(mark(0, {"shipment": 100}, {"shipment/wms-east": 80}))
    known.on_mark(mark(1, {"shipment": 100}, {"shipment/wms-west": 20}))
    assert known.progress("shipment/wms-east") == 80 * SECOND
    assert known.progress("shipment/wms-west") == 100 * SECOND


def test_a_bare_type_has_the_least_progress_of_its_known_feeds() -> None:
    known = feeds()
    known.on_mark(mark(0, {"shipment": 100}, {"shipment/wms-east": 80}))
    known.on_mark(mark(1, {"shipment": 100}))
    assert known.progress("shipment") == 80 * SECOND
    assert known.progress("invoice") == 0


def test_a_declared_feed_never_seen_has_no_progress_and_falls_silent_from_the_first_start() -> None:
    known = feeds()
    for lane in (0, 1):
        known.on_mark(mark(lane, {"shipment": 30, "heartbeat": 100}))
    assert known.progress("shipment/wms-east") == 0
    assert known.silent_since("shipment/wms-east") is None
    for lane in (0, 1):
        known.on_mark(mark(lane, {"shipment": 31, "heartbeat": 100}))
    assert known.silent_since("shipment/wms-east") == 0


def test_a_feed_is_silent_only_as_far_as_it_has_been_read() -> None:
    known = feeds()
    known.on_mark(mark(0, {"shipment": 500, "heartbeat": 500}, {"shipment/wms-east": 100}))
    known.on_mark(mark(1, {"shipment": 120}))
    assert known.silent_since("shipment/wms-east") is None
    known.on_mark(mark(1, {"shipment": 131}))
    assert known.silent_since("shipment/wms-east") == 100 * SECOND


def test_an_unread_heartbeat_may_still_speak_for_a_feed() -> None:
    known = feeds()
    known.on_mark(mark(0, {"shipment": 500, "heartbeat": 120}, {"shipment/wms-east": 100}))
    known.on_mark(mark(1, {"shipment": 500}))
    assert known.silent_since("shipment/wms-east") is None


def test_a_feed_that_sends_heartbeats_is_judged_and_another_is_not() -> None:
    known = feeds()
    known.on_mark(mark(0, {"shipment": 500, "heartbeat": 500}, {"shipment/a": 100, "shipment/b": 100}, "shipment/a"))
    known.on_mark(mark(1, {"shipment": 500}))
    assert known.silent_since("shipment/a") == 100 * SECOND
    assert known.silent_since("shipment/b") is None
    assert list(known.judged()) == ["shipment/a", "shipment/wms-east"]


def test_after_a_silence_progress_stands_until_the_grace_has_passed() -> None:
    known = feeds()
    known.on_mark(mark(0, {"shipment": 100}, {"shipment/wms-east": 100}))
    known.on_mark(mark(1, {"shipment": 300}))
    known.on_mark(mark(0, {"shipment": 201}, {"shipment/wms-east": 200}))
    assert known.progress("shipment/wms-east") == 100 * SECOND
    known.on_mark(mark(0, {"shipment": 210}, {"shipment/wms-east": 209}))
    assert known.progress("shipment/wms-east") == 209 * SECOND


def test_marks_restored_from_the_store_are_no_silence() -> None:
    known = feeds(
        marks={
            0: mark(0, {"shipment": 300}, {"shipment/wms-east": 100}),
            1: mark(1, {"shipment": 300}, {"shipment/wms-east": 290}),
        }
    )
    assert known.progress("shipment/wms-east") == 290 * SECOND
    assert known.state.pauses == {}


BANK = load_policy('[feeds."payment/bank"]\nsilent_after = "26h"\ncalendar = "bank"')
PAYMENTS = {"payment": frozenset({0})}


def at(text: str) -> int:
    return parse_rfc3339(text) // SECOND


def test_a_feed_is_silent_by_the_time_of_its_calendar() -> None:
    known = Feeds(BANK, PAYMENTS, 0, FeedsState())
    friday = at("2026-05-22T06:00:00-04:00")
    known.on_mark(mark(0, {"payment": at("2026-05-26T07:59:59-04:00")}, {"payment/bank": friday}))
    assert known.silent_since("payment/bank") is None
    known.on_mark(mark(0, {"payment": at("2026-05-26T08:00:01-04:00")}))
    assert known.silent_since("payment/bank") == friday * SECOND


def test_a_weekend_is_no_silence_that_progress_has_to_stand_for() -> None:
    known = Feeds(BANK, PAYMENTS, 0, FeedsState())
    friday, tuesday = at("2026-05-22T06:00:00-04:00"), at("2026-05-26T06:00:00-04:00")
    known.on_mark(mark(0, {"payment": friday}, {"payment/bank": friday}))
    known.on_mark(mark(0, {"payment": tuesday}, {"payment/bank": tuesday}))
    assert known.state.pauses == {}
    known.on_mark(mark(0, {"payment": tuesday + 172_800}, {"payment/bank": tuesday + 172_800}))
    assert known.state.pauses == {"payment/bank": Pause(tuesday * SECOND, (tuesday + 172_800) * SECOND)}
