"""What moves goods: allocations to deliveries, what carriers say, and what comes back."""

from hypothesis import strategies as st
from msgspec import structs

from o2c.schemas.documents import GoodsBody, Line, OrderLine, ReturnBody, TransitBody
from tests.properties.build import at
from tests.properties.stories.desk import UNIT, Desk, line_of, lines_of, mostly


def allocation(desk: Desk) -> None:
    """Stock reserved, now and then too little."""

    def line(desk: Desk, ordered: OrderLine) -> Line:
        short = desk.draw(mostly(None, UNIT, 2 * UNIT, times=1))
        backordered = {} if short is None else {"backordered": short, "expected_at": at(20)}
        made = line_of(desk, ordered, **backordered)
        return structs.replace(made, quantity=max(0, made.quantity - (short or 0)))

    desk.write("allocation", GoodsBody(lines=lines_of(desk, line)))


def pick(desk: Desk) -> None:
    """Goods picked."""
    desk.write("pick", GoodsBody(lines=lines_of(desk)))


def shipment(desk: Desk) -> None:
    """Goods issued, in packages or not."""
    draw = desk.draw
    packed = draw(mostly(False, True, times=2))

    def line(desk: Desk, ordered: OrderLine) -> Line:
        return line_of(desk, ordered, package=desk.draw(st.sampled_from(("X1", "X2"))) if packed else None)

    number = len(desk.of("shipment")) + 1
    body = GoodsBody(
        lines=lines_of(desk, line),
        carrier=draw(st.sampled_from((None, "UPS"))),
        final=draw(mostly(False, True, times=3)),
        eta=draw(mostly(None, at(14))),
        packages=(("X1", f"TR{number}1"), ("X2", f"TR{number}2")) if packed else (),
    )
    desk.write("shipment", body)


def pod(desk: Desk) -> None:
    """A shipment, a package or something delivered."""
    draw = desk.draw
    shipment = desk.one_of("shipment")
    refs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lines: tuple[Line, ...] | None = None
    if shipment is not None:
        how = draw(mostly("shipment", "tracking", "nothing", times=3))
        number = shipment.document_id[1:]
        named = {"shipment": shipment.document_id, "tracking": f"TR{number}1"}
        refs = ((how, (named[how],)),) if how in named else ()
        if draw(st.booleans()):
            assert isinstance(shipment.body, GoodsBody)
            carried = shipment.body.lines or ()
            lines = tuple(_proved(desk, line) for line in carried)
    condition = draw(mostly(None, "ok", "damaged"))
    desk.write("pod", GoodsBody(lines=lines, condition=condition), refs=refs)


def _proved(desk: Desk, carried: Line) -> Line:
    short = desk.draw(mostly(0, UNIT, times=2))
    hurt = desk.draw(mostly(None, UNIT, times=4))
    number = max(0, carried.quantity - short)
    return structs.replace(carried, quantity=number, short=short or None, damaged=hurt if number else None)


def transit(desk: Desk) -> None:
    """A carrier's notice."""
    shipment = desk.one_of("shipment")
    refs = (("shipment", (shipment.document_id,)),) if shipment is not None else ()
    status = desk.draw(st.sampled_from(("exception", "in_transit", "picked_up", "attempted", "returning", "returned")))
    desk.write("transit", TransitBody(status, desk.draw(st.sampled_from((None, at(9), at(18))))), refs=refs)


def return_goods(desk: Desk) -> None:
    """Goods that come back."""
    kind = desk.draw(mostly("received", "refused", "authorized", "unshipped", times=3))
    desk.write("return", ReturnBody(lines=lines_of(desk), kind=kind))
