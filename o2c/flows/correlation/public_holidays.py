"""Public holidays by the name that a policy gives: a country, one of its subdivisions, or a financial market."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from hashlib import sha256

import holidays
from holidays.registry import COUNTRIES

from o2c.flows.correlation.calendar import FIRST_YEAR, LAST_YEAR
from o2c.flows.correlation.refusal import nearest

NO_HOLIDAYS = "none"
_CODES_BY_NAME = {names[0]: names[1] for names in COUNTRIES.values()}


def check_holidays(name: str) -> None:
    """Raises ValueError, a line with the nearest known name, for anything but "US", "US-NY", "FED", "none" and such."""
    entity, dash, subdivision = name.partition("-")
    countries, markets = _countries(), _markets()
    if name == NO_HOLIDAYS or name in markets:
        return
    if entity not in countries:
        raise ValueError(
            f'no public holidays are known for "{entity}"{_nearest_entity(entity, (*countries, *markets))}'
        )
    if dash and subdivision not in countries[entity]:
        raise ValueError(f'"{entity}" has no subdivision "{subdivision}"{nearest(subdivision, countries[entity])}')


def holidays_of(name: str, year: int) -> frozenset[date]:
    """The holidays of a year under a name that `check_holidays` lets pass, with those observed on another day."""
    if name == NO_HOLIDAYS:
        return frozenset()
    if name in _markets():
        return frozenset(holidays.financial_holidays(name, years=year))
    country, _, subdivision = name.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


@lru_cache(maxsize=64)
def holidays_digest(name: str) -> str:
    """What tells one set of holidays from another, whatever version of the library they come from."""
    days = sorted(day.isoformat() for year in range(FIRST_YEAR, LAST_YEAR + 1) for day in holidays_of(name, year))
    return sha256(" ".join(days).encode()).hexdigest()


def _countries() -> dict[str, list[str]]:
    return holidays.list_supported_countries(include_aliases=True)


def _markets() -> dict[str, list[str]]:
    return holidays.list_supported_financial(include_aliases=True)


def _nearest_entity(name: str, known: Iterable[str]) -> str:
    """By a code of about that length, else by the country's name."""
    by_code = nearest(name, [code for code in known if abs(len(code) - len(name)) <= 1])
    if by_code:
        return by_code
    by_name = nearest(name.replace(" ", ""), _CODES_BY_NAME).removeprefix("; did you mean ").removesuffix("?")
    return f"; did you mean {_CODES_BY_NAME[by_name]}?" if by_name else ""
