"""An open order that nobody has touched for as long as policy keeps one: it is closed, and that is put on record."""

from typing import TYPE_CHECKING

from o2c.flows.correlation.closing import closed
from o2c.flows.correlation.conditions.findings import Books, Finding, sum_of
from o2c.flows.correlation.exceptions import exception_id
from o2c.flows.correlation.exposure import exposure_of
from o2c.flows.correlation.retention import Retention, abandoned_since
from o2c.flows.correlation.stalls import Wait
from o2c.schemas.times import rfc3339

if TYPE_CHECKING:
    from o2c.flows.correlation.state import OrderState

CODE = "ABANDONED"


def left_since(state: "OrderState", retention: Retention, books: Books, waits: list[Wait]) -> int | None:
    """Since when an order that is abandoned has been left (UTC microseconds); None of any other.

    Once it is on record it stays so until something comes for the order. Comes the same to pass again, it is recorded
    again.
    """
    since = abandoned_since(state, retention, books.clock)
    if since is None:
        return None
    recorded = state.lives.get(exception_id(state.correlation_id, CODE, books.order))
    if recorded is not None and recorded.since == since:
        return since
    kept_open = any(life.is_open and life.severity != "info" for life in state.lives.values())
    if not kept_open and closed(books.ledger, books.money, waits):
        return None
    if recorded is not None:
        recorded.settled = False
    return since


def abandoned(books: Books, touched_at: int) -> list[Finding]:
    """All that is still said of an order that is abandoned, last touched at `touched_at` (UTC microseconds)."""
    rule = books.rule(CODE)
    if not rule.enabled:
        return []
    order = books.ledger.order_document
    currency = books.money.currency
    unsettled = exposure_of(books.ledger, books.money, books.clock).total
    found = Finding(
        CODE,
        rule,
        books.order,
        touched_at,
        unsettled,
        currency,
        () if order is None else (order,),
        lambda: (
            f"Nothing has come for this order since {rfc3339(touched_at)}: it is closed as abandoned, "
            f"with {sum_of(unsettled, currency)} unsettled."
        ),
        fact=True,
    )
    return [found]
