"""What the order's own system says of it."""

from collections.abc import Iterator

from o2c.simulator.plan import OrderedLine, Plan
from o2c.simulator.statements import Fields, Statement, amount_text, moment, quantity_text, state, unit_of
from o2c.simulator.world import CHANNELS, DROP_SHIP


def order_statements(plan: Plan) -> Iterator[Statement]:
    """The order as it is taken, and every time that it is changed."""
    document = ("order", plan.order_id)
    source = order_source(plan)
    placed_at = plan.ordered_at
    first = order_fields(plan, [_order_line(plan, line, line.first_quantity) for line in plan.lines])
    yield state(plan, document, source, placed_at, first, business_at=placed_at)
    whole = [_order_line(plan, line, line.quantity, line.cancelled) for line in plan.lines]
    agreed = [_order_line(plan, line, line.wanted) for line in plan.lines]
    changes = ((plan.revised_at, whole), (plan.restated_at, whole), (plan.agreed_at, agreed))
    told = [(at, lines) for at, lines in changes if at is not None]
    for revision, (at, lines) in enumerate(told, 2):
        fields = order_fields(plan, lines)
        if plan.cancelled:
            fields["cancelled"] = True
        yield state(plan, document, source, at, fields, revision=revision, business_at=placed_at)


def order_source(plan: Plan) -> str:
    """The system that orders of this channel come from."""
    return CHANNELS[plan.channel]


def order_fields(plan: Plan, lines: list[Fields] | None = None) -> Fields:
    """What an order says; `lines` None: what was ordered at first."""
    customer = plan.customer
    fields: Fields = {
        "customer_id": customer.customer_id,
        "customer_po": f"PO-{customer.customer_id}-{plan.number}",
        "currency": customer.currency,
        "channel": plan.channel,
        "promised_at": moment(plan.promised_at),
        "terms": {"net_days": customer.net_days},
    }
    if plan.billing != "shipment":
        fields["billing"] = plan.billing
    if plan.channel != DROP_SHIP:
        fields["warehouse"] = plan.lines[0].warehouse.code
    if plan.requested_at is not None:
        fields["requested_ship_at"] = moment(plan.requested_at)
    if plan.freight:
        fields["charges"] = [{"kind": "freight", "amount": amount_text(plan.freight)}]
    first = lines if lines is not None else [_order_line(plan, line, line.first_quantity) for line in plan.lines]
    parts = [part for line in plan.lines for part in _components(line)]
    return {**fields, "lines": [*first, *parts]}


def _order_line(plan: Plan, line: OrderedLine, quantity: int, cancelled: int = 0) -> Fields:
    fields: Fields = {
        "line": str(line.number),
        "sku": line.product.sku,
        "quantity": quantity_text(quantity),
        "uom": unit_of(line),
    }
    if line.free:
        fields["free"] = True
    else:
        fields["unit_price"] = amount_text(line.price)
    if line.warehouse is not plan.lines[0].warehouse:
        fields["warehouse"] = line.warehouse.code
    if cancelled:
        fields["cancelled_quantity"] = quantity_text(cancelled)
    if line.requested_at is not None:
        fields["requested_ship_at"] = moment(line.requested_at)
    if line.in_pairs:
        fields["units"] = {"PR": "2"}
    return fields


def _components(line: OrderedLine) -> list[Fields]:
    return [
        {
            "line": str(line.number + part),
            "sku": sku,
            "quantity": quantity_text(line.quantity * ratio),
            "parent_line": str(line.number),
            "ratio": str(ratio),
        }
        for part, (sku, ratio) in enumerate(line.components, 1)
    ]
