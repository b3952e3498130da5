"""When the money of an invoice is due, piece by piece."""

from fractions import Fraction

from o2c.schemas.times import DAY_US
from tests.properties.oracle.books import Book, Books
from tests.properties.oracle.documents import invoice_body, payment_body
from tests.properties.oracle.losses import lost_money
from tests.properties.oracle.value import ALL_PERCENT, minor_unit, rounded_to


def due_of(book: Book, books: Books) -> int | None:
    """When the invoice is due: its earliest instalment that is not covered, else its date, else after its net days."""
    for upto, due_at in _instalments(book, books):
        if upto > book.settled:
            return due_at
    return _due_as_a_whole(book, books)


def _due_as_a_whole(book: Book, books: Books) -> int | None:
    body, terms = invoice_body(book.invoice), books.terms(book)
    if body.due_at is not None:
        return body.due_at
    if terms is not None and terms.net_days is not None:
        return book.invoice.business_at + terms.net_days * DAY_US
    return None


def _instalments(book: Book, books: Books) -> list[tuple[Fraction, int]]:
    """Up to which amount of the total is due when, in order."""
    terms = books.terms(book)
    asked, parts = Fraction(0), []
    instalments = sorted(terms.instalments, key=lambda one: one.due_at) if terms else []
    for instalment in instalments:
        asked += Fraction(book.total * instalment.percent, ALL_PERCENT)
        is_last = instalment is instalments[-1]
        due = Fraction(book.total) if is_last else rounded_to(minor_unit(book.currency), asked)
        parts.append((Fraction(due), instalment.due_at))
    return parts


def past_due(book: Book, books: Books, clock: int) -> int:
    """What of the open money is due at a moment."""
    parts = _instalments(book, books)
    whole = _due_as_a_whole(book, books)
    if not parts:
        return book.open if whole is not None and whole <= clock else 0
    asked = max((upto for upto, due_at in parts if due_at <= clock), default=Fraction(0))
    if all(due_at <= clock for _, due_at in parts) and whole is not None and whole <= clock:
        asked = Fraction(book.total)
    return min(book.open, max(0, round(asked) - book.settled))


def missing(book: Book, books: Books, clock: int) -> int:
    """What nothing explains of the open money: of instalments the one that is paid in part, the first or one due."""
    parts = _instalments(book, books)
    if len(parts) < 2:
        return book.open
    before = 0
    for position, (upto, due_at) in enumerate(parts):
        end = min(book.total, round(upto))
        if book.settled <= end:
            is_expected = position == 0 or due_at <= clock
            return end - book.settled if is_expected and book.settled > before else 0
        before = end
    return book.open


def open_since(book: Book, books: Books) -> int | None:
    """When the clock of the open money starts: its due time, or when it was lost again; None without any due time."""
    due = due_of(book, books)
    if due is None:
        return None
    events = [*book.levels, *_taken_back(book, books)]
    return lost_money(events, book.settled, book.total, lambda _: due)


def _taken_back(book: Book, books: Books) -> list[tuple[int, int]]:
    """What payments and credit memos that were taken back had settled, and when that was lost."""
    events: list[tuple[int, int]] = []
    scope, _, number = book.invoice.key
    for payment in books.papers.gone("payment"):
        body = payment_body(payment)
        for one in body.applications if body.kind == "receipt" and payment.key[0] == scope else ():
            if one.invoice == number and payment.void_at is not None:
                amount = one.amount + one.discount + sum(adjustment.amount for adjustment in one.adjustments)
                events += [(payment.business_at, amount), (payment.void_at, -amount)]
    for memo in books.papers.gone("credit_memo"):
        for name, amount in getattr(memo.document.body, "invoices", ()):
            if memo.key[0] == scope and name == number and memo.void_at is not None:
                events += [(memo.business_at, amount), (memo.void_at, -amount)]
    return events
