"""`python -m tests.simulation SEED`: run one seed alone, as the tests do."""

import sys

from tests.simulation.test_crashes import run_seed

outcome = run_seed(int(sys.argv[1]))
faults = outcome.world.faults
sys.stdout.write(f"{sum(faults.seen.values())} steps, died at: {', '.join(step.value for step in faults.died_at)}\n")
