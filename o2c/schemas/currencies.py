"""Which currency codes ISO 4217 knows."""

from iso4217 import Currency

WITHDRAWN = frozenset({"ANG", "BGN", "CUC", "HRK", "MRO", "SLL", "STD", "VEF", "ZWL"})
"""Codes withdrawn since 2018. The current list leaves them out, yet open documents and replayed history carry them."""

CURRENCIES: frozenset[str] = frozenset(currency.code for currency in Currency) | WITHDRAWN
