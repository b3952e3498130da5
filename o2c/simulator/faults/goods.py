"""What goes wrong with the goods, and how it is settled once everything else is over."""

from o2c.simulator.chance import Chance
from o2c.simulator.faults.settling import settled_at
from o2c.simulator.papers import credit_memo, revisions
from o2c.simulator.plan import Content, Finding, Plan
from o2c.simulator.policy import HOUR_S, SETTLE_S
from o2c.simulator.statements import goods_lines


def _some(plan: Plan) -> Content:
    """The least of the first line that can be sold."""
    index, _ = plan.parcels[0].content[0]
    return ((index, plan.lines[index].product.step),)


def _changed(content: Content, change: Content, sign: int) -> Content:
    changes = dict(change)
    moved = ((index, quantity + sign * changes.get(index, 0)) for index, quantity in content)
    return tuple(part for part in moved if part[1])


def ship_short(plan: Plan, _: Chance) -> None:
    """Some of it breaks on the dock, and nothing more will come."""
    parcel = plan.parcels[0]
    parcel.content = _changed(parcel.content, _some(plan), -1)
    parcel.final = True


def ship_over(plan: Plan, _: Chance) -> None:
    """More leaves than was ordered."""
    parcel = plan.parcels[0]
    parcel.content = _changed(parcel.content, _some(plan), +1)


def agree(plan: Plan, chance: Chance) -> None:
    """The customer takes what came: the order is changed to it."""
    assert plan.fault is not None
    parcel = plan.parcels[0]
    shipped_at = parcel.reached["shipment"]
    cleared_at = settled_at(plan, chance, shipped_at)
    change = _some(plan)
    code = plan.fault.code
    amount = plan.value(change)
    plan.findings.append(
        Finding(code, plan.subject, shipped_at, shipped_at + SETTLE_S, cleared_at, amount, settles=True)
    )
    if cleared_at is not None:
        [(index, quantity)] = change
        line = plan.lines[index]
        line.agreed = line.wanted + (quantity if code == "OVER_SHIP" else -quantity)
        plan.agreed_at = cleared_at


def lose_some(plan: Plan, _: Chance) -> None:
    """Less arrives than was sent."""
    plan.parcels[0].missing = _some(plan)


def credit_what_is_missing(plan: Plan, chance: Chance) -> None:
    """What did not arrive is credited, line by line."""
    parcel = plan.parcels[0]
    delivered_at = parcel.reached["pod"]
    cleared_at = settled_at(plan, chance, delivered_at)
    amount = plan.value(parcel.missing)
    plan.findings.append(
        Finding(
            "DELIVERY_SHORT",
            plan.subject,
            delivered_at,
            delivered_at + SETTLE_S,
            cleared_at,
            amount,
            settles=True,
        )
    )
    lines = goods_lines(plan, parcel.missing, "padded")
    credit_memo(plan, cleared_at, amount, "allowance", named=None, lines=lines)


def damage_some(plan: Plan, _: Chance) -> None:
    """Some of it arrives damaged."""
    plan.parcels[0].damaged = _some(plan)


def take_back_what_is_damaged(plan: Plan, chance: Chance) -> None:
    """What is damaged comes back and is credited."""
    parcel = plan.parcels[0]
    delivered_at = parcel.reached["pod"]
    cleared_at = settled_at(plan, chance, delivered_at)
    amount = plan.value(parcel.damaged)
    plan.findings.append(Finding("DELIVERY_DAMAGED", plan.subject, delivered_at, delivered_at, cleared_at, amount))
    if cleared_at is not None:
        number = send_back(plan, cleared_at, parcel.damaged, "damaged")
        lines = goods_lines(plan, parcel.damaged, "padded")
        credit_memo(plan, cleared_at + HOUR_S, amount, "return", named=number, lines=lines)


def send_back(plan: Plan, at: int, content: Content, reason: str) -> str:
    """A return that brings goods back; its number."""
    number = plan.document_id("return", 1)
    fields = {"kind": "received", "reason": reason, "lines": goods_lines(plan, content, "padded")}
    revisions(plan, ("return", number), plan.parcels[0].warehouse.source or "returns-desk", (at, fields))
    plan.adjustments.returned += sum(quantity for _, quantity in content)
    return number


def note_late_delivery(plan: Plan, _: Chance) -> None:
    """The promise was broken before the order came in: a fact once it is delivered."""
    parcel = plan.parcels[0]
    delivered_at = parcel.reached["pod"]
    worth = plan.value(parcel.content)
    plan.findings.append(Finding("LATE_DELIVERY", plan.subject, delivered_at, delivered_at, None, worth, recorded=True))


def note_early_invoice(plan: Plan, _: Chance) -> None:
    """It stands until the goods leave."""
    assert plan.billed_at is not None
    subject = (plan.scope, "invoice", plan.document_id("invoice", 1))
    shipped_at = plan.parcels[0].reached["shipment"]
    worth = plan.value(plan.parcels[0].content)
    opens_at = plan.billed_at + SETTLE_S
    plan.findings.append(
        Finding("INVOICE_BEFORE_SHIPMENT", subject, plan.billed_at, opens_at, shipped_at, worth, settles=True)
    )
