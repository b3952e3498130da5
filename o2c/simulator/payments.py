"""What is paid when: whole, by instalments, several invoices at once; with earned discounts and remittances."""

from o2c.simulator.chance import Chance
from o2c.simulator.papers import revisions
from o2c.simulator.plan import Application, Finding, Invoice, Payment, Plan
from o2c.simulator.policy import DAY_S, HOUR_S, MARGIN_S, healthy_s, tolerance_s
from o2c.simulator.statements import amount_text, moment
from o2c.simulator.world import CENT

_SMALL_DIFFERENCE = 499
"""In cents: below what is worth a telephone call."""


def collect(plan: Plan, chance: Chance) -> None:
    """Fills in the order's payments."""
    owed = [invoice for invoice in plan.invoices if invoice.payable]
    late = owed.pop() if owed and plan.fault_is("PAST_DUE") else None
    if len(owed) > 1 and late is None and _pay_at_once(plan, chance, owed):
        return
    for invoice in owed:
        _pay(plan, chance, invoice)
    if late is not None:
        _pay_late(plan, chance, late)


def _pay(plan: Plan, chance: Chance, invoice: Invoice) -> None:
    whole = Application(invoice, invoice.payable)
    drawn = 100 if plan.is_plain else chance.below(100)
    if drawn < 15:
        _pay_by_instalments(plan, chance, invoice)
    elif drawn < 30:
        _take_discount(plan, chance, invoice)
    elif drawn < 40:
        receive(plan, when_paid(plan, chance, invoice), whole).advised = True
    elif drawn < 45 and plan.fault is None:
        _write_off(plan, chance, invoice)
    else:
        receive(plan, when_paid(plan, chance, invoice), whole)


def _pay_by_instalments(plan: Plan, chance: Chance, invoice: Invoice) -> None:
    invoice.instalment_percent = chance.between(2, 8) * 10
    first = invoice.first_instalment
    if not 0 < first < invoice.total:
        invoice.instalment_percent = 0
        receive(plan, when_paid(plan, chance, invoice), Application(invoice, invoice.total))
        return
    receive(plan, chance.between(invoice.issued_at + HOUR_S, invoice.first_due_at), Application(invoice, first))
    at = chance.between(invoice.first_due_at + HOUR_S, invoice.due_at)
    receive(plan, at, Application(invoice, invoice.total - first))


def _take_discount(plan: Plan, chance: Chance, invoice: Invoice) -> None:
    """Within the days that the terms give."""
    invoice.discount_percent = chance.between(1, 3)
    discount = invoice.total * invoice.discount_percent // (100 * CENT) * CENT
    at = chance.between(invoice.issued_at + HOUR_S, invoice.due_at)
    receive(plan, at, Application(invoice, invoice.total - discount, discount=discount))


def _write_off(plan: Plan, chance: Chance, invoice: Invoice) -> None:
    """A little is missing: the dispute about it is over as soon as it is noted."""
    difference = min(chance.between(1, _SMALL_DIFFERENCE) * CENT, invoice.total // (101 * CENT) * CENT)
    at = when_paid(plan, chance, invoice)
    receive(plan, at, Application(invoice, invoice.total - difference))
    if not difference:
        return
    plan.adjustments.written_off += difference
    fields = {
        "invoice": plan.document_id("invoice", invoice.number),
        "amount": amount_text(difference),
        "resolved_at": moment(at + HOUR_S),
        "outcome": "written_off",
    }
    document = ("dispute", plan.document_id("dispute", invoice.number))
    revisions(plan, document, plan.customer.company.receivables, (at + HOUR_S, fields))


def _pay_at_once(plan: Plan, chance: Chance, owed: list[Invoice]) -> bool:
    """One payment for all of the order's invoices, where there is a time at which that is healthy for each of them."""
    earliest = max(invoice.issued_at for invoice in owed) + HOUR_S
    latest = min(invoice.due_at for invoice in owed)
    if earliest > latest or not chance.happens(0.5):
        return False
    applications = [Application(invoice, invoice.total) for invoice in owed]
    receive(plan, chance.between(earliest, latest), *applications)
    return True


def _pay_late(plan: Plan, chance: Chance, invoice: Invoice) -> None:
    """Past the deadline or never."""
    deadline = invoice.due_at + tolerance_s("PAST_DUE", customer=plan.customer.customer_id)
    cleared_at = None
    if plan.fault is not None and not plan.fault.lasting:
        cleared_at = deadline + MARGIN_S + chance.below(2 * DAY_S)
        receive(plan, cleared_at, Application(invoice, invoice.total))
    subject = (plan.scope, "invoice", plan.document_id("invoice", invoice.number))
    plan.findings.append(Finding("PAST_DUE", subject, invoice.due_at, deadline, cleared_at, invoice.total))
    plan.pause_at = cleared_at


def part_of(total: int, chance: Chance) -> int:
    """A part of a total in whole cents, less than all of it."""
    return chance.between(1, total // CENT - 1) * CENT


def when_paid(plan: Plan, chance: Chance, invoice: Invoice) -> int:
    """A healthy time, and none before the plan lets anybody pay."""
    at = invoice.due_at + chance.early(healthy_s("PAST_DUE"))
    if chance.happens(0.7):
        at = chance.between(invoice.issued_at + HOUR_S, invoice.due_at)
    return max(at, plan.pay_from)


def receive(plan: Plan, received_at: int, *applications: Application, excess: int = 0) -> Payment:
    """Puts a payment into the plan."""
    payment = Payment(len(plan.payments) + 1, received_at, list(applications), excess)
    plan.payments.append(payment)
    return payment
