"""What goes wrong when an order is taken. Where somebody sees to it, nothing moves before."""

from collections.abc import Callable

from o2c.simulator.chance import Chance
from o2c.simulator.order_documents import order_fields, order_source
from o2c.simulator.papers import revisions
from o2c.simulator.plan import Finding, Plan
from o2c.simulator.policy import DAY_S, HOUR_S, LEAD_DAYS, MARGIN_S, SETTLE_S
from o2c.simulator.statements import Fields, amount_text, goods_lines, moment
from o2c.simulator.world import CENT

INCIDENTS = {
    "tax_failure": ("tax-engine", "no jurisdiction for this address"),
    "customer_master": ("master-data", "the delivery address is not complete"),
    "pricing_failure": ("pricing-engine", "no condition record"),
    "integration_timeout": ("integration-hub", "the order system did not answer in 30 s"),
    "document_rejected": ("edi-gateway", "997: segment N1 is missing"),
}
"""Kind -> (the system that reports it, what it says)."""


def _quiet_time(plan: Plan, chance: Chance) -> tuple[int, int | None]:
    """From when until when the fault stands (None: for good). The goods are wanted so late that nothing waits."""
    assert plan.fault is not None
    begins_at = plan.ordered_at + chance.between(600, HOUR_S)
    if plan.fault.lasting:
        return begins_at, None
    ends_at = begins_at + SETTLE_S + MARGIN_S + chance.below(DAY_S // 2)
    plan.requested_at = ends_at + HOUR_S + LEAD_DAYS * DAY_S
    plan.pause_at = ends_at
    return begins_at, ends_at


def incident(kind: str) -> Callable[[Plan, Chance], None]:
    """A failure of this kind that a system reports."""

    def report(plan: Plan, chance: Chance) -> None:
        begins_at, ends_at = _quiet_time(plan, chance)
        source, detail = INCIDENTS[kind]
        number = plan.document_id("incident", 1)
        reported: Fields = {"kind": kind, "detail": detail}
        resolved = None if ends_at is None else {**reported, "resolved_at": moment(ends_at)}
        revisions(plan, ("incident", number), source, (begins_at, reported), (ends_at, resolved))
        subject = (plan.scope, "incident", number)
        plan.findings.append(Finding(kind.upper(), subject, begins_at, begins_at, ends_at, plan.worth))

    return report


def allocate_what_nobody_ordered(plan: Plan, chance: Chance) -> None:
    """Stock is reserved for an article that is not on the order."""
    begins_at, ends_at = _quiet_time(plan, chance)
    _allocate(plan, begins_at, ends_at, {"line": "990", "sku": "SKU-99999", "quantity": "1"})
    plan.findings.append(
        Finding("UNMATCHED_LINE", plan.subject, begins_at, begins_at + SETTLE_S, ends_at, None, settles=True)
    )


def allocate_in_another_unit(plan: Plan, chance: Chance) -> None:
    """Stock is reserved by the pallet, and nothing says how much that is."""
    begins_at, ends_at = _quiet_time(plan, chance)
    [line, *_] = goods_lines(plan, plan.wanted(), "padded")
    _allocate(plan, begins_at, ends_at, {**line, "quantity": "1", "uom": "PAL"})
    plan.findings.append(Finding("UOM_MISMATCH", plan.subject, begins_at, begins_at, ends_at, None))


def _allocate(plan: Plan, begins_at: int, ends_at: int | None, line: Fields) -> None:
    document = ("allocation", plan.document_id("allocation", 9))
    fields: Fields = {"lines": [line]}
    void = {**fields, "cancelled": True}
    revisions(plan, document, plan.customer.company.erp, (begins_at, fields), (ends_at, void))


def say_two_things_under_one_revision(plan: Plan, chance: Chance) -> None:
    """The order comes again with another purchase order, and its revision is not counted up."""
    begins_at, ends_at = _quiet_time(plan, chance)
    said = order_fields(plan)
    other = {**said, "customer_po": f"{said['customer_po']}-A"}
    document = ("order", plan.order_id)
    source = order_source(plan)
    revisions(plan, document, source, (begins_at, other), business_at=plan.ordered_at)
    if ends_at is not None:
        plan.restated_at = ends_at
    plan.findings.append(Finding("REVISION_CONFLICT", plan.subject, begins_at, begins_at, ends_at, plan.worth))


def order_twice(plan: Plan, chance: Chance) -> None:
    """The same purchase order is entered a second time."""
    plan.explicit = True
    begins_at, ends_at = _quiet_time(plan, chance)
    said = order_fields(plan)
    worth = plan.value(plan.wanted())
    document = ("order", f"{plan.order_id}-2")
    revisions(plan, document, order_source(plan), (begins_at, said), (ends_at, {**said, "cancelled": True}))
    plan.findings.append(Finding("DUPLICATE_ORDER", plan.subject, begins_at, begins_at, ends_at, worth))


def name_another_order(plan: Plan, chance: Chance) -> None:
    """The card was authorised for this order, and the message names another one."""
    plan.explicit = True
    begins_at, ends_at = _quiet_time(plan, chance)
    fields = _authorization(plan)
    void = {**fields, "cancelled": True}
    document = ("payment", plan.document_id("authorization", 1))
    source = plan.customer.company.receivables
    refs = {"order": [f"SO-9{plan.number:06d}"]}
    revisions(plan, document, source, (begins_at, fields), (ends_at, void), refs=refs)
    plan.findings.append(Finding("IDENTITY_CONFLICT", plan.subject, begins_at, begins_at, ends_at, plan.worth))


def lose_the_order(plan: Plan, chance: Chance) -> None:
    """The card is authorised, and the order itself comes days later or never."""
    assert plan.fault is not None
    plan.explicit = True
    begins_at = plan.ordered_at
    document = ("payment", plan.document_id("authorization", 1))
    fields = _authorization(plan)
    revisions(plan, document, plan.customer.company.receivables, (begins_at, fields))
    plan.unknown = plan.fault.lasting
    ends_at = None
    if not plan.unknown:
        ends_at = plan.ordered_at = plan.pause_at = begins_at + SETTLE_S + MARGIN_S + chance.below(DAY_S)
    plan.findings.append(
        Finding("ORPHAN_DOCUMENT", plan.subject, begins_at, begins_at + SETTLE_S, ends_at, None, settles=True)
    )


def _authorization(plan: Plan) -> Fields:
    return {
        "customer_id": plan.customer.customer_id,
        "currency": plan.customer.currency,
        "amount": amount_text(max(CENT, plan.worth)),
        "kind": "authorization",
        "applications": [],
    }


def promise_too_early(plan: Plan, _: Chance) -> None:
    """The order is entered when the day it was promised for is over."""
    plan.promised_at = plan.ordered_at - DAY_S


def bill_early(plan: Plan, chance: Chance) -> None:
    """The invoice goes out before anything has moved."""
    plan.billed_at, _ = _quiet_time(plan, chance)
