"""What is reported of the feeds."""

from o2c.flows.correlation.feeds import Feeds, FeedsState
from o2c.flows.correlation.policy import load_policy
from o2c.flows.correlation.silence import Silence
from o2c.schemas.lanes import Mark
from tests.unit.core.memory_store import MemoryStore

SECOND = 1_000_000
POLICY = load_policy(None)
LANES = {"shipment": frozenset({0, 1})}
FEED = "shipment/wms-east"


def test_a_feed_has_no_lag_before_every_lane_has_told_how_far_it_has_read() -> None:
    feeds = Feeds(POLICY, LANES, 0, FeedsState())
    silence = Silence(MemoryStore(), POLICY, 1)
    feeds.on_mark(Mark(0, {}, {"shipment": 90 * SECOND}, {FEED: 80 * SECOND}))
    assert silence.report([FEED], feeds, 100 * SECOND) == []
    feeds.on_mark(Mark(1, {}, {"shipment": 95 * SECOND}, {}))
    [report] = silence.report([FEED], feeds, 100 * SECOND)
    assert (report.feed, report.last_event_at, report.lag_seconds) == (FEED, 80 * SECOND, 10)
