"""Which order gets which fault: one order in five, the kinds taking turns, so that some 250 orders show every kind."""

from o2c.simulator.chance import Chance
from o2c.simulator.faults.table import FAULTS
from o2c.simulator.plan import Fault

ORDERS_A_FAULT = 5

_APART = 7
TURNS = tuple(code for first in range(_APART) for code in tuple(FAULTS)[first::_APART])
"""Neighbours in the table are of one kind: they are kept apart, so that a few orders show faults of many kinds."""


def fault_of(seed: int, number: int) -> Fault | None:
    """The fault of order `number`; None for a healthy one."""
    block, position = divmod(number, ORDERS_A_FAULT)
    chance = Chance(seed, "fault", block)
    if chance.below(ORDERS_A_FAULT) != position:
        return None
    code = TURNS[block % len(TURNS)]
    return Fault(code=code, lasting=chance.happens(0.5) and FAULTS[code].may_last)
