"""Which order gets which fault: one order in ten, the kinds taking turns, so that seventy orders show every kind."""

from o2c.simulator.chance import Chance
from o2c.simulator.plan import Fault
from o2c.simulator.policy import STALLS

ORDERS_A_FAULT = 10

_CODES = tuple(STALLS)


def fault_of(seed: int, number: int) -> Fault | None:
    """The fault of order `number`; None for a healthy one."""
    block, position = divmod(number, ORDERS_A_FAULT)
    chance = Chance(seed, "fault", block)
    if chance.below(ORDERS_A_FAULT) != position:
        return None
    return Fault(code=_CODES[block % len(_CODES)], lasting=chance.happens(0.5))
