"""The Avro schema of a wire class, as writers use it, or of an output class, as readers do.

On the wire: exact decimals, times in microseconds, the defaults of the class. Outputs are what their JSON is:
quantities, money and times as strings; what may be null or absent there is null here, and null by default.

Source: the Apache Avro specification, version 1.11 (records, unions, the logical types decimal and timestamp-micros).
"""

from datetime import datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import NODEFAULT, UNSET, Struct, UnsetType
from msgspec.structs import FieldInfo, fields

from o2c.schemas.avro_reading import NAMESPACE, record_name
from o2c.schemas.numbers import AMOUNT_PLACES, PRICE_PLACES, QUANTITY_PLACES

_WHOLE_DIGITS = 16
_QUANTITIES = frozenset(
    {"quantity", "cancelled_quantity", "ratio", "units", "backordered", "short", "damaged", "refused"}
)
_PRICES = frozenset({"unit_price"})
_PRIMITIVES = {str: "string", int: "long", bool: "boolean"}


def avro_schema(document_type: str, wire_class: type[Struct]) -> dict[str, Any]:
    """The schema of the events of `document_type`, or of the outputs of that name, ready for JSON."""
    return _Writer().record(record_name(document_type), wire_class) | {"namespace": NAMESPACE}


class _Writer:
    """Defines a record where it is first used, and names it from then on, as Avro wants it."""

    def __init__(self) -> None:
        self._defined: set[str] = set()

    def record(self, name: str, wire_class: type[Struct]) -> dict[str, Any]:
        self._defined.add(name)
        return {
            "type": "record",
            "name": name,
            "namespace": NAMESPACE,
            "doc": " ".join((wire_class.__doc__ or "").split()),
            "fields": [self._field(described) for described in fields(wire_class)],
        }

    def _field(self, described: FieldInfo) -> dict[str, Any]:
        written: dict[str, Any] = {
            "name": described.encode_name,
            "type": self._type(described.type, described.encode_name),
        }
        choices = _choices(described.type)
        if choices:
            written["doc"] = f"One of {', '.join(choices)}."
        elif is_free(described.type):
            written["doc"] = "An object as JSON text."
        if described.default_factory is not NODEFAULT:
            written["default"] = described.default_factory()
        elif described.default is UNSET or (described.required and _is_nullable(written["type"])):
            written["default"] = None
        elif described.default is not NODEFAULT:
            written["default"] = described.default
        return written

    def _type(self, annotation: Any, name: str) -> Any:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        if annotation in _PRIMITIVES:
            return _PRIMITIVES[annotation]
        if annotation is datetime:
            return {"type": "long", "logicalType": "timestamp-micros"}
        if annotation is Decimal:
            return _decimal(name)
        if isinstance(annotation, type) and issubclass(annotation, Struct):
            return self._named(annotation)
        origin, members = get_origin(annotation), get_args(annotation)
        if origin is Literal or is_free(annotation):
            return "string"
        if origin is list:
            return {"type": "array", "items": self._type(members[0], name)}
        if origin is dict:
            return {"type": "map", "values": self._type(members[1], name)}
        assert origin in (Union, UnionType), f"no Avro type for {annotation}"
        return self._union(members, name)

    def _union(self, members: tuple[Any, ...], name: str) -> Any:
        # Where a number may stand for its text (`line`), Avro has the text alone.
        absent = {NoneType, UnsetType} & set(members)
        kinds = [member for member in members if member not in absent and not (member is int and str in members)]
        assert len(kinds) == 1, f"{name} has several types"
        return ["null", self._type(kinds[0], name)] if absent else self._type(kinds[0], name)

    def _named(self, wire_class: type[Struct]) -> Any:
        name = wire_class.__name__
        return f"{NAMESPACE}.{name}" if name in self._defined else self.record(name, wire_class)


def is_free(annotation: Any) -> bool:
    """Whether it is an object of any fields: Avro knows none, so its JSON stands there as text."""
    return get_origin(annotation) is dict and get_args(annotation)[1] is Any


def _is_nullable(written: Any) -> bool:
    return isinstance(written, list) and written[0] == "null"


def _decimal(name: str) -> dict[str, Any]:
    scale = QUANTITY_PLACES if name in _QUANTITIES else PRICE_PLACES if name in _PRICES else AMOUNT_PLACES
    return {"type": "bytes", "logicalType": "decimal", "precision": _WHOLE_DIGITS + scale, "scale": scale}


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((found for member in get_args(annotation) if (found := _choices(member))), ())
