"""Which currency codes ISO 4217 knows, and how many decimal places the minor unit of each has."""

from iso4217 import Currency

WITHDRAWN = frozenset({"ANG", "BGN", "CUC", "HRK", "MRO", "SLL", "STD", "VEF", "ZWL"})
"""Codes withdrawn since 2018. The current list leaves them out, yet open documents and replayed history carry them."""

_WITHDRAWN_PLACES = 2
_NO_MINOR_UNIT_PLACES = 4

_PLACES: dict[str, int] = dict.fromkeys(WITHDRAWN, _WITHDRAWN_PLACES) | {
    currency.code: _NO_MINOR_UNIT_PLACES if currency.exponent is None else currency.exponent for currency in Currency
}

CURRENCIES: frozenset[str] = frozenset(_PLACES)


def minor_unit(currency: str) -> int:
    """Decimal places of the currency's minor unit: 2 for EUR, 0 for JPY; 4 for one without any, such as XAU (gold).

    Raises KeyError for what is no currency.
    """
    return _PLACES[currency]
