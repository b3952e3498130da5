"""What each document type says of its own: one conversion function a wire class.

This is the hot path: the functions are written out and construct by position, in the order that `documents` declares.
"""

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from o2c.schemas import documents, events
from o2c.schemas.currencies import CURRENCIES
from o2c.schemas.rejections import Rejection
from o2c.schemas.scaling import Scaler, amount_of, price_of, quantity_of, unsigned_quantity_of
from o2c.schemas.times import DAY_US, FIRST_US, LAST_US, SECOND_US

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

Pairs = tuple[tuple[str, str], ...]


def instant(moment: datetime, name: str) -> int:
    """UTC microseconds of `moment`. Raises Rejection for one without offset or outside the years 1 to 9999."""
    if moment.tzinfo is None:
        raise Rejection("NO_OFFSET", f"{moment.isoformat()} has no offset", name)
    elapsed = moment - _EPOCH
    time_us = elapsed.days * DAY_US + elapsed.seconds * SECOND_US + elapsed.microseconds
    if not FIRST_US <= time_us <= LAST_US:
        raise Rejection("TIME_OUT_OF_RANGE", f"{moment.isoformat()} is outside the years 1 to 9999 in UTC", name)
    return time_us


def _optional_instant(moment: datetime | None, name: str) -> int | None:
    return None if moment is None else instant(moment, name)


def _optional_amount(value: Any, name: str) -> int | None:
    return None if value is None else amount_of(value, name)


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise Rejection("UNKNOWN_CURRENCY", f"{code[:20]!r} is no currency of ISO 4217", "currency")
    return code


def _each(convert: Callable[[Any], Any], items: list[Any], name: str) -> tuple[Any, ...]:
    converted: list[Any] = []
    try:
        for item in items:
            converted.append(convert(item))  # noqa: PERF401 - the index of the failing item is its path
    except Rejection as rejection:
        raise rejection.within(f"{name}[{len(converted)}]") from None
    return tuple(converted)


def _lines(convert: Callable[[Any, Scaler], Any], items: list[Any], scale: Scaler) -> tuple[Any, ...]:
    converted: list[Any] = []
    try:
        for item in items:
            converted.append(convert(item, scale))  # noqa: PERF401 - the index of the failing item is its path
    except Rejection as rejection:
        raise rejection.within(f"lines[{len(converted)}]") from None
    return tuple(converted)


def _line_name(line: str | int | None) -> str | None:
    if type(line) is int:
        return str(line)
    return line or None  # type: ignore[return-value]  # a number was made text above


def _line_references(line: events.LineReference) -> Pairs:
    if not (line.order or line.po or line.shipment or line.invoice):
        return ()
    named = (("invoice", line.invoice), ("order", line.order), ("po", line.po), ("shipment", line.shipment))
    return tuple((kind, value) for kind, value in named if value)


def _pairs(named: dict[str, str]) -> Pairs:
    return tuple(sorted((kind, value) for kind, value in named.items() if kind and value))


def _factors(units: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    return tuple((unit, unsigned_quantity_of(units[unit], f"units.{unit}")) for unit in sorted(units))


def _order_line(line: events.OrderLine, quantity: Scaler) -> documents.OrderLine:
    cancelled = line.cancelled_quantity
    identity = _line_name(line.line)
    if not (identity or line.sku or line.item_ids):
        raise Rejection("MISSING_VALUE", "An order line needs a line number, a sku or an item id", "line")
    return documents.OrderLine(
        identity,
        line.sku or None,
        quantity(line.quantity, "quantity"),
        None if line.at is None else instant(line.at, "at"),
        line.warehouse or None,
        None if line.unit_price is None else price_of(line.unit_price, "unit_price"),
        None if line.amount is None else amount_of(line.amount, "amount"),
        line.uom or None,
        _pairs(line.item_ids) if line.item_ids else (),
        _line_references(line),
        None if line.requested_ship_at is None else instant(line.requested_ship_at, "requested_ship_at"),
        None if line.promised_at is None else instant(line.promised_at, "promised_at"),
        0 if cancelled is None else quantity(cancelled, "cancelled_quantity"),
        line.closed,
        line.fulfilment or None,
        line.free,
        None if line.parent_line is None else _line_name(line.parent_line),
        None if line.ratio is None else unsigned_quantity_of(line.ratio, "ratio"),
        _factors(line.units) if line.units else (),
    )


def _goods_line(line: events.GoodsLine, quantity: Scaler) -> documents.Line:
    return documents.Line(
        _line_name(line.line),
        line.sku or None,
        quantity(line.quantity, "quantity"),
        None if line.at is None else instant(line.at, "at"),
        line.warehouse or None,
        None,
        None,
        line.uom or None,
        _pairs(line.item_ids) if line.item_ids else (),
        _line_references(line),
        None if line.backordered is None else quantity(line.backordered, "backordered"),
        None if line.expected_at is None else instant(line.expected_at, "expected_at"),
        line.package or None,
        None if line.short is None else quantity(line.short, "short"),
        None if line.damaged is None else quantity(line.damaged, "damaged"),
        None if line.refused is None else quantity(line.refused, "refused"),
    )


def _invoice_line(line: events.InvoiceLine) -> documents.Line:
    return documents.Line(
        _line_name(line.line),
        line.sku or None,
        quantity_of(line.quantity, "quantity"),
        None if line.at is None else instant(line.at, "at"),
        None,
        None if line.unit_price is None else price_of(line.unit_price, "unit_price"),
        None if line.amount is None else amount_of(line.amount, "amount"),
        line.uom or None,
        _pairs(line.item_ids) if line.item_ids else (),
        _line_references(line),
    )


def _held_line(line: events.LineReference) -> documents.Line:
    return documents.Line(
        _line_name(line.line),
        line.sku or None,
        0,
        None if line.at is None else instant(line.at, "at"),
        None,
        None,
        None,
        line.uom or None,
        _pairs(line.item_ids) if line.item_ids else (),
        _line_references(line),
    )


def _charge(charge: events.Charge) -> documents.Charge:
    return documents.Charge(charge.kind, amount_of(charge.amount, "amount"), _optional_amount(charge.tax, "tax"))


def _discount(discount: events.Discount) -> documents.Discount:
    return documents.Discount(amount_of(discount.percent, "percent"), discount.days)


def _instalment(instalment: events.Instalment) -> documents.Instalment:
    return documents.Instalment(amount_of(instalment.percent, "percent"), instant(instalment.due_at, "due_at"))


def _terms(terms: events.Terms) -> documents.Terms:
    try:
        return documents.Terms(
            terms.net_days,
            _each(_discount, terms.discounts, "discounts"),
            _each(_instalment, terms.instalments, "instalments"),
        )
    except Rejection as rejection:
        raise rejection.within("terms") from None


def _adjustment(adjustment: events.Adjustment) -> documents.Adjustment:
    return documents.Adjustment(
        amount_of(adjustment.amount, "amount"),
        adjustment.reason_code or None,
        adjustment.code_list or None,
        adjustment.note or None,
    )


def _application(application: events.Application) -> documents.Application:
    return documents.Application(
        application.invoice,
        amount_of(application.amount, "amount"),
        0 if application.discount is None else amount_of(application.discount, "discount"),
        _each(_adjustment, application.adjustments, "adjustments") if application.adjustments else (),
    )


def _order(event: events.OrderEvent, quantity: Scaler) -> documents.OrderBody:
    return documents.OrderBody(
        _currency(event.currency),
        _lines(_order_line, event.lines, quantity),
        event.customer_po or None,
        event.channel or None,
        event.warehouse or None,
        _optional_instant(event.requested_ship_at, "requested_ship_at"),
        _optional_instant(event.promised_at, "promised_at"),
        None if event.terms is None else _terms(event.terms),
        event.billing,
        event.ship_complete,
        _each(_charge, event.charges, "charges") if event.charges else (),
        _optional_amount(event.total, "total"),
    )


def _stock(event: events.AllocationEvent | events.PickEvent, quantity: Scaler) -> documents.GoodsBody:
    return documents.GoodsBody(_lines(_goods_line, event.lines, quantity), event.warehouse or None)


def _shipment(event: events.ShipmentEvent, quantity: Scaler) -> documents.GoodsBody:
    return documents.GoodsBody(
        _lines(_goods_line, event.lines, quantity),
        event.warehouse or None,
        event.carrier or None,
        event.final,
        _optional_instant(event.eta, "eta"),
        tuple((package.id, package.tracking or None) for package in event.packages) if event.packages else (),
    )


def _pod(event: events.PodEvent, quantity: Scaler) -> documents.GoodsBody:
    return documents.GoodsBody(
        None if event.lines is None else _lines(_goods_line, event.lines, quantity),
        received_by=event.received_by or None,
        condition=event.condition,
    )


def _invoice(event: events.InvoiceEvent, _quantity: Scaler) -> documents.InvoiceBody:
    return documents.InvoiceBody(
        _currency(event.currency),
        _each(_invoice_line, event.lines, "lines"),
        amount_of(event.total, "total"),
        event.kind,
        event.posted,
        _each(_charge, event.charges, "charges") if event.charges else (),
        _optional_amount(event.tax, "tax"),
        _optional_amount(event.freight, "freight"),
        _optional_amount(event.rounding, "rounding"),
        _optional_amount(event.prepaid, "prepaid"),
        _optional_instant(event.due_at, "due_at"),
        None if event.terms is None else _terms(event.terms),
    )


def _payment(event: events.PaymentEvent, _quantity: Scaler) -> documents.PaymentBody:
    return documents.PaymentBody(
        _currency(event.currency),
        amount_of(event.amount, "amount"),
        event.kind,
        _each(_application, event.applications, "applications"),
        event.reference or None,
    )


def _hold(event: events.HoldEvent, _quantity: Scaler) -> documents.HoldBody:
    return documents.HoldBody(
        event.kind,
        _optional_instant(event.released_at, "released_at"),
        None if event.lines is None else _each(_held_line, event.lines, "lines"),
        None if event.blocks is None else tuple(event.blocks),
    )


def _return(event: events.ReturnEvent, _quantity: Scaler) -> documents.ReturnBody:
    return documents.ReturnBody(_lines(_goods_line, event.lines, quantity_of), event.kind, event.reason or None)


def _credited_invoice(credited: events.CreditedInvoice) -> tuple[str, int]:
    return credited.invoice, amount_of(credited.amount, "amount")


def _credit_memo(event: events.CreditMemoEvent, _quantity: Scaler) -> documents.CreditMemoBody:
    return documents.CreditMemoBody(
        _currency(event.currency),
        amount_of(event.amount, "amount"),
        event.kind,
        _each(_credited_invoice, event.invoices, "invoices") if event.invoices else (),
        None if event.lines is None else _each(_invoice_line, event.lines, "lines"),
        event.reason or None,
    )


def _dispute(event: events.DisputeEvent, _quantity: Scaler) -> documents.DisputeBody:
    if not (event.invoice or event.payment):
        raise Rejection("MISSING_VALUE", "A dispute needs an invoice or a payment", "invoice")
    if event.invoice and event.payment:
        raise Rejection("INVALID", "A dispute is about an invoice or about a payment, not about both", "payment")
    return documents.DisputeBody(
        amount_of(event.amount, "amount"),
        event.invoice or None,
        event.payment or None,
        event.reason or None,
        _optional_instant(event.respond_by, "respond_by"),
        _optional_instant(event.resolved_at, "resolved_at"),
        event.outcome,
        _optional_amount(event.recovered, "recovered"),
    )


def _transit(event: events.TransitEvent, _quantity: Scaler) -> documents.TransitBody:
    return documents.TransitBody(event.status, _optional_instant(event.eta, "eta"), event.reason or None)


def _incident(event: events.IncidentEvent, _quantity: Scaler) -> documents.IncidentBody:
    resolved_at = _optional_instant(event.resolved_at, "resolved_at")
    return documents.IncidentBody(event.kind, resolved_at, event.detail or None)


def _action(event: events.ActionEvent, _quantity: Scaler) -> documents.ActionBody:
    return documents.ActionBody(
        event.exception_id,
        event.occurrence,
        event.action,
        event.actor,
        event.role,
        event.to or None,
        _optional_instant(event.until, "until"),
        event.note or None,
    )


BODIES: dict[str, Callable[[Any, Scaler], documents.Body]] = {
    "order": _order,
    "allocation": _stock,
    "pick": _stock,
    "shipment": _shipment,
    "pod": _pod,
    "invoice": _invoice,
    "payment": _payment,
    "hold": _hold,
    "return": _return,
    "credit_memo": _credit_memo,
    "dispute": _dispute,
    "transit": _transit,
    "incident": _incident,
    "action": _action,
}
"""Each document type with the function that converts its body; the scaler says whether a quantity may be negative."""
