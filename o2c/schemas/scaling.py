"""Numbers as they stand on the wire to scaled integers, by one strict grammar and at the cost of a look-up.

A number is a JSON number or a string of the same form: digits with at most one point, an exponent, a minus. What
Python's Decimal reads beyond that (underscores, blanks, digits of other scripts) is a number to no other reader, so it
is rejected.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from o2c.schemas.numbers import AMOUNT_PLACES, PRICE_PLACES, QUANTITY_PLACES, ROUNDINGS, NumberError, scaled
from o2c.schemas.rejections import Rejection

WireNumber: TypeAlias = Decimal | str | int
Scaler: TypeAlias = Callable[[WireNumber, str], int]

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NO_FINITE_NUMBER = re.compile(r"[+-]?(s?nan[0-9]*|inf(inity)?)", re.IGNORECASE)
_KNOWN_TEXTS = 65_536
_LONGEST_KNOWN_TEXT = 32
_LIMIT = 10**15
_SHOWN = 40


def _scaler(places: int, *, signed: bool = True) -> Scaler:
    known: dict[str, int] = {}
    unit: int = 10**places
    least = -_LIMIT if signed else 0

    def scale(value: WireNumber, name: str) -> int:
        if type(value) is str:
            found = known.get(value)
            if found is not None:
                return found
        elif type(value) is int and least <= value <= _LIMIT:
            return value * unit
        return _read(value, name, places, known, signed=signed)

    return scale


def _read(value: WireNumber, name: str, places: int, known: dict[str, int], *, signed: bool) -> int:
    roundings = ROUNDINGS.rounded
    try:
        number = scaled(_decimal(value, name), places)
    except NumberError as error:
        raise Rejection(error.code, str(error), name) from None
    if number < 0 and not signed:
        raise Rejection("NEGATIVE_QUANTITY", "A quantity below zero in a document that reverses nothing", name)
    if isinstance(value, str) and len(value) <= _LONGEST_KNOWN_TEXT and roundings == ROUNDINGS.rounded:
        if len(known) >= _KNOWN_TEXTS:
            known.clear()
        known[value] = number
    return number


def _decimal(value: object, name: str) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        return _decimal_of_text(value, name)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    kind = {dict: "object", list: "array", type(None): "null"}.get(type(value), type(value).__name__)
    raise Rejection("WRONG_TYPE", f"Expected `decimal`, got `{kind}`", name)


def _decimal_of_text(text: str, name: str) -> Decimal:
    if _NUMBER.fullmatch(text):
        try:
            return Decimal(text)
        except InvalidOperation:
            raise Rejection("OUT_OF_RANGE", f"{text[:_SHOWN]!r} has an exponent past all bounds", name) from None
    if _NO_FINITE_NUMBER.fullmatch(text):
        raise Rejection("NOT_A_NUMBER", f"{text[:_SHOWN]!r} is not a finite number", name)
    raise Rejection("BAD_NUMBER", f"{text[:_SHOWN]!r} is not a decimal number", name)


quantity_of: Scaler = _scaler(QUANTITY_PLACES)
"""A quantity in 10^-6. Like its siblings it takes the field's name, for the path, and raises Rejection."""

unsigned_quantity_of: Scaler = _scaler(QUANTITY_PLACES, signed=False)
"""A quantity in 10^-6 that must not be negative."""

price_of: Scaler = _scaler(PRICE_PLACES)
"""A unit price in 10^-12."""

amount_of: Scaler = _scaler(AMOUNT_PLACES)
"""An amount, or a percent, in 10^-4."""
