"""What goes wrong when goods and money are where they belong."""

from o2c.simulator.chance import Chance
from o2c.simulator.faults.goods import send_back
from o2c.simulator.faults.settling import settled_at
from o2c.simulator.papers import credit_memo, revisions
from o2c.simulator.plan import Finding, Plan
from o2c.simulator.policy import DAY_S, HOUR_S, MARGIN_S, healthy_s, tolerance_s
from o2c.simulator.statements import amount_text, goods_lines, moment
from o2c.simulator.world import CENT

_REASONS = ("price", "goods never ordered", "delivery refused", "quality")
_OTHER_CURRENCY = "CHF"


def _later(plan: Plan, chance: Chance) -> int:
    return plan.ends_at + chance.between(HOUR_S, DAY_S // 2)


def uncredited_return(plan: Plan, chance: Chance) -> None:
    """Goods come back, and their credit is forgotten."""
    at = _later(plan, chance)
    index, _ = plan.parcels[0].content[0]
    content = ((index, plan.lines[index].product.step),)
    number = send_back(plan, at, content, "not wanted")
    deadline = at + tolerance_s("UNCREDITED_RETURN")
    cleared_at = settled_at(plan, chance, deadline)
    subject = (plan.scope, "return", number)
    amount = plan.value(content)
    plan.findings.append(Finding("UNCREDITED_RETURN", subject, at, deadline, cleared_at, amount))
    credit_memo(plan, cleared_at, amount, "return", named=number, lines=goods_lines(plan, content, "padded"))


def dispute(plan: Plan, chance: Chance) -> None:
    """The customer disputes something of what is still to be paid, is answered in time, and pays."""
    at = plan.ends_at + chance.between(60, HOUR_S)
    cleared_at = plan.pause_at = at + MARGIN_S + chance.early(healthy_s("UNRESOLVED_DISPUTE") - MARGIN_S)
    plan.pay_from = cleared_at + HOUR_S
    _dispute(plan, chance, at, cleared_at)


def unresolved_dispute(plan: Plan, chance: Chance) -> None:
    """The customer disputes something and is not answered in time."""
    at = _later(plan, chance)
    deadline = at + tolerance_s("UNRESOLVED_DISPUTE")
    cleared_at = settled_at(plan, chance, deadline)
    subject, amount = _dispute(plan, chance, at, cleared_at)
    plan.findings.append(Finding("UNRESOLVED_DISPUTE", subject, at, deadline, cleared_at, amount))


def _dispute(plan: Plan, chance: Chance, at: int, resolved_at: int | None) -> tuple[tuple[str, str, str], int]:
    invoice = plan.invoices[0]
    amount = max(1, invoice.total // (4 * CENT)) * CENT
    number = plan.document_id("dispute", 1)
    fields = {
        "invoice": plan.document_id("invoice", invoice.number),
        "amount": amount_text(amount),
        "reason": chance.pick(_REASONS),
    }
    resolved = None
    if resolved_at is not None:
        outcome = {"outcome": "recovered", "recovered": fields["amount"]}
        resolved = {**fields, **outcome, "resolved_at": moment(resolved_at)}
    revisions(plan, ("dispute", number), plan.customer.company.receivables, (at, fields), (resolved_at, resolved))
    subject = (plan.scope, "dispute", number)
    plan.findings.append(Finding("DISPUTE", subject, at, at, resolved_at, amount))
    return subject, amount


def credit_in_another_currency(plan: Plan, chance: Chance) -> None:
    """A goodwill credit is written in a currency that the customer does not use, then corrected."""
    at = _later(plan, chance)
    cleared_at = settled_at(plan, chance, at)
    amount = chance.between(5, 50) * 100 * CENT
    number = plan.document_id("credit_memo", 1)
    fields = {"amount": amount_text(amount), "kind": "allowance"}
    wrong = {**fields, "currency": _OTHER_CURRENCY}
    right = {**fields, "currency": plan.customer.currency}
    revisions(plan, ("credit_memo", number), plan.customer.company.erp, (at, wrong), (cleared_at, right))
    subject = (plan.scope, "credit_memo", number)
    plan.findings.append(Finding("CURRENCY_MISMATCH", subject, at, at, cleared_at, amount, currency=_OTHER_CURRENCY))
