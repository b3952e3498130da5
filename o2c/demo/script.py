"""What happens in a demo: which orders come in when, which of them get a fault, when the connector dies.

Pure: a seed and the times of beginning and end (UTC microseconds) settle everything.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count

from o2c.demo.faults import InjectedFault, Subject
from o2c.demo.messages import Message, messages_of, rejected
from o2c.demo.outage import Outage
from o2c.demo.pace import DAY_US, Pace
from o2c.schemas.times import SECOND_US
from o2c.simulator.chance import Chance
from o2c.simulator.faults import ORDERS_A_FAULT, fault_of
from o2c.simulator.orders import plan_order
from o2c.simulator.plan import Finding, Plan
from o2c.simulator.policy import DAY_S, STALLS
from o2c.simulator.world import SILENT_SOURCE, World, build_world

BETWEEN_ORDERS_US = 400_000
OUTAGE_AFTER_US = 12 * SECOND_US
OUTAGE_US = 18 * SECOND_US
FOUND_WITHIN_US = 5 * SECOND_US
"""Between the time by which a fault is expected and the end of the run."""

_RESOLVED_AFTER_US = 15 * SECOND_US
_PLAN_START = 1_735_689_600
_NET_DAYS = 2
_CURRENCY = "USD"
_QUICK_S = 8 * DAY_S
_ORDERS_A_FAULT_AT_FIRST = 2
_ORDERS_A_FAULT_LATER = 5
_ORDERS_A_REJECTION = 20
_CANDIDATES = 150

_HELD_BACK = "held back"
_FIRST_ROUND = (
    "PAST_DUE",
    "MISSING_POD",
    "STALLED_PICK",
    "STALLED_RELEASE",
    "SHIPPED_NOT_INVOICED",
    _HELD_BACK,
    "STALLED_ALLOCATION",
    "STALLED_SHIPMENT",
)
"""The first faults: those that take longest to show come early; one is to be held back by the silent feed."""

_CODES = tuple(STALLS)


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that comes in at `at`, all that will be sent of it, and its fault."""

    at: int
    correlation_id: str
    messages: list[Message]
    fault: InjectedFault | None


class Script:
    """The orders of one run, from `begins_at` until `ends_at`; for good where that is None."""

    def __init__(self, seed: int, begins_at: int, ends_at: int | None) -> None:
        self.begins_at = begins_at
        self.ends_at = ends_at
        self.outage = Outage(begins_at + OUTAGE_AFTER_US, begins_at + OUTAGE_AFTER_US + OUTAGE_US)
        self._seed = seed
        self._world = _world(seed)
        self._healthy = (number for number in count() if fault_of(seed, number) is None)
        self._faulty = {code: _faulty_numbers(seed, code) for code in _CODES}

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
                placed = self._place(self._plan(next(self._healthy)), Pace(_PLAN_START, at), None)
            if number % _ORDERS_A_REJECTION == _ORDERS_A_REJECTION - 1:
                placed.messages.append(rejected(placed.messages[0], number // _ORDERS_A_REJECTION))
            yield placed

    def _plan(self, number: int) -> Plan:
        return plan_order(self._world, self._seed, number, _PLAN_START)

    def _with_fault(self, wish: str, at: int) -> Placed | None:
        """An order with the fault that is wished for; None where it would not show before the end."""
        fits: Callable[[Plan, InjectedFault], bool] = self._is_held_back if wish == _HELD_BACK else self._shows
        for number in self._candidates("STALLED_SHIPMENT" if wish == _HELD_BACK else wish):
            plan = self._plan(number)
            finding = _lone_finding(plan)
            if finding is None:
                continue
            fault = self._fault(plan, finding, Pace(_PLAN_START, at))
            if not fits(plan, fault):
                continue
            assert finding.cleared_at is not None
            waits_us = fault.resolved_at - Pace(_PLAN_START, at).at(finding.cleared_at)
            return self._place(plan, Pace(_PLAN_START, at, finding.cleared_at, waits_us), fault)
        return None

    def _candidates(self, code: str) -> Iterator[int]:
        return (next(self._faulty[code]) for _ in range(_CANDIDATES))

    def _fault(self, plan: Plan, finding: Finding, pace: Pace) -> InjectedFault:
        deadline = pace.at(finding.deadline)
        expected_by = self.outage.expected_by(finding.code, deadline)
        subject = Subject(*finding.subject)
        resolved_at = expected_by + _RESOLVED_AFTER_US
        return InjectedFault(finding.code, plan.correlation_id, subject, deadline, expected_by, resolved_at)

    def _shows(self, _: Plan, fault: InjectedFault) -> bool:
        return self.ends_at is None or fault.expected_by + FOUND_WITHIN_US <= self.ends_at

    def _is_held_back(self, plan: Plan, fault: InjectedFault) -> bool:
        silenced = plan.parcels[0].warehouse.source == SILENT_SOURCE
        return silenced and self.outage.begins_at <= fault.deadline <= self.outage.ends_at - 2 * DAY_US

    def _place(self, plan: Plan, pace: Pace, fault: InjectedFault | None) -> Placed:
        chance = Chance(self._seed, "demo", plan.number)
        messages = list(messages_of(plan, pace, self.outage, chance))
        return Placed(pace.placed_at, plan.correlation_id, messages, fault)


def _world(seed: int) -> World:
    """The simulator's world, paid within two days and in one currency, so that a run is short and a sum is one sum."""
    world = build_world(seed)
    customers = (replace(each, net_days=_NET_DAYS, currency=_CURRENCY) for each in world.customers)
    return replace(world, customers=tuple(customers))


def _faulty_numbers(seed: int, code: str) -> Iterator[int]:
    """The orders that get this fault, by their numbers."""
    for block in count(_CODES.index(code), len(_CODES)):
        numbers = range(block * ORDERS_A_FAULT, (block + 1) * ORDERS_A_FAULT)
        yield from (number for number in numbers if fault_of(seed, number) is not None)


def _wishes() -> Iterator[str | None]:
    """For each order the fault that it shall get: None for most."""
    for wish in _FIRST_ROUND:
        yield wish
        yield from [None] * (_ORDERS_A_FAULT_AT_FIRST - 1)
    for number in count():
        yield from [None] * (_ORDERS_A_FAULT_LATER - 1)
        yield _CODES[number % len(_CODES)]


def _lone_finding(plan: Plan) -> Finding | None:
    """The plan's finding, where it shows soon, is resolved one day, and nothing else waits until then."""
    if len(plan.findings) != 1 or len(plan.parcels) != 1 or len(plan.invoices) > 1:
        return None
    [finding] = plan.findings
    resolved_at = finding.cleared_at
    if resolved_at is None or finding.deadline > _PLAN_START + _QUICK_S:
        return None
    return None if _others_wait(plan, finding.code, resolved_at) else finding


def _others_wait(plan: Plan, code: str, resolved_at: int) -> bool:
    """Whether delivery or payment is under way when the fault is resolved: it would come later than is healthy."""
    reached = plan.parcels[0].reached
    delivers = code != "MISSING_POD" and reached.get("shipment", resolved_at) < resolved_at <= reached["pod"]
    invoiced = code != "PAST_DUE" and any(invoice.issued_at < resolved_at for invoice in plan.invoices)
    return delivers or (invoiced and any(payment.received_at >= resolved_at for payment in plan.payments))
