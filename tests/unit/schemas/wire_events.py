"""Hypothesis strategies: any valid event, with numbers that its Avro schema can hold."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import FieldInfo, fields

from o2c.schemas import events
from o2c.schemas.numbers import AMOUNT_PLACES, PRICE_PLACES, QUANTITY_PLACES

QUANTITIES = {"quantity", "cancelled_quantity", "ratio", "units", "backordered", "short", "damaged", "refused"}
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# Hypothesis wants bounds without an offset and gives each time one of its own.
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=OFFSETS)  # noqa: DTZ001


def wire_events(document_type: str) -> st.SearchStrategy[events.Event]:
    """Valid events of `document_type`, as instances of the wire class."""
    return _instances(events.EVENT_CLASSES[document_type]).map(lambda event: _with_type(event, document_type))


def _with_type(event: Any, document_type: str) -> Any:
    if document_type == "dispute":
        # It is about one of the two.
        invoice = event.invoice or event.event_id
        event = msgspec.structs.replace(event, invoice=None if event.payment else invoice)
    return msgspec.structs.replace(event, type=document_type if event.type else None)


def _instances(wire_class: type[Struct]) -> st.SearchStrategy[Any]:
    return st.builds(
        wire_class, **{described.name: _values(described.type, described) for described in fields(wire_class)}
    )


def _values(annotation: Any, described: FieldInfo) -> st.SearchStrategy[Any]:
    name = described.name
    if name == "currency":
        return st.sampled_from(["EUR", "USD", "JPY"])
    if annotation is str:
        return NAMES
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return st.integers(1, 100_000)
    if annotation is datetime:
        return MOMENTS
    if annotation is Decimal:
        return _decimals(name)
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return _instances(annotation)
    return _composites(annotation, described)


def _decimals(name: str) -> st.SearchStrategy[Decimal]:
    if name in QUANTITIES:
        return st.decimals(0, 10**15, places=QUANTITY_PLACES)
    places = PRICE_PLACES if name == "unit_price" else AMOUNT_PLACES
    return st.decimals(-(10**15), 10**15, places=places)


def _composites(annotation: Any, described: FieldInfo) -> st.SearchStrategy[Any]:
    origin, members = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return st.sampled_from(members)
    if origin is list:
        return st.lists(_values(members[0], described), max_size=3)
    if origin is dict:
        return st.dictionaries(NAMES, _values(members[1], described), max_size=3)
    assert origin in (Union, UnionType)
    # An order line must name something.
    optional = described.name != "line"
    return st.one_of(
        [_values(member, described) for member in members if member is not NoneType] + [st.none()] * optional
    )
