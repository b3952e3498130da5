"""Where an order's unsettled value stands, and what of it can be billed."""

from collections.abc import Iterable
from typing import Any

from o2c.schemas.numbers import AMOUNT_PLACES, QUANTITY_PLACES, plain
from tests.properties.oracle.books import Book
from tests.properties.oracle.clocks import blocked, covers
from tests.properties.oracle.documents import dispute_body, hold_body, incident_body
from tests.properties.oracle.dues import past_due
from tests.properties.oracle.model import Condition, Ledger
from tests.properties.oracle.value import net_value
from tests.properties.oracle.waiting import Waiting
from tests.properties.oracle.waiting_money import disputed_currency, is_resolved

BUCKETS = ("disputed", "past_due", "open", "unbilled", "in_transit", "held", "unshipped", "unallocated")
_BLOCKING_INCIDENTS = ("tax_failure", "customer_master", "pricing_failure")


def exposure(waiting: Waiting) -> dict[str, Any]:
    """The eight buckets, then what stands outside of them."""
    sums = dict.fromkeys(BUCKETS, 0)
    others: dict[str, dict[str, int]] = {}
    for book in waiting.books.books.values():
        into = sums if book.currency == waiting.books.currency else others.setdefault(book.currency, {})
        for bucket, amount in _of_invoice(waiting, book).items():
            into[bucket] = into.get(bucket, 0) + amount
    unpriced = 0
    for ledger in waiting.lines.whole():
        values, without = _of_line(waiting, ledger)
        unpriced += without
        for bucket, amount in values.items():
            sums[bucket] += amount
    shown: dict[str, Any] = {bucket: plain(amount, AMOUNT_PLACES) for bucket, amount in sums.items()}
    shown["credit_due"] = plain(waiting.books.sum_of(waiting.books.credit_due), AMOUNT_PLACES)
    shown["unapplied"] = plain(waiting.books.sum_of(waiting.books.unapplied), AMOUNT_PLACES)
    if unpriced:
        shown["unpriced"] = plain(unpriced * waiting.lines.grain, QUANTITY_PLACES)
    elsewhere = {
        currency: {bucket: plain(amount, AMOUNT_PLACES) for bucket, amount in of_it.items()}
        for currency, of_it in sorted(others.items())
        if any(of_it.values())
    }
    if elsewhere:
        shown["other_currencies"] = elsewhere
    return shown


def _of_invoice(waiting: Waiting, book: Book) -> dict[str, int]:
    """What is open on an invoice: disputed from its oldest money on, the rest by what is due."""
    disputed = min(book.open, _disputed(waiting, book))
    due = max(0, past_due(book, waiting.books, waiting.clock) - disputed)
    return {"disputed": disputed, "past_due": due, "open": book.open - disputed - due}


def _disputed(waiting: Waiting, book: Book) -> int:
    total = 0
    for dispute in waiting.papers.of("dispute"):
        body = dispute_body(dispute)
        if is_resolved(waiting, dispute) or dispute.business_at > waiting.clock:
            continue
        left = body.amount
        for disputed in waiting.books.disputed_books(dispute):
            if disputed.currency != disputed_currency(waiting, dispute):
                continue
            part = min(left, disputed.open)
            left -= part
            total += part if disputed is book else 0
    return total


def _of_line(waiting: Waiting, ledger: Ledger) -> tuple[dict[str, int], int]:
    """The value of what is neither cancelled nor invoiced, unit by unit; and how many units have no price."""
    is_billed = "invoice" in waiting.line_rules(ledger).milestones
    base = ledger.reached(waiting.ends_with(ledger))
    start = max(0, ledger.invoiced)
    counts = dict.fromkeys(BUCKETS[3:], 0)
    held = any(covers(hold, ledger, waiting.lines) for hold in waiting.open_holds())
    for index in range(start, furthest(waiting, ledger)):
        if not is_billed and index < base:
            continue
        counts[_bucket(ledger, index, base, held=held)] += 1
    if net_value(ledger, 1) is None:
        return {}, sum(counts.values())
    values, upto = {}, 0
    for bucket, count in counts.items():
        before = net_value(ledger, upto * waiting.lines.grain) or 0
        upto += count
        values[bucket] = (net_value(ledger, upto * waiting.lines.grain) or 0) - before
    return values, 0


def furthest(waiting: Waiting, ledger: Ledger) -> int:
    """How many grains of a line are worth anything: what is ordered, or has left for it beyond that."""
    has_left = "shipment" if waiting.ends_with(ledger) == "pod" else waiting.ends_with(ledger)
    return max(ledger.reached("order"), ledger.reached(has_left), ledger.reached(waiting.ends_with(ledger)))


def _bucket(ledger: Ledger, index: int, base: int, *, held: bool) -> str:
    if index < base:
        return "unbilled"
    if index < ledger.reached("shipment"):
        return "in_transit"
    if held:
        return "held"
    return "unshipped" if index < ledger.reached("allocation") else "unallocated"


# --------------------------------------------------------------------------- billing


def billing(waiting: Waiting, opened: Iterable[Condition]) -> dict[str, Any]:
    """What a billing system may invoice now, and what keeps it from the rest."""
    everywhere = _blocking_everything(waiting, opened)
    free: list[tuple[Ledger, int]] = []
    stuck: list[tuple[Ledger, int]] = []
    blocked_by: set[str] = set()
    for ledger in waiting.lines.whole():
        grains = len(waiting.to_bill(ledger))
        coming = _in_transit(waiting, ledger)
        codes = everywhere | _blocking(waiting, ledger)
        if grains and codes:
            stuck.append((ledger, grains))
            blocked_by |= codes
        elif grains:
            free.append((ledger, grains))
        if coming:
            stuck.append((ledger, coming))
            blocked_by |= codes | {"MISSING_POD"}
    amount = _value(waiting, free or stuck)
    return {
        "ready": bool(free),
        "amount": None if amount is None else plain(amount, AMOUNT_PLACES),
        "blocked_by": sorted(blocked_by),
    }


def _value(waiting: Waiting, quantities: list[tuple[Ledger, int]]) -> int | None:
    total = 0
    for ledger, grains in quantities:
        value = net_value(ledger, grains * waiting.lines.grain)
        if value is None:
            return None
        total += value
    return total


def _blocking_everything(waiting: Waiting, opened: Iterable[Condition]) -> set[str]:
    codes = {condition.code for condition in opened if condition.code == "PRICE_MISMATCH"}
    for incident in waiting.papers.of("incident"):
        body = incident_body(incident)
        is_open = body.resolved_at is None or body.resolved_at > waiting.clock
        if body.kind in _BLOCKING_INCIDENTS and is_open and incident.business_at <= waiting.clock:
            codes.add(body.kind.upper())
    return codes


def _blocking(waiting: Waiting, ledger: Ledger) -> set[str]:
    return {
        f"{hold_body(hold).kind.upper()}_HOLD"
        for hold in waiting.open_holds()
        if "invoice" in blocked(hold) and covers(hold, ledger, waiting.lines)
    }


def _in_transit(waiting: Waiting, ledger: Ledger) -> int:
    """What has shipped, is billed on delivery and has not been delivered."""
    if waiting.billable_from(ledger) != "pod":
        return 0
    gone = ledger.returned + ledger.invoiced
    return max(0, ledger.reached("shipment") - gone) - max(0, ledger.reached("pod") - gone)
