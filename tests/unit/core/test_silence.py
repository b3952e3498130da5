"""What is reported of the feeds."""

import json

from o2c.flows.correlation.feeds import Feeds, FeedsState
from o2c.flows.correlation.policy import load_policy
from o2c.flows.correlation.silence import Silence
from o2c.schemas.lanes import Mark
from o2c.schemas.records import AuditRecord, ExceptionRecord
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


def test_a_silence_that_lasts_is_told_level_by_level_and_every_decision_is_on_record() -> None:
    rule = POLICY.feed_silent
    assert rule.sla_us is not None
    levels = [rule.sla_us + step.after_us for step in rule.escalation]
    store = MemoryStore()
    silence = Silence(store, POLICY, 1)
    told = []
    for clock in (0, levels[0] - 1, levels[0], levels[-1], levels[-1] + 1):
        told.append(silence.judge(FEED, 0, is_silent=True, clock=clock))
        store.write(silence.writes())
        silence = Silence(store, POLICY, 1)
    states = [[said.state for said in each if isinstance(said, ExceptionRecord)] for each in told]
    assert states == [["opened"], [], ["escalated"], ["escalated"] * (len(levels) - 1), []]
    assert [sum(isinstance(said, AuditRecord) for said in each) for each in told] == [len(each) for each in states]
    [cleared, on_record] = silence.judge(FEED, levels[-1] + 2, is_silent=False, clock=levels[-1] + 3)
    assert isinstance(cleared, ExceptionRecord)
    assert (cleared.state, cleared.is_open) == ("cleared", False)
    assert json.loads(on_record.value)["before"]["state"] == "escalated"
