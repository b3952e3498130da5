"""An order's status as the contract has it, rendered from one judgement."""

from functools import lru_cache

import msgspec

from o2c.flows.correlation.exceptions import time_or_none
from o2c.flows.correlation.exposure import BUCKETS, Exposure, exposure_of
from o2c.flows.correlation.invoices import InvoiceLedger
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import (
    LINE_MILESTONES,
    MILESTONES,
    ORDER,
    PAYMENT,
    POD,
    QUANTITY_NAMES,
    SHIPMENT,
)
from o2c.flows.correlation.money import Money
from o2c.flows.correlation.order import NEVER, Judgement, OrderState
from o2c.flows.correlation.stalls import RELEASE, Wait
from o2c.schemas.documents import GoodsBody, OrderBody
from o2c.schemas.numbers import AMOUNT_PLACES, FRACTION_PLACES, QUANTITY_PLACES, divide_half_even, plain
from o2c.schemas.records import StatusRecord
from o2c.schemas.times import rfc3339

_encode = msgspec.json.encode
_FRACTION_UNIT = 10**FRACTION_PLACES
_WRITTEN_QUANTITIES = 16_384
_STAGES = ("ordered", "allocated", "picked", "shipped", "delivered")


@lru_cache(maxsize=_WRITTEN_QUANTITIES)
def quantity_text(quantity: int) -> str:
    """A quantity of 10^-6 as the contract writes it."""
    return plain(quantity, QUANTITY_PLACES)


@lru_cache(maxsize=_WRITTEN_QUANTITIES)
def amount_text(amount: int | None) -> str | None:
    """An amount of 10^-4 as the contract writes it; None stays None."""
    return None if amount is None else plain(amount, AMOUNT_PLACES)


def render(state: OrderState, judgement: Judgement, clock: int, version: int) -> StatusRecord:
    """The status record of `version` at `clock`."""
    ledger, money = judgement.ledger, judgement.money
    lines = ledger.own_lines
    totals = lines[0].reached if len(lines) == 1 else _totals(lines)
    exposure = exposure_of(ledger, money, clock)
    stage, complete = fulfilment(ledger, lines, totals)
    financial, settled = _financial(money, lines)
    header, order = ledger.header, ledger.order_document
    value = {
        "correlation_id": state.correlation_id,
        "order": None if order is None else order.document_id,
        "customer_id": None if order is None else order.customer_id,
        "channel": None if header is None else header.channel,
        "currency": money.currency,
        "warehouse": None if header is None else header.warehouse,
        "fulfilment": {"stage": stage, "complete": complete},
        "financial": {"stage": financial, "complete": settled},
        "closed": judgement.closed,
        "health": state.health,
        "waiting_for": _waiting_for(judgement.waits, money.currency),
        "quantities": {**_quantities(totals), "returned": quantity_text(sum([line.returned for line in lines]))},
        "amounts": {
            "ordered": amount_text(money.ordered),
            "invoiced": amount_text(money.invoiced),
            "paid": amount_text(money.paid),
            "discounted": amount_text(money.discounted),
            "credited": amount_text(money.credited),
            "deducted": amount_text(money.deducted),
            "written_off": amount_text(money.written_off),
            "open": amount_text(money.open),
            "overpaid": amount_text(money.overpaid),
            "unapplied": amount_text(money.unapplied),
            "credit_due": amount_text(money.credit_due),
            "disputed": amount_text(exposure.buckets.get("disputed", 0)),
            "past_due": amount_text(sum(each.past_due(clock) for each in money.open_invoices if _at_home(each, money))),
            "refunded": amount_text(money.refunded),
        },
        "exposure": _exposure(exposure, money),
        "billing": {
            "ready": judgement.readiness.ready,
            "amount": amount_text(judgement.readiness.amount),
            "blocked_by": judgement.readiness.blocked_by,
        },
        "milestones": _milestones(ledger, money, lines, totals[ORDER]),
        "lines": [_line(line) for line in ledger.ordered_lines],
        "documents": _timeline(state),
        "exceptions": [
            {
                "exception_id": life.exception_id,
                "code": life.code,
                "severity": life.severity,
                "owner": life.owner,
                "due_at": time_or_none(life.due_at),
            }
            for _, life in sorted(state.lives.items())
            if life.is_open
        ]
        if state.lives
        else [],
        "version": version,
        "updated_at": rfc3339(clock),
        "trace": state.trace,
    }
    return StatusRecord(
        correlation_id=state.correlation_id,
        version=version,
        value=_encode(value),
        health=state.health,
        fulfilment=stage,
        financial=financial,
        refs=references(state),
        at_risk=() if judgement.closed else exposure.at_risk(money.currency),
    )


def _at_home(invoice: InvoiceLedger, money: Money) -> bool:
    return invoice.body.currency == money.currency


_NOTHING_AT_RISK = msgspec.Raw(_encode(dict.fromkeys((*BUCKETS, "credit_due", "unapplied"), "0")))


def _exposure(exposure: Exposure, money: Money) -> dict[str, object] | msgspec.Raw:
    buckets = exposure.buckets
    if not (buckets or money.credit_due or money.unapplied or exposure.unpriced or exposure.others):
        return _NOTHING_AT_RISK
    shown: dict[str, object] = {name: amount_text(buckets[name]) if name in buckets else "0" for name in BUCKETS}
    shown["credit_due"] = amount_text(money.credit_due)
    shown["unapplied"] = amount_text(money.unapplied)
    if exposure.unpriced:
        shown["unpriced"] = quantity_text(exposure.unpriced)
    if exposure.others:
        shown["other_currencies"] = {
            currency: {name: amount_text(of_currency.get(name, 0)) for name in BUCKETS[:3]}
            for currency, of_currency in sorted(exposure.others.items())
        }
    return shown


def references(state: OrderState) -> tuple[str, ...]:
    """What the order's documents are known by, as `<kind>:<value>`, each once, those first seen first."""
    names: dict[str, None] = {}
    for document in state.documents.values():
        scope = f"{document.scope}/" if document.scope else ""
        names[f"{document.type}:{scope}{document.document_id}"] = None
        for kind, values in document.refs:
            for value in values:
                names[f"{kind}:{scope}{value}"] = None
        body = document.body
        if type(body) is OrderBody:
            if body.customer_po is not None:
                names[f"po:{scope}{body.customer_po}"] = None
        elif type(body) is GoodsBody and body.packages:
            for _, number in body.packages:
                if number is not None:
                    names[f"tracking:{scope}{number}"] = None
    return tuple(names)


def _totals(lines: list[LineLedger]) -> list[int]:
    return list(map(sum, zip(*(line.reached for line in lines), strict=True))) if lines else [0] * LINE_MILESTONES


def fulfilment(ledger: Ledger, lines: list[LineLedger], totals: list[int]) -> tuple[str, bool]:
    """The furthest stage that any quantity has reached, and whether all that is ordered has reached it."""
    furthest = POD
    while furthest > ORDER and totals[furthest] <= 0:
        furthest -= 1
    if furthest < SHIPMENT and ledger.header is not None and _cancelled(ledger, totals[ORDER]):
        return "cancelled", True
    if ledger.header is None:
        return "none" if furthest == ORDER else _STAGES[furthest], False
    for line in lines:
        if line.reached[furthest] < line.ordered:
            return _STAGES[furthest], False
    return _STAGES[furthest], True


def _cancelled(ledger: Ledger, ordered: int) -> bool:
    """Whether nothing is ordered any more because it was taken back."""
    if ordered:
        return False
    order = ledger.order_document
    taken_back = order is not None and order.cancelled
    return taken_back or any(line.ordered_gross > 0 for line in ledger.lines.values())


def _financial(money: Money, lines: list[LineLedger]) -> tuple[str, bool]:
    if not money.invoices:
        return "unbilled", False
    if money.open_invoices:
        return "invoiced", False
    return "paid", all(line.to_bill(SHIPMENT) == 0 for line in lines)


def _waiting_for(waits: list[Wait], currency: str | None) -> list[dict[str, object]]:
    """One entry a milestone: feed and start of its oldest unit, due time and owner of the earliest deadline."""
    if not waits:
        return []
    by_milestone: dict[int, list[Wait]] = {}
    for wait in waits:
        if wait.awaited < RELEASE:
            by_milestone.setdefault(wait.awaited, []).append(wait)
    entries: list[dict[str, object]] = []
    for awaited in sorted(by_milestone):
        group = by_milestone[awaited]
        oldest = soonest = group[0]
        if len(group) > 1:
            oldest, soonest = min(group, key=_age), min(group, key=_urgency)
        amounts = [wait.amount for wait in group if awaited != PAYMENT or _in_currency(wait, currency)] or [None]
        worth = None if None in amounts else sum(amount for amount in amounts if amount is not None)
        quantity = None if awaited == PAYMENT else sum(wait.quantity or 0 for wait in group)
        entries.append(
            {
                "milestone": MILESTONES[awaited],
                "feed": oldest.feed,
                "since": rfc3339(oldest.since),
                "due_at": time_or_none(soonest.deadline),
                "quantity": None if quantity is None else quantity_text(quantity),
                "amount": amount_text(worth),
                "owner": soonest.rule.owner,
            }
        )
    return entries


def _in_currency(wait: Wait, currency: str | None) -> bool:
    """Whether an invoice is in the order's currency: others are not added up."""
    assert wait.document is not None
    return wait.document.body.currency == currency  # type: ignore[union-attr]  # an invoice has one


def _urgency(wait: Wait) -> tuple[bool, int]:
    return (wait.deadline is None, wait.deadline or 0)


def _age(wait: Wait) -> int:
    return wait.since


def _milestones(ledger: Ledger, money: Money, lines: list[LineLedger], ordered: int) -> dict[str, object]:
    """When each milestone of the order's paths was first and last reached, and by which fraction of what is ordered."""
    reached: dict[str, object] = {}
    for index in _on_path(ledger, lines):
        if index == PAYMENT:
            if money.payment_times:
                reached["payment"] = {
                    "first_at": rfc3339(money.payment_times[0]),
                    "last_at": rfc3339(money.payment_times[-1]),
                    "fraction": _fraction(money.invoiced - money.open, money.invoiced),
                }
            continue
        first, last, part = NEVER, -NEVER, 0
        for line in lines:
            arrivals = line.effective[index]
            if arrivals:
                started, ended = arrivals[0][0], arrivals[-1][0]
                if started < first:
                    first = started
                if ended > last:
                    last = ended
                there, whole = line.reached[index], line.ordered
                part += there if there < whole else whole  # noqa: FURB136  # the call would cost more than all the rest
        if first != NEVER:
            first_at = rfc3339(first)
            reached[MILESTONES[index]] = {
                "first_at": first_at,
                "last_at": first_at if last == first else rfc3339(last),
                "fraction": "1" if part == ordered and part else _fraction(part, ordered),
            }
    return reached


def _on_path(ledger: Ledger, lines: list[LineLedger]) -> tuple[int, ...]:
    """The milestones that any line of the order waits for, in order."""
    path = ledger.header_rules.path
    others = [line.rules.path for line in lines if line.rules.path is not path]
    if not others:
        return path.milestones
    return tuple(sorted({*path.milestones, *(index for other in others for index in other.milestones)}))


def _fraction(part: int, whole: int) -> str | None:
    """Six places, half-even, between 0 and 1; None of nothing."""
    if whole <= 0:
        return None
    if part >= whole:
        return "1"
    return plain(max(0, divide_half_even(part * _FRACTION_UNIT, whole)), FRACTION_PLACES)


def _line(line: LineLedger) -> dict[str, object]:
    written: dict[str, object] = {"line": line.line, "sku": line.sku}
    written.update(zip(QUANTITY_NAMES, map(quantity_text, line.reached), strict=True))
    written["returned"] = quantity_text(line.returned)
    if line.substitutes:
        written["substitutes"] = [
            {"sku": sku, "quantity": quantity_text(quantity)} for sku, quantity in sorted(line.substitutes.items())
        ]
    return written


def _quantities(reached: list[int]) -> dict[str, str]:
    """How much has reached each milestone, by the name that it has then."""
    return dict(zip(QUANTITY_NAMES, map(quantity_text, reached), strict=True))


def _timeline(state: OrderState) -> list[dict[str, object]]:
    """Every document, counting or not, in the order of business time."""
    least_seen = state.least_seen
    entries = []
    for key, document in state.documents.items():
        business_at = document.business_at
        if business_at is None:
            business_at = least_seen.get(key, document.occurred_at) if least_seen else document.occurred_at
        entries.append((business_at, document.scope, document.type, document.document_id, document))
    entries.sort()
    return [
        {
            "scope": scope,
            "type": document_type,
            "document_id": document_id,
            "revision": document.revision,
            "source": document.source,
            "business_at": rfc3339(business_at),
            "cancelled": document.cancelled,
        }
        for business_at, scope, document_type, document_id, document in entries
    ]
