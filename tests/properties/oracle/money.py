"""Money, invoice by invoice and payment by payment, in exact fractions."""

from dataclasses import dataclass
from fractions import Fraction

from o2c.schemas.documents import OrderLine, Terms
from o2c.schemas.times import DAY_US
from tests.properties.oracle.documents import Papers, invoice_body, order_body, payment_body
from tests.properties.oracle.model import DocumentKey, Known, Ledger

_VALUE_UNIT = 10**14
_ALL_PERCENT = 10**6


@dataclass
class Balance:
    """What became of one invoice."""

    invoice: Known
    total: int
    open: int
    paid: int = 0


def balances(papers: Papers) -> dict[DocumentKey, Balance]:
    """Every counting invoice after every receipt was applied, in order."""
    found = {}
    for invoice in papers.of("invoice"):
        total = invoice_body(invoice).total
        found[invoice.key] = Balance(invoice, total, max(0, total))
    for payment in papers.of("payment"):
        for application in payment_body(payment).applications:
            balance = found.get((payment.document.scope, "invoice", application.invoice))
            if balance is None or invoice_body(balance.invoice).currency != payment_body(payment).currency:
                continue
            cash = min(application.amount, balance.open)
            balance.paid += cash
            balance.open -= cash
            for other in (application.discount, *(adjustment.amount for adjustment in application.adjustments)):
                balance.open -= min(other, balance.open)
    return found


def currency_of(papers: Papers) -> str | None:
    """The order's currency, else that of the first invoice, else of the first payment."""
    if papers.header is not None:
        return order_body(papers.header).currency
    for invoice in papers.of("invoice"):
        return invoice_body(invoice).currency
    for payment in papers.of("payment"):
        return payment_body(payment).currency
    return None


def ordered_amount(papers: Papers) -> int | None:
    """What was ordered at net prices, charges included; None without an order document or a price."""
    if not papers.orders:
        return 0 if papers.is_cancelled else None
    currency = currency_of(papers)
    amounts = [_order_amount(order) for order in papers.orders if order_body(order).currency == currency]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _order_amount(order: Known) -> int | None:
    body = order_body(order)
    values = [_line_amount(line) for line in body.lines]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return body.total
    return sum(known) + sum(charge.amount + (charge.tax or 0) for charge in body.charges)


def _line_amount(line: OrderLine) -> int | None:
    wanted = max(0, line.quantity - line.cancelled_quantity)
    if line.free:
        return 0
    if line.amount is not None:
        return line.amount if line.quantity == 0 else round(Fraction(line.amount * wanted, line.quantity))
    if line.unit_price is not None:
        return round(Fraction(wanted * line.unit_price, _VALUE_UNIT))
    return None if wanted else 0


def net_value(ledger: Ledger, quantity: int) -> int | None:
    """What a quantity (10^-6) of a line is worth at the order's net price; None where the order has no price."""
    for _, line in ledger.ordered_by:
        if line.free:
            return 0
        if line.amount is not None and line.quantity:
            return round(Fraction(line.amount * quantity, line.quantity))
        if line.unit_price is not None:
            return round(Fraction(quantity * line.unit_price, _VALUE_UNIT))
        return None
    return None


def due_of(balance: Balance, papers: Papers) -> int | None:
    """When the invoice is due: its earliest instalment that is not covered, else its date, else after its net days."""
    body = invoice_body(balance.invoice)
    terms = body.terms
    if terms is None and papers.header is not None:
        terms = order_body(papers.header).terms
    instalment = _first_uncovered(terms, balance)
    if instalment is not None:
        return instalment
    if body.due_at is not None:
        return body.due_at
    if terms is not None and terms.net_days is not None:
        return balance.invoice.business_at + terms.net_days * DAY_US
    return None


def _first_uncovered(terms: Terms | None, balance: Balance) -> int | None:
    asked = Fraction(0)
    for instalment in sorted(terms.instalments, key=lambda one: one.due_at) if terms else ():
        asked += Fraction(balance.total * instalment.percent, _ALL_PERCENT)
        if asked > balance.total - balance.open:
            return instalment.due_at
    return None


def received_amount(papers: Papers) -> int:
    """All cash received in the order's currency."""
    bodies = [payment_body(payment) for payment in papers.of("payment")]
    return sum(body.amount for body in bodies if body.currency == currency_of(papers))


def unapplied_amount(papers: Papers) -> int:
    """Cash received that no application speaks of, in the order's currency."""
    unapplied = 0
    for payment in papers.of("payment"):
        body = payment_body(payment)
        if body.currency == currency_of(papers):
            unapplied += max(0, body.amount - sum(application.amount for application in body.applications))
    return unapplied
