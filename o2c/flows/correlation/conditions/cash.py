"""What is wrong with payments: too little, too much, or with something kept back."""

from o2c.flows.correlation.conditions.findings import Books, Finding, beyond, subject_of, sum_of
from o2c.flows.correlation.deductions import family
from o2c.flows.correlation.invoices import Claim, InvoiceLedger, PaymentLedger
from o2c.flows.correlation.rules import Rule
from o2c.schemas.documents import DisputeBody, Document

_SETTLING_OUTCOMES = ("recovered", "credited")
"""Outcomes of a dispute after which what was kept back is settled, though the books wait for the document."""


def short_payment(books: Books, found: list[Finding]) -> None:
    """The last payment of an invoice leaves it open beyond the limits, and nothing explains the rest."""
    rule = books.rule("SHORT_PAYMENT")
    by_payment: dict[int, tuple[PaymentLedger, list[tuple[InvoiceLedger, int]]]] = {}
    for invoice in books.money.open_invoices:
        if not invoice.payments or invoice.paid <= 0:
            continue
        # What was paid and taken back again was no short payment, until somebody pays again.
        last = max(payment.business_at for payment in invoice.payments)
        missing = invoice.missing(books.clock) - sum(lost for _, at, lost in invoice.losses if at >= last)
        if beyond(missing, invoice.body.total, rule, rule.absolute_amount):
            payment = invoice.payments[-1]
            by_payment.setdefault(id(payment), (payment, []))[1].append((invoice, missing))
    settle_us = books.ledger.header_rules.settle_us
    header = books.ledger.header
    warehouse = header.warehouse if header is not None else None
    for payment, invoices in by_payment.values():
        amount = sum(missing for _, missing in invoices)
        numbers = ", ".join(invoice.document.document_id for invoice, _ in invoices)
        found.append(
            _finding(
                "SHORT_PAYMENT",
                rule,
                payment,
                amount,
                (payment.document, *(invoice.document for invoice, _ in invoices)),
                f"leaves {sum_of(amount, payment.body.currency)} of invoice {numbers} open, unexplained",
                opens_at=payment.business_at + settle_us,
                feed=books.ledger.policy.feed_of("payment", warehouse),
            )
        )


def kept_back(books: Books, found: list[Finding]) -> None:
    """Discounts that were not earned, and deductions, as far as nothing has settled them."""
    claims: dict[tuple[int, bool], list[Claim]] = {}
    for invoice in books.money.invoices:
        for claim in invoice.claims:
            if claim.amount:
                claims.setdefault((id(claim.payment), claim.adjustment is None), []).append(claim)
    used: dict[str, int] = {}
    # What disputes have decided settles deductions first.
    for (_, is_discount), of_payment in sorted(claims.items()):
        payment = of_payment[0].payment
        amount = sum(claim.amount for claim in of_payment)
        amount -= _decided(books, payment, of_payment, amount, used)
        code = "UNEARNED_DISCOUNT" if is_discount else "DEDUCTION"
        rule = books.rule(code)
        if not beyond(amount, sum(claim.invoice.body.total for claim in of_payment), rule, rule.absolute_amount):
            continue
        documents = (payment.document, *(claim.invoice.document for claim in of_payment))
        money = sum_of(amount, payment.body.currency)
        said = f"takes {money} of discount that its terms do not grant" if is_discount else _deducted(of_payment, money)
        found.append(_finding(code, rule, payment, amount, documents, said))


def _deducted(claims: list[Claim], money: str) -> str:
    reasons = []
    for claim in claims:
        adjustment = claim.adjustment
        assert adjustment is not None
        kind = family(adjustment.reason_code, adjustment.code_list).replace("_", " ")
        code = f" (code {adjustment.reason_code})" if adjustment.reason_code else ""
        reasons.append(f"{kind}{code} on invoice {claim.invoice.document.document_id}")
    return f"deducts {money}: {', '.join(reasons)}"


def _decided(books: Books, payment: PaymentLedger, claims: list[Claim], amount: int, used: dict[str, int]) -> int:
    """What disputes about a payment, or its invoices, have decided of it; `used`: what each has decided before."""
    decided = 0
    invoices = {claim.invoice.document.document_id for claim in claims}
    for _, scope, number, document in books.ledger.entries.get("dispute", ()):
        body = document.body
        assert isinstance(body, DisputeBody)
        if body.outcome not in _SETTLING_OUTCOMES or body.resolved_at is None or body.resolved_at > books.clock:
            continue
        if scope == payment.document.scope and (
            body.payment == payment.document.document_id or (body.payment is None and body.invoice in invoices)
        ):
            taken = min(amount - decided, body.amount - used.get(number, 0))
            used[number] = used.get(number, 0) + taken
            decided += taken
    return decided


def overpayment(books: Books, found: list[Finding]) -> None:
    """A payment applied more than was open."""
    rule = books.rule("OVERPAYMENT")
    for payment in books.money.payments:
        if payment.overpaid and beyond(payment.overpaid, payment.body.amount, rule, rule.absolute_amount):
            said = f"applies {sum_of(payment.overpaid, payment.body.currency)} more than was open"
            found.append(_finding("OVERPAYMENT", rule, payment, payment.overpaid, (payment.document,), said))


def _finding(
    code: str,
    rule: Rule,
    payment: PaymentLedger,
    amount: int,
    documents: tuple[Document, ...],
    said: str,
    *,
    opens_at: int | None = None,
    feed: str = "",
) -> Finding:
    return Finding(
        code,
        rule,
        subject_of(payment.document),
        payment.business_at,
        amount,
        payment.body.currency,
        documents,
        lambda: (
            f"Payment {payment.document.document_id} over {sum_of(payment.body.amount, payment.body.currency)} {said}."
        ),
        opens_at=opens_at,
        feed=feed,
    )
