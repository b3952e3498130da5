"""When stalls open: never ahead of their feed, never while held, never before the order says that it wakes."""

from hypothesis import assume, given
from hypothesis import strategies as st

from o2c.schemas.documents import Document
from tests.properties import subject
from tests.properties.build import at, hold
from tests.properties.histories import CORRELATION_ID, LAST_HOUR, History, histories, papers
from tests.properties.policies import STALLS, plain_text, policy_of

ALL_A_DAY = policy_of(plain_text("1d"))
FAR = at(10_000)
STARRED = {
    *("SHORT_SHIP", "OVER_SHIP", "DELIVERY_SHORT", "INVOICE_BEFORE_SHIPMENT", "QUANTITY_MISMATCH", "SHORT_PAYMENT"),
    *("UNMATCHED_LINE", "ORPHAN_DOCUMENT"),
}
AWAITING = {*STALLS, *STARRED}
GOODS_STALLS = {"STALLED_ALLOCATION", "STALLED_PICK", "STALLED_SHIPMENT"}


@given(histories())
def test_nothing_that_awaits_a_feed_opens_while_no_feed_has_been_read(history: History) -> None:
    state = subject.new(CORRELATION_ID)
    for moment in history.moments:
        subject.apply(state, moment.arrived)
        judgement = subject.judge(state, history.policy, moment.clock, lambda _: 0)
        assert not AWAITING & {change.code for change in judgement.changes}
        assert not AWAITING & {life.code for life in subject.open_exceptions(state).values()}


@given(histories())
def test_what_is_open_stays_open_when_progress_falls_back(history: History) -> None:
    state = subject.new(CORRELATION_ID)
    for moment in history.moments:
        subject.apply(state, moment.arrived)
        subject.judge(state, history.policy, moment.clock, moment.progress)
        opened = set(subject.open_exceptions(state))
        subject.judge(state, history.policy, moment.clock, lambda _: 0)
        assert set(subject.open_exceptions(state)) == opened


@given(papers())
def test_goods_do_not_stall_under_a_hold_of_the_whole_order_that_is_never_released(arrived: list[Document]) -> None:
    state = subject.new(CORRELATION_ID)
    others = [document for document in arrived if document.type != "hold"]
    subject.apply(state, [*others, hold("H", -100)])
    subject.judge(state, ALL_A_DAY, FAR, lambda _: FAR + FAR)
    assert not GOODS_STALLS & {life.code for life in subject.open_exceptions(state).values()}


@given(histories(), st.integers(1, LAST_HOUR))
def test_time_alone_changes_nothing_before_the_order_wakes(history: History, later: int) -> None:
    state = subject.new(CORRELATION_ID)
    for moment in history.moments:
        subject.apply(state, moment.arrived)
    last = history.moments[-1]
    before = subject.judge(state, history.policy, last.clock, last.progress)
    clock = last.clock + later * 3_600_000_000
    assume(clock < state.wake_at)
    shown = subject.status(state, before, last.clock)
    after = subject.judge(state, history.policy, clock, last.progress)
    assert not after.changes
    assert subject.status(state, after, clock) == shown


@given(histories(), st.integers(1, LAST_HOUR))
def test_progress_short_of_the_gates_opens_nothing(history: History, ahead: int) -> None:
    state = subject.new(CORRELATION_ID)
    for moment in history.moments:
        subject.apply(state, moment.arrived)
    last = history.moments[-1]
    subject.judge(state, history.policy, last.clock, last.progress)
    gates = dict(state.gates)

    def further(feed: str) -> int:
        reached = last.progress(feed) + ahead * 3_600_000_000
        return min(reached, gates[feed] - 1) if feed in gates else reached

    assert not subject.judge(state, history.policy, last.clock, further).changes
