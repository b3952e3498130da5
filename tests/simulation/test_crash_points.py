"""A crash right at each step by name, several times in a run, of the process and of the machine."""

import pytest

from tests.simulation.faults import Kind, Step
from tests.simulation.outcome import Outcome
from tests.simulation.scheduler import UNDISTURBED, Plan, Run
from tests.simulation.script import script
from tests.simulation.verdict import check

_SCRIPT = 12
_SEEDS = 3


@pytest.fixture(scope="module")
def undisturbed() -> Outcome:
    outcome = Outcome(Run(script(_SCRIPT), 0, UNDISTURBED).complete())
    check(outcome)
    return outcome


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
@pytest.mark.parametrize("step", Step, ids=lambda step: step.name.lower())
def test_job_that_dies_there_ends_as_if_it_had_not(undisturbed: Outcome, step: Step, kind: Kind) -> None:
    stops = 0.05 if step in (Step.STOPPING, Step.STARTED) else 0.0
    deaths = 0
    for seed in range(_SEEDS):
        plan = Plan(crashes=6, within=3, only=step, kinds=(kind,), stops=stops)
        outcome = Outcome(Run(script(_SCRIPT), seed, plan).complete())
        deaths += outcome.world.faults.died_at.count(step)
        check(outcome, undisturbed)
    assert deaths >= 2


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
def test_job_that_dies_all_the_time_ends_as_if_it_had_not(undisturbed: Outcome, kind: Kind) -> None:
    deaths = 0
    for seed in range(_SEEDS):
        plan = Plan(crashes=100, within=60, kinds=(kind,))
        outcome = Outcome(Run(script(_SCRIPT), seed, plan).complete())
        deaths += len(outcome.world.faults.died_at)
        check(outcome, undisturbed)
    assert deaths > 15 * _SEEDS
