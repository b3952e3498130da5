"""What a system says of a document: the envelope that all canonical events share."""

from dataclasses import dataclass
from typing import Any

from o2c.schemas.numbers import AMOUNT_PLACES, QUANTITY_PLACES, QUANTITY_UNIT, plain
from o2c.schemas.times import SECOND_US, rfc3339
from o2c.simulator.plan import Content, OrderedLine, Plan
from o2c.simulator.world import QUARTERS

Fields = dict[str, Any]


@dataclass(slots=True)
class Statement:
    """One event before it is sent. `occurred_at` is in whole seconds; `event` has all but its id and arrival."""

    document_type: str
    source: str
    occurred_at: int
    event: Fields


def state(
    plan: Plan,
    document: tuple[str, str],
    source: str,
    occurred_at: int,
    fields: Fields,
    *,
    revision: int = 1,
    business_at: int | None = None,
    refs: dict[str, list[str]] | None = None,
) -> Statement:
    """A revision of `document` (type, number), naming its order the way the order's systems do."""
    document_type, document_id = document
    event: Fields = {"type": document_type, "source": source, "document_id": document_id}
    if plan.scope:
        event["scope"] = plan.scope
    if revision > 1:
        event["revision"] = revision
    event["occurred_at"] = moment(occurred_at)
    if business_at is not None:
        event["business_at"] = moment(business_at)
    named = dict(refs) if refs else {}
    if plan.explicit:
        event["correlation_id"] = plan.correlation_id
    elif document_type != "order":
        named["order"] = [plan.order_id]
    if named:
        event["refs"] = named
    event.update(fields)
    return Statement(document_type, source, occurred_at, event)


def moment(seconds: int) -> str:
    """RFC 3339."""
    return rfc3339(seconds * SECOND_US)


def quantity_text(quarters: int) -> str:
    """A quantity of quarter units as the wire has it."""
    return plain(quarters * (QUANTITY_UNIT // QUARTERS), QUANTITY_PLACES)


def amount_text(amount: int) -> str:
    """Money of 10^-4 as the wire has it."""
    return plain(amount, AMOUNT_PLACES)


def unit_of(line: OrderedLine) -> str:
    """The unit in which an order's line counts."""
    return "KG" if line.product.step == 1 else "EA"


def goods_lines(plan: Plan, content: Content, naming: str) -> list[Fields]:
    """The lines of `content`, named as one system names them: by padded number and article, by article, by number.

    Of a kit its components are named.
    """
    lines = []
    for index, quantity in content:
        line = plan.lines[index]
        if not line.components:
            lines.append({**_name(line.number, line.product.sku, naming), "quantity": quantity_text(quantity)})
        for part, (sku, ratio) in enumerate(line.components, 1):
            lines.append({**_name(line.number + part, sku, naming), "quantity": quantity_text(quantity * ratio)})
    return lines


def _name(number: int, sku: str, naming: str) -> Fields:
    if naming == "sku":
        return {"sku": sku}
    if naming == "number":
        return {"line": number}
    return {"line": f"{number:06d}", "sku": sku}
