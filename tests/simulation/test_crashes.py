"""Any seed: nothing lost, nothing left open that the undisturbed run closed.

O2C_SIMULATION_SEEDS sets how many seeds are run. A failing one is named with the command that runs it alone.
"""

import os
from functools import lru_cache
from random import Random

import pytest

from tests.simulation.faults import Step
from tests.simulation.outcome import Outcome
from tests.simulation.scheduler import UNDISTURBED, Plan, Run
from tests.simulation.script import script
from tests.simulation.verdict import check

SEEDS = int(os.environ.get("O2C_SIMULATION_SEEDS", "240"))
SEEDS_A_TEST = 10
RARE = tuple(step for step in Step if step not in (Step.READ, Step.ROUTED, Step.STOPPING))
SEEDS_A_SCRIPT = 4
"""Several seeds disturb one script: what nothing disturbed is computed once."""


@lru_cache(maxsize=4)
def undisturbed(script_seed: int) -> Outcome:
    return Outcome(Run(script(script_seed), script_seed, UNDISTURBED).complete())


def run_seed(seed: int) -> Outcome:
    """Run one seed and check it."""
    random = Random(seed)
    crashes = random.choice((1, 2, 4, 8))
    only = random.choice(RARE) if random.random() < 0.6 else None
    plan = Plan(
        crashes=crashes,
        within=4_000 // crashes if only is None else 10,
        only=only,
        stops=random.choice((0.0, 0.0, 0.01)),
        policy_changes=random.choice((0.0, 0.0, 0.3)),
    )
    script_seed = seed // SEEDS_A_SCRIPT
    outcome = Outcome(Run(script(script_seed), seed, plan).complete())
    check(outcome, undisturbed(script_seed))
    return outcome


@pytest.mark.parametrize("first", range(0, SEEDS, SEEDS_A_TEST))
def test_crashes_change_nothing_in_the_end(first: int) -> None:
    for seed in range(first, min(first + SEEDS_A_TEST, SEEDS)):
        try:
            run_seed(seed)
        except Exception as error:
            raise AssertionError(f"seed {seed} fails, alone: .venv/bin/python -m tests.simulation {seed}") from error
