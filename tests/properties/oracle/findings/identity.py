"""Documents that do not belong together, and lines that do not fit."""

from collections.abc import Iterator
from typing import Any

from o2c.schemas.documents import Line, OrderLine
from tests.properties.oracle.documents import counts, is_void, order_body
from tests.properties.oracle.findings.common import found
from tests.properties.oracle.findings.invoices import line_amount
from tests.properties.oracle.matching import name_of
from tests.properties.oracle.model import Finding, Known
from tests.properties.oracle.value import lines_amount, ordered_amount
from tests.properties.oracle.waiting import Waiting


def identity_findings(waiting: Waiting) -> Iterator[Finding]:
    """All of them, code by code."""
    yield from _lines(waiting)
    yield from _conflicts(waiting)
    yield from _orphans(waiting)
    yield from _identities(waiting)
    yield from _orders(waiting)


def _lines(waiting: Waiting) -> Iterator[Finding]:
    if waiting.papers.header is None:
        return
    unmatched = [known.business_at for known, _ in waiting.lines.unmatched]
    if unmatched:
        amount = _billed(waiting, waiting.lines.unmatched)
        yield found(waiting, "UNMATCHED_LINE", None, min(unmatched), amount, awaits="order")
    strange = [known.business_at for known, _ in waiting.lines.not_convertible]
    if strange:
        amount = _billed(waiting, waiting.lines.not_convertible)
        yield found(waiting, "UOM_MISMATCH", None, min(strange), amount)


def _billed(waiting: Waiting, lines: list[tuple[Known, Line]]) -> int | None:
    """What the documents say that their lines are worth; None where one does not say it in the order's currency."""
    mine = (waiting.books.currency, None)
    if any(getattr(known.document.body, "currency", None) not in mine for known, _ in lines):
        return None
    amounts = [line_amount(line) for _, line in lines]
    return None if None in amounts else sum(amount or 0 for amount in amounts)


def _conflicts(waiting: Waiting) -> Iterator[Finding]:
    times = [known.document.occurred_at for known in waiting.papers.known if known.conflict]
    if times:
        yield found(waiting, "REVISION_CONFLICT", None, min(times), ordered_amount(waiting.papers))


def _orphans(waiting: Waiting) -> Iterator[Finding]:
    live = [known for known in waiting.papers.known if counts(known)]
    if waiting.papers.header is None and live:
        since = min(known.business_at for known in live)
        invoiced = sum(book.total for book in waiting.books.mine())
        yield found(waiting, "ORPHAN_DOCUMENT", None, since, invoiced or None, awaits="order")


def _identities(waiting: Waiting) -> Iterator[Finding]:
    live = [known for known in waiting.papers.known if not is_void(known)]
    times = []
    first: str | None = None
    for known in live:
        customer = None if known.document.type == "payment" else known.document.customer_id
        if customer is not None and first not in (None, customer):
            times.append(known.business_at)
        first = customer if first is None else first
    orders = [known for known in waiting.papers.known if known.document.type == "order"]
    numbers = {waiting.order.document_id, *(order.key[2] for order in orders)}
    strangers = [one for one in live if one.named("order") and not numbers & set(one.named("order"))]
    times += [one.business_at for one in strangers] if orders else []
    if times:
        yield found(waiting, "IDENTITY_CONFLICT", None, min(times), ordered_amount(waiting.papers))


def _orders(waiting: Waiting) -> Iterator[Finding]:
    orders = waiting.papers.orders
    same: list[Known] = []
    other: list[Known] = []
    for position, later in enumerate(orders):
        alike = [one for one in orders[:position] if _called(one) == _called(later)]
        if alike and order_body(later).customer_po is not None:
            (same if any(_said(one) == _said(later) for one in alike) else other).append(later)
    for twice, recorded in ((same, False), (other, True)):
        if twice and (not recorded or not same):
            since = min(one.business_at for one in twice)
            amounts = [lines_amount(one) for one in twice]
            amount = None if None in amounts else sum(one or 0 for one in amounts)
            yield found(waiting, "DUPLICATE_ORDER", None, since, amount, recorded=recorded)


def _called(order: Known) -> tuple[Any, ...]:
    return (order.document.customer_id, order_body(order).customer_po, order.named("release"))


def _said(order: Known) -> list[tuple[Any, ...]]:
    lines: tuple[OrderLine, ...] = order_body(order).lines
    return sorted((line.sku or name_of(line)[1], max(0, line.quantity - line.cancelled_quantity)) for line in lines)
