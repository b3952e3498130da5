"""Random histories of one order: few names, few hours, small numbers, so that ties and repeats are frequent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st
from msgspec import structs

from o2c.flows.correlation.policy import Policy
from o2c.schemas.documents import (
    Adjustment,
    Application,
    Body,
    Charge,
    Document,
    GoodsBody,
    HoldBody,
    Instalment,
    InvoiceBody,
    Line,
    OrderBody,
    OrderLine,
    PaymentBody,
    Terms,
)
from tests.properties.build import at, hour, money, price, quantity
from tests.properties.policies import FEEDS, policy_of, policy_texts
from tests.properties.stories import stories

Drawn = TypeVar("Drawn")
Draw = Callable[[st.SearchStrategy[Drawn]], Drawn]

CORRELATION_ID = "C"
LAST_HOUR = 40
_WAREHOUSES = (None, "W1", "W2")
hours = st.integers(0, 12)
some_hour = st.none() | hours.map(hour)
quantities = st.sampled_from(("1", "2", "3", "4", "0.5", "0")).map(quantity)
amounts = st.integers(0, 12).map(money) | st.sampled_from(("3.3333", "0.01")).map(money)
prices = st.sampled_from(("1", "2.5", "0.333333333333", "0")).map(price)
currencies = st.sampled_from(("USD", "USD", "USD", "EUR"))
scopes = st.sampled_from(("", "", "", "eu"))


@dataclass(frozen=True)
class Moment:
    """A step of a history: what arrives at a clock, and how far each feed has got."""

    clock: int
    arrived: tuple[Document, ...]
    read_to: dict[str, int]

    def progress(self, feed: str) -> int:
        """Up to when a feed has been read."""
        return self.read_to[feed]


@dataclass(frozen=True)
class History:
    """Everything that happens to one order under a policy."""

    policy_text: str
    moments: tuple[Moment, ...]

    @property
    def policy(self) -> Policy:
        """The policy that the text comes to."""
        return policy_of(self.policy_text)

    @property
    def documents(self) -> list[Document]:
        """All that arrives, in order, with its repeats."""
        return [document for moment in self.moments for document in moment.arrived]


# ------------------------------------------------------------------------------ lines


@st.composite
def line_names(draw: Draw[Any]) -> tuple[str | None, str | None]:
    """A line's number and sku, at least one of them."""
    line = draw(st.sampled_from(("1", "2", "10", "010", None)))
    sku = draw(st.sampled_from(("A", "B", "C") if line is None else ("A", "B", "C", None)))
    return line, sku


@st.composite
def order_lines(draw: Draw[Any]) -> OrderLine:
    """A line as ordered: priced, free or without a price."""
    line, sku = draw(line_names())
    sku = "C" if line is None else "A" if sku == "C" else sku
    number = draw(quantities)
    return OrderLine(
        line,
        sku,
        number,
        at=draw(st.none() | some_hour),
        warehouse=draw(st.sampled_from(_WAREHOUSES)),
        unit_price=draw(st.none() | prices),
        amount=draw(st.none() | amounts) if number else None,
        requested_ship_at=draw(some_hour),
        promised_at=draw(some_hour),
        cancelled_quantity=draw(st.sampled_from((0, 0, 0, quantity("1"), number))),
        closed=draw(st.sampled_from((False, False, False, True))),
        fulfilment=draw(st.sampled_from((None, None, "drop_ship"))),
        free=draw(st.sampled_from((False, False, False, True))),
    )


@st.composite
def moved_lines(draw: Draw[Any], refer: str | None = None) -> Line:
    """A line of any other document; with `refer`, it may name a shipment."""
    line, sku = draw(line_names())
    named = draw(st.sampled_from((None, None, None, "S1", "S2"))) if refer else None
    return Line(
        line,
        sku,
        draw(quantities),
        at=draw(st.none() | some_hour),
        references=((refer, named),) if refer and named else (),
    )


def several(lines: st.SearchStrategy[Drawn], most: int = 3) -> st.SearchStrategy[tuple[Drawn, ...]]:
    """None to a few of them."""
    return st.lists(lines, max_size=most).map(tuple)


# ----------------------------------------------------------------------------- bodies


@st.composite
def terms(draw: Draw[Any]) -> Terms:
    """Net days, instalments or both."""
    part = st.builds(Instalment, st.sampled_from((30, 50, 100)).map(money), hours.map(at))
    return Terms(net_days=draw(st.sampled_from((None, 0, 1))), instalments=draw(several(part, 2)))


def order_bodies() -> st.SearchStrategy[Body]:
    """An order of up to four lines."""
    return st.builds(
        OrderBody,
        currency=currencies,
        lines=st.lists(order_lines(), max_size=4).map(tuple),
        channel=st.sampled_from((None, "web")),
        warehouse=st.sampled_from(_WAREHOUSES),
        requested_ship_at=some_hour,
        promised_at=some_hour,
        terms=st.none() | terms(),
        billing=st.sampled_from(("shipment", "delivery", "prepaid")),
        charges=several(st.builds(Charge, st.just("freight"), st.integers(-2, 2).map(money), st.none() | amounts), 1),
        total=st.none() | amounts,
    )


def goods_bodies(final: bool = False) -> st.SearchStrategy[Body]:
    """An allocation or pick; with `final`, a shipment."""
    return st.builds(
        GoodsBody,
        lines=several(moved_lines()),
        warehouse=st.sampled_from(_WAREHOUSES),
        carrier=st.sampled_from((None, "UPS")),
        final=st.sampled_from((False, False, False, True)) if final else st.just(False),
    )


def pod_bodies() -> st.SearchStrategy[Body]:
    """A proof of delivery with lines of its own or without."""
    return st.builds(GoodsBody, lines=st.none() | several(moved_lines("shipment")))


def invoice_bodies() -> st.SearchStrategy[Body]:
    """An invoice, now and then a draft or of a kind that does not count."""
    return st.builds(
        InvoiceBody,
        currency=currencies,
        lines=several(moved_lines()),
        total=amounts,
        kind=st.sampled_from(("standard",) * 5 + ("freight", "proforma")),
        posted=st.sampled_from((True, True, True, True, False)),
        due_at=some_hour,
        terms=st.none() | terms(),
    )


def payment_bodies() -> st.SearchStrategy[Body]:
    """A payment of known and unknown invoices, with discounts and deductions, sometimes of more than it brings."""
    application = st.builds(
        Application,
        st.sampled_from(("I1", "I2", "I9")),
        amounts,
        st.sampled_from((0, 0, money(1))),
        several(st.builds(Adjustment, amounts), 2),
    )
    return st.builds(
        PaymentBody,
        currency=currencies,
        amount=amounts,
        kind=st.sampled_from(("receipt",) * 5 + ("remittance", "refund")),
        applications=several(application, 2),
    )


def hold_bodies() -> st.SearchStrategy[Body]:
    """A hold of the whole order or of lines."""
    return st.builds(
        HoldBody,
        st.sampled_from(("credit", "delivery", "billing", "customer_master")),
        st.none() | st.integers(0, LAST_HOUR).map(hour),
        st.none() | several(moved_lines(), 2),
        st.none() | several(st.sampled_from(("allocation", "pick", "shipment", "invoice")), 2),
    )


# -------------------------------------------------------------------------- documents

_KINDS: dict[str, tuple[tuple[str, ...], st.SearchStrategy[Body]]] = {
    "order": (("O1", "O1", "O1", "O2"), order_bodies()),
    "allocation": (("L1", "L2"), goods_bodies()),
    "pick": (("K1", "K2"), goods_bodies()),
    "shipment": (("S1", "S2", "S3"), goods_bodies(final=True)),
    "pod": (("D1", "D2", "D3"), pod_bodies()),
    "invoice": (("I1", "I2"), invoice_bodies()),
    "payment": (("P1", "P2"), payment_bodies()),
    "hold": (("H1", "H2"), hold_bodies()),
}


@st.composite
def documents(draw: Draw[Any], kind: str | None = None) -> Document:
    """A revision of some document."""
    kind = draw(st.sampled_from(tuple(_KINDS))) if kind is None else kind
    numbers, bodies = _KINDS[kind]
    document_id = draw(st.sampled_from(numbers))
    named = draw(st.sampled_from(((), (), ("S1",), ("S2",), ("S1", "S3")))) if kind == "pod" else ()
    taken_back = () if kind == "order" else ((kind, numbers[0]),)
    return Document(
        type=kind,
        scope=draw(scopes),
        document_id=document_id,
        revision=draw(st.sampled_from((1, 1, 2, 3))),
        occurred_at=at(draw(hours)),
        event_id=draw(st.sampled_from(("e1", "e2", "e3"))),
        source=draw(st.sampled_from(("erp", "wms"))),
        body=draw(bodies),
        business_at=draw(some_hour),
        cancelled=draw(st.sampled_from((False,) * 9 + (True,))),
        reverses=draw(st.sampled_from(((),) * 11 + (taken_back,))),
        replaces=draw(st.sampled_from(((),) * 11 + (taken_back,))),
        refs=(("shipment", named),) if named else (),
        customer_id=draw(st.sampled_from((None, None, None, None, "C1", "C1", "C1", "C2"))),
    )


def papers(most: int = 8) -> st.SearchStrategy[list[Document]]:
    """What an order's systems have to say of it: a story that hangs together, or anything at all."""
    return stories() | anything(most)


@st.composite
def anything(draw: Draw[Any], most: int = 8) -> list[Document]:
    """Documents that know little of each other, in some order; mostly with an order among them."""
    found: list[Document] = draw(st.lists(documents(), max_size=most))
    if draw(st.sampled_from((True, True, True, False))):
        found.append(draw(documents("order")))
    return _agreeing(found)


def _agreeing(found: list[Document]) -> list[Document]:
    """Order documents that speak of one line agree about all but its quantities: else nobody knows who is right."""
    speakers: dict[str, set[tuple[str, str]]] = {}
    first: dict[str, OrderLine] = {}
    for one in found:
        for line in one.body.lines if isinstance(one.body, OrderBody) else ():
            speakers.setdefault(_called(line), set()).add((one.scope, one.document_id))
            first.setdefault(_called(line), line)
    shared = {name: first[name] for name, who in speakers.items() if len(who) > 1}
    orders = {(one.scope, one.document_id) for one in found if one.type == "order"}
    currency = next((one.body.currency for one in found if isinstance(one.body, OrderBody)), "USD")
    return [structs.replace(one, body=_made_alike(one.body, shared, currency, len(orders) > 1)) for one in found]


def _called(line: OrderLine) -> str:
    return str(line.sku) if line.line is None else line.line.lstrip("0")


def _made_alike(body: Body, shared: dict[str, OrderLine], currency: str, several_orders: bool) -> Body:
    if not isinstance(body, OrderBody):
        return body
    lines: dict[str, OrderLine] = {}
    for line in body.lines:
        name = _called(line)
        lines.setdefault(name, _like(shared[name], line) if name in shared else line)
    total = None if several_orders else body.total
    return structs.replace(body, lines=tuple(lines.values()), currency=currency, total=total)


def _like(model: OrderLine, line: OrderLine) -> OrderLine:
    return structs.replace(
        model,
        quantity=line.quantity,
        cancelled_quantity=line.cancelled_quantity,
        at=line.at,
        amount=None,
        unit_price=None if model.unit_price is None else price("2.5"),
        warehouse=model.warehouse or "W1",
        requested_ship_at=at(3) if model.requested_ship_at is None else model.requested_ship_at,
        promised_at=at(3) if model.promised_at is None else model.promised_at,
    )


# ---------------------------------------------------------------------------- histories


@st.composite
def moments(draw: Draw[Any], policy: Policy, arriving: list[Document]) -> tuple[Moment, ...]:
    """The documents in some order, some twice, over a few instants; every feed lags as it likes."""
    queue = draw(st.permutations(arriving + draw(st.lists(st.sampled_from(arriving), max_size=3)))) if arriving else []
    clocks = sorted(draw(st.lists(st.integers(0, LAST_HOUR), min_size=1, max_size=5)))
    cuts = sorted(draw(st.integers(0, len(queue))) for _ in clocks[:-1])
    bounds = [0, *cuts, len(queue)]
    names = (*FEEDS, *policy.declared)
    steps = []
    for position, clock in enumerate(clocks):
        behind = draw(st.sampled_from(({}, {}, {}, {draw(st.sampled_from(names)): draw(st.integers(0, LAST_HOUR))})))
        read_to = {name: at(min(clock, behind.get(name, clock + 3))) for name in names}
        ahead = draw(st.booleans())
        read_to = {name: at(clock + 9) if ahead and name not in behind else value for name, value in read_to.items()}
        steps.append(Moment(at(clock), tuple(queue[bounds[position] : bounds[position + 1]]), read_to))
    return tuple(steps)


@st.composite
def histories(draw: Draw[Any]) -> History:
    """A policy and what happens under it."""
    text = draw(policy_texts())
    return History(text, draw(moments(policy_of(text), draw(papers()))))
