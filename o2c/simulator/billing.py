"""What is billed when: an invoice or two a parcel, after the shipment or, where so agreed, after the delivery."""

from o2c.simulator.chance import Chance
from o2c.simulator.plan import Content, Invoice, Parcel, Plan
from o2c.simulator.policy import tolerance_s
from o2c.simulator.schedule import Step, take
from o2c.simulator.splitting import split
from o2c.simulator.stops import place_stop
from o2c.simulator.world import CENT

_TAX_PERCENT = 19


def bill(plan: Plan, chance: Chance) -> None:
    """Fills in the order's invoices."""
    base = "shipment" if plan.billing == "shipment" else "pod"
    for parcel in plan.parcels:
        reached = parcel.reached.get(base)
        if reached is None:
            continue
        if parcel is plan.parcels[0]:
            place_stop(plan, chance, "invoice", reached)
        contents = _contents(plan, parcel, chance)
        for part, content in enumerate(contents, 1):
            last = parcel is plan.parcels[-1] and part == len(contents)
            issued_at = plan.billed_at or take(plan, chance, _step(plan, reached, content, last=last))
            if issued_at is not None:
                plan.invoices.append(_invoice(plan, parcel, content, issued_at))


def _contents(plan: Plan, parcel: Parcel, chance: Chance) -> list[Content]:
    """Now and then in two parts. No two invoices of an order bill the same: they would look like one billed twice."""
    if plan.is_plain or not chance.happens(0.15):
        return [parcel.content]
    parts = [part for part in split(plan, parcel.content, chance) if part]
    billed = [*(each.content for each in plan.parcels), *(invoice.content for invoice in plan.invoices), *parts]
    return parts if all(billed.count(part) == 1 for part in parts) else [parcel.content]


def _step(plan: Plan, reached: int, content: Content, *, last: bool) -> Step:
    return Step(
        code="SHIPPED_NOT_INVOICED",
        subject=plan.subject,
        start=reached,
        tolerance=tolerance_s("SHIPPED_NOT_INVOICED", customer=plan.customer.customer_id),
        content=content,
        last=last,
    )


def _invoice(plan: Plan, parcel: Parcel, content: Content, issued_at: int) -> Invoice:
    net = plan.value(content)
    return Invoice(
        number=len(plan.invoices) + 1,
        parcel=parcel,
        content=content,
        issued_at=issued_at,
        net_days=plan.customer.net_days,
        net=net,
        freight=0 if plan.invoices else plan.freight,
        tax=net * _TAX_PERCENT // (100 * CENT) * CENT,
    )
