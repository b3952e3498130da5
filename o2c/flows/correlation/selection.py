"""Which override holds for whom: more selectors win, then the stronger kind, then the higher amount; key by key."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from o2c.flows.correlation.policy_fields import amount_of
from o2c.flows.correlation.policy_file import OTHER_TOLERANCES, SELECTORS

MIN_AMOUNT = "min_amount"

Content = dict[str, Any]
"""A table of a policy as plain values."""

Selectors = tuple[tuple[str, str], ...]
"""What an override selects by, in the order of SELECTORS."""


class Unit(NamedTuple):
    """Whom a rule is sought for. `reached`: the highest threshold that its order's value reaches, "10000 USD"."""

    customer: str | None
    warehouse: str | None
    carrier: str | None
    channel: str | None
    fulfilment: str | None
    reached: str | None


def selectors_of(entry: Content) -> Selectors:
    """What an override's table selects by."""
    return tuple((name, entry[name]) for name in SELECTORS if name in entry)


def values_of(entry: Content) -> Content:
    """What an override's table changes."""
    return {key: value for key, value in entry.items() if key not in SELECTORS}


@dataclass(frozen=True, slots=True, eq=False)
class Override:
    """What holds instead for those whom the selectors fit."""

    selectors: Selectors
    values: Content

    @property
    def strength(self) -> tuple[int, tuple[bool, ...], int]:
        """The greater wins."""
        stated = dict(self.selectors)
        amount, _ = amount_of(stated[MIN_AMOUNT]) if MIN_AMOUNT in stated else (0, "")
        return len(stated), tuple(name in stated for name in SELECTORS), amount

    def fits(self, unit: Unit) -> bool:
        """Whether all selectors fit."""
        return all(
            _reaches(unit.reached, value) if name == MIN_AMOUNT else getattr(unit, name) == value
            for name, value in self.selectors
        )


def _reaches(reached: str | None, threshold: str) -> bool:
    if reached is None:
        return False
    (amount, currency), (least, least_currency) = amount_of(reached), amount_of(threshold)
    return currency == least_currency and amount >= least


def lay(values: Content, stated: Content) -> None:
    """Put what is stated over weaker values, in place. A tolerance replaces all that said how long a unit may wait."""
    if "tolerance" in stated:
        for key in OTHER_TOLERANCES:
            values.pop(key, None)
    values.update(stated)


class Layers:
    """A table and its overrides, the weakest first: each key comes from the strongest that states it."""

    def __init__(self, table: Content) -> None:
        self.base = {key: value for key, value in table.items() if key != "overrides"}
        overrides = [Override(selectors_of(entry), values_of(entry)) for entry in table.get("overrides", ())]
        self.overrides = sorted(overrides, key=lambda override: override.strength)

    def fitting(self, unit: Unit) -> tuple[Override, ...]:
        """The overrides that fit a unit, the weakest first."""
        return tuple(override for override in self.overrides if override.fits(unit))

    def values(self, overrides: tuple[Override, ...]) -> Content:
        """The values that hold under these overrides."""
        values = dict(self.base)
        for override in overrides:
            lay(values, override.values)
        return values


class Thresholds:
    """The order values at which rules change, by currency."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        by_currency: dict[str, list[tuple[int, str]]] = {}
        for name, value in pairs:
            if name == MIN_AMOUNT:
                amount, currency = amount_of(value)
                by_currency.setdefault(currency, []).append((amount, value))
        self._values = {currency: [value for _, value in sorted(found)] for currency, found in by_currency.items()}
        self._amounts = {currency: [amount for amount, _ in sorted(found)] for currency, found in by_currency.items()}

    def __bool__(self) -> bool:
        return bool(self._amounts)

    def reached(self, amount: int, currency: str | None) -> str | None:
        """The highest threshold that an amount (10^-4) reaches."""
        amounts = self._amounts.get(currency or "")
        if amounts is None:
            return None
        position = bisect_right(amounts, amount)
        return self._values[currency or ""][position - 1] if position else None


def mentioned(layers: Iterable[Layers]) -> frozenset[tuple[str, str]]:
    """All that any override selects by."""
    return frozenset(pair for each in layers for override in each.overrides for pair in override.selectors)


def reduced(unit: Unit, known: frozenset[tuple[str, str]]) -> Unit:
    """The unit without what no override selects by: most customers are then alike."""
    pairs: Mapping[str, str | None] = unit._asdict()
    kept = {name: value for name, value in pairs.items() if name == "reached" or (name, value) in known}
    return Unit(**{name: kept.get(name) for name in Unit._fields})
