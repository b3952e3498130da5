"""Which order gets which fault: one order in five, the kinds taking turns, so that some 250 orders show every kind."""

from o2c.simulator.chance import Chance
from o2c.simulator.faults.table import FAULTS
from o2c.simulator.plan import Fault

ORDERS_A_FAULT = 5

_CODES = tuple(FAULTS)


def fault_of(seed: int, number: int) -> Fault | None:
    """The fault of order `number`; None for a healthy one."""
    block, position = divmod(number, ORDERS_A_FAULT)
    chance = Chance(seed, "fault", block)
    if chance.below(ORDERS_A_FAULT) != position:
        return None
    code = _CODES[block % len(_CODES)]
    return Fault(code=code, lasting=chance.happens(0.5) and FAULTS[code].may_last)
