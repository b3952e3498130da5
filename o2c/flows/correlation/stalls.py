"""What waits, since when, and until when it may: the units of each line between two milestones of its path.

A stall is quantity or money that has waited past its deadline. Everything here follows from ledger and policy alone.
"""

from o2c.flows.correlation.arrivals import time_of_unit
from o2c.flows.correlation.deadlines import deadline
from o2c.flows.correlation.holds import HoldLedger
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import (
    ALLOCATION,
    INVOICE,
    MILESTONES,
    PAYMENT,
    POD,
    RELEASE_CODE,
    SHIPMENT,
    STALL_CODES,
)
from o2c.flows.correlation.money import InvoiceLedger, Money
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.proofs import ShipmentLedger
from o2c.flows.correlation.rules import Rule, Rules
from o2c.schemas.documents import Document

Subject = tuple[str, str, str]
"""(scope, type, document id) of what an exception is about."""

RELEASE = len(MILESTONES)
"""Where a hold's release stands in the table of codes: it is waited for, but it is no milestone."""
_CODES = (*STALL_CODES, RELEASE_CODE)
_AWAITED = (*MILESTONES, "hold")


class Wait:
    """Units of one line, shipment, invoice or hold that wait for a milestone.

    `since` is the clock start of the oldest unit, `deadline` its deadline: None where none runs (a hold blocks, or the
    stall is switched off). `document` is what the stall is about, None for the order. `quantity` and `amount` are those
    of all that waits here.
    """

    __slots__ = ("amount", "awaited", "deadline", "document", "feed", "quantity", "rule", "since")

    def __init__(
        self,
        awaited: int,
        document: Document | None,
        since: int,
        deadline_us: int | None,
        feed: str,
        quantity: int | None,
        amount: int | None,
        rule: Rule,
    ) -> None:
        self.awaited = awaited
        self.document = document
        self.since = since
        self.deadline = deadline_us
        self.feed = feed
        self.quantity = quantity
        self.amount = amount
        self.rule = rule

    @property
    def code(self) -> str:
        """The reason code of the stall that this comes to."""
        return _CODES[self.awaited]


def waits_of(ledger: Ledger, money: Money, clock: int) -> list[Wait]:
    """All that waits in an order, line by line, shipment by shipment, invoice by invoice, hold by hold."""
    waits: list[Wait] = []
    billing = ledger.header.billing if ledger.header is not None else "shipment"
    for line in ledger.ordered_lines:
        _goods_waits(ledger, line, billing, waits)
    for shipment in ledger.shipments:
        _shipment_waits(ledger, shipment, waits)
    if money.open_invoices and ledger.header_rules.path.pays:
        waits.extend(_payment_wait(ledger, invoice) for invoice in money.open_invoices)
    if ledger.holds:
        waits.extend(_release_wait(ledger, hold) for hold in ledger.holds if hold.is_open(clock))
    return waits


def _goods_waits(ledger: Ledger, line: LineLedger, billing: str, waits: list[Wait]) -> None:
    """A line's units between neighbours on its path, and those that wait to be billed."""
    path = line.rules.path
    reached = line.reached
    for before, after in path.pairs:
        waiting = reached[before]
        if before < SHIPMENT and line.limit is not None and waiting > line.limit:
            waiting = line.limit
        waiting -= reached[after]
        if waiting > 0:
            waits.append(_line_wait(ledger, line, before, after, waiting))
    if path.invoice_from is not None:
        base = path.invoice_from[billing]
        waiting = line.billable(base) - reached[INVOICE]
        if waiting > 0:
            waits.append(_line_wait(ledger, line, base, INVOICE, waiting))


def _limits(policy: Policy, rules: Rules, awaited: int, warehouse: str | None) -> tuple[Rule, str]:
    """The rule of what is awaited, and the feed that could tell of it."""
    return rules.codes[_CODES[awaited]], policy.feed_of(_AWAITED[awaited], warehouse)


def _line_wait(ledger: Ledger, line: LineLedger, before: int, after: int, waiting: int) -> Wait:
    since = time_of_unit(line.effective[before], line.reached[after])
    rule, feed = _limits(ledger.policy, line.rules, after, line.warehouse)
    if after == ALLOCATION and line.requested_ship_at is not None:
        since = max(since, line.requested_ship_at - line.rules.lead_us)
    return Wait(
        after,
        None,
        since,
        _deadline(ledger, line, MILESTONES[after], since, rule),
        feed,
        waiting,
        line.value(waiting),
        rule,
    )


def _deadline(ledger: Ledger, line: LineLedger, milestone: str, since: int, rule: Rule) -> int | None:
    if not rule.enabled:
        return None
    if not ledger.holds:
        return rule.calendar.add(since, rule.tolerance_us)
    return deadline(since, rule.tolerance_us, rule.calendar, ledger.blocked(milestone, line))


def _shipment_waits(ledger: Ledger, shipment: ShipmentLedger, waits: list[Wait]) -> None:
    """Goods of one shipment that no proof of delivery has reached, under its carrier's rule."""
    order = ledger.order_document
    header = ledger.header
    carrier: str | None = shipment.document.body.carrier  # type: ignore[union-attr]  # a shipment says who carries it
    for key, arrivals in shipment.carried.items():
        line = ledger.lines[key]
        if not line.rules.path.pods_by_shipment:
            continue
        waiting = shipment.remaining(key)
        if waiting <= 0:
            continue
        rules = line.rules
        if line.on_order and order is not None and header is not None:
            rules = ledger.policy.rules(order.customer_id, line.warehouse, carrier, header.channel, line.fulfilment)
        rule, feed = _limits(ledger.policy, rules, POD, line.warehouse)
        in_order = arrivals if len(arrivals) == 1 else sorted(arrivals)
        since = time_of_unit(in_order, shipment.delivered.get(key, 0))
        due = _deadline(ledger, line, "pod", since, rule)
        waits.append(Wait(POD, shipment.document, since, due, feed, waiting, line.value(waiting), rule))


def _payment_wait(ledger: Ledger, invoice: InvoiceLedger) -> Wait:
    rule, feed = _limits(ledger.policy, ledger.header_rules, PAYMENT, _header_warehouse(ledger))
    due = invoice.due_at
    until = None if due is None or not rule.enabled else rule.calendar.add(due, rule.tolerance_us)
    since = due if due is not None else invoice.business_at
    return Wait(PAYMENT, invoice.document, since, until, feed, None, invoice.open, rule)


def _release_wait(ledger: Ledger, hold: HoldLedger) -> Wait:
    rule, feed = _limits(ledger.policy, ledger.header_rules, RELEASE, _header_warehouse(ledger))
    since = hold.business_at
    until = rule.calendar.add(since, rule.tolerance_us) if rule.enabled else None
    return Wait(RELEASE, hold.document, since, until, feed, None, _unshipped_value(ledger), rule)


def _header_warehouse(ledger: Ledger) -> str | None:
    return ledger.header.warehouse if ledger.header is not None else None


def _unshipped_value(ledger: Ledger) -> int | None:
    """The value of what a hold keeps from leaving; None where a price is missing or no order is known."""
    if ledger.header is None:
        return None
    total = 0
    for line in ledger.lines.values():
        unshipped = line.ordered - line.reached[SHIPMENT]
        if unshipped > 0:
            worth = line.value(unshipped)
            if worth is None:
                return None
            total += worth
    return total
