"""The money of an order: what was invoiced, what payments settled of it, what is open. Amounts in 10^-4."""

from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.proofs import Entry
from o2c.schemas.documents import Document, InvoiceBody, PaymentBody, Terms
from o2c.schemas.numbers import divide_half_even
from o2c.schemas.times import DAY_US

PERCENT_UNIT = 1_000_000
"""A whole (100 %), in the 10^-4 of a percent in which percents are kept."""


class InvoiceLedger:
    """One counting invoice and what is still open of it. A negative total is never open."""

    __slots__ = ("body", "business_at", "document", "due_at", "open")

    def __init__(self, document: Document, business_at: int, body: InvoiceBody) -> None:
        self.document = document
        self.business_at = business_at
        self.body = body
        self.open = max(0, body.total)
        self.due_at: int | None = None

    def settle(self, amount: int) -> int:
        """Settle up to `amount`; returns how much of it was still open. A negative amount settles nothing."""
        settled = min(max(0, amount), self.open)
        self.open -= settled
        return settled


class Money:
    """What an order's invoices and payments come to, in the order's currency; other currencies are not added up."""

    __slots__ = (
        "adjusted",
        "applied_elsewhere",
        "currency",
        "discounted",
        "invoiced",
        "invoices",
        "open",
        "open_invoices",
        "ordered",
        "overpaid",
        "paid",
        "payable",
        "payment_times",
        "received",
        "unapplied",
    )

    def __init__(self, ledger: Ledger) -> None:
        self.invoices: list[InvoiceLedger] = []
        self.invoiced = self.payable = self.paid = self.discounted = self.adjusted = 0
        self.received = self.unapplied = self.overpaid = self.applied_elsewhere = 0
        self.payment_times: list[int] = []
        invoices, payments = ledger.entries.get("invoice", []), ledger.entries.get("payment", [])
        self.currency = _currency(ledger, invoices, payments)
        self.ordered = ordered_amount(ledger)
        for business_at, _, _, document in invoices:
            body = document.body
            assert isinstance(body, InvoiceBody)
            self.invoices.append(InvoiceLedger(document, business_at, body))
            if body.currency == self.currency:
                self.invoiced += body.total
                self.payable += max(0, body.total)
        if payments:
            self._apply(payments)
        terms = ledger.header.terms if ledger.header is not None else None
        self.open = 0
        self.open_invoices = [invoice for invoice in self.invoices if invoice.open]
        for invoice in self.open_invoices:
            invoice.due_at = due_at(invoice, terms)
            if invoice.body.currency == self.currency:
                self.open += invoice.open

    def _apply(self, payments: list[Entry]) -> None:
        """Payments settle invoices in the order of their business time, each no more than was still open."""
        by_number = {(each.document.scope, each.document.document_id): each for each in self.invoices}
        for business_at, scope, _, document in payments:
            body = document.body
            assert isinstance(body, PaymentBody)
            self.payment_times.append(business_at)
            at_home = body.currency == self.currency
            applied = 0
            for application in body.applications:
                applied += application.amount
                invoice = by_number.get((scope, application.invoice))
                known = invoice is not None and invoice.body.currency == body.currency
                paid = invoice.settle(application.amount) if known and invoice is not None else 0
                discounted = invoice.settle(application.discount) if known and invoice is not None else 0
                adjusted = 0
                if known and invoice is not None:
                    adjusted = sum(invoice.settle(each.amount) for each in application.adjustments)
                if at_home:
                    self.paid += paid
                    self.discounted += discounted
                    self.adjusted += adjusted
                    if known:
                        self.overpaid += application.amount - paid
                    else:
                        self.applied_elsewhere += application.amount
            if at_home:
                self.received += body.amount
                self.unapplied += max(0, body.amount - applied)


def _currency(ledger: Ledger, invoices: list[Entry], payments: list[Entry]) -> str | None:
    if ledger.header is not None:
        return ledger.header.currency
    for of_type in (invoices, payments):
        if of_type:
            currency: str = of_type[0][3].body.currency  # type: ignore[union-attr]  # both kinds have one
            return currency
    return None


def ordered_amount(ledger: Ledger) -> int | None:
    """The order's net value with its charges; None where a price is missing. A cancelled order is worth nothing."""
    if ledger.header is None:
        return None
    orders = ledger.entries.get("order", ())
    charges = total = 0
    totals_known = True
    for _, _, _, document in orders:
        for charge in document.body.charges:  # type: ignore[union-attr]  # orders alone are here
            charges += charge.amount + (charge.tax or 0)
        stated = document.body.total  # type: ignore[union-attr]  # orders alone are here
        if stated is None:
            totals_known = False
        else:
            total += stated
    if ledger.all_priced:
        return ledger.ordered_value + charges
    return total if totals_known else None


def due_at(invoice: InvoiceLedger, order_terms: Terms | None) -> int | None:
    """When what is open falls due: the earliest instalment that is not covered, else `due_at`, else net days."""
    body = invoice.body
    terms = body.terms if body.terms is not None else order_terms
    if terms is not None and terms.instalments:
        settled = body.total - invoice.open
        owed = 0
        for instalment in sorted(terms.instalments, key=lambda each: each.due_at):
            owed += divide_half_even(body.total * instalment.percent, PERCENT_UNIT)
            if settled < owed:
                return instalment.due_at
    if body.due_at is not None:
        return body.due_at
    if terms is not None and terms.net_days is not None:
        return invoice.business_at + terms.net_days * DAY_US
    return None
