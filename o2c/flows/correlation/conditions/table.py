"""Which conditions an order is asked for, by the document types that it has: a table of small functions."""

from collections.abc import Callable
from functools import lru_cache

from o2c.flows.correlation.conditions import cash, delivery, goods, identity, invoicing, notices
from o2c.flows.correlation.conditions.findings import Books, Finding

Condition = Callable[[Books, list[Finding]], None]

_ALWAYS = ""

CONDITIONS: tuple[tuple[str, Condition], ...] = (
    ("hold", notices.holds),
    ("incident", notices.incidents),
    ("dispute", notices.disputes),
    ("allocation", goods.backorder),
    (_ALWAYS, goods.partial_shipment),
    (_ALWAYS, goods.shipped_otherwise),
    ("pod", delivery.delivered_otherwise),
    ("transit", delivery.delivery_exception),
    ("pod", delivery.late_delivery),
    ("invoice", invoicing.invoiced_otherwise),
    ("invoice", invoicing.price_mismatch),
    ("invoice", invoicing.total_mismatch),
    ("invoice", invoicing.duplicate_invoice),
    (_ALWAYS, invoicing.currency_mismatch),
    ("payment", cash.short_payment),
    ("payment", cash.kept_back),
    ("payment", cash.overpayment),
    (_ALWAYS, identity.identity_conflict),
    ("order", identity.duplicate_order),
)
"""Each condition behind the document type without which it cannot hold."""


OF_ODD_ORDERS: tuple[Condition, ...] = (
    identity.misfits,
    identity.revision_conflict,
    identity.orphan_document,
)
"""Conditions that only an order can be in that is odd at first sight: `Books.is_odd`."""


@lru_cache(maxsize=1024)
def conditions_for(types: tuple[str, ...]) -> tuple[Condition, ...]:
    """The conditions that an order with documents of these types can be in."""
    return tuple(condition for needed, condition in CONDITIONS if needed == _ALWAYS or needed in types)


def findings_of(books: Books) -> list[Finding]:
    """All that is wrong with an order at once, as far as policy wants to know of it."""
    found: list[Finding] = []
    for condition in conditions_for(tuple(books.ledger.entries)):
        condition(books, found)
    if books.is_odd:
        for condition in OF_ODD_ORDERS:
            condition(books, found)
    return [finding for finding in found if finding.rule.enabled] if found else found
