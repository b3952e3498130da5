"""What goes wrong with payments: each pays the order's only invoice in its own way."""

from o2c.simulator.chance import Chance
from o2c.simulator.faults.settling import settled_at
from o2c.simulator.papers import credit_memo, refund
from o2c.simulator.payments import part_of, receive, when_paid
from o2c.simulator.plan import Application, Finding, Payment, Plan
from o2c.simulator.policy import HOUR_S, MARGIN_S, SETTLE_S, tolerance_s
from o2c.simulator.world import CENT

_DISCOUNT_PERCENT = 2
_DEDUCTION_CODES = ("01", "04", "06", "59", "BR")


def _subject(plan: Plan, payment: Payment) -> tuple[str, str, str]:
    return (plan.scope, "payment", plan.document_id("payment", payment.number))


def _tenth_at_most(plan: Plan, chance: Chance) -> int:
    """A tenth of the invoice at most, in whole cents."""
    return max(10, part_of(plan.invoices[0].total, chance) // (10 * CENT)) * CENT


def short_payment(plan: Plan, chance: Chance) -> None:
    """Half of it comes, and the rest only when somebody has asked for it."""
    [invoice] = plan.invoices
    paid = invoice.total // (2 * CENT) * CENT
    first_at = max(plan.ends_at, invoice.issued_at) + HOUR_S
    payment = receive(plan, first_at, Application(invoice, paid))
    rest = invoice.total - paid
    plan.pause_at = first_at + SETTLE_S + MARGIN_S + chance.below(HOUR_S)
    receive(plan, plan.pause_at, Application(invoice, rest))
    plan.findings.append(
        Finding(
            "SHORT_PAYMENT",
            _subject(plan, payment),
            first_at,
            first_at + SETTLE_S,
            plan.pause_at,
            rest,
            settles=True,
        )
    )


def unearned_discount(plan: Plan, chance: Chance) -> None:
    """The customer keeps a discount that no terms grant, and pays it later."""
    [invoice] = plan.invoices
    discount = max(10, invoice.total * _DISCOUNT_PERCENT // (100 * CENT)) * CENT
    at = when_paid(plan, chance, invoice)
    payment = receive(plan, at, Application(invoice, invoice.total - discount, discount=discount))
    cleared_at = settled_at(plan, chance, at)
    plan.findings.append(Finding("UNEARNED_DISCOUNT", _subject(plan, payment), at, at, cleared_at, discount))
    if cleared_at is not None:
        receive(plan, cleared_at, Application(invoice, discount))
        plan.adjustments.discounted -= discount


def deduction(plan: Plan, chance: Chance) -> None:
    """The customer keeps something back and says why; a credit memo grants it."""
    [invoice] = plan.invoices
    deducted = _tenth_at_most(plan, chance)
    at = when_paid(plan, chance, invoice)
    reason = chance.pick(_DEDUCTION_CODES)
    application = Application(invoice, invoice.total - deducted, deduction=deducted, reason=reason)
    payment = receive(plan, at, application)
    cleared_at = settled_at(plan, chance, at)
    plan.findings.append(Finding("DEDUCTION", _subject(plan, payment), at, at, cleared_at, deducted))
    credit_memo(plan, cleared_at, deducted, "allowance", named=None)
    if cleared_at is not None:
        plan.adjustments.deducted -= deducted
        plan.adjustments.credited += deducted


def overpayment(plan: Plan, chance: Chance) -> None:
    """More is applied to the invoice than it asks for; the surplus is sent back."""
    [invoice] = plan.invoices
    surplus = _tenth_at_most(plan, chance)
    at = when_paid(plan, chance, invoice)
    payment = receive(plan, at, Application(invoice, invoice.total + surplus))
    plan.adjustments.paid -= surplus
    cleared_at = settled_at(plan, chance, at)
    plan.findings.append(Finding("OVERPAYMENT", _subject(plan, payment), at, at, cleared_at, surplus))
    refund(plan, cleared_at, surplus)
    if cleared_at is None:
        plan.adjustments.overpaid += surplus


def unapplied_cash(plan: Plan, chance: Chance) -> None:
    """More comes than it is for, and nobody says what the rest is for; in the end it is sent back."""
    [invoice] = plan.invoices
    excess = _tenth_at_most(plan, chance)
    at = when_paid(plan, chance, invoice)
    payment = receive(plan, at, Application(invoice, invoice.total), excess=excess)
    deadline = at + tolerance_s("UNAPPLIED_CASH")
    cleared_at = settled_at(plan, chance, deadline)
    plan.findings.append(Finding("UNAPPLIED_CASH", _subject(plan, payment), at, deadline, cleared_at, excess))
    refund(plan, cleared_at, excess)
    if cleared_at is not None:
        plan.adjustments.unapplied -= excess
