"""A document as the event that it came from: the way back, for the few that are published as they were understood."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from o2c.schemas.documents import Document
from o2c.schemas.numbers import AMOUNT_PLACES, PRICE_PLACES, QUANTITY_PLACES, plain
from o2c.schemas.times import rfc3339

_PLACES = {
    **dict.fromkeys(("quantity", "cancelled_quantity", "ratio", "backordered", "short"), QUANTITY_PLACES),
    **dict.fromkeys(("damaged", "refused"), QUANTITY_PLACES),
    "unit_price": PRICE_PLACES,
    **dict.fromkeys(("amount", "total", "tax", "freight", "rounding", "prepaid", "discount"), AMOUNT_PLACES),
    **dict.fromkeys(("percent", "recovered"), AMOUNT_PLACES),
}
_SAID_EMPTY = frozenset({"lines", "blocks"})
"""Fields that say something else where they are empty than where they are absent."""

_TIMES = frozenset(
    {"at", "business_at", "due_at", "eta", "expected_at", "occurred_at", "promised_at", "released_at"}
    | {"requested_ship_at", "resolved_at", "respond_by", "until"}
)


def event_of(document: Document) -> dict[str, Any]:
    """The canonical event that says what `document` says, ready for JSON. What is absent or empty is left out."""
    event = _fields(document, without=("body",))
    return event | _fields(document.body)


def _fields(value: Struct, without: tuple[str, ...] = ()) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name in value.__struct_fields__:
        held = getattr(value, name)
        if name == "references":
            written.update(held)
        elif name not in without and held is not None and (held != () or name in _SAID_EMPTY):
            written[name] = _written(name, held)
    return written


def _written(name: str, held: Any) -> Any:
    if name in _PAIRS:
        return _PAIRS[name](held)
    if isinstance(held, Struct):
        return _fields(held)
    if isinstance(held, tuple):
        return [_written("", item) for item in held]
    if name in _TIMES:
        return rfc3339(held)
    places = _PLACES.get(name)
    return held if places is None else plain(held, places)


def _named(first: str, second: str, pairs: Iterable[tuple[str, Any]]) -> list[dict[str, Any]]:
    return [{first: one, second: other} for one, other in pairs]


_PAIRS: dict[str, Any] = {
    "reverses": lambda keys: _named("type", "document_id", keys),
    "replaces": lambda keys: _named("type", "document_id", keys),
    "packages": lambda packages: _named("id", "tracking", packages),
    "invoices": lambda pairs: _named("invoice", "amount", ((one, plain(some, AMOUNT_PLACES)) for one, some in pairs)),
    "refs": lambda refs: {kind: list(values) for kind, values in refs},
    "item_ids": dict,
    "units": lambda units: {unit: plain(factor, QUANTITY_PLACES) for unit, factor in units},
}
"""What a document keeps as pairs, by field: how it stands on the wire."""
