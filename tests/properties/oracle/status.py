"""The order's status as the contract has it, as Python values; what depends on open exceptions is left to `render`."""

from fractions import Fraction
from typing import Any

from o2c.schemas.numbers import AMOUNT_PLACES, QUANTITY_PLACES, plain
from o2c.schemas.times import rfc3339
from tests.properties.oracle.books import Books
from tests.properties.oracle.documents import Papers, order_body, payment_body
from tests.properties.oracle.lines import Lines
from tests.properties.oracle.model import CHAIN, Ledger, Unit, Wait
from tests.properties.oracle.value import ordered_amount, total_value
from tests.properties.oracle.waiting import Waiting

_WORDS = {
    "order": "ordered",
    "allocation": "allocated",
    "pick": "picked",
    "shipment": "shipped",
    "pod": "delivered",
    "invoice": "invoiced",
}
_GOODS = (*CHAIN[1:], "invoice", "payment")
_TERMS = ("invoiced", "paid", "discounted", "credited", "deducted", "written_off", "open")


def describe(correlation_id: str, waiting: Waiting, waits: list[Wait]) -> dict[str, Any]:
    """The status without `closed`, `health`, `exceptions`, `version`, `updated_at` and `trace`."""
    papers, lines = waiting.papers, waiting.lines
    header = papers.header
    body = order_body(header) if header is not None else None
    return {
        "correlation_id": correlation_id,
        "order": header.document.document_id if header is not None else None,
        "customer_id": header.document.customer_id if header is not None else None,
        "channel": body.channel if body is not None else None,
        "currency": waiting.books.currency,
        "warehouse": body.warehouse if body is not None else None,
        "fulfilment": _fulfilment(waiting),
        "financial": _financial(waiting),
        "waiting_for": _waiting_for(waits, waiting.books.currency),
        "quantities": _quantities(lines.whole(), lines),
        "amounts": _amounts(papers, waiting.books),
        "milestones": _milestones(waiting),
        "lines": [_line(ledger, lines) for ledger in lines.in_order()],
        "documents": _documents(papers),
    }


def _quantity(grains: int, lines: Lines) -> str:
    return plain(grains * lines.grain, QUANTITY_PLACES)


def _quantities(ledgers: list[Ledger], lines: Lines) -> dict[str, str]:
    numbers = {
        word: _quantity(sum(ledger.reached(milestone) for ledger in ledgers), lines)
        for milestone, word in _WORDS.items()
    }
    return {**numbers, "returned": _quantity(sum(ledger.returned for ledger in ledgers), lines)}


def _line(ledger: Ledger, lines: Lines) -> dict[str, Any]:
    shown: dict[str, Any] = {"line": ledger.line, "sku": ledger.sku, **_quantities([ledger], lines)}
    if ledger.substitutes:
        shown["substitutes"] = [
            {"sku": sku, "quantity": _quantity(grains, lines)} for sku, grains in sorted(ledger.substitutes.items())
        ]
    return shown


def _documents(papers: Papers) -> list[dict[str, Any]]:
    return [
        {
            "scope": known.document.scope,
            "type": known.document.type,
            "document_id": known.document.document_id,
            "revision": known.document.revision,
            "source": known.document.source,
            "business_at": rfc3339(known.business_at),
            "cancelled": known.document.cancelled,
        }
        for known in papers.known
    ]


def _fulfilment(waiting: Waiting) -> dict[str, Any]:
    papers, ledgers = waiting.papers, waiting.lines.whole()
    furthest = "order" if papers.header is not None else None
    for milestone in CHAIN[1:]:
        if any(ledger.reached(milestone) for ledger in ledgers):
            furthest = milestone
    if waiting.is_cancelled() and furthest not in ("shipment", "pod"):
        return {"stage": "cancelled", "complete": True}
    if furthest is None:
        return {"stage": "none", "complete": False}
    complete = papers.header is not None and all(
        ledger.reached(furthest) >= ledger.reached("order") for ledger in ledgers
    )
    return {"stage": _WORDS[furthest], "complete": complete}


def _financial(waiting: Waiting) -> dict[str, Any]:
    books = waiting.books.books.values()
    if not books:
        return {"stage": "unbilled", "complete": False}
    if any(book.open for book in books):
        return {"stage": "invoiced", "complete": False}
    priced = [ledger for ledger in waiting.lines.whole() if not ledger.free]
    billed = all(ledger.reached("shipment") - ledger.returned <= ledger.invoiced for ledger in priced)
    return {"stage": "paid", "complete": billed}


def _amounts(papers: Papers, books: Books) -> dict[str, str | None]:
    ordered = ordered_amount(papers)
    terms = {
        word: sum(book.total if word == "invoiced" else int(getattr(book, word)) for book in books.mine())
        for word in _TERMS
    }
    terms["overpaid"] = books.sum_of(books.overpaid)
    terms["unapplied"] = books.sum_of(books.unapplied)
    terms["credit_due"] = books.sum_of(books.credit_due)
    return {
        "ordered": None if ordered is None else plain(ordered, AMOUNT_PLACES),
        **{word: plain(amount, AMOUNT_PLACES) for word, amount in terms.items()},
    }


def _milestones(waiting: Waiting) -> dict[str, dict[str, Any]]:
    shown = {}
    paths = [waiting.order_rules(), *(waiting.line_rules(ledger) for ledger in waiting.lines.whole())]
    for milestone in (*CHAIN, "invoice", "payment"):
        if not any(milestone in rules.milestones for rules in paths):
            continue
        if milestone == "payment":
            times, done, whole = _paid(waiting)
        else:
            times, done, whole = _moved(milestone, waiting.lines)
        if times:
            fraction = None if whole == 0 else plain(round(Fraction(done, whole) * 10**6), 6)
            shown[milestone] = {
                "first_at": rfc3339(min(times)),
                "last_at": rfc3339(max(times)),
                "fraction": fraction,
            }
    return shown


def _moved(milestone: str, lines: Lines) -> tuple[list[int], int, int]:
    units: list[Unit] = []
    done, whole = 0, 0
    for ledger in lines.whole():
        units += ledger.own["invoice"] if milestone == "invoice" else ledger.effective(milestone)
        done += min(max(0, ledger.reached(milestone)), ledger.reached("order"))
        whole += ledger.reached("order")
    return [unit.at for unit in units], done, whole


def _paid(waiting: Waiting) -> tuple[list[int], int, int]:
    owed = waiting.books.mine()
    receipts = [one.business_at for one in waiting.papers.of("payment") if payment_body(one).kind == "receipt"]
    return receipts, sum(book.settled for book in owed), sum(book.total for book in owed)


def _waiting_for(waits: list[Wait], currency: str | None) -> list[dict[str, Any]]:
    entries = []
    for milestone in _GOODS:
        mine = [wait for wait in waits if wait.milestone == milestone]
        if mine:
            entries.append(_entry(milestone, mine, currency))
    return entries


def _entry(milestone: str, waits: list[Wait], currency: str | None) -> dict[str, Any]:
    started = [wait for wait in waits if wait.start is not None]
    oldest = min(started or waits, key=lambda wait: wait.start or 0)
    dated = [wait for wait in waits if wait.deadline is not None and wait.rule.enabled]
    first = min(dated, key=lambda wait: wait.deadline or 0) if dated else oldest
    countable = [wait for wait in waits if wait.currency in (None, currency)]
    amount = worth(countable) if countable else None
    quantity = sum(wait.quantity for wait in waits)
    return {
        "milestone": milestone,
        "feed": oldest.feed,
        "since": None if oldest.start is None else rfc3339(oldest.start),
        "due_at": None if not dated or first.deadline is None else rfc3339(first.deadline),
        "quantity": None if milestone == "payment" else plain(quantity, QUANTITY_PLACES),
        "amount": None if amount is None else plain(amount, AMOUNT_PLACES),
        "owner": first.rule.owner,
    }


def worth(waits: list[Wait]) -> int | None:
    """The value of all that waits, line by line; None where a price is missing."""
    money = [wait.money for wait in waits if wait.ledger is None]
    goods = total_value([(wait.ledger, wait.quantity) for wait in waits if wait.ledger is not None])
    if goods is None or any(amount is None for amount in money):
        return None
    return goods + sum(amount or 0 for amount in money)
