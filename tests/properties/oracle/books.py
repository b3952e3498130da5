"""The books: every settling document in turn, invoice by invoice."""

from dataclasses import dataclass, field
from fractions import Fraction

from o2c.schemas.documents import Application, Terms
from o2c.schemas.times import DAY_US
from tests.properties.oracle.documents import (
    Papers,
    counts,
    dispute_body,
    invoice_body,
    memo_body,
    order_body,
    payment_body,
)
from tests.properties.oracle.model import DocumentKey, Known
from tests.properties.oracle.value import ALL_PERCENT, currency_of, minor_unit, rounded_to

_SETTLING = ("credit_memo", "dispute", "invoice", "payment")


@dataclass
class Pot:
    """What is left of an amount that some document brought."""

    source: Known
    left: int
    invoice: DocumentKey | None = None

    @property
    def currency(self) -> str | None:
        """The currency of the document that brought it."""
        currency: str | None = getattr(self.source.document.body, "currency", None)
        return currency


@dataclass
class Book:
    """What became of one invoice: total = paid + discounted + credited + deducted + written_off + open."""

    invoice: Known
    total: int
    currency: str
    open: int
    paid: int = 0
    discounted: int = 0
    credited: int = 0
    deducted: int = 0
    written_off: int = 0
    receipts: list[Pot] = field(default_factory=list)
    deductions: list[Pot] = field(default_factory=list)
    unearned: list[Pot] = field(default_factory=list)
    levels: list[tuple[int, int]] = field(default_factory=list)
    taken_back: int = 0
    appliers: list[Known] = field(default_factory=list)

    @property
    def settled(self) -> int:
        """All that is not open."""
        return self.total - self.open

    def move(self, at: int, amount: int) -> int:
        """Settle what of an amount is open; what it was is returned."""
        settled = min(max(0, amount), self.open)
        self.open -= settled
        self.levels.append((at, settled))
        return settled

    def take_back(self, at: int, amount: int) -> int:
        """Re-open what of an amount was paid, the latest first; what of it payments had brought is returned."""
        taken = back = 0
        for pot in reversed(self.receipts):
            part = min(pot.left, amount - taken)
            pot.left -= part
            taken += part
            back += part if pot.source.document.type == "payment" else 0
        self.paid -= taken
        self.open += taken
        self.levels.append((at, -taken))
        self.taken_back += taken
        return back


class Books:
    """All invoices of an order with what settled them, in every currency."""

    def __init__(self, papers: Papers, clock: int) -> None:
        self.papers = papers
        self.currency = currency_of(papers)
        self.books: dict[DocumentKey, Book] = {}
        self.overpaid: list[Pot] = []
        self.credit_due: list[Pot] = []
        self.unapplied: list[Pot] = []
        self.down_payments: list[Pot] = []
        self.paid: list[tuple[Book, Pot]] = []
        for invoice in papers.of("invoice"):
            body = invoice_body(invoice)
            if body.total >= 0:
                self.books[invoice.key] = Book(invoice, body.total, body.currency, body.total)
                if body.kind == "down_payment":
                    self.down_payments.append(Pot(invoice, body.total))
        for receipt in papers.of("payment"):
            body_of = payment_body(receipt)
            if body_of.kind == "receipt":
                applied = sum(max(0, application.amount) for application in self.applications(receipt))
                self.unapplied.append(Pot(receipt, body_of.amount - applied))
        for invoice in papers.of("invoice"):
            self._take_prepaid(invoice)
        settling = [one for one in papers.known if one.document.type in _SETTLING and counts(one)]
        settling = [one for one in settling if one.document.type != "dispute" or settles_at(one) <= clock]
        for known in sorted(settling, key=lambda one: (settles_at(one), *one.key)):
            {
                "credit_memo": self._take_memo,
                "dispute": self._take_dispute,
                "invoice": self._take_invoice,
                "payment": self._take_payment,
            }[known.document.type](known)
        for payment in papers.of("payment"):
            if payment_body(payment).kind == "refund":
                self._take_refund(payment)

    def mine(self) -> list[Book]:
        """The books in the order's currency, in order."""
        return [book for book in self.books.values() if book.currency == self.currency]

    def sum_of(self, pots: list[Pot]) -> int:
        """What is left in pots of the order's currency."""
        return sum(max(0, pot.left) for pot in pots if pot.currency == self.currency)

    # ------------------------------------------------------------------- payments

    def _take_payment(self, payment: Known) -> None:
        body = payment_body(payment)
        if body.kind == "receipt":
            for application in self.applications(payment):
                self._apply(payment, application)
        elif body.kind in ("chargeback", "reversal"):
            self._take_back(payment)

    def applications(self, receipt: Known) -> tuple[Application, ...]:
        """What a receipt is for: its own applications, else those of the advice with the same reference."""
        body = payment_body(receipt)
        if body.applications or body.reference is None:
            return with_money_for(body.applications, body.amount)[0]
        advised: list[Application] = []
        receipts = []
        for other in self.papers.of("payment"):
            advice = payment_body(other)
            if advice.reference == body.reference and other.key[0] == receipt.key[0]:
                if advice.kind == "remittance":
                    advised += advice.applications
                elif advice.kind == "receipt" and not advice.applications and other.place <= receipt.place:
                    receipts.append(other)
        paid: tuple[Application, ...] = ()
        for one in sorted(receipts, key=lambda known: known.place):
            paid, advised = with_money_for(tuple(advised), payment_body(one).amount)
        return paid

    def _apply(self, payment: Known, application: Application) -> None:
        book = self.books.get((payment.key[0], "invoice", application.invoice))
        if book is None:
            if self.papers.find(payment.key[0], "invoice", application.invoice) is not None:
                self.overpaid.append(Pot(payment, max(0, application.amount)))
            return
        if book.currency != payment_body(payment).currency:
            return
        at = payment.business_at
        if application.amount > 0:
            book.appliers.append(payment)
            book.taken_back = 0
        else:
            taken = book.take_back(at, -application.amount)
            next(pot for pot in self.unapplied if pot.source == payment).left += taken
        cash = book.move(at, application.amount)
        self._pay(book, payment, cash)
        rest = max(0, application.amount) - cash
        for moved in self._beyond(book, rest):
            self._pay(book, payment, moved)
            rest -= moved
        self.overpaid.append(Pot(payment, rest, book.invoice.key))
        discount = book.move(at, application.discount)
        book.discounted += discount
        earned = self._earned(book, at)
        book.unearned.append(Pot(payment, max(0, discount - earned), book.invoice.key))
        for adjustment in application.adjustments:
            deducted = book.move(at, adjustment.amount)
            book.deducted += deducted
            book.deductions.append(Pot(payment, deducted, book.invoice.key))

    def _pay(self, book: Book, source: Known, amount: int) -> None:
        pot = Pot(source, amount)
        book.paid += amount
        book.receipts.append(pot)
        self.paid.append((book, pot))

    def _beyond(self, book: Book, amount: int) -> list[int]:
        """What an amount settles beyond what is open: what was deducted, then what was discounted unearned."""
        moved: list[int] = []
        for pots, word in ((book.deductions, "deducted"), (book.unearned, "discounted")):
            for pot in pots:
                part = min(pot.left, amount - sum(moved))
                pot.left -= part
                setattr(book, word, getattr(book, word) - part)
                moved.append(part)
        return moved

    def _earned(self, book: Book, at: int) -> int:
        """The most that may be deducted from an invoice for paying at a moment."""
        terms = self.terms(book)
        earned = 0
        for discount in terms.discounts if terms is not None else ():
            if at // DAY_US <= book.invoice.business_at // DAY_US + discount.days:
                part = Fraction(book.total * discount.percent, ALL_PERCENT)
                earned = max(earned, rounded_to(minor_unit(book.currency), part))
        return earned

    def terms(self, book: Book) -> Terms | None:
        """The invoice's terms, else the order's."""
        body = invoice_body(book.invoice)
        if body.terms is None and self.papers.header is not None:
            return order_body(self.papers.header).terms
        return body.terms

    def _take_back(self, payment: Known) -> None:
        body = payment_body(payment)
        if body.applications:
            for application in body.applications:
                book = self.books.get((payment.key[0], "invoice", application.invoice))
                if book is not None and book.currency == body.currency:
                    book.take_back(payment.business_at, abs(application.amount))
            return
        left = abs(body.amount)
        named = [one for one in payment.named("payment") if self._stood(payment, one)]
        for book, pot in reversed(self.paid):
            is_named = pot.source.key[0] == payment.key[0] and pot.source.key[2] in named
            if book.currency == body.currency and (is_named or not named):
                part = min(left, pot.left)
                pot.left -= part
                book.paid -= part
                book.open += part
                book.levels.append((payment.business_at, -part))
                book.taken_back += part
                left -= part
        for pot in (*reversed(self.overpaid), *reversed(self.unapplied)):
            is_named = pot.source.key[0] == payment.key[0] and pot.source.key[2] in named
            is_earlier = pot.source.place < payment.place
            if is_earlier and pot.currency == body.currency and (is_named or not named):
                part = min(left, max(0, pot.left))
                pot.left -= part
                left -= part

    def _stood(self, payment: Known, number: str) -> bool:
        known = self.papers.find(payment.key[0], "payment", number)
        if known is None or not counts(known) or payment_body(known).kind != "receipt":
            return False
        return known.place < payment.place

    def _take_refund(self, payment: Known) -> None:
        body = payment_body(payment)
        left = abs(body.amount)
        for pot in (*self.credit_due, *self.overpaid, *self.unapplied):
            if pot.currency == body.currency:
                part = min(max(0, pot.left), left)
                pot.left -= part
                left -= part

    # ---------------------------------------------------------------- credit memos

    def _take_memo(self, memo: Known) -> None:
        body = memo_body(memo)
        if body.invoices:
            rest = body.amount
            for number, stated in body.invoices:
                amount = min(stated, max(0, rest))
                rest -= amount
                book = self.books.get((memo.key[0], "invoice", number))
                if book is not None and book.currency == body.currency:
                    self._credit(memo, [book], amount)
                elif book is not None:
                    self.credit_due.append(Pot(memo, amount))
            self.credit_due.append(Pot(memo, max(0, rest)))
        elif memo.named("invoice"):
            names = [(memo.key[0], "invoice", number) for number in memo.named("invoice")]
            books = [self.books[name] for name in names if name in self.books]
            if books:
                self._credit(memo, [book for book in books if book.currency == body.currency], body.amount)
        else:
            self._credit(memo, [book for book in self.books.values() if book.currency == body.currency], body.amount)

    def _credit(self, source: Known, books: list[Book], amount: int) -> None:
        left = amount
        for book in books:
            credited = book.move(source.business_at, left)
            book.credited += credited
            left -= credited
        for book in books:
            for moved in self._beyond(book, left):
                book.credited += moved
                left -= moved
        self.credit_due.append(Pot(source, left))

    def _take_invoice(self, invoice: Known) -> None:
        body = invoice_body(invoice)
        if body.total < 0:
            self._credit(invoice, [one for one in self.books.values() if one.currency == body.currency], -body.total)

    def _take_prepaid(self, invoice: Known) -> None:
        """What was paid before: by down payments, by unapplied cash, or by money that nobody tells of."""
        body = invoice_body(invoice)
        if body.total < 0 or body.kind == "down_payment":
            return
        book = self.books[invoice.key]
        receipts = [one for one in self.papers.of("payment") if payment_body(one).kind == "receipt"]
        told = sum(
            max(0, application.amount)
            for one in receipts
            if one.business_at <= invoice.business_at and payment_body(one).currency == body.currency
            for application in with_money_for(payment_body(one).applications, payment_body(one).amount)[0]
            if (one.key[0], application.invoice) == (invoice.key[0], invoice.key[2])
        )
        left = min(max(0, (body.prepaid or 0) - told), book.open)
        for pots, word in ((self.down_payments, "credited"), (self.unapplied, "paid")):
            for pot in pots:
                if pot.currency == body.currency and pot.source is not invoice:
                    part = book.move(invoice.business_at, min(left, max(0, pot.left)))
                    if word == "paid":
                        self._pay(book, pot.source, part)
                    else:
                        book.credited += part
                    pot.left -= part
                    left -= part
        self._pay(book, invoice, book.move(invoice.business_at, left))

    def _take_dispute(self, dispute: Known) -> None:
        body = dispute_body(dispute)
        if body.outcome != "written_off":
            return
        left = max(0, body.amount - (body.recovered or 0))
        books = self.disputed_books(dispute, settles_at(dispute))
        for book in books:
            for pot in book.deductions:
                if body.payment is None or pot.source.key[2] == body.payment:
                    part = min(pot.left, left)
                    pot.left -= part
                    book.deducted -= part
                    book.written_off += part
                    left -= part
        for book in books:
            part = book.move(settles_at(dispute), left)
            book.written_off += part
            left -= part

    def disputed_books(self, dispute: Known, by: int | None = None) -> list[Book]:
        """The invoices that a dispute is about: the one it names, or those that its payment (by then) names."""
        body = dispute_body(dispute)
        if body.invoice is not None:
            numbers = [body.invoice]
        else:
            payment = self.papers.find(dispute.key[0], "payment", body.payment or "")
            is_late = payment is not None and by is not None and payment.business_at >= by
            is_money = payment is not None and counts(payment) and payment_body(payment).kind == "receipt"
            stands = payment is not None and is_money and not is_late
            applied = self.applications(payment) if stands and payment is not None else ()
            numbers = [one.invoice for one in applied if one.amount > 0]
        keys = dict.fromkeys((dispute.key[0], "invoice", number) for number in numbers)
        return [self.books[key] for key in keys if key in self.books]


def with_money_for(
    applications: tuple[Application, ...], amount: int
) -> tuple[tuple[Application, ...], list[Application]]:
    """The applications cent by cent for as long as there is money; what there is none for is left."""
    money = amount + sum(-one.amount for one in applications if one.amount < 0)
    paid, left = [], []
    for one in applications:
        cents = one.amount
        if cents > 0:
            cents = max(0, min(cents, money))
            money -= cents
        if cents == one.amount or cents or one.discount or one.adjustments:
            paid.append(Application(one.invoice, cents, one.discount, one.adjustments))
        if cents < one.amount:
            left.append(Application(one.invoice, one.amount - cents))
    return tuple(paid), left


def settles_at(known: Known) -> int:
    """When a document settles something: a dispute with its outcome, all others when they take effect."""
    resolved_at: int | None = getattr(known.document.body, "resolved_at", None)
    return known.business_at if resolved_at is None else resolved_at
