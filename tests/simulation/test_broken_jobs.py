"""The simulation is worth something only if a job that is broken does not pass it."""

from collections.abc import Callable
from concurrent.futures import Future
from weakref import WeakKeyDictionary

import pytest

from o2c.connectors.deliveries import Deliveries
from o2c.flows.figures import Figures
from o2c.flows.orders import Write
from o2c.flows.outbox import Outbox
from o2c.flows.shard import ShardOptions, stored_marks
from o2c.schemas.lanes import Mark
from tests.simulation import process, world
from tests.simulation.faults import Step
from tests.simulation.outcome import Outcome
from tests.simulation.scheduler import Plan, Run
from tests.simulation.script import script
from tests.simulation.store import Folder, Syncs
from tests.simulation.verdict import check

_MOST_SEEDS = 25
_EVER = 2**62


def expect_notice(only: Step | None = None) -> None:
    """Within a few seeds the broken job must fail."""
    with pytest.raises((AssertionError, KeyError)):
        _run_seeds(Plan(crashes=8, within=600 if only is None else 8, only=only))


def _run_seeds(plan: Plan) -> None:
    for seed in range(_MOST_SEEDS):
        check(Outcome(Run(script(seed), seed, plan).complete()))


def test_saying_what_is_not_synced_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def submit(_: Syncs, __: Callable[[], None]) -> "Future[None]":
        done: Future[None] = Future()
        done.set_result(None)
        return done

    monkeypatch.setattr(Syncs, "submit", submit)
    expect_notice()


def test_committing_positions_of_what_is_not_delivered_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deliveries, "upto", lambda *_: _EVER)
    expect_notice()


def test_writing_outbox_entries_without_their_orders_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Outbox, "unwritten_orders", lambda _: [])
    expect_notice()


def test_removing_outbox_entries_that_are_not_confirmed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    writes = Outbox.writes
    monkeypatch.setattr(Outbox, "writes", lambda outbox, _: writes(outbox, _EVER))
    expect_notice(Step.OUTBOX_PUBLISHED)


def test_figures_that_are_written_after_their_orders_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    writes = Figures.writes
    late: WeakKeyDictionary[Figures, list[Write]] = WeakKeyDictionary()

    def behind(figures: Figures) -> list[Write]:
        before, late[figures] = late.get(figures, []), writes(figures)
        return before

    monkeypatch.setattr(Figures, "writes", behind)
    expect_notice(Step.STORE_WRITTEN)


def test_resuming_past_the_least_position_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def resume(folder: Folder) -> dict[int, Mark]:
        stores = [folder.open(shard) for shard in range(folder.shards)]
        return {mark.lane: mark for store in stores for mark in stored_marks(store)}

    monkeypatch.setattr(world, "resume_marks", resume)
    expect_notice(Step.EPOCH_COMMITTED)


def test_starting_without_a_new_generation_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "ShardOptions", lambda **given: ShardOptions(**{**given, "generation": 1}))
    expect_notice()
