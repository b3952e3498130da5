"""Plans of the simulator that suit the demo: a fault that shows soon, is seen to one day, and troubles nothing else."""

from collections.abc import Iterator
from itertools import count

from o2c.demo.faults import InjectedFault, Subject
from o2c.demo.outage import Outage
from o2c.demo.pace import Pace
from o2c.demo.policy import demo_policy
from o2c.schemas.times import SECOND_US
from o2c.simulator.faults import ORDERS_A_FAULT, TURNS, fault_of
from o2c.simulator.plan import Finding, Parcel, Plan
from o2c.simulator.policy import AWAITED, DAY_S
from o2c.simulator.stops import HOLDS
from o2c.simulator.world import SILENT_SOURCE

RESOLVED_AFTER_US = 15 * SECOND_US
"""So long after it must have been found a fault is seen to: it is on the screen for a while."""

_QUICK_DAYS = 12
_RESOLVED_SOON_US = 5 * SECOND_US
_RESOLVED_SOON = frozenset({*(f"{kind.upper()}_HOLD" for kind in HOLDS), "DISPUTE"})
"""What becomes a stall where it stands for long."""

_ARRIVE_ANYWAY = frozenset({"MISSING_POD", "DELIVERY_EXCEPTION"})
_PAID_LATE = frozenset({"PAST_DUE", "UNEARNED_DISCOUNT"})
_SLOW_TO_BILL = frozenset({"SHIPPED_NOT_INVOICED", "STALLED_RELEASE", "PRICING_HOLD", "TAX_HOLD", "BILLING_HOLD"})


def faulty_numbers(seed: int, code: str) -> Iterator[int]:
    """The orders that get this fault and in which somebody sees to it, by their numbers."""
    for block in count(TURNS.index(code), len(TURNS)):
        numbers = range(block * ORDERS_A_FAULT, (block + 1) * ORDERS_A_FAULT)
        for number in numbers:
            fault = fault_of(seed, number)
            if fault is not None and not fault.lasting:
                yield number


def suits(plan: Plan, latest: int) -> bool:
    """Whether its fault shows by `latest` (of the plan) and nothing but it waits when somebody sees to it."""
    assert plan.fault is not None
    code = plan.fault.code
    if any(finding.deadline > latest for finding in plan.findings):
        return False
    parts = 2 if code == "PARTIAL_SHIPMENT" else 1
    if len(plan.parcels) != parts or len(plan.invoices) > parts:
        return False
    # What only a dead connector could tell would be found much later.
    if code not in AWAITED and plan.parcels[0].warehouse.source == SILENT_SOURCE:
        return False
    return plan.pause_at is None or not _others_wait(plan, code, plan.pause_at)


def _others_wait(plan: Plan, code: str, pause_at: int) -> bool:
    """Whether delivery, invoice or payment is under way just then: it would come later than is healthy."""
    delivers = code not in _ARRIVE_ANYWAY and any(
        _spans(parcel, "shipment", "pod", pause_at) for parcel in plan.parcels
    )
    bills = code not in _SLOW_TO_BILL and any(
        invoice.parcel.reached[_base(plan)] < pause_at <= invoice.issued_at for invoice in plan.invoices
    )
    # A due date that is still to come moves with everything else.
    pays = code not in _PAID_LATE and any(
        application.invoice.first_due_at < pause_at <= payment.received_at
        for payment in plan.payments
        for application in payment.applications
    )
    return delivers or bills or pays


def _spans(parcel: Parcel, before: str, after: str, moment: int) -> bool:
    reached = parcel.reached
    return before in reached and reached[before] < moment <= reached.get(after, moment)


def _base(plan: Plan) -> str:
    return "shipment" if plan.billing == "shipment" else "pod"


def faults_of(plan: Plan, pace: Pace, outage: Outage) -> list[InjectedFault]:
    """All that must be found of a plan, its own fault first. `pace` is that of a run in which nobody waits."""
    assert plan.fault is not None
    code = plan.fault.code
    faults = [_fault(plan, finding, pace, outage) for finding in plan.findings]
    return sorted(faults, key=lambda fault: fault.code != code)


def _fault(plan: Plan, finding: Finding, pace: Pace, outage: Outage) -> InjectedFault:
    deadline = pace.at(finding.deadline)
    if finding.settles:
        deadline = pace.at(finding.since) + demo_policy().rules(None, None, None, None, None).settle_us
    expected_by = outage.expected_by(finding.code, deadline)
    after_us = _RESOLVED_SOON_US if finding.code in _RESOLVED_SOON else RESOLVED_AFTER_US
    subject = Subject(*finding.subject)
    return InjectedFault(finding.code, plan.correlation_id, subject, deadline, expected_by, expected_by + after_us)


def paced(plan: Plan, faults: list[InjectedFault], pace: Pace) -> Pace:
    """The pace at which the order's own fault stands until it is to be resolved."""
    if plan.pause_at is None:
        return pace
    resolved_at = faults[0].resolved_at
    waits_us = max(0, resolved_at - pace.at(plan.pause_at))
    return Pace(pace.plan_start, pace.placed_at, plan.pause_at, waits_us)


def latest_of(plan_start: int) -> int:
    """By when, of a plan, a fault must show for the demo to want it."""
    return plan_start + _QUICK_DAYS * DAY_S
