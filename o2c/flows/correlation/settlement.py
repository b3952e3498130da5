"""How payments, credit memos and write-offs settle the invoices of an order. Amounts in 10^-4, times in UTC us.

Each counts on an invoice only what is still open there, in the order of (business time, scope, type, document id).
Beyond it, money and credits settle what payers kept back there; what is left over is overpaid, or due to the customer.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from o2c.flows.correlation.calendar import Calendar
from o2c.flows.correlation.documents import SEPARATOR
from o2c.flows.correlation.invoices import Claim, InvoiceLedger, PaymentLedger
from o2c.flows.correlation.proofs import Entry
from o2c.flows.correlation.terms import discount_allowed
from o2c.schemas.documents import Application, CreditMemoBody, DisputeBody, Document, InvoiceBody, PaymentBody, Terms

Number = tuple[str, str]
"""(scope, number) of an invoice."""


class Settlement:
    """The invoices of an order while its settling documents are applied to them.

    `documents`: all documents by key; an invoice that is among them and not counted was taken back, `credited_back` by
    a credit memo. `credit_due` and `elsewhere` (applied to invoices that are not known here) are in the order's
    currency, `refunded` is by currency.
    """

    def __init__(
        self,
        invoices: list[InvoiceLedger],
        documents: dict[str, Document],
        credited_back: set[Number],
        currency: str | None,
        terms: Terms | None,
        calendar: Calendar,
    ) -> None:
        self.invoices = invoices
        self.payments: list[PaymentLedger] = []
        self.credit_due = 0
        self.refunded: dict[str, int] = {}
        self.received = 0
        self.elsewhere = 0
        self._by_number = {(each.document.scope, each.document.document_id): each for each in invoices}
        self._documents = documents
        self._credited_back = credited_back
        self._currency = currency
        self._terms = terms
        self._calendar = calendar
        self._by_payment: dict[Number, PaymentLedger] = {}
        self._advised: dict[Number, tuple[Application, ...]] = {}
        self._paid: list[tuple[InvoiceLedger, PaymentLedger | None, int]] = []

    def run(
        self,
        payments: list[Entry],
        lost_payments: list[tuple[int, Entry]],
        credit_memos: list[Entry],
        disputes: list[Entry],
        credit_invoices: list[Entry],
    ) -> None:
        """Apply everything."""
        prepaid = self._prepaid(payments)
        steps = _in_order(payments, credit_memos, disputes, credit_invoices)
        for at, scope, _, _, document in steps:
            body = document.body
            if isinstance(body, PaymentBody):
                self._pay(at, scope, document, body, payments)
            elif isinstance(body, CreditMemoBody):
                self._credit(at, scope, document, body)
            elif isinstance(body, DisputeBody):
                self._write_off(at, scope, body)
            elif isinstance(body, InvoiceBody):
                self._credit_oldest(at, -body.total, body.currency)
        for currency, amount in prepaid.items():
            self._use_unapplied(currency, amount)
        for lost_at, (at, scope, _, document) in lost_payments:
            for application in document.body.applications:  # type: ignore[union-attr]  # payments alone are here
                invoice = self._by_number.get((scope, application.invoice))
                if invoice is not None:
                    invoice.losses.append((at, lost_at, application.amount))
        for currency, amount in self.refunded.items():
            self._give_back(currency, amount)

    def _prepaid(self, payments: list[Entry]) -> dict[str, int]:
        """What invoices say was paid before them, by currency: down payments, which they credit, else money.

        What receipts of before the invoice say that they pay of it is the same money, and theirs to tell.
        """
        down: dict[str, int] = {}
        prepaid: list[InvoiceLedger] = []
        for invoice in self.invoices:
            body = invoice.body
            if body.kind == "down_payment":
                down[body.currency] = down.get(body.currency, 0) + body.total
            elif body.prepaid:
                prepaid.append(invoice)
        paid: dict[str, int] = {}
        for invoice in prepaid:
            currency = invoice.body.currency
            told = max(0, (invoice.body.prepaid or 0) - self._received_for(invoice, payments))
            settled = invoice.settle(told, invoice.business_at)
            credited = min(down.get(currency, 0), settled)
            if credited:
                down[currency] -= credited
            invoice.credited += credited
            invoice.paid += settled - credited
            self._paid.append((invoice, None, settled - credited))
            paid[currency] = paid.get(currency, 0) + settled - credited
        return paid

    @staticmethod
    def _received_for(invoice: InvoiceLedger, payments: list[Entry]) -> int:
        number = (invoice.document.scope, invoice.document.document_id)
        received = 0
        for at, scope, _, document in payments:
            body = document.body
            assert isinstance(body, PaymentBody)
            if body.kind == "receipt" and at <= invoice.business_at and body.currency == invoice.body.currency:
                applied = _afforded(body.applications, body.amount)[0]
                received += sum(max(0, each.amount) for each in applied if (scope, each.invoice) == number)
        return received

    def _use_unapplied(self, currency: str, amount: int) -> None:
        for payment in self.payments:
            if payment.body.currency == currency:
                taken = min(amount, payment.unapplied)
                payment.unapplied -= taken
                amount -= taken

    def _pay(self, at: int, scope: str, document: Document, body: PaymentBody, payments: list[Entry]) -> None:
        if body.kind == "receipt":
            self._receive(at, scope, document, body, payments)
        elif body.kind == "refund":
            self.refunded[body.currency] = self.refunded.get(body.currency, 0) + abs(body.amount)
        elif body.kind in ("chargeback", "reversal"):
            self._charge_back(at, scope, document, body)

    def _receive(self, at: int, scope: str, document: Document, body: PaymentBody, payments: list[Entry]) -> None:
        payment = PaymentLedger(document, at, body)
        self.payments.append(payment)
        self._by_payment[scope, document.document_id] = payment
        at_home = body.currency == self._currency
        if at_home:
            self.received += body.amount
        name = (scope, body.reference or "")
        if body.applications or body.reference is None:
            applications, _ = _afforded(body.applications, body.amount)
        else:
            applications, self._advised[name] = _afforded(self._advice(scope, body.reference, payments), body.amount)
        applied = 0
        for application in applications:
            amount = application.amount
            key = (scope, application.invoice)
            invoice = self._by_number.get(key)
            if invoice is not None and invoice.body.currency == body.currency:
                applied += self._apply(at, invoice, payment, application)
                continue
            applied += max(0, amount)
            if amount <= 0 or invoice is not None:
                # In another currency than the invoice's it settles nothing there.
                continue
            if key in self._credited_back:
                self._owe(amount, body.currency)
            elif f"invoice{SEPARATOR}{scope}{SEPARATOR}{application.invoice}" in self._documents:
                payment.overpaid += amount
            elif at_home:
                self.elsewhere += amount
        payment.unapplied = max(0, body.amount - applied)

    def _advice(self, scope: str, reference: str, payments: list[Entry]) -> tuple[Application, ...]:
        """What the remittances of a reference say, and no receipt of the same reference has paid yet."""
        left = self._advised.get((scope, reference))
        if left is not None:
            return left
        said: list[Application] = []
        for _, other, _, document in payments:
            body = document.body
            assert isinstance(body, PaymentBody)
            if body.kind == "remittance" and (other, body.reference) == (scope, reference):
                said.extend(body.applications)
        return tuple(said)

    def _apply(self, at: int, invoice: InvoiceLedger, payment: PaymentLedger, application: Application) -> int:
        """Returns how much of the payment's money the application uses; less than nothing where it takes some back."""
        amount = application.amount
        if amount >= 0:
            invoice.payments.append(payment)
        used = amount
        if amount < 0:
            used = -invoice.reopen(-amount, at)
        else:
            settled = invoice.settle(amount, at)
            rest = amount - settled
            if rest and invoice.claims:
                resolved = invoice.resolve_claims(rest)
                settled += resolved
                rest -= resolved
            invoice.paid += settled
            self._paid.append((invoice, payment, settled))
            payment.overpaid += rest
        if application.discount:
            self._discount(at, invoice, payment, application.discount)
        for adjustment in application.adjustments:
            deducted = invoice.settle(adjustment.amount, at)
            if deducted:
                invoice.deducted += deducted
                invoice.claims.append(Claim(invoice, payment, deducted, adjustment))
        return used

    def _discount(self, at: int, invoice: InvoiceLedger, payment: PaymentLedger, discount: int) -> None:
        before = invoice.discounted - sum(claim.amount for claim in invoice.claims if claim.adjustment is None)
        settled = invoice.settle(discount, at)
        if not settled:
            return
        invoice.discounted += settled
        allowed = discount_allowed(invoice.body, invoice.business_at, self._terms, at, self._calendar)
        unearned = settled - max(0, min(settled, allowed - before))
        if unearned:
            invoice.claims.append(Claim(invoice, payment, unearned, None))

    def _credit(self, at: int, scope: str, document: Document, body: CreditMemoBody) -> None:
        if body.invoices:
            rest = body.amount
            for number, amount in body.invoices:
                part = min(amount, max(0, rest))
                rest -= part
                self._credit_invoice(at, (scope, number), part, body.currency)
            self._owe(rest, body.currency)
            return
        named = [number for kind, numbers in document.refs if kind == "invoice" for number in numbers]
        if not named:
            self._credit_oldest(at, body.amount, body.currency)
            return
        known = [self._by_number[scope, number] for number in named if (scope, number) in self._by_number]
        if not known:
            return
        self._owe(self._settle_credit(at, known, body.amount, body.currency), body.currency)

    def _credit_invoice(self, at: int, number: Number, amount: int, currency: str) -> None:
        """What names an invoice that was taken back or is not known here counts nothing."""
        invoice = self._by_number.get(number)
        if invoice is not None:
            self._owe(self._settle_credit(at, [invoice], amount, currency), currency)

    def _credit_oldest(self, at: int, amount: int, currency: str) -> None:
        self._owe(self._settle_credit(at, self.invoices, amount, currency), currency)

    @staticmethod
    def _settle_credit(at: int, invoices: list[InvoiceLedger], amount: int, currency: str) -> int:
        """Credit what is open of the invoices, one after the other, then what was kept back; returns what is left."""
        rest = max(0, amount)
        mine = [invoice for invoice in invoices if invoice.body.currency == currency]
        for invoice in mine:
            settled = invoice.settle(rest, at)
            invoice.credited += settled
            rest -= settled
        for invoice in mine:
            resolved = invoice.resolve_claims(rest)
            invoice.credited += resolved
            rest -= resolved
        return rest

    def _owe(self, amount: int, currency: str) -> None:
        if amount > 0 and currency == self._currency:
            self.credit_due += amount

    def _write_off(self, at: int, scope: str, body: DisputeBody) -> None:
        """A dispute that was lost: what payers kept back first, then what is open."""
        rest = body.amount - (body.recovered or 0)
        invoices, claims = self.disputed(scope, body)
        for claim in claims:
            if claim.adjustment is None:
                continue
            taken = claim.invoice.resolve(claim, rest)
            claim.invoice.written_off += taken
            rest -= taken
        for invoice in invoices:
            taken = invoice.settle(rest, at)
            invoice.written_off += taken
            rest -= taken

    def disputed(self, scope: str, body: DisputeBody) -> tuple[list[InvoiceLedger], list[Claim]]:
        """The invoices that a dispute is about, and what was kept back there: by its payment, where it names one."""
        if body.payment is not None:
            payment = self._by_payment.get((scope, body.payment))
            invoices = [each for each in self.invoices if payment is not None and payment in each.payments]
            return invoices, [claim for each in invoices for claim in each.claims if claim.payment is payment]
        invoice = self._by_number.get((scope, body.invoice or ""))
        return ([], []) if invoice is None else ([invoice], list(invoice.claims))

    def _charge_back(self, at: int, scope: str, document: Document, body: PaymentBody) -> None:
        """Money taken back: from the invoices it names, else from those of its payment, else from the last paid."""
        rest = abs(body.amount)
        if body.applications:
            for application in body.applications:
                invoice = self._by_number.get((scope, application.invoice))
                if invoice is not None and invoice.body.currency == body.currency:
                    rest -= invoice.reopen(abs(application.amount), at)
            return
        named = {number for kind, numbers in document.refs if kind == "payment" for number in numbers}
        payments = [self._by_payment[scope, number] for number in sorted(named) if (scope, number) in self._by_payment]
        affected = payments or self.payments
        for place in range(len(self._paid) - 1, -1, -1):
            invoice, payment, paid = self._paid[place]
            if invoice.body.currency == body.currency and (not payments or payment in payments):
                taken = invoice.reopen(min(rest, paid), at)
                self._paid[place] = (invoice, payment, paid - taken)
                rest -= taken
        for payment in reversed([each for each in affected if each.body.currency == body.currency]):
            for name in ("overpaid", "unapplied"):
                taken = min(max(0, rest), getattr(payment, name))
                setattr(payment, name, getattr(payment, name) - taken)
                rest -= taken

    def _give_back(self, currency: str, amount: int) -> None:
        """Refunds lower what is due to the customer: credits, then what was overpaid, then what is unapplied."""
        rest = amount
        if currency == self._currency:
            taken = min(rest, self.credit_due)
            self.credit_due -= taken
            rest -= taken
        for name in ("overpaid", "unapplied"):
            for payment in self.payments:
                if payment.body.currency == currency:
                    taken = min(rest, getattr(payment, name))
                    setattr(payment, name, getattr(payment, name) - taken)
                    rest -= taken


def _afforded(
    applications: tuple[Application, ...], amount: int
) -> tuple[tuple[Application, ...], tuple[Application, ...]]:
    """The applications for which there is money, in their order, and what of them is left over.

    What an application takes back of an invoice is money, too.
    """
    if sum(each.amount for each in applications) <= amount:
        return applications, ()
    money = amount - sum(min(0, each.amount) for each in applications)
    kept: list[Application] = []
    left: list[Application] = []
    for each in applications:
        part = min(each.amount, max(0, money)) if each.amount > 0 else each.amount
        money -= max(0, part)
        if part == each.amount:
            kept.append(each)
            continue
        if part or each.discount or each.adjustments:
            kept.append(replace(each, amount=part))
        left.append(Application(each.invoice, each.amount - part))
    return tuple(kept), tuple(left)


def _in_order(
    payments: list[Entry], credit_memos: list[Entry], disputes: list[Entry], credit_invoices: list[Entry]
) -> Iterable[tuple[int, str, str, str, Document]]:
    """Everything that settles, by (business time, scope, type, document id); a write-off when it was decided."""
    if not (credit_memos or disputes or credit_invoices):
        # Whatever settles is a payment, and in order already.
        return ((at, scope, "payment", number, document) for at, scope, number, document in payments)
    steps = [
        (at, scope, document.type, number, document)
        for entries in (payments, credit_memos, credit_invoices)
        for at, scope, number, document in entries
    ]
    for at, scope, number, document in disputes:
        body = document.body
        assert isinstance(body, DisputeBody)
        if body.outcome == "written_off":
            steps.append((body.resolved_at if body.resolved_at is not None else at, scope, "dispute", number, document))
    return sorted(steps)
