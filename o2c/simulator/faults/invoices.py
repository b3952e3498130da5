"""What goes wrong with invoices. Where it is corrected, the customer pays afterwards, and what is right."""

from o2c.simulator.chance import Chance
from o2c.simulator.faults.settling import settled_at
from o2c.simulator.money_documents import invoice_fields, invoice_refs
from o2c.simulator.papers import credit_memo, revisions
from o2c.simulator.plan import Finding, Invoice, Plan
from o2c.simulator.policy import HOUR_S, SETTLE_S
from o2c.simulator.statements import goods_lines
from o2c.simulator.world import CENT


def _corrected_at(plan: Plan, chance: Chance, since: int) -> int | None:
    cleared_at = settled_at(plan, chance, since)
    if cleared_at is not None:
        plan.pay_from = cleared_at + HOUR_S
    return cleared_at


def _subject(plan: Plan, number: int) -> tuple[str, str, str]:
    return (plan.scope, "invoice", plan.document_id("invoice", number))


def _credit(plan: Plan, invoice: Invoice, at: int | None, amount: int, kind: str, **more: object) -> None:
    credit_memo(plan, at, amount, kind, named=None, **more)
    if at is not None:
        invoice.credited = amount
        plan.adjustments.credited += amount


def bill_more_than_shipped(plan: Plan, chance: Chance) -> None:
    """One more of the first line is billed than has left; a credit memo takes it back."""
    [invoice] = plan.invoices
    index, quantity = invoice.content[0]
    step = plan.lines[index].product.step
    beyond = ((index, step),)
    amount = plan.value(beyond)
    invoice.content = ((index, quantity + step), *invoice.content[1:])
    invoice.net += amount
    cleared_at = _corrected_at(plan, chance, invoice.issued_at)
    plan.findings.append(
        Finding(
            "QUANTITY_MISMATCH",
            _subject(plan, invoice.number),
            invoice.issued_at,
            invoice.issued_at + SETTLE_S,
            cleared_at,
            amount,
            settles=True,
        )
    )
    _credit(plan, invoice, cleared_at, amount, "quantity", lines=goods_lines(plan, beyond, "padded"))
    if cleared_at is not None:
        plan.adjustments.invoiced -= step


def bill_another_price(plan: Plan, chance: Chance) -> None:
    """The first line costs more than was agreed; a credit memo gives the difference back."""
    [invoice] = plan.invoices
    invoice.overcharge = chance.between(1, 20) * 100 * CENT
    at = invoice.issued_at
    cleared_at = _corrected_at(plan, chance, at)
    plan.findings.append(
        Finding("PRICE_MISMATCH", _subject(plan, invoice.number), at, at, cleared_at, invoice.overcharge)
    )
    _credit(plan, invoice, cleared_at, invoice.overcharge, "price")


def misprint_total(plan: Plan, chance: Chance) -> None:
    """The total says more than its parts; a later revision says what they are."""
    [invoice] = plan.invoices
    invoice.misprint = chance.between(100, 9_999) * CENT
    at = invoice.issued_at
    invoice.corrected_at = _corrected_at(plan, chance, at)
    plan.findings.append(
        Finding("TOTAL_MISMATCH", _subject(plan, invoice.number), at, at, invoice.corrected_at, invoice.misprint)
    )


def bill_twice(plan: Plan, chance: Chance) -> None:
    """The shipment is billed a second time under another number, until a document takes that back."""
    [invoice] = plan.invoices
    at = invoice.issued_at + chance.between(HOUR_S, 3 * HOUR_S)
    cleared_at = _corrected_at(plan, chance, at)
    fields = invoice_fields(plan, invoice)
    refs = invoice_refs(plan, invoice)
    again = plan.document_id("invoice", 2)
    source = plan.customer.company.erp
    revisions(plan, ("invoice", again), source, (at, fields), refs=refs)
    taken_back = {**fields, "reverses": [{"type": "invoice", "document_id": again}]}
    revisions(plan, ("invoice", plan.document_id("invoice", 3)), source, (cleared_at, taken_back), refs=refs)
    subject = _subject(plan, 2)
    plan.findings.append(Finding("DUPLICATE_INVOICE", subject, at, at, cleared_at, invoice.total))
    worth = plan.value(invoice.content)
    plan.findings.append(Finding("QUANTITY_MISMATCH", subject, at, at + SETTLE_S, cleared_at, worth, settles=True))
