"""An order's status as the contract has it, rendered from one judgement."""

import msgspec

from o2c.flows.correlation.exceptions import time_or_none
from o2c.flows.correlation.ledger import Ledger, LineLedger
from o2c.flows.correlation.matching import reading_order
from o2c.flows.correlation.milestones import (
    ALLOCATION,
    CHAIN_LENGTH,
    INVOICE,
    MILESTONES,
    ORDER,
    PAYMENT,
    PICK,
    POD,
    QUANTITY_NAMES,
    SHIPMENT,
)
from o2c.flows.correlation.money import Money
from o2c.flows.correlation.order import Judgement, OrderState
from o2c.flows.correlation.paths import path_of
from o2c.flows.correlation.stalls import RELEASE, Wait
from o2c.schemas.documents import Document, GoodsBody, OrderBody
from o2c.schemas.numbers import AMOUNT_PLACES, FRACTION_PLACES, QUANTITY_PLACES, divide_half_even, plain
from o2c.schemas.records import StatusRecord
from o2c.schemas.times import rfc3339

_encode = msgspec.json.encode
_FRACTION_UNIT = 10**FRACTION_PLACES
_STAGES = ("ordered", "allocated", "picked", "shipped", "delivered")


def quantity_text(quantity: int) -> str:
    """A quantity of 10^-6 as the contract writes it."""
    return str(quantity // 1_000_000) if quantity % 1_000_000 == 0 else plain(quantity, QUANTITY_PLACES)


def amount_text(amount: int | None) -> str | None:
    """An amount of 10^-4 as the contract writes it; None stays None."""
    return None if amount is None else plain(amount, AMOUNT_PLACES)


def render(state: OrderState, judgement: Judgement, clock: int, version: int) -> StatusRecord:
    """The status record of `version` at `clock`."""
    ledger, money = judgement.ledger, judgement.money
    lines = _ordered_lines(ledger)
    totals = [sum(line.reached[index] for line in lines) for index in range(len(QUANTITY_NAMES))]
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
        "waiting_for": _waiting_for(judgement.waits),
        "quantities": dict(zip(QUANTITY_NAMES, map(quantity_text, totals), strict=True)),
        "amounts": {
            "ordered": amount_text(money.ordered),
            "invoiced": amount_text(money.invoiced),
            "paid": amount_text(money.paid),
            "open": amount_text(money.open),
            "unapplied": amount_text(money.unapplied),
        },
        "milestones": _milestones(ledger, money, lines, totals[ORDER]),
        "lines": [_line(line) for line in lines],
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
    )


def references(state: OrderState) -> tuple[str, ...]:
    """What the order's documents are known by, as `<kind>:<value>`, each once, in order."""
    names: set[str] = set()
    for document in state.documents.values():
        scope = f"{document.scope}/" if document.scope else ""
        names.add(f"{document.type}:{scope}{document.document_id}")
        for kind, values in document.refs:
            for value in values:
                names.add(f"{kind}:{scope}{value}")
        body = document.body
        if isinstance(body, OrderBody):
            if body.customer_po is not None:
                names.add(f"po:{scope}{body.customer_po}")
        elif isinstance(body, GoodsBody) and body.packages:
            names.update(f"tracking:{scope}{number}" for _, number in body.packages if number is not None)
    return tuple(sorted(names))


def _ordered_lines(ledger: Ledger) -> list[LineLedger]:
    lines = list(ledger.lines.values())
    if len(lines) > 1:
        lines.sort(key=lambda line: reading_order(line.key))
    return lines


def fulfilment(ledger: Ledger, lines: list[LineLedger], totals: list[int]) -> tuple[str, bool]:
    """The furthest stage that any quantity has reached, and whether all that is ordered has reached it."""
    furthest = max((index for index in range(1, CHAIN_LENGTH) if totals[index] > 0), default=ORDER)
    if ledger.header is not None and furthest < SHIPMENT and _cancelled(ledger, totals[ORDER]):
        return "cancelled", True
    if furthest == ORDER and ledger.header is None:
        return "none", False
    return _STAGES[furthest], all(line.reached[furthest] >= line.ordered for line in lines)


def _cancelled(ledger: Ledger, ordered: int) -> bool:
    """Whether nothing is ordered any more because it was taken back."""
    if "order" not in ledger.entries:
        return True
    return ordered == 0 and any(line.ordered_gross > 0 for line in ledger.lines.values())


def _financial(money: Money, lines: list[LineLedger]) -> tuple[str, bool]:
    home = [invoice for invoice in money.invoices if invoice.body.currency == money.currency]
    if not home:
        return "unbilled", False
    if money.open:
        return "invoiced", False
    return "paid", all(line.reached[INVOICE] >= line.reached[SHIPMENT] for line in lines)


def _waiting_for(waits: list[Wait]) -> list[dict[str, object]]:
    """One entry a milestone; feed, owner and times are those of its oldest unit."""
    if not waits:
        return []
    by_milestone: dict[int, list[Wait]] = {}
    for wait in waits:
        if wait.awaited != RELEASE:
            by_milestone.setdefault(wait.awaited, []).append(wait)
    entries: list[dict[str, object]] = []
    for awaited in sorted(by_milestone):
        group = by_milestone[awaited]
        oldest = group[0] if len(group) == 1 else min(group, key=_age)
        amounts = [wait.amount for wait in group]
        worth = None if None in amounts else sum(amount for amount in amounts if amount is not None)
        quantity = None if awaited == PAYMENT else sum(wait.quantity or 0 for wait in group)
        entries.append(
            {
                "milestone": MILESTONES[awaited],
                "feed": oldest.feed,
                "since": rfc3339(oldest.since),
                "due_at": time_or_none(oldest.deadline),
                "quantity": None if quantity is None else quantity_text(quantity),
                "amount": amount_text(worth),
                "owner": oldest.rule.owner,
            }
        )
    return entries


def _age(wait: Wait) -> tuple[int, bool, int, str]:
    return (wait.since, wait.deadline is None, wait.deadline or 0, wait.feed)


def _milestones(ledger: Ledger, money: Money, lines: list[LineLedger], ordered: int) -> dict[str, object]:
    """When each milestone of the order's paths was first and last reached, and by which fraction of what is ordered."""
    on_path = {index for line in lines for index in path_of(line.rules.milestones).milestones}
    on_path.update(path_of(ledger.header_rules.milestones).milestones)
    reached: dict[str, object] = {}
    for index in (ORDER, ALLOCATION, PICK, SHIPMENT, POD, INVOICE):
        if index not in on_path:
            continue
        times = [arrivals for line in lines if (arrivals := line.effective[index])]
        if not times:
            continue
        part = sum(min(line.reached[index], line.ordered) for line in lines)
        reached[MILESTONES[index]] = {
            "first_at": rfc3339(min(arrivals[0][0] for arrivals in times)),
            "last_at": rfc3339(max(arrivals[-1][0] for arrivals in times)),
            "fraction": _fraction(part, ordered),
        }
    if PAYMENT in on_path and money.payment_times:
        reached[MILESTONES[PAYMENT]] = {
            "first_at": rfc3339(money.payment_times[0]),
            "last_at": rfc3339(money.payment_times[-1]),
            "fraction": _fraction(money.invoiced - money.open, money.invoiced),
        }
    return reached


def _fraction(part: int, whole: int) -> str | None:
    """Six places, half-even, between 0 and 1; None of nothing."""
    if whole <= 0:
        return None
    if part >= whole:
        return "1"
    return plain(max(0, divide_half_even(part * _FRACTION_UNIT, whole)), FRACTION_PLACES)


def _line(line: LineLedger) -> dict[str, object]:
    rendered: dict[str, object] = {"line": line.line, "sku": line.sku}
    rendered.update(zip(QUANTITY_NAMES, map(quantity_text, line.reached), strict=True))
    return rendered


def _timeline(state: OrderState) -> list[dict[str, object]]:
    """Every document, counting or not, in the order of business time."""
    entries = []
    for key, document in state.documents.items():
        business_at = document.business_at
        if business_at is None:
            business_at = state.least_seen.get(key, document.occurred_at)
        entries.append((business_at, document.scope, document.type, document.document_id, document))
    entries.sort(key=_document_order)
    return [_document(document, business_at) for business_at, _, _, _, document in entries]


def _document_order(entry: tuple[int, str, str, str, Document]) -> tuple[int, str, str, str]:
    return entry[:4]


def _document(document: Document, business_at: int) -> dict[str, object]:
    return {
        "scope": document.scope,
        "type": document.type,
        "document_id": document.document_id,
        "revision": document.revision,
        "source": document.source,
        "business_at": rfc3339(business_at),
        "cancelled": document.cancelled,
    }


