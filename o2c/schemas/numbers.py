"""Exact numbers: quantities, prices and amounts as scaled integers, never floats.

A quantity is an integer of 10^-6 units, a unit price of 10^-12 and an amount of 10^-4 of the currency's unit.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal

QUANTITY_PLACES = 6
PRICE_PLACES = 12
AMOUNT_PLACES = 4
FRACTION_PLACES = 6
MAGNITUDE_LIMIT = Decimal(10) ** 15

QUANTITY_UNIT = 10**QUANTITY_PLACES
_VALUE_UNIT = 10 ** (QUANTITY_PLACES + PRICE_PLACES - AMOUNT_PLACES)
_UNITS = tuple(10**places for places in range(PRICE_PLACES + 1))

_EXACT = Context(prec=1_000_000, rounding=ROUND_HALF_EVEN)


class NumberError(ValueError):
    """A number that no ledger can hold; `code` says which kind."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RoundingCount:
    """How many numbers were finer than their scale and so were rounded half-even."""

    def __init__(self) -> None:
        self.rounded = 0


ROUNDINGS = RoundingCount()


def scaled(value: Decimal, places: int) -> int:
    """The integer of 10^-places nearest to `value`, ties to even; what is rounded is counted.

    Raises NumberError `NOT_A_NUMBER` for NaN and infinities and `OUT_OF_RANGE` past 10^15.
    """
    if not value.is_finite():
        raise NumberError("NOT_A_NUMBER", f"{value} is not a finite number")
    if not -MAGNITUDE_LIMIT <= value <= MAGNITUDE_LIMIT:
        raise NumberError("OUT_OF_RANGE", f"{value:.6E} is past 10^15 in magnitude")
    shifted = value.scaleb(places, _EXACT)
    whole = int(shifted)
    if whole == shifted:
        return whole
    ROUNDINGS.rounded += 1
    return int(shifted.to_integral_value(ROUND_HALF_EVEN))


def divide_half_even(numerator: int, denominator: int) -> int:
    """The integer nearest to numerator / denominator, ties to even. The denominator is positive."""
    quotient, remainder = divmod(numerator, denominator)
    twice = remainder + remainder
    if twice > denominator or (twice == denominator and quotient & 1):
        return quotient + 1
    return quotient


def value_of(quantity: int, unit_price: int) -> int:
    """The amount of `quantity` (10^-6) at `unit_price` (10^-12), in 10^-4, rounded half-even."""
    return divide_half_even(quantity * unit_price, _VALUE_UNIT)


def share_of(amount: int, part: int, whole: int) -> int:
    """The share `part / whole` of `amount`, rounded half-even; the whole must be positive."""
    return divide_half_even(amount * part, whole)


def plain(value: int, places: int) -> str:
    """A scaled integer as a decimal string without exponent or trailing zeros: 12500000 at 6 places is "12.5"."""
    unit = _UNITS[places]
    if value % unit == 0:
        return str(value // unit)
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), unit)
    return f"{sign}{whole}.{rest:0{places}d}".rstrip("0")
