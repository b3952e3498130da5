"""What waits, since when, and until when it may: the units of each line between two milestones of its path.

A stall is quantity or money that has waited past its deadline. Everything here follows from ledger and policy alone.
"""

from o2c.flows.correlation.arrivals import time_of_unit
from o2c.flows.correlation.deadlines import deadline
from o2c.flows.correlation.disputes import is_unresolved
from o2c.flows.correlation.holds import HoldLedger
from o2c.flows.correlation.invoices import InvoiceLedger
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.losses import lost_stretches, oldest_start
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
from o2c.flows.correlation.money import Money
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.proofs import Entry, ShipmentLedger
from o2c.flows.correlation.returns import uncredited
from o2c.flows.correlation.rules import Rule, Rules
from o2c.flows.correlation.transit import arrival_expected
from o2c.schemas.documents import DisputeBody, Document

Subject = tuple[str, str, str]
"""(scope, type, document id) of what an exception is about."""

RELEASE = len(MILESTONES)
CREDITING = RELEASE + 1
APPLICATION = RELEASE + 2
RESOLUTION = RELEASE + 3
"""What else is waited for, in the table of codes: a hold's release, a return's credit, the use of money, an answer."""

_CODES = (*STALL_CODES, RELEASE_CODE, "UNCREDITED_RETURN", "UNAPPLIED_CASH", "UNRESOLVED_DISPUTE")
_AWAITED = (*MILESTONES, "hold", "credit_memo", "payment", "dispute")
AWAITED_BY_CODE = {code: awaited for code, awaited in zip(_CODES, _AWAITED, strict=True) if code}
"""The document type whose feed could refute each stall."""


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
    """All that waits in an order: line by line, shipment by shipment, document by document."""
    waits: list[Wait] = []
    billing = ledger.header.billing if ledger.header is not None else "shipment"
    for line in ledger.own_lines:
        _goods_waits(ledger, line, billing, waits)
    for shipment in ledger.shipments:
        _shipment_waits(ledger, shipment, waits)
    if money.open_invoices and ledger.header_rules.path.pays:
        waits.extend(_payment_wait(ledger, invoice) for invoice in money.open_invoices)
    if ledger.holds:
        waits.extend(_release_wait(ledger, hold) for hold in ledger.holds if hold.is_open(clock))
    if ledger.returns:
        waits.extend(
            _wait(ledger, CREDITING, claim.document, claim.business_at, quantity, value)
            for claim, quantity, value in uncredited(ledger, money)
        )
    if ledger.header_rules.path.invoice_from is not None:
        waits.extend(
            _wait(ledger, APPLICATION, payment.document, payment.business_at, None, payment.unapplied)
            for payment in money.payments
            if payment.unapplied
        )
    if "dispute" in ledger.entries:
        waits.extend(_answer_wait(ledger, entry) for entry in ledger.entries["dispute"] if is_unresolved(entry, clock))
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
        if waiting > 0 and after == ALLOCATION:
            waiting -= line.waiting_stock
        if waiting > 0:
            waits.append(_line_wait(ledger, line, before, after, waiting))
    if path.invoice_from is not None:
        base = path.invoice_from[billing]
        if reached[INVOICE] < reached[base]:
            waiting = line.to_bill(base)
            if waiting > 0:
                waits.append(_line_wait(ledger, line, base, INVOICE, waiting))


def _limits(policy: Policy, rules: Rules, awaited: int, warehouse: str | None) -> tuple[Rule, str]:
    """The rule of what is awaited, and the feed that could tell of it."""
    return rules.codes[_CODES[awaited]], policy.feed_of(_AWAITED[awaited], warehouse)


def _line_wait(ledger: Ledger, line: LineLedger, before: int, after: int, waiting: int) -> Wait:
    if line.lost is None:
        since = time_of_unit(line.effective[before], line.reached[after])
    else:
        implying = (INVOICE,) if after == INVOICE else range(after, POD + 1)
        stretches = lost_stretches(*((line.own[each], line.lost.get(each, [])) for each in implying))
        since = oldest_start(line.effective[before], stretches, line.reached[after], line.reached[after] + waiting)
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
    carrier: str | None = shipment.document.body.carrier  # type: ignore[union-attr]  # a shipment says who carries it
    eta = arrival_expected(ledger, shipment)
    before: Wait | None = None
    rules: Rules | None = None
    limit = ledger.header_rules.codes["MISSING_POD"]
    for key, arrivals in shipment.carried.items():
        line = ledger.lines[key]
        if not line.rules.path.pods_by_shipment:
            continue
        waiting = shipment.remaining(key)
        if waiting <= 0:
            continue
        if rules is not line.rules:
            rules = line.rules
            limit = ledger.carrier_rules(line, carrier).codes["MISSING_POD"]
        feed = ledger.policy.feed_of("pod", line.warehouse)
        in_order = arrivals if len(arrivals) == 1 else sorted(arrivals)
        delivered = shipment.delivered.get(key, 0)
        if shipment.lost is None:
            since = time_of_unit(in_order, delivered)
        else:
            stretches = lost_stretches((shipment.arrived.get(key, []), shipment.lost.get(key, [])))
            since = oldest_start(in_order, stretches, delivered, delivered + waiting)
        if before is not None and before.since == since and before.rule is limit and not ledger.holds:
            due = before.deadline
        elif eta is not None and limit.after_eta_us is not None and limit.enabled:
            due = limit.calendar.add(eta, limit.after_eta_us)
        else:
            due = _deadline(ledger, line, "pod", since, limit)
        before = Wait(POD, shipment.document, since, due, feed, waiting, line.value(waiting), limit)
        waits.append(before)


def _payment_wait(ledger: Ledger, invoice: InvoiceLedger) -> Wait:
    rule, feed = _limits(ledger.policy, ledger.header_rules, PAYMENT, _header_warehouse(ledger))
    due = invoice.due_at
    since = due if due is not None else invoice.business_at
    if invoice.losses and due is not None:
        stretches = lost_stretches((invoice.settlements, invoice.losses))
        total = invoice.body.total
        since = oldest_start([(at or 0, part) for at, part in invoice.parts], stretches, total - invoice.open, total)
    until = None if due is None or not rule.enabled else rule.calendar.add(since, rule.tolerance_us)
    return Wait(PAYMENT, invoice.document, since, until, feed, None, invoice.open, rule)


def _release_wait(ledger: Ledger, hold: HoldLedger) -> Wait:
    return _wait(ledger, RELEASE, hold.document, hold.business_at, None, held_value(ledger, hold))


def _answer_wait(ledger: Ledger, entry: Entry) -> Wait:
    """An open dispute: it must be answered in good time before the customer's own date, where there is one."""
    business_at, _, _, document = entry
    body = document.body
    assert isinstance(body, DisputeBody)
    wait = _wait(ledger, RESOLUTION, document, business_at, None, body.amount)
    margin = wait.rule.before_respond_by_us
    if body.respond_by is not None and margin is not None and wait.deadline is not None:
        wait.deadline = wait.rule.calendar.subtract(body.respond_by, margin)
    return wait


def _wait(
    ledger: Ledger, awaited: int, document: Document, since: int, quantity: int | None, amount: int | None
) -> Wait:
    """What waits in a document of its own, under the order's rule."""
    rule, feed = _limits(ledger.policy, ledger.header_rules, awaited, _header_warehouse(ledger))
    until = rule.calendar.add(since, rule.tolerance_us) if rule.enabled else None
    return Wait(awaited, document, since, until, feed, quantity, amount, rule)


def _header_warehouse(ledger: Ledger) -> str | None:
    return ledger.header.warehouse if ledger.header is not None else None


def held_value(ledger: Ledger, hold: HoldLedger) -> int | None:
    """The value of what a hold keeps from leaving, or from being billed; None without a price, or without an order."""
    if ledger.header is None:
        return None
    total = 0
    last = INVOICE if "invoice" in hold.blocks else SHIPMENT
    for line in ledger.own_lines:
        kept = line.ordered - line.reached[last]
        if kept > 0 and (hold.keys is None or line.key in hold.keys):
            worth = line.value(kept)
            if worth is None:
                return None
            total += worth
    return total
