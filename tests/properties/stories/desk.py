"""Where documents are written: what was written so far, and what a line says of an order line."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

from o2c.schemas.documents import Body, Document, Line, OrderBody, OrderLine
from tests.properties.build import at, quantity

Drawn = TypeVar("Drawn")
Draw = Callable[[st.SearchStrategy[Drawn]], Drawn]

LAST = 12
UNIT = quantity(1)
PREFIX = {
    "order": "O",
    "allocation": "L",
    "pick": "K",
    "shipment": "S",
    "pod": "D",
    "invoice": "I",
    "payment": "P",
    "hold": "H",
    "return": "R",
    "credit_memo": "M",
    "dispute": "X",
    "transit": "T",
    "incident": "N",
}


def mostly(usual: Drawn, *others: Drawn, times: int = 5) -> st.SearchStrategy[Drawn]:
    """The usual value, now and then another one."""
    return st.sampled_from((usual,) * times + others)


@dataclass
class Desk:
    """What has been written so far."""

    draw: Draw[Any]
    found: list[Document] = field(default_factory=list)

    def of(self, kind: str) -> list[Document]:
        """The documents of a type, each once."""
        return [one for one in self.found if one.type == kind and one.revision == 1]

    def write(self, kind: str, body: Body, **envelope: Any) -> Document:
        """A new document of a type."""
        number = f"{PREFIX[kind]}{len(self.of(kind)) + 1}"
        hours = self.draw(st.integers(0, LAST))
        written = Document(
            type=kind,
            scope="",
            document_id=number,
            revision=1,
            occurred_at=at(hours),
            event_id=f"{number}-1",
            source="erp",
            body=body,
            business_at=self.draw(mostly(None, at(hours), at(max(0, hours - 2)))),
            **envelope,
        )
        self.found.append(written)
        return written

    def one_of(self, kind: str) -> Document | None:
        """One of the documents of a type, if there are any."""
        known = self.of(kind)
        return self.draw(st.sampled_from(known)) if known else None

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        """The lines of the first order document."""
        first = self.of("order")
        body = first[0].body if first else None
        return body.lines if isinstance(body, OrderBody) else ()


def line_of(desk: Desk, ordered: OrderLine, **values: Any) -> Line:
    """What a document says of an order line, by number or sku, in its unit or another one."""
    draw = desk.draw
    number = max(0, ordered.quantity + draw(mostly(0, -UNIT, UNIT, times=3)))
    named = draw(mostly("both", "line", "sku", "swapped", "unknown", times=8))
    line = None if named == "sku" else "9" if named == "unknown" else ordered.line
    sku = {"line": None, "swapped": "Y", "unknown": "Z"}.get(named, ordered.sku)
    uom = draw(st.sampled_from((None, "EA", "CASE", "CASE", "PALLET"))) if ordered.uom else None
    if uom == "CASE":
        number = number // 2
    return Line(line, sku, number, uom=uom, **values)


def lines_of(desk: Desk, make: Callable[..., Line] = line_of) -> tuple[Line, ...]:
    """Some of what was ordered, line by line."""
    if not desk.lines:
        return tuple(Line("1", "A", UNIT) for _ in range(desk.draw(st.integers(1, 2))))
    wanted = [one for one in desk.lines if desk.draw(mostly(True, False, times=4))]
    return tuple(make(desk, one) for one in wanted)
