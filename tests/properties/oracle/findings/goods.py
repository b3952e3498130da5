"""Holds, incidents, backorders and what shipped otherwise than ordered."""

from collections.abc import Iterator

from tests.properties.oracle.clocks import blocked, covers
from tests.properties.oracle.documents import goods_body, hold_body, incident_body
from tests.properties.oracle.findings.common import beyond_quantity, found, is_credited, uncredited, unsettled, value_of
from tests.properties.oracle.matching import ENDLESS
from tests.properties.oracle.model import Finding, Known, Ledger
from tests.properties.oracle.value import ordered_amount
from tests.properties.oracle.waiting import Waiting


def goods_findings(waiting: Waiting) -> Iterator[Finding]:
    """All of them, code by code."""
    yield from _holds(waiting)
    yield from _incidents(waiting)
    yield from _backorder(waiting)
    yield from _partial(waiting)
    yield from _short(waiting)
    yield from _over(waiting)


def _holds(waiting: Waiting) -> Iterator[Finding]:
    for hold in waiting.holds_to_come():
        code = f"{hold_body(hold).kind.upper()}_HOLD"
        yield found(waiting, code, hold, hold.business_at, held_value(waiting, hold), at_once=hold.business_at)


def held_value(waiting: Waiting, hold: Known) -> int | None:
    """What of the lines that a hold is about has not shipped, or been invoiced where it blocks that."""
    if waiting.papers.header is None:
        return None
    milestone = "invoice" if "invoice" in blocked(hold) else "shipment"
    missing = [
        (ledger, max(0, ledger.reached("order") - ledger.reached(milestone)))
        for ledger in waiting.lines.whole()
        if covers(hold, ledger, waiting.lines)
    ]
    return value_of(waiting, [(ledger, grains) for ledger, grains in missing if grains])


def _incidents(waiting: Waiting) -> Iterator[Finding]:
    for incident in waiting.papers.of("incident"):
        body = incident_body(incident)
        if body.resolved_at is None or body.resolved_at > waiting.clock:
            amount = ordered_amount(waiting.papers)
            at = incident.business_at
            yield found(waiting, body.kind.upper(), incident, at, amount, at_once=at)


def _backorder(waiting: Waiting) -> Iterator[Finding]:
    late = [(ledger, waiting.backordered(ledger)) for ledger in waiting.lines.whole()]
    late = [(ledger, units) for ledger, units in late if units]
    if late:
        since = min(unit.at for _, units in late for unit in units)
        amount = value_of(waiting, [(ledger, len(units)) for ledger, units in late])
        yield found(waiting, "BACKORDER", None, since, amount)


def _partial(waiting: Waiting) -> Iterator[Finding]:
    lines = [ledger for ledger in waiting.lines.whole() if ledger.ordered_by]
    to_come = [
        (ledger, ledger.reached("order") - ledger.reached("shipment"))
        for ledger in lines
        if waiting.last(ledger) == ENDLESS
        and ledger.reached("order") > ledger.reached("shipment")
        and "shipment" in waiting.line_rules(ledger).milestones
    ]
    shipped = [unit.at for ledger in waiting.lines.whole() for unit in ledger.effective("shipment")]
    wanted = any(
        ledger.reached("order") or waiting.last(ledger) < ENDLESS for ledger in lines if ledger.reached("shipment")
    )
    if to_come and wanted:
        yield found(waiting, "PARTIAL_SHIPMENT", None, min(shipped), value_of(waiting, to_come))


def _short(waiting: Waiting) -> Iterator[Finding]:
    rule = waiting.order_rules().codes["SHORT_SHIP"]
    short, times = [], []
    for ledger in waiting.lines.whole():
        ordered = ledger.reached("order")
        difference = ordered - ledger.reached("shipment")
        missing = uncredited(ledger, difference)
        if waiting.last(ledger) == ENDLESS or "shipment" not in waiting.line_rules(ledger).milestones:
            continue
        if missing and beyond_quantity(rule, difference * waiting.lines.grain, ordered * waiting.lines.grain):
            short.append((ledger, missing))
            times.append(_ended_at(waiting, ledger))
    amount = value_of(waiting, short)
    if short and not is_credited(waiting, amount):
        yield found(waiting, "SHORT_SHIP", None, min(times), amount, awaits="shipment")


def _ended_at(waiting: Waiting, ledger: Ledger) -> int:
    closed = [order.business_at for order, line in ledger.ordered_by if line.closed]
    final = [one.business_at for one in waiting.papers.of("shipment") if goods_body(one).final]
    return min(closed + final)


def _over(waiting: Waiting) -> Iterator[Finding]:
    rule = waiting.order_rules().codes["OVER_SHIP"]
    over, times = [], []
    for ledger in waiting.lines.whole():
        ordered = ledger.reached("order")
        difference = ledger.reached("shipment") - ordered
        excess = unsettled(ledger, difference)
        if not ledger.ordered_by or "shipment" not in waiting.line_rules(ledger).milestones:
            continue
        if excess and beyond_quantity(rule, difference * waiting.lines.grain, ordered * waiting.lines.grain):
            over.append((ledger, excess))
            times.append(ledger.effective("shipment")[ordered].at)
    amount = value_of(waiting, over)
    if over and not is_credited(waiting, amount):
        yield found(waiting, "OVER_SHIP", None, min(times), amount, awaits="order")
