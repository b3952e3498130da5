"""Orders: plain lines, kits, two lines of one item, units of measure; and further documents of one order."""

from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from o2c.schemas.documents import Charge, Discount, Instalment, OrderBody, OrderLine, Terms
from tests.properties.build import at, money, price
from tests.properties.stories.desk import UNIT, Desk, Draw, mostly


def order(desk: Desk) -> None:
    """The order, or another document of it."""
    draw = desk.draw
    if desk.of("order"):
        _second_order(desk)
        return
    shape = draw(mostly("plain", "kit", "same sku", "units", times=3))
    lines = [_order_line(desk, position, shape) for position in range(draw(st.integers(1, 3)))]
    if shape == "kit":
        lines = _kit(desk, lines[0])
    body = OrderBody(
        currency="USD",
        lines=tuple(lines),
        customer_po=draw(st.sampled_from(("PO", None))),
        channel=draw(mostly(None, "web")),
        promised_at=draw(mostly(None, at(-1), at(30), times=2)),
        requested_ship_at=draw(mostly(None, at(5))),
        terms=draw(st.none() | terms()),
        billing=draw(mostly("shipment", "delivery", "prepaid", times=3)),
        charges=draw(mostly((), (Charge("freight", money(2)),))),
    )
    desk.write("order", body, customer_id=draw(mostly("C1", None)))


def _order_line(desk: Desk, position: int, shape: str) -> OrderLine:
    draw = desk.draw
    number = draw(st.integers(1, 4)) * UNIT
    return OrderLine(
        str(position + 1),
        "A" if shape == "same sku" else "ABC"[position],
        number,
        warehouse=draw(mostly(None, "W1")) if shape != "same sku" else None,
        unit_price=draw(mostly(price(2), price("2.5"), price(10), price("0.333333333333"), None, times=2)),
        amount=draw(mostly(None, money(7))),
        uom="EA" if shape == "units" else None,
        cancelled_quantity=draw(mostly(0, UNIT, number, times=8)),
        closed=draw(mostly(False, True, times=8)),
        free=draw(mostly(False, True, times=8)),
        units=(("CASE", 2 * UNIT),) if shape == "units" else (),
    )


def _kit(desk: Desk, parent: OrderLine) -> list[OrderLine]:
    parts = []
    for position in range(desk.draw(st.integers(1, 2))):
        ratio = desk.draw(st.sampled_from((1, 2)))
        parts.append(
            OrderLine(
                str(position + 2),
                "BC"[position],
                parent.quantity * ratio,
                parent_line="1",
                ratio=desk.draw(st.sampled_from((None, ratio * UNIT))),
            )
        )
    return [parent, *parts]


def _second_order(desk: Desk) -> None:
    """Another document of the order: a duplicate, or a delta of one line more."""
    draw = desk.draw
    first = next(one for one in reversed(desk.found) if one.type == "order")
    assert isinstance(first.body, OrderBody)
    lines = first.body.lines
    if draw(st.booleans()):
        lines = (OrderLine("7", "G", draw(st.integers(1, 2)) * UNIT, unit_price=price(1)),)
    body = structs.replace(first.body, lines=lines, charges=(), total=None)
    desk.write("order", body, customer_id=first.customer_id)


@st.composite
def terms(draw: Draw[Any]) -> Terms:
    """Net days, a discount, instalments."""
    parts = draw(
        mostly((), (Instalment(money(50), at(4)), Instalment(money(50), at(20))), (Instalment(money(100), at(6)),))
    )
    discounts = draw(st.sampled_from(((Discount(money(10), 0),), (), (Discount(money(2), 1), Discount(money(10), 0)))))
    return Terms(net_days=draw(st.sampled_from((0, 1, None))), discounts=discounts, instalments=parts)
