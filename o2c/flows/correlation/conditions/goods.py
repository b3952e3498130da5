"""What is wrong with the goods: backordered, shipped or delivered otherwise than it was ordered."""

from o2c.flows.correlation.arrivals import time_of_unit
from o2c.flows.correlation.conditions.findings import Books, Finding, added, beyond, sum_of, units
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import SHIPMENT
from o2c.flows.correlation.proofs import Entry
from o2c.schemas.documents import CreditMemoBody, Document
from o2c.schemas.times import rfc3339

SETTLES_GOODS = ("quantity", "return", "allowance")
"""The kinds of credit memo that, without lines, settle a difference in goods by their amount."""


def backorder(books: Books, found: list[Finding]) -> None:
    """What the latest allocations say is backordered and is still not allocated."""
    ledger = books.ledger
    if not ledger.backordered:
        return
    lines = [line for line in ledger.own_lines if line.waiting_stock > 0]
    if not lines:
        return
    rule = lines[0].rules.codes["BACKORDER"]
    quantity = sum(line.waiting_stock for line in lines)
    value = added([line.value(line.waiting_stock) for line in lines])
    since = min(line.backordered_at for line in lines)
    told_at = {line.backordered_at for line in lines}
    documents = tuple(
        entry[3] for entry in ledger.entries["allocation"] if entry[0] in told_at and _backorders(entry[3])
    )
    expected = [line.expected_at for line in lines if line.expected_at is not None]
    due = None
    if expected and rule.after_expected_us is not None:
        due = rule.calendar.add(max(expected), rule.after_expected_us)
    when = f", expected {rfc3339(max(expected))}" if expected else ", with no date"
    found.append(
        Finding(
            "BACKORDER",
            rule,
            books.order,
            since,
            value,
            books.money.currency,
            documents,
            lambda: (
                f"{units(quantity)} backordered since {rfc3339(since)}{when}, "
                f"worth {sum_of(value, books.money.currency)}."
            ),
            due_at=due,
        )
    )


def _backorders(document: Document) -> bool:
    return any(line.backordered for line in document.body.lines or ())  # type: ignore[union-attr]  # allocations alone


def partial_shipment(books: Books, found: list[Finding]) -> None:
    """Something has shipped, less than is ordered, and the rest is to come."""
    ledger = books.ledger
    if ledger.final_at is not None:
        return
    ordered = shipped = 0
    for line in ledger.own_lines:
        if line.on_order and SHIPMENT in line.rules.path.milestones:
            there = line.reached[SHIPMENT]
            ordered += there if line.ends else line.ordered
            shipped += min(there, line.ordered) if not line.ends else there
    if not 0 < shipped < ordered:
        return
    first = ledger.shipments[0] if ledger.shipments else None
    since = min(line.effective[SHIPMENT][0][0] for line in ledger.own_lines if line.effective[SHIPMENT])
    waiting = [(line, line.ordered - line.reached[SHIPMENT]) for line in ledger.own_lines if not line.ends]
    value = added([line.value(quantity) for line, quantity in waiting if quantity > 0])
    found.append(
        Finding(
            "PARTIAL_SHIPMENT",
            books.rule("PARTIAL_SHIPMENT"),
            books.order,
            since,
            value,
            books.money.currency,
            () if first is None else (first.document,),
            lambda: (
                f"{units(shipped)} of {units(ordered)} shipped; "
                f"the rest, worth {sum_of(value, books.money.currency)}, is to come."
            ),
        )
    )


def shipped_otherwise(books: Books, found: list[Finding]) -> None:
    """Shipping is final, or the line closed, with less than was ordered; or more left than was ordered."""
    short: list[tuple[LineLedger, int]] = []
    over: list[tuple[LineLedger, int]] = []
    for line in books.ledger.own_lines:
        difference = line.reached[SHIPMENT] - line.ordered
        if difference == 0 or not line.on_order or SHIPMENT not in line.rules.path.milestones:
            continue
        if difference < 0:
            if line.ends and -difference > line.credited:
                short.append((line, -difference - line.credited))
            continue
        rule = line.rules.codes["OVER_SHIP"]
        difference -= line.returned + line.credited
        if beyond(line.reached[SHIPMENT] - line.ordered, line.ordered, rule, rule.absolute_quantity) and difference > 0:
            over.append((line, difference))
    if short and not covered(books, short):
        final_at = books.ledger.final_at
        times = [line.closed_by for line, _ in short if line.closed_by is not None]
        since = min(times) if final_at is None else min([*times, final_at])
        found.append(_quantity_finding(books, "SHORT_SHIP", short, since, "shipment"))
    if over and not covered(books, over):
        since = min(time_of_unit(line.effective[SHIPMENT], line.ordered) for line, _ in over)
        found.append(_quantity_finding(books, "OVER_SHIP", over, since, "order"))


_SAID = {
    "SHORT_SHIP": ("although shipping is final", "missing"),
    "OVER_SHIP": ("beyond what was ordered", "too many"),
}


def _quantity_finding(
    books: Books, code: str, lines: list[tuple[LineLedger, int]], since: int, refuted_by: str
) -> Finding:
    rules = lines[0][0].rules
    quantity = sum(difference for _, difference in lines)
    value = added([line.value(difference) for line, difference in lines])
    documents = tuple(shipment.document for shipment in books.ledger.shipments)
    shipped = sum(line.reached[SHIPMENT] for line, _ in lines)
    ordered = sum(line.ordered for line, _ in lines)
    said, lacks = _SAID[code]
    worth = sum_of(value, books.money.currency)
    return Finding(
        code,
        rules.codes[code],
        books.order,
        since,
        value,
        books.money.currency,
        documents,
        lambda: f"{units(shipped)} of {units(ordered)} shipped {said}: {units(quantity)} {lacks}, worth {worth}.",
        opens_at=since + rules.settle_us,
        feed=books.ledger.policy.feed_of(refuted_by, lines[0][0].warehouse),
    )


def covered(books: Books, differences: list[tuple[LineLedger, int]]) -> bool:
    """Whether credit memos that name no lines are worth all that is left of a difference."""
    entries = books.ledger.entries.get("credit_memo")
    if not entries:
        return False
    value = added([line.value(quantity) for line, quantity in differences])
    if value is None or not 0 < value <= _credited_without_lines(entries, books.money.currency) - books.credit_used:
        return False
    books.credit_used += value
    return True


def _credited_without_lines(entries: list[Entry], currency: str | None) -> int:
    credited = 0
    for _, _, _, document in entries:
        body = document.body
        assert isinstance(body, CreditMemoBody)
        if not body.lines and body.kind in SETTLES_GOODS and body.currency == currency:
            credited += body.amount
    return credited
