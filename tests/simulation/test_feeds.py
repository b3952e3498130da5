"""A feed falls silent and returns while the job dies again and again: it is told once, and holds stalls back."""

import pytest

from o2c.flows.correlation.silence import CODE
from o2c.schemas.times import MINUTE_US
from tests.simulation.faults import Kind, Step
from tests.simulation.outcome import Opened, Outcome
from tests.simulation.scheduler import Plan, Run
from tests.simulation.script import EAST, HORIZON, SILENT_AFTER_US, Distributor, Outage, script
from tests.simulation.verdict import check

_FEED = f"feed:shipment/{EAST}"
_CRASHES = (
    Plan(crashes=20, within=150),
    Plan(crashes=8, within=4, only=Step.STORE_WRITTEN, kinds=(Kind.PROCESS,)),
    Plan(crashes=8, within=4, only=Step.OUTBOX_PUBLISHED),
    Plan(crashes=8, within=2, only=Step.SYNC_REPORTED, kinds=(Kind.POWER,)),
)


def outages(returns: bool) -> list[int]:
    """Scripts in which `wms-east` is cut off for much longer than it may be, and returns or does not."""
    return [seed for seed in range(120) if any(_is_long(cut, returns) for cut in Distributor(seed).outages)][:3]


def _is_long(cut: Outage, returns: bool) -> bool:
    long = cut.end - cut.start > 2 * SILENT_AFTER_US + 2 * MINUTE_US
    return cut.source == EAST and long and (cut.end < HORIZON) == returns


def told(outcome: Outcome) -> list[tuple[str, int]]:
    """What was said of the feed, each change once."""
    records = [record for _, record in outcome.world.topics.exceptions() if record.code == CODE]
    of_feed = {record.sequence: record for record in records if Opened.of_record(record).subject[2] == _FEED}
    return [(of_feed[sequence].state, Opened.of_record(of_feed[sequence]).since) for sequence in sorted(of_feed)]


@pytest.mark.parametrize("plan", _CRASHES)
def test_silence_is_told_once_and_cleared_once(plan: Plan) -> None:
    for seed in outages(returns=True):
        outcome = Outcome(Run(script(seed), seed, plan).complete())
        check(outcome)
        assert outcome.world.faults.died_at
        (opened, since), (cleared, _) = told(outcome)
        assert (opened, cleared) == ("opened", "cleared")
        cut = next(cut for cut in Distributor(seed).outages if cut.source == EAST)
        assert since <= cut.start


@pytest.mark.parametrize("plan", _CRASHES)
def test_silence_that_does_not_end_stays_told(plan: Plan) -> None:
    for seed in outages(returns=False):
        outcome = Outcome(Run(script(seed), seed, plan).complete())
        check(outcome)
        assert [state for state, _ in told(outcome)] == ["opened"]
