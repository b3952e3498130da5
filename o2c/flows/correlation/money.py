"""The money of an order: what was invoiced, what became of it, and what is left over. Amounts in 10^-4."""

from o2c.flows.correlation.disputes import is_unresolved
from o2c.flows.correlation.invoices import InvoiceLedger, PaymentLedger
from o2c.flows.correlation.ledger import Ledger, ordered_amount
from o2c.flows.correlation.proofs import Entry
from o2c.flows.correlation.settlement import Settlement
from o2c.flows.correlation.terms import parts_due
from o2c.schemas.documents import Document, InvoiceBody


class Money:
    """What an order's invoices and payments come to, in the order's currency; other currencies are not added up.

    invoiced = paid + discounted + credited + deducted + written_off + open, always.
    """

    __slots__ = (
        "credit_due",
        "credited",
        "currency",
        "deducted",
        "discounted",
        "elsewhere",
        "invoiced",
        "invoices",
        "open",
        "open_invoices",
        "ordered",
        "overpaid",
        "paid",
        "payment_times",
        "payments",
        "received",
        "refunded",
        "settlement",
        "unapplied",
        "written_off",
    )

    def __init__(self, ledger: Ledger, documents: dict[str, Document], clock: int) -> None:
        entries = ledger.entries
        invoices, payments = entries.get("invoice", []), entries.get("payment", [])
        self.currency = _currency(ledger, invoices, payments)
        self.ordered = ordered_amount(ledger)
        self.invoices: list[InvoiceLedger] = []
        self.payments: list[PaymentLedger] = []
        self.invoiced = self.paid = self.discounted = self.credited = self.deducted = self.written_off = self.open = 0
        self.overpaid = self.unapplied = self.credit_due = self.refunded = self.received = self.elsewhere = 0
        self.payment_times: list[int] = []
        self.settlement: Settlement | None = None
        terms = ledger.header.terms if ledger.header is not None else None
        taking: list[Entry] = []
        for entry in invoices:
            business_at, _, _, document = entry
            body = document.body
            assert isinstance(body, InvoiceBody)
            if body.total < 0:
                taking.append(entry)
            else:
                self.invoices.append(InvoiceLedger(document, business_at, body, parts_due(body, business_at, terms)))
        if payments or taking or "credit_memo" in entries or "dispute" in entries or self.invoices:
            self._settle(ledger, documents, payments, taking, clock)
        self.open_invoices = [invoice for invoice in self.invoices if invoice.open]
        for invoice in self.invoices:
            if invoice.body.currency == self.currency:
                self.invoiced += invoice.body.total
                self.paid += invoice.paid
                self.discounted += invoice.discounted
                self.credited += invoice.credited
                self.deducted += invoice.deducted
                self.written_off += invoice.written_off
                self.open += invoice.open

    def _settle(
        self, ledger: Ledger, documents: dict[str, Document], payments: list[Entry], taking: list[Entry], clock: int
    ) -> None:
        entries = ledger.entries
        settlement = self.settlement = Settlement(
            self.invoices,
            documents,
            ledger.credited_back,
            self.currency,
            ledger.header.terms if ledger.header is not None else None,
            ledger.header_rules.codes["UNEARNED_DISCOUNT"].calendar,
        )
        settlement.run(
            payments,
            ledger.lost.get("payment", []),
            entries.get("credit_memo", []),
            [entry for entry in entries.get("dispute", []) if not is_unresolved(entry, clock)],
            taking,
        )
        self.payments = settlement.payments
        self.credit_due, self.received = settlement.credit_due, settlement.received
        self.elsewhere = settlement.elsewhere
        self.refunded = settlement.refunded.get(self.currency or "", 0)
        for payment in self.payments:
            self.payment_times.append(payment.business_at)
            if payment.body.currency == self.currency:
                self.overpaid += payment.overpaid
                self.unapplied += payment.unapplied


def _currency(ledger: Ledger, invoices: list[Entry], payments: list[Entry]) -> str | None:
    if ledger.header is not None:
        return ledger.header.currency
    for of_type in (invoices, payments):
        if of_type:
            currency: str = of_type[0][3].body.currency  # type: ignore[union-attr]  # both kinds have one
            return currency
    return None
