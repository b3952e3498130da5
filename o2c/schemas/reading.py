"""The classes that decoders read into: those of `schemas.events`, with numbers left as written and every id bounded.

They are derived from the wire classes, so a field is declared once. Two things differ:

- A decimal is read as whatever stands there (a string, an integer or a Decimal). A JSON decoder with `float_hook=str`
  thus loses no digit, and `schemas.scaling` takes the text straight to a scaled integer, by its own strict grammar.
- A string that may become a key is at most ID_LENGTH characters, one that must be there is not empty, and integers keep
  to what storage can hold. The decoder checks that while it reads, which costs nothing.
"""

from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct, defstruct, field
from msgspec.structs import FieldInfo, fields

from o2c.schemas.events import EVENT_CLASSES

ID_LENGTH = 1_024
"""The most characters that an id, a reference or any other string that may become a key can have."""

MOST_DAYS = 100_000
"""The most days a term of payment can give: with the latest time there is, the sum still fits 64 bits."""

FREE_TEXT = frozenset({"detail", "note", "reason", "received_by", "traceparent"})
"""Strings that are no keys: of any length, with any characters."""

_INTEGER_BOUNDS = {
    "revision": Meta(ge=1, le=2**63 - 1),
    "net_days": Meta(ge=0, le=MOST_DAYS),
    "days": Meta(ge=0, le=MOST_DAYS),
    "occurrence": Meta(ge=1, le=2**63 - 1),
}
_ANY_INTEGER = Meta(ge=-(2**63), le=2**63 - 1)


class Derivation:
    """Derives a class from each wire class, with `number` for every Decimal and `moment` for every time."""

    def __init__(self, number: Any, moment: Any = datetime) -> None:
        self._replacements = {Decimal: number, datetime: moment}
        self._derived: dict[type[Struct], type[Struct]] = {}

    def of(self, wire_class: type[Struct]) -> type[Struct]:
        """The class derived from `wire_class`; the same at each call."""
        known = self._derived.get(wire_class)
        if known is None:
            known = self._derived[wire_class] = self._derive(wire_class)
        return known

    def _derive(self, wire_class: type[Struct]) -> type[Struct]:
        declared = [
            (described.name, self._replace(described.type, described), _default(described))
            for described in fields(wire_class)
        ]
        namespace = {"__doc__": wire_class.__doc__}
        return defstruct(wire_class.__name__, declared, kw_only=True, gc=False, module=__name__, namespace=namespace)

    def _replace(self, annotation: Any, described: FieldInfo) -> Any:
        if annotation in self._replacements:
            return self._replacements[annotation]
        if annotation is str:
            return _bounded_string(described)
        if annotation is int:
            return Annotated[int, _INTEGER_BOUNDS.get(described.name, _ANY_INTEGER)]
        if isinstance(annotation, type) and issubclass(annotation, Struct):
            return self.of(annotation)
        origin = get_origin(annotation)
        if origin is None or origin is Literal:
            return annotation
        members = tuple(self._replace(member, described) for member in get_args(annotation))
        return reduce(or_, members) if origin in (Union, UnionType) else origin[members]


def _bounded_string(described: FieldInfo) -> Any:
    if described.name in FREE_TEXT:
        return str
    # What must be there must say something; an empty optional string is as good as an absent one.
    return Annotated[str, Meta(min_length=1 if described.required else None, max_length=ID_LENGTH)]


def _default(described: FieldInfo) -> Any:
    name = None if described.encode_name == described.name else described.encode_name
    if described.default_factory is not NODEFAULT:
        return field(default_factory=described.default_factory, name=name)
    if described.default is not NODEFAULT:
        return field(default=described.default, name=name)
    return field(name=name)


_DERIVATION = Derivation(Any)

READING_CLASSES: dict[str, type[Struct]] = {name: _DERIVATION.of(known) for name, known in EVENT_CLASSES.items()}
"""The types of event, each with the class that its decoder reads into."""
