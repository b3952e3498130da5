"""When goods move: every step in healthy time but the one that the order's fault delays or keeps from happening."""

from dataclasses import dataclass

from o2c.simulator.chance import Chance
from o2c.simulator.plan import Content, Finding, Parcel, Plan
from o2c.simulator.policy import AWAITED, CODES, DAY_S, LEAD_DAYS, MARGIN_S, healthy_s, tolerance_s
from o2c.simulator.stops import is_stopped_before, place_stop
from o2c.simulator.world import DROP_SHIP

_BETWEEN_PARCELS_S = 60
_APART_DAYS = 3
"""The second part of an order that is wanted in two parts moves so long after the first has arrived."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is awaited: since when, within which tolerance, and what waits. `last`: a fault shows here."""

    code: str
    subject: tuple[str, str, str]
    start: int
    tolerance: int
    content: Content
    last: bool
    not_before: int = 0


def move_goods(plan: Plan, chance: Chance) -> None:
    """Fills in when each parcel reaches which milestone; a milestone that it never reaches stays out."""
    before: Parcel | None = None
    start = plan.ordered_at
    if plan.channel != DROP_SHIP and plan.requested_at is not None:
        start = max(start, plan.requested_at - LEAD_DAYS * DAY_S)
    for parcel in plan.parcels:
        if before is not None and plan.fault_is("PARTIAL_SHIPMENT"):
            start = plan.pause_at = before.reached["pod"] + _APART_DAYS * DAY_S
            for index, _ in parcel.content:
                plan.lines[index].requested_at = start + LEAD_DAYS * DAY_S
        reached = start
        for milestone in plan.path:
            happens_at = _move(plan, chance, parcel, milestone, reached, before)
            if happens_at is None:
                break
            parcel.reached[milestone] = reached = happens_at
        before = parcel


def _move(
    plan: Plan, chance: Chance, parcel: Parcel, milestone: str, reached: int, before: Parcel | None
) -> int | None:
    if before is None:
        place_stop(plan, chance, milestone, reached)
        not_before = (plan.revised_at or plan.ordered_at) + _BETWEEN_PARCELS_S
    else:
        not_before = before.reached.get(milestone, 0) + _BETWEEN_PARCELS_S
    code = CODES[milestone]
    step = Step(
        code=code,
        subject=_subject(plan, parcel, milestone),
        start=reached,
        tolerance=tolerance_s(code, warehouse=parcel.warehouse.code, carrier=parcel.carrier.code, channel=plan.channel),
        content=parcel.reserved if milestone in ("allocation", "pick") else parcel.content,
        last=parcel is plan.parcels[-1],
        not_before=not_before,
    )
    return take(plan, chance, step)


def _subject(plan: Plan, parcel: Parcel, milestone: str) -> tuple[str, str, str]:
    if milestone == "pod":
        return (plan.scope, "shipment", plan.document_id("shipment", parcel.number))
    return plan.subject


def take(plan: Plan, chance: Chance, step: Step) -> int | None:
    """When the step happens; None if it never does. The order's fault leaves its finding in the plan."""
    stop = plan.stop if is_stopped_before(plan, AWAITED[step.code]) else None
    if stop is not None:
        if stop.released_at is None:
            return None
        if stop.ends_wait:
            return stop.released_at
    stopped = 0 if stop is None or stop.released_at is None else stop.released_at - stop.placed_at
    if step.last and plan.fault_is(step.code):
        return _late(plan, chance, step, stopped)
    worked = 0 if stop is None else stop.placed_at - step.start
    happens_at = step.start + stopped + worked + chance.early(healthy_s(step.code) - worked)
    return max(happens_at, step.not_before)


def _late(plan: Plan, chance: Chance, step: Step, stopped: int) -> int | None:
    """Past the deadline or never, and the finding for it. `stopped`: seconds that a hold made the clock stand still."""
    deadline = step.start + step.tolerance + stopped
    lasting = plan.fault is not None and plan.fault.lasting
    cleared_at = None if lasting else deadline + MARGIN_S + chance.below(2 * DAY_S)
    plan.findings.append(Finding(step.code, step.subject, step.start, deadline, cleared_at, plan.value(step.content)))
    plan.pause_at = cleared_at
    return cleared_at


def note_partial_shipment(plan: Plan) -> None:
    """What the first parcel leaves to others is worth knowing until they have left, too."""
    shipped = sorted((parcel for parcel in plan.parcels if "shipment" in parcel.reached), key=_shipped_at)
    left = dict(plan.wanted())
    opened: Finding | None = None
    for parcel in shipped:
        for index, quantity in parcel.content:
            left[index] = max(0, left[index] - quantity)
        rest = tuple((index, quantity) for index, quantity in left.items() if quantity)
        is_over = parcel.final or not rest
        at = _shipped_at(parcel)
        if opened is None and not is_over:
            opened = Finding("PARTIAL_SHIPMENT", plan.subject, at, at, None, plan.value(rest))
        elif opened is not None and is_over:
            plan.findings.append(_cleared(opened, at))
            return
    if opened is not None:
        plan.findings.append(opened)


def _cleared(finding: Finding, at: int) -> Finding:
    return Finding(finding.code, finding.subject, finding.since, finding.deadline, at, finding.amount)


def _shipped_at(parcel: Parcel) -> int:
    return parcel.reached["shipment"]
