"""What is counted by feed: late events, repeats and silences, under names that no sender can multiply."""

import pytest
from prometheus_client import REGISTRY

from o2c.flows import feed_figures
from o2c.flows.feed_figures import (
    LONGEST_NAME,
    MOST_NAMED_FEEDS,
    OTHER_FEEDS,
    FeedFigures,
    FeedNames,
    LaneCounts,
)
from o2c.flows.identify import MOST_FEEDS, LaneFeeds
from o2c.schemas.documents import Arrival, Heartbeat
from o2c.schemas.records import DeadLetter, FeedRecord, Record
from o2c.schemas.times import MINUTE_US
from tests.properties.build import at, goods, moved

GRACE_US = 5 * MINUTE_US


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def pick(source: str, received_at: int) -> Arrival:
    return Arrival(goods("pick", "K1", 0, moved("1", 2), source=source), received_at)


def test_events_are_told_once_a_batch_by_feed() -> None:
    counts = LaneCounts(lambda _: GRACE_US)
    counts.arrival(pick("by-feed", at(0)), at(1))
    counts.arrival(pick("by-feed", at(0)), at(0))
    assert value("o2c_events_total", feed="pick/by-feed") == 0
    spoke: list[tuple[str, str, int]] = []
    counts.tell(lambda *newest: spoke.append(newest))
    counts.tell(lambda *newest: spoke.append(newest))
    assert spoke == [("pick", "by-feed", at(1))]
    assert value("o2c_events_total", feed="pick/by-feed") == 2


def test_an_event_is_late_that_reaches_the_log_after_its_feeds_grace() -> None:
    counts = LaneCounts({"pick/punctual": GRACE_US, "pick/tardy": GRACE_US}.__getitem__)
    counts.arrival(pick("punctual", at(0) + GRACE_US), at(0))
    counts.arrival(pick("tardy", at(0) + GRACE_US + 1), at(0))
    counts.tell(lambda *_: None)
    assert value("o2c_late_events_total", feed="pick/punctual") == 0
    assert value("o2c_late_events_total", feed="pick/tardy") == 1


def test_dead_letters_are_told_by_code_and_topic() -> None:
    record = Record("o2c.pick.v1", 0, 0, 0, None, b"")
    LaneCounts(lambda _: 0).dead_letter(DeadLetter(record, "OF_THIS_TEST", ""))
    assert value("o2c_dead_letters_total", code="OF_THIS_TEST", topic="o2c.pick.v1") == 1


def test_made_up_sources_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_figures, "NAMES", FeedNames(MOST_NAMED_FEEDS))
    counts = LaneCounts(lambda _: GRACE_US)
    before = value("o2c_events_total", feed=OTHER_FEEDS)
    for number in range(3 * MOST_NAMED_FEEDS):
        counts.arrival(pick(f"invented-{number}", at(0)), at(0))
        counts.tell(lambda *_: None)
    assert len(counts._tallies) <= MOST_NAMED_FEEDS
    assert value("o2c_events_total", feed=OTHER_FEEDS) - before == 2 * MOST_NAMED_FEEDS


def test_only_so_many_feeds_have_a_name() -> None:
    names = FeedNames(2)
    assert [names.of(f"pick/{number}") for number in (1, 2, 3, 1)] == ["pick/1", "pick/2", OTHER_FEEDS, "pick/1"]


def test_the_feeds_of_the_policy_always_have_a_name() -> None:
    names = FeedNames(1)
    names.reserve(["pick/declared"])
    named = [names.of(feed) for feed in ("pick/1", "pick/2", "pick/declared")]
    assert named == ["pick/1", OTHER_FEEDS, "pick/declared"]


def test_a_name_of_any_length_is_not_shown() -> None:
    assert FeedNames(1).of("pick/" + "x" * LONGEST_NAME) == OTHER_FEEDS


def test_made_up_sources_do_not_lock_a_declared_feed_out() -> None:
    feeds = LaneFeeds(None, {"shipment/wms-east"})
    for number in range(MOST_FEEDS):
        feeds.spoke("shipment", f"invented-{number}", at(0))
    feeds.spoke("shipment", "wms-east", at(1))
    feeds.spoke("shipment", "wms-west", at(1))
    assert feeds.newest["shipment", "wms-east"] == at(1)
    assert len(feeds.newest) == MOST_FEEDS + 1


def test_made_up_heartbeats_do_not_fill_the_memory() -> None:
    feeds = LaneFeeds(None)
    for number in range(MOST_FEEDS + 10):
        feeds.beat(Heartbeat(f"made-up-{number}", ("pick",), 0), 0)
    assert len(feeds.heartbeats) == len(feeds.newest) == MOST_FEEDS


def test_repeats_are_told_with_the_next_show() -> None:
    figures = FeedFigures()
    figures.repeats["pick", "repeating"] = 3
    figures.show((), {}, ())
    figures.show((), {}, ())
    assert value("o2c_duplicate_events_total", feed="pick/repeating") == 3


def test_a_silent_feed_is_shown_and_counts_as_an_open_exception() -> None:
    def shown() -> tuple[float | None, float]:
        feed = "pick/falls-silent"
        opened = value("o2c_open_exceptions", code="FEED_SILENT", severity="of this test")
        return REGISTRY.get_sample_value("o2c_feed_silent", {"feed": feed}), opened

    figures = FeedFigures()
    assert shown() == (None, 0)
    figures.show(["pick/falls-silent"], {}, ())
    assert shown() == (0, 0)
    for _ in range(2):
        figures.show(["pick/falls-silent"], {"pick/falls-silent": "of this test"}, ())
    assert shown() == (1, 1)
    figures.show(["pick/falls-silent"], {}, ())
    assert shown() == (0, 0)


def test_a_report_tells_the_lag_and_when_the_feed_last_spoke() -> None:
    FeedFigures().show((), {}, [FeedRecord("pick/reported", 1, 1_767_225_600_500_000, 7, False)])
    assert value("o2c_feed_lag_seconds", feed="pick/reported") == 7
    assert value("o2c_feed_last_event_timestamp_seconds", feed="pick/reported") == 1_767_225_600.5
