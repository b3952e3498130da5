"""What is paid when: whole, in part, several invoices at once; with discounts, deductions and overpayments."""

from o2c.simulator.chance import Chance
from o2c.simulator.plan import Application, Finding, Invoice, Payment, Plan
from o2c.simulator.policy import DAY_S, HOUR_S, MARGIN_S, healthy_s, tolerance_s
from o2c.simulator.world import CENT

_DISCOUNT_PERCENT = 2


def collect(plan: Plan, chance: Chance) -> None:
    """Fills in the order's payments."""
    owed = [invoice for invoice in plan.invoices if invoice.total]
    late = owed.pop() if owed and plan.fault_is("PAST_DUE") else None
    if len(owed) > 1 and late is None and _pay_at_once(plan, chance, owed):
        return
    for invoice in owed:
        _pay(plan, chance, invoice)
    if late is not None:
        _pay_late(plan, chance, late)


def _pay(plan: Plan, chance: Chance, invoice: Invoice) -> None:
    drawn = chance.below(100)
    if drawn < 25:
        part = _part(chance, invoice)
        _receive(plan, _when(chance, invoice), Application(invoice, part))
        _receive(plan, _when(chance, invoice), Application(invoice, invoice.total - part))
    elif drawn < 35:
        discount = invoice.total * _DISCOUNT_PERCENT // (100 * CENT) * CENT
        _receive(plan, _when(chance, invoice), Application(invoice, invoice.total - discount, discount=discount))
    elif drawn < 38:
        deduction = -(-_part(chance, invoice) // (10 * CENT)) * CENT
        _receive(plan, _when(chance, invoice), Application(invoice, invoice.total - deduction, deduction=deduction))
    else:
        excess = chance.between(1, 9_999) * CENT if drawn < 40 else 0
        _receive(plan, _when(chance, invoice), Application(invoice, invoice.total), excess=excess)


def _pay_at_once(plan: Plan, chance: Chance, owed: list[Invoice]) -> bool:
    """One payment for all of the order's invoices, where there is a time at which that is healthy for each of them."""
    earliest = max(invoice.issued_at for invoice in owed) + HOUR_S
    latest = min(invoice.due_at for invoice in owed)
    if earliest > latest or not chance.happens(0.5):
        return False
    applications = [Application(invoice, invoice.total) for invoice in owed]
    _receive(plan, chance.between(earliest, latest), *applications)
    return True


def _pay_late(plan: Plan, chance: Chance, invoice: Invoice) -> None:
    """A part in time at best; the rest past the deadline or never."""
    paid = 0
    if chance.happens(0.5):
        paid = _part(chance, invoice)
        _receive(plan, chance.between(invoice.issued_at + HOUR_S, invoice.due_at), Application(invoice, paid))
    deadline = invoice.due_at + tolerance_s("PAST_DUE", customer=plan.customer.customer_id)
    cleared_at = None
    if plan.fault is not None and not plan.fault.lasting:
        cleared_at = deadline + MARGIN_S + chance.below(2 * DAY_S)
        _receive(plan, cleared_at, Application(invoice, invoice.total - paid))
    subject = (plan.scope, "invoice", plan.document_id("invoice", invoice.number))
    finding = Finding("PAST_DUE", subject, invoice.due_at, deadline, cleared_at, invoice.total - paid)
    plan.findings.append(finding)


def _part(chance: Chance, invoice: Invoice) -> int:
    """A part of the invoice's total in whole cents, less than all of it."""
    return chance.between(1, invoice.total // CENT - 1) * CENT


def _when(chance: Chance, invoice: Invoice) -> int:
    if chance.happens(0.7):
        return chance.between(invoice.issued_at + HOUR_S, invoice.due_at)
    return invoice.due_at + chance.early(healthy_s("PAST_DUE"))


def _receive(plan: Plan, received_at: int, *applications: Application, excess: int = 0) -> None:
    plan.payments.append(Payment(len(plan.payments) + 1, received_at, list(applications), excess))
