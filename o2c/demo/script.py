"""What happens in a demo: which orders come in when, which of them get a fault, when the connector dies.

Pure: a seed and the times of beginning and end (UTC microseconds) settle everything.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count

from o2c.demo.candidates import faults_of, faulty_numbers, latest_of, paced, suits
from o2c.demo.faults import InjectedFault
from o2c.demo.messages import Message, messages_of, rejected
from o2c.demo.outage import Outage
from o2c.demo.pace import DAY_US, Pace
from o2c.schemas.times import SECOND_US
from o2c.simulator.chance import Chance
from o2c.simulator.faults import FAULTS, TURNS, fault_of
from o2c.simulator.orders import plan_order
from o2c.simulator.plan import Plan
from o2c.simulator.world import SILENT_SOURCE, World, build_world

BETWEEN_ORDERS_US = 300_000
OUTAGE_AFTER_US = 12 * SECOND_US
OUTAGE_US = 18 * SECOND_US
FOUND_WITHIN_US = 5 * SECOND_US
"""Between the time by which a fault is expected and the end of the run."""

_PLAN_START = 1_735_689_600
_NET_DAYS = 2
_CURRENCY = "USD"
_ORDERS_A_FAULT_LATER = 4
_HEALTHY_AT_FIRST = 4
"""Of so many orders of the first round one is healthy."""

_ORDERS_A_REJECTION = 25
_CANDIDATES = 150

_HELD_BACK = "held back"
_SLOWEST = (
    "UNRESOLVED_DISPUTE",
    "UNCREDITED_RETURN",
    "UNAPPLIED_CASH",
    "PAST_DUE",
    "SHORT_PAYMENT",
    "MISSING_POD",
    "STALLED_RELEASE",
    "CURRENCY_MISMATCH",
    "DISPUTE",
    "OVERPAYMENT",
    "DEDUCTION",
    "UNEARNED_DISCOUNT",
    "SHIPPED_NOT_INVOICED",
    _HELD_BACK,
    "DELIVERY_SHORT",
    "DUPLICATE_INVOICE",
    "QUANTITY_MISMATCH",
    "PRICE_MISMATCH",
    "TOTAL_MISMATCH",
    "DELIVERY_DAMAGED",
    "DELIVERY_EXCEPTION",
    "LATE_DELIVERY",
    "OVER_SHIP",
    "SHORT_SHIP",
    "PARTIAL_SHIPMENT",
)
"""The first faults are those that take longest to show; one is to be held back by the silent feed."""

_FIRST_ROUND = (*_SLOWEST, *(code for code in FAULTS if code not in _SLOWEST))


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that comes in at `at`, all that will be sent of it, and its faults."""

    at: int
    correlation_id: str
    messages: list[Message]
    faults: list[InjectedFault]


class Script:
    """The orders of one run, from `begins_at` until `ends_at`; for good where that is None."""

    def __init__(self, seed: int, begins_at: int, ends_at: int | None) -> None:
        self.begins_at = begins_at
        self.ends_at = ends_at
        self.outage = Outage(begins_at + OUTAGE_AFTER_US, begins_at + OUTAGE_AFTER_US + OUTAGE_US)
        self._seed = seed
        self._world = _world(seed)
        self._healthy = (number for number in count() if fault_of(seed, number) is None)
        self._faulty = {code: faulty_numbers(seed, code) for code in FAULTS}

    def faults(self) -> list[InjectedFault]:
        """The faults that belong to no order."""
        return [self.outage.fault()]

    def orders(self) -> Iterator[Placed]:
        """Orders in the order of their coming in."""
        wishes = _wishes()
        for number in count():
            at = self.begins_at + number * BETWEEN_ORDERS_US
            if self.ends_at is not None and at >= self.ends_at:
                return
            wish = next(wishes)
            placed = None if wish is None else self._with_fault(wish, at)
            if placed is None:
                placed = self._place(self._plan(next(self._healthy)), Pace(_PLAN_START, at), [])
            if number % _ORDERS_A_REJECTION == _ORDERS_A_REJECTION - 1:
                placed.messages.append(rejected(placed.messages[0], number // _ORDERS_A_REJECTION))
            yield placed

    def _plan(self, number: int) -> Plan:
        return plan_order(self._world, self._seed, number, _PLAN_START)

    def _with_fault(self, wish: str, at: int) -> Placed | None:
        """An order with the fault that is wished for; None where it would not show before the end."""
        fits: Callable[[Plan, InjectedFault], bool] = self._is_held_back if wish == _HELD_BACK else self._shows
        pace = Pace(_PLAN_START, at)
        for number in self._candidates("STALLED_SHIPMENT" if wish == _HELD_BACK else wish):
            plan = self._plan(number)
            if not suits(plan, latest_of(_PLAN_START)):
                continue
            faults = faults_of(plan, pace, self.outage)
            if all(fits(plan, fault) for fault in faults):
                return self._place(plan, paced(plan, faults, pace), faults)
        return None

    def _candidates(self, code: str) -> Iterator[int]:
        return (next(self._faulty[code]) for _ in range(_CANDIDATES))

    def _shows(self, _: Plan, fault: InjectedFault) -> bool:
        return self.ends_at is None or fault.expected_by + FOUND_WITHIN_US <= self.ends_at

    def _is_held_back(self, plan: Plan, fault: InjectedFault) -> bool:
        silenced = plan.parcels[0].warehouse.source == SILENT_SOURCE
        return silenced and self.outage.begins_at <= fault.deadline <= self.outage.ends_at - 2 * DAY_US

    def _place(self, plan: Plan, pace: Pace, faults: list[InjectedFault]) -> Placed:
        chance = Chance(self._seed, "demo", plan.number)
        messages = list(messages_of(plan, pace, self.outage, chance))
        return Placed(pace.placed_at, plan.correlation_id, messages, faults)


def _world(seed: int) -> World:
    """The simulator's world, paid within two days and in one currency, so that a run is short and a sum is one sum."""
    world = build_world(seed)
    customers = (replace(each, net_days=_NET_DAYS, currency=_CURRENCY) for each in world.customers)
    return replace(world, customers=tuple(customers))


def _wishes() -> Iterator[str | None]:
    """For each order the fault that it shall get: None for a healthy one."""
    for number, wish in enumerate(_FIRST_ROUND, 1):
        yield wish
        if number % (_HEALTHY_AT_FIRST - 1) == 0:
            yield None
    for number in count():
        yield from [None] * (_ORDERS_A_FAULT_LATER - 1)
        yield TURNS[number % len(TURNS)]
