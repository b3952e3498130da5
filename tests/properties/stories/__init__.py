"""Random orders whose documents know of each other: most fit, each may go wrong in its own way."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from o2c.schemas.documents import Document
from tests.properties.stories.changes import reversal, revision
from tests.properties.stories.desk import Desk, Draw, mostly
from tests.properties.stories.goods import allocation, pick, pod, return_goods, shipment, transit
from tests.properties.stories.money import credit_memo, dispute, hold, incident, invoice, payment
from tests.properties.stories.orders import order

_WRITERS: dict[str, Callable[[Desk], None]] = {
    "order": order,
    "allocation": allocation,
    "pick": pick,
    "shipment": shipment,
    "pod": pod,
    "invoice": invoice,
    "payment": payment,
    "hold": hold,
    "return": return_goods,
    "credit_memo": credit_memo,
    "dispute": dispute,
    "transit": transit,
    "incident": incident,
    "revision": revision,
    "reversal": reversal,
}


_KINDS = (
    *("allocation", "pick", "shipment", "shipment", "pod", "pod", "invoice", "invoice", "payment", "payment"),
    *("payment", "hold", "hold", "return", "credit_memo", "dispute", "transit", "incident", "order"),
    *("allocation", "payment"),
    *("revision", "revision", "reversal"),
)
_NEEDS = {
    "pod": "shipment",
    "transit": "shipment",
    "payment": "invoice",
    "dispute": "payment",
    "credit_memo": "invoice",
}
_TURNS = {kind: turn for turn, kind in enumerate(_WRITERS)}


@st.composite
def stories(draw: Draw[Any], least: int = 3, most: int = 12) -> list[Document]:
    """An order and what became of it, mostly in the order of the process; now and then without its order document."""
    desk = Desk(draw)
    if draw(mostly(True, False, times=15)):
        order(desk)
    kinds = draw(st.lists(st.sampled_from(_KINDS), min_size=least, max_size=most))
    if draw(mostly(True, False, times=4)):
        kinds.sort(key=_TURNS.__getitem__)
    for kind in kinds:
        needed = _NEEDS.get(kind)
        if needed is not None and not desk.of(needed) and draw(mostly(True, False)):
            _WRITERS[needed](desk)
        _WRITERS[kind](desk)
    return desk.found
