"""When somebody sees to a fault that stands to the end."""

from o2c.simulator.chance import Chance
from o2c.simulator.plan import Plan
from o2c.simulator.policy import DAY_S, MARGIN_S, SETTLE_S


def settled_at(plan: Plan, chance: Chance, since: int) -> int | None:
    """When all else that is planned has happened and the fault has long been seen; None where nobody ever does."""
    assert plan.fault is not None
    if plan.fault.lasting:
        return None
    plan.pause_at = max(plan.ends_at, since + SETTLE_S) + MARGIN_S + chance.below(DAY_S // 2)
    return plan.pause_at
