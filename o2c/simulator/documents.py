"""What the distributor's systems say of an order: its plan as canonical events, each in its own system's manner."""

from collections.abc import Iterator

from o2c.simulator.chance import Chance
from o2c.simulator.goods import parcel_statements
from o2c.simulator.plan import Application, Hold, Invoice, OrderedLine, Payment, Plan
from o2c.simulator.policy import DAY_S, HOUR_S
from o2c.simulator.statements import Fields, Statement, amount_text, moment, quantity_text, state
from o2c.simulator.world import CHANNELS, CREDIT_DESK, DROP_SHIP, QUARTERS

_PROMISED_DAYS = 9


def statements_of(plan: Plan, chance: Chance) -> Iterator[Statement]:
    """All that is said of the order, document by document."""
    yield from _order(plan)
    if plan.hold is not None and plan.hold.placed_at:
        yield from _hold(plan, plan.hold)
    for parcel in plan.parcels:
        yield from parcel_statements(plan, parcel, chance)
    for invoice in plan.invoices:
        yield from _invoice(plan, invoice, chance)
    if plan.invoices and plan.fault is None and chance.happens(0.02):
        yield from _voided_invoice(plan, plan.invoices[0])
    for payment in plan.payments:
        yield _payment(plan, payment)


def _order(plan: Plan) -> Iterator[Statement]:
    document = ("order", plan.order_id)
    source = CHANNELS[plan.channel]
    header = _order_header(plan)
    lines = [_order_line(plan, line, line.first_quantity, 0) for line in plan.lines]
    at = plan.ordered_at
    yield state(plan, document, source, at, {**header, "lines": lines}, business_at=at)
    if plan.revised_at is not None:
        if plan.cancelled:
            header["cancelled"] = True
        lines = [_order_line(plan, line, line.quantity, line.cancelled) for line in plan.lines]
        yield state(plan, document, source, plan.revised_at, {**header, "lines": lines}, revision=2, business_at=at)


def _order_header(plan: Plan) -> Fields:
    customer = plan.customer
    header: Fields = {
        "customer_id": customer.customer_id,
        "customer_po": f"PO-{customer.customer_id}-{plan.number}",
        "currency": customer.currency,
        "channel": plan.channel,
        "promised_at": moment(plan.ordered_at + _PROMISED_DAYS * DAY_S),
        "terms": {"net_days": customer.net_days},
    }
    if customer.billing != "shipment":
        header["billing"] = customer.billing
    if plan.channel != DROP_SHIP:
        header["warehouse"] = plan.lines[0].warehouse.code
    if plan.requested_at is not None:
        header["requested_ship_at"] = moment(plan.requested_at)
    if plan.freight:
        header["charges"] = [{"kind": "freight", "amount": amount_text(plan.freight)}]
    return header


def _order_line(plan: Plan, line: OrderedLine, quantity: int, cancelled: int) -> Fields:
    fields: Fields = {"line": str(line.number), "sku": line.product.sku, "quantity": quantity_text(quantity)}
    if line.free:
        fields["free"] = True
    else:
        fields["unit_price"] = amount_text(line.price)
    if line.warehouse is not plan.lines[0].warehouse:
        fields["warehouse"] = line.warehouse.code
    if cancelled:
        fields["cancelled_quantity"] = quantity_text(cancelled)
    return fields


def _hold(plan: Plan, hold: Hold) -> Iterator[Statement]:
    document = ("hold", plan.document_id("hold", 1))
    yield state(plan, document, CREDIT_DESK, hold.placed_at, {"kind": hold.kind})
    if hold.released_at is not None:
        fields: Fields = {"kind": hold.kind, "released_at": moment(hold.released_at)}
        yield state(plan, document, CREDIT_DESK, hold.released_at, fields, revision=2)


def _invoice(plan: Plan, invoice: Invoice, chance: Chance) -> Iterator[Statement]:
    document = ("invoice", plan.document_id("invoice", invoice.number))
    refs = {"shipment": [plan.document_id("shipment", invoice.parcel.number)]}
    fields = _invoice_fields(plan, invoice)
    source = plan.customer.company.erp
    at = invoice.issued_at
    drafted = chance.happens(0.03)
    if drafted:
        drafted_at = max(plan.ordered_at, at - HOUR_S)
        draft: Fields = {**fields, "posted": False}
        yield state(plan, document, source, drafted_at, draft, business_at=at, refs=refs)
    yield state(plan, document, source, at, fields, revision=2 if drafted else 1, business_at=at, refs=refs)


def _voided_invoice(plan: Plan, invoice: Invoice) -> Iterator[Statement]:
    """An invoice made in error shortly before the right one, and voided at once."""
    document = ("invoice", plan.document_id("invoice", 0))
    at = max(plan.ordered_at, invoice.issued_at - HOUR_S)
    fields = _invoice_fields(plan, invoice)
    source = plan.customer.company.erp
    yield state(plan, document, source, at, fields, business_at=at)
    yield state(plan, document, source, at + 600, {**fields, "cancelled": True}, revision=2, business_at=at)


def _invoice_fields(plan: Plan, invoice: Invoice) -> Fields:
    fields: Fields = {
        "customer_id": plan.customer.customer_id,
        "currency": plan.customer.currency,
        "lines": [_invoice_line(plan, index, quantity) for index, quantity in invoice.content],
        "tax": amount_text(invoice.tax),
        "total": amount_text(invoice.total),
    }
    if invoice.freight:
        fields["freight"] = amount_text(invoice.freight)
    said = plan.number % 3
    if said == 0:
        fields["due_at"] = moment(invoice.due_at)
    elif said == 1:
        fields["terms"] = {"net_days": invoice.net_days}
    return fields


def _invoice_line(plan: Plan, index: int, quantity: int) -> Fields:
    line = plan.lines[index]
    return {
        "line": str(line.number),
        "sku": line.product.sku,
        "quantity": quantity_text(quantity),
        "unit_price": amount_text(line.price),
        "amount": amount_text(quantity * line.price // QUARTERS),
    }


def _payment(plan: Plan, payment: Payment) -> Statement:
    applications = [_application(plan, application) for application in payment.applications]
    amount = sum(application.amount for application in payment.applications) + payment.excess
    fields: Fields = {
        "customer_id": plan.customer.customer_id,
        "currency": plan.customer.currency,
        "amount": amount_text(amount),
        "applications": applications,
        "reference": f"WIRE-{plan.number}-{payment.number}",
    }
    document = ("payment", plan.document_id("payment", payment.number))
    refs = {"invoice": [application["invoice"] for application in applications]}
    at = payment.received_at
    return state(plan, document, plan.customer.company.receivables, at, fields, business_at=at, refs=refs)


def _application(plan: Plan, application: Application) -> Fields:
    fields: Fields = {
        "invoice": plan.document_id("invoice", application.invoice.number),
        "amount": amount_text(application.amount),
    }
    if application.discount:
        fields["discount"] = amount_text(application.discount)
    if application.deduction:
        fields["adjustments"] = [{"amount": amount_text(application.deduction), "reason_code": "damaged"}]
    return fields
