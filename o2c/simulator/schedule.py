"""When goods move: every step in healthy time but the one that the order's fault delays or keeps from happening."""

from dataclasses import dataclass

from o2c.simulator.chance import Chance
from o2c.simulator.plan import Content, Finding, Hold, Parcel, Plan
from o2c.simulator.policy import AWAITED, CODES, DAY_S, HOUR_S, LEAD_DAYS, MARGIN_S, healthy_s, tolerance_s
from o2c.simulator.world import DROP_SHIP

_KINDS = {
    "release": ("credit", "fraud", "customer_request"),
    "shipment": ("delivery", "export"),
    "invoice": ("billing", "pricing", "tax"),
}
_BETWEEN_PARCELS_S = 60


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


def hold_for(plan: Plan, chance: Chance) -> Hold | None:
    """The hold that the order will meet, not placed yet; None for most orders."""
    if plan.fault_is("STALLED_RELEASE"):
        before = chance.pick((plan.path[0], "shipment", "invoice"))
    elif plan.fault_is("STALLED_ALLOCATION") and plan.requested_at is None and chance.happens(0.4):
        before = "allocation"
    elif plan.fault is None and plan.requested_at is None and chance.happens(0.05):
        before = chance.pick((plan.path[0], plan.path[0], "shipment", "invoice"))
    else:
        return None
    kinds = _KINDS["release" if before == plan.path[0] else before]
    return Hold(kind=chance.pick(kinds), before=before, placed_at=0, released_at=None)


def place_hold(plan: Plan, chance: Chance, milestone: str, reached: int) -> None:
    """Places the order's hold, if it has one before `milestone`, soon after the step before was reached."""
    hold = plan.hold
    if hold is None or hold.before != milestone:
        return
    hold.placed_at = max(reached, plan.revised_at or 0) + chance.between(_BETWEEN_PARCELS_S, HOUR_S)
    if not plan.fault_is("STALLED_RELEASE"):
        hold.released_at = hold.placed_at + HOUR_S + chance.early(healthy_s("STALLED_RELEASE") - HOUR_S)
        return
    step = Step(
        code="STALLED_RELEASE",
        subject=(plan.scope, "hold", plan.document_id("hold", 1)),
        start=hold.placed_at,
        tolerance=tolerance_s("STALLED_RELEASE"),
        content=() if milestone == "invoice" else plan.wanted(),
        last=True,
    )
    hold.released_at = _late(plan, chance, step, stopped=0)


def move_goods(plan: Plan, chance: Chance) -> None:
    """Fills in when each parcel reaches which milestone; a milestone that it never reaches stays out."""
    before: Parcel | None = None
    start = plan.ordered_at
    if plan.channel != DROP_SHIP and plan.requested_at is not None:
        start = max(start, plan.requested_at - LEAD_DAYS * DAY_S)
    for parcel in plan.parcels:
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
        place_hold(plan, chance, milestone, reached)
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
    happens_at = take(plan, chance, step)
    if parcel.content is not parcel.reserved and happens_at is not None:
        return _hurried(parcel, milestone, reached, happens_at)
    return happens_at


def _hurried(parcel: Parcel, milestone: str, reached: int, happens_at: int) -> int:
    """Short parcels leave so soon that what was not found never looks like a stalled pick."""
    if milestone == "shipment":
        allocated = parcel.reached.get("allocation", reached)
        return min(happens_at, max(reached, allocated + healthy_s("STALLED_PICK")))
    return happens_at


def _subject(plan: Plan, parcel: Parcel, milestone: str) -> tuple[str, str, str]:
    if milestone == "pod":
        return (plan.scope, "shipment", plan.document_id("shipment", parcel.number))
    return ("", "order", plan.correlation_id)


def take(plan: Plan, chance: Chance, step: Step) -> int | None:
    """When the step happens; None if it never does. The order's fault leaves its finding in the plan."""
    hold = plan.hold if plan.hold is not None and plan.hold.before == AWAITED[step.code] else None
    if hold is not None and hold.released_at is None:
        return None
    stopped = 0 if hold is None or hold.released_at is None else hold.released_at - hold.placed_at
    if step.last and plan.fault_is(step.code):
        return _late(plan, chance, step, stopped)
    worked = 0 if hold is None else hold.placed_at - step.start
    happens_at = step.start + stopped + worked + chance.early(healthy_s(step.code) - worked)
    return max(happens_at, step.not_before)


def _late(plan: Plan, chance: Chance, step: Step, stopped: int) -> int | None:
    """Past the deadline or never, and the finding for it. `stopped`: seconds that a hold made the clock stand still."""
    deadline = step.start + step.tolerance + stopped
    lasting = plan.fault is not None and plan.fault.lasting
    cleared_at = None if lasting else deadline + MARGIN_S + chance.below(2 * DAY_S)
    finding = Finding(step.code, step.subject, step.start, deadline, cleared_at, plan.value(step.content))
    plan.findings.append(finding)
    return cleared_at
