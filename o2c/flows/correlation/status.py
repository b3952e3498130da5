"""An order's status as the contract has it, rendered from one judgement."""

from functools import lru_cache

import msgspec
from msgspec import UNSET, UnsetType

from o2c.flows.correlation.billing import Billing
from o2c.flows.correlation.exceptions import time_or_none
from o2c.flows.correlation.exposure import BUCKETS, Exposure, exposure_of
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import (
    LINE_MILESTONES,
    MILESTONES,
    ORDER,
    PAYMENT,
    POD,
    SHIPMENT,
)
from o2c.flows.correlation.money import Money
from o2c.flows.correlation.order import NEVER, Judgement, OrderState
from o2c.flows.correlation.stalls import RELEASE, Wait
from o2c.schemas.documents import GoodsBody, OrderBody
from o2c.schemas.numbers import AMOUNT_PLACES, FRACTION_PLACES, QUANTITY_PLACES, divide_half_even, plain
from o2c.schemas.outputs import (
    Amounts,
    BillingReadiness,
    Financial,
    FinancialStage,
    Fulfilment,
    FulfilmentStage,
    Milestone,
    OpenException,
    Quantities,
    StatusLine,
    Substitute,
    TimelineDocument,
    Waiting,
)
from o2c.schemas.records import StatusRecord
from o2c.schemas.times import rfc3339

_encode = msgspec.json.encode
_FRACTION_UNIT = 10**FRACTION_PLACES
_WRITTEN_QUANTITIES = 16_384
_STAGES: tuple[FulfilmentStage, ...] = ("ordered", "allocated", "picked", "shipped", "delivered")


@lru_cache(maxsize=_WRITTEN_QUANTITIES)
def quantity_text(quantity: int) -> str:
    """A quantity of 10^-6 as the contract writes it."""
    return plain(quantity, QUANTITY_PLACES)


@lru_cache(maxsize=_WRITTEN_QUANTITIES)
def _text(amount: int) -> str:
    return plain(amount, AMOUNT_PLACES)


def amount_text(amount: int | None) -> str | None:
    """An amount of 10^-4 as the contract writes it; None stays None."""
    return None if amount is None else _text(amount)


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
        "fulfilment": Fulfilment(stage, complete),
        "financial": Financial(financial, settled),
        "closed": judgement.closed,
        "health": state.health,
        "waiting_for": _waiting_for(judgement.waits, money.currency),
        "quantities": _quantities(totals, lines),
        "amounts": _amounts(money, exposure, clock),
        "exposure": _exposure(exposure, money),
        "billing": _readiness(judgement.readiness),
        "milestones": _milestones(ledger, money, lines, totals[ORDER]),
        "lines": [_line(line) for line in ledger.ordered_lines],
        "documents": _timeline(state),
        "exceptions": [
            OpenException(life.exception_id, life.code, life.severity, life.owner, time_or_none(life.due_at))  # type: ignore[arg-type]  # a severity
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


def _amounts(money: Money, exposure: Exposure, clock: int) -> Amounts:
    past_due = 0
    for invoice in money.open_invoices:
        if invoice.body.currency == money.currency:
            past_due += invoice.past_due(clock)
    return Amounts(
        ordered=amount_text(money.ordered),
        invoiced=_text(money.invoiced),
        paid=_text(money.paid),
        discounted=_text(money.discounted),
        credited=_text(money.credited),
        deducted=_text(money.deducted),
        written_off=_text(money.written_off),
        open=_text(money.open),
        overpaid=_text(money.overpaid),
        unapplied=_text(money.unapplied),
        credit_due=_text(money.credit_due),
        disputed=_text(exposure.buckets.get("disputed", 0)),
        past_due=_text(past_due),
        refunded=_text(money.refunded),
        applied_elsewhere=_text(money.elsewhere),
    )


_NOTHING_TO_BILL = msgspec.Raw(_encode({"ready": False, "amount": "0", "blocked_by": []}))


def _readiness(billing: Billing) -> BillingReadiness | msgspec.Raw:
    if not billing.lines:
        return _NOTHING_TO_BILL
    return BillingReadiness(billing.ready, amount_text(billing.amount), list(billing.blocked_by))


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


def fulfilment(ledger: Ledger, lines: list[LineLedger], totals: list[int]) -> tuple[FulfilmentStage, bool]:
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


def _financial(money: Money, lines: list[LineLedger]) -> tuple[FinancialStage, bool]:
    if not money.invoices:
        return "unbilled", False
    if money.open_invoices:
        return "invoiced", False
    return "paid", all(line.to_bill(SHIPMENT) == 0 for line in lines)


def _waiting_for(waits: list[Wait], currency: str | None) -> list[Waiting]:
    """One entry a milestone: feed and start of its oldest unit, due time and owner of the earliest deadline."""
    if not waits:
        return []
    by_milestone: dict[int, list[Wait]] = {}
    for wait in waits:
        if wait.awaited < RELEASE:
            by_milestone.setdefault(wait.awaited, []).append(wait)
    entries: list[Waiting] = []
    for awaited in sorted(by_milestone):
        group = by_milestone[awaited]
        oldest = soonest = group[0]
        if len(group) > 1:
            oldest, soonest = min(group, key=_age), min(group, key=_urgency)
        amounts = [wait.amount for wait in group if awaited != PAYMENT or _in_currency(wait, currency)] or [None]
        worth = None if None in amounts else sum(amount for amount in amounts if amount is not None)
        quantity = None if awaited == PAYMENT else sum(wait.quantity or 0 for wait in group)
        entries.append(
            Waiting(
                MILESTONES[awaited],
                oldest.feed,
                rfc3339(oldest.since),
                time_or_none(soonest.deadline),
                None if quantity is None else quantity_text(quantity),
                amount_text(worth),
                soonest.rule.owner,
            )
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


def _milestones(ledger: Ledger, money: Money, lines: list[LineLedger], ordered: int) -> dict[str, Milestone]:
    """When each milestone of the order's paths was first and last reached, and by which fraction of what is ordered."""
    reached: dict[str, Milestone] = {}
    for index in _on_path(ledger, lines):
        if index == PAYMENT:
            if money.payment_times:
                reached["payment"] = Milestone(
                    rfc3339(money.payment_times[0]),
                    rfc3339(money.payment_times[-1]),
                    _fraction(money.invoiced - money.open, money.invoiced),
                )
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
            reached[MILESTONES[index]] = Milestone(
                first_at,
                first_at if last == first else rfc3339(last),
                "1" if part == ordered and part else _fraction(part, ordered),
            )
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


def _line(line: LineLedger) -> StatusLine:
    substitutes: list[Substitute] | UnsetType = UNSET
    if line.substitutes:
        substitutes = [Substitute(sku, quantity_text(quantity)) for sku, quantity in sorted(line.substitutes.items())]
    ordered, allocated, picked, shipped, delivered, invoiced = map(quantity_text, line.reached)
    returned = quantity_text(line.returned)
    return StatusLine(
        line.line, line.sku, ordered, allocated, picked, shipped, delivered, invoiced, returned, substitutes
    )


def _quantities(totals: list[int], lines: list[LineLedger]) -> Quantities:
    """How much has reached each milestone, by the name that it has then, and how much came back."""
    ordered, allocated, picked, shipped, delivered, invoiced = map(quantity_text, totals)
    returned = sum([line.returned for line in lines])
    return Quantities(ordered, allocated, picked, shipped, delivered, invoiced, quantity_text(returned))


def _timeline(state: OrderState) -> list[TimelineDocument]:
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
        TimelineDocument(
            scope,
            document_type,
            document_id,
            document.revision,
            document.source,
            rfc3339(business_at),
            document.cancelled,
        )
        for business_at, scope, document_type, document_id, document in entries
    ]
