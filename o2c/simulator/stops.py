"""What keeps an order from its next step for a while: holds of every kind, missing stock, a delivery that fails."""

from o2c.simulator.chance import Chance
from o2c.simulator.papers import revisions
from o2c.simulator.plan import Finding, Plan, Stop
from o2c.simulator.policy import DAY_S, HOUR_S, MARGIN_S, healthy_s, tolerance_s
from o2c.simulator.statements import goods_lines, moment, quantity_text
from o2c.simulator.world import CREDIT_DESK

FIRST = "first"
"""Before whatever is the order's first step."""

HOLDS = {
    "credit": FIRST,
    "fraud": FIRST,
    "export": "shipment",
    "customer_master": FIRST,
    "pricing": "invoice",
    "tax": "invoice",
    "billing": "invoice",
    "delivery": "shipment",
    "quality": FIRST,
    "customer_request": FIRST,
}
"""The kinds of hold, and the milestone before which the simulator places each."""

_STOPS = {
    **{f"{kind.upper()}_HOLD": (kind, before) for kind, before in HOLDS.items()},
    "BACKORDER": ("stock", "allocation"),
    "DELIVERY_EXCEPTION": ("delivery failed", "pod"),
}
STOP_CODES = tuple(_STOPS)
_TROUBLE = ("exception", "attempted")
_REASONS = ("address unknown", "nobody at the dock", "truck broke down")


def stop_for(plan: Plan, chance: Chance) -> Stop | None:
    """What the order will be stopped by, not placed yet; None for most orders."""
    fault = plan.fault
    if fault is None:
        return None
    kind, before = "", ""
    if fault.code in _STOPS:
        kind, before = _STOPS[fault.code]
    elif fault.code == "STALLED_RELEASE":
        kind = chance.pick(tuple(HOLDS))
        before = HOLDS[kind]
    elif fault.code == "STALLED_ALLOCATION" and plan.requested_at is None and chance.happens(0.4):
        kind, before = chance.pick([(kind, before) for kind, before in HOLDS.items() if before == FIRST])
    if not kind:
        return None
    return Stop(kind=kind, before=plan.path[0] if before == FIRST else before)


def is_stopped_before(plan: Plan, milestone: str) -> bool:
    """Whether the order's stop is the one before `milestone`."""
    return plan.stop is not None and plan.stop.before == milestone


def place_stop(plan: Plan, chance: Chance, milestone: str, reached: int) -> None:
    """Places the order's stop, if it has one before `milestone`, soon after the step before was reached."""
    stop = plan.stop
    if stop is None or stop.before != milestone:
        return
    stop.placed_at = max(reached, plan.revised_at or 0) + chance.between(60, HOUR_S)
    # No shorter than an event may be late: it must be seen while it stands.
    stop.released_at = stop.placed_at + MARGIN_S + chance.early(healthy_s("STALLED_RELEASE") - MARGIN_S)
    if plan.fault is not None and plan.fault.lasting and plan.fault.code in STOP_CODES:
        stop.released_at = None
    if plan.fault_is("STALLED_RELEASE"):
        _outlast(plan, chance, stop)
    plan.pause_at = stop.released_at
    _TELL.get(stop.kind, _hold)(plan, chance, stop)


def _outlast(plan: Plan, chance: Chance, stop: Stop) -> None:
    """The hold stands longer than it may."""
    deadline = stop.placed_at + tolerance_s("STALLED_RELEASE")
    lasting = plan.fault is not None and plan.fault.lasting
    stop.released_at = None if lasting else deadline + MARGIN_S + chance.below(2 * DAY_S)
    subject = (plan.scope, "hold", plan.document_id("hold", 1))
    worth = plan.value(plan.wanted())
    plan.findings.append(Finding("STALLED_RELEASE", subject, stop.placed_at, deadline, stop.released_at, worth))


def _hold(plan: Plan, _: Chance, stop: Stop) -> None:
    number = plan.document_id("hold", 1)
    placed = {"kind": stop.kind}
    released = None if stop.released_at is None else {**placed, "released_at": moment(stop.released_at)}
    revisions(plan, ("hold", number), CREDIT_DESK, (stop.placed_at, placed), (stop.released_at, released))
    _find(plan, stop, f"{stop.kind.upper()}_HOLD", (plan.scope, "hold", number))


def _out_of_stock(plan: Plan, _: Chance, stop: Stop) -> None:
    """All of it is backordered, until the allocation that ends the wait."""
    stop.ends_wait = True
    expected_at = (stop.released_at or stop.placed_at + DAY_S) + HOUR_S
    lines = [
        {**line, "quantity": "0", "backordered": quantity_text(quantity), "expected_at": moment(expected_at)}
        for line, (_, quantity) in zip(goods_lines(plan, plan.wanted(), "number"), plan.wanted(), strict=True)
    ]
    document = ("allocation", plan.document_id("allocation", 0))
    revisions(plan, document, plan.customer.company.erp, (stop.placed_at, {"lines": lines}))
    _find(plan, stop, "BACKORDER", plan.subject)


def _failed_delivery(plan: Plan, chance: Chance, stop: Stop) -> None:
    """The carrier cannot deliver and says when it will try again."""
    stop.ends_wait = True
    parcel = plan.parcels[0]
    assert stop.released_at is not None
    fields = {
        "status": chance.pick(_TROUBLE),
        "reason": chance.pick(_REASONS),
        "eta": moment(stop.released_at + HOUR_S),
    }
    refs = {"shipment": [plan.document_id("shipment", parcel.number)]}
    revisions(
        plan,
        ("transit", plan.document_id("transit", 1)),
        parcel.carrier.source,
        (stop.placed_at, fields),
        refs=refs,
    )
    _find(plan, stop, "DELIVERY_EXCEPTION", plan.subject)


def _find(plan: Plan, stop: Stop, code: str, subject: tuple[str, str, str]) -> None:
    """All of the order is kept: nothing of it has been billed yet."""
    worth = plan.value(plan.wanted())
    plan.findings.append(Finding(code, subject, stop.placed_at, stop.placed_at, stop.released_at, worth))


_TELL = {"stock": _out_of_stock, "delivery failed": _failed_delivery}
