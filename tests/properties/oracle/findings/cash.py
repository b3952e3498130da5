"""What payments leave open, deduct, take too early or bring too much; and disputes."""

from collections.abc import Iterator
from dataclasses import replace

from tests.properties.oracle.books import Pot
from tests.properties.oracle.documents import dispute_body, payment_body
from tests.properties.oracle.dues import missing
from tests.properties.oracle.findings.common import beyond_amount, found
from tests.properties.oracle.model import Finding, Known
from tests.properties.oracle.waiting import Waiting
from tests.properties.oracle.waiting_money import disputed_currency, is_resolved


def cash_findings(waiting: Waiting) -> Iterator[Finding]:
    """All of them, code by code."""
    yield from _short(waiting)
    deductions, discounts = _undecided(waiting)
    yield from _of_pots(waiting, "UNEARNED_DISCOUNT", discounts)
    yield from _of_pots(waiting, "DEDUCTION", deductions)
    yield from _of_pots(waiting, "OVERPAYMENT", waiting.books.overpaid)
    for dispute in waiting.papers.of("dispute"):
        body = dispute_body(dispute)
        if not is_resolved(waiting, dispute):
            currency = disputed_currency(waiting, dispute)
            at = dispute.business_at
            yield found(waiting, "DISPUTE", dispute, at, body.amount, currency, at_once=at)


def _short(waiting: Waiting) -> Iterator[Finding]:
    rule = waiting.order_rules().codes["SHORT_PAYMENT"]
    short: dict[Known, int] = {}
    for book in waiting.books.books.values():
        if not any(pot.left and pot.source in book.appliers for pot in book.receipts):
            continue
        lacking = missing(book, waiting.books, waiting.clock) - book.taken_back
        if beyond_amount(rule, lacking, book.total):
            last = max(book.appliers, key=lambda one: one.place)
            short[last] = short.get(last, 0) + lacking
    for payment, lacking in short.items():
        currency = payment_body(payment).currency
        yield found(waiting, "SHORT_PAYMENT", payment, payment.business_at, lacking, currency, awaits="payment")


def _of_pots(waiting: Waiting, code: str, pots: list[Pot]) -> Iterator[Finding]:
    rule = waiting.order_rules().codes[code]
    left: dict[Known, int] = {}
    for pot in pots:
        if pot.left > 0:
            left[pot.source] = left.get(pot.source, 0) + pot.left
    for payment, amount in left.items():
        if beyond_amount(rule, amount, payment_body(payment).amount):
            yield found(waiting, code, payment, payment.business_at, amount, payment_body(payment).currency)


def _undecided(waiting: Waiting) -> tuple[list[Pot], list[Pot]]:
    """What is deducted and discounted unearned, less what disputes with another outcome than the books' were about."""
    books = waiting.books.books.values()
    deductions = [replace(pot) for book in books for pot in book.deductions]
    discounts = [replace(pot) for book in books for pot in book.unearned]
    for dispute in waiting.papers.of("dispute"):
        body = dispute_body(dispute)
        if body.outcome not in ("credited", "recovered") or not is_resolved(waiting, dispute):
            continue
        left = body.amount
        for pot in (*deductions, *discounts):
            by_payment = pot.source.key == (dispute.key[0], "payment", body.payment)
            if by_payment or pot.invoice == (dispute.key[0], "invoice", body.invoice):
                part = min(pot.left, left)
                pot.left -= part
                left -= part
    return deductions, discounts
