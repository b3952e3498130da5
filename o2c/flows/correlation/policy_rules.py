"""The tables of a policy as the core works with them: durations in the time of their calendars, limits as integers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from o2c.flows.correlation.calendar import ALWAYS, ALWAYS_NAME, BusinessCalendar, Calendar
from o2c.flows.correlation.policy_fields import (
    NO_LIMIT,
    QUANTITY_DIFFERENCES,
    WEEKDAYS,
    amount_of,
    duration_us,
    limit_places,
    minutes_of,
)
from o2c.flows.correlation.public_holidays import NO_HOLIDAYS, holidays_of
from o2c.flows.correlation.rules import Critical, Rule, Step
from o2c.flows.correlation.selection import Content
from o2c.schemas.numbers import scaled

_PERCENT_PLACES = 4

Calendars = Mapping[str, Calendar]


@dataclass(frozen=True, slots=True)
class FeedRule:
    """A declared feed: silent after this long in time of `calendar`, its backlog given `grace_us` to arrive."""

    silent_after_us: int
    grace_us: int
    warehouses: tuple[str, ...]
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Retention:
    """How long orders are kept, microseconds.

    `open_us`: untouched, until it is abandoned. Of a closed one, since then: `whole_us` with all its documents,
    `closed_us` at all. The first of the two is never the longer.
    """

    open_us: int
    closed_us: int
    whole_us: int


def calendars_of(tables: Mapping[str, Content]) -> dict[str, Calendar]:
    """The calendars of a policy by name, and the one around the clock."""
    named: dict[str, Calendar] = {ALWAYS_NAME: ALWAYS}
    for name, table in tables.items():
        holidays = table.get("holidays", NO_HOLIDAYS)
        named[name] = _calendar(name, table["zone"], tuple(table["days"]), table["hours"], holidays)
    return named


@lru_cache(maxsize=256)
def _calendar(name: str, zone: str, days: tuple[str, ...], hours: str, holidays: str) -> BusinessCalendar:
    """Equal calendars are one object: what one policy has worked out serves the next."""
    weekdays = frozenset(WEEKDAYS.index(day) for day in days)
    return BusinessCalendar(name, ZoneInfo(zone), weekdays, minutes_of(hours), partial(holidays_of, holidays))


def rule_of(code: str, values: Content, calendars: Calendars) -> Rule:
    """The rule that the values of a code come to."""
    calendar = calendars[values["calendar"]]
    places = limit_places(code)
    absolute = _limit(values.get("absolute"), places)
    steps = (Step(duration_us(step["after"], calendar), step["to"]) for step in values.get("escalation", ()))
    return Rule(
        enabled=values["enabled"],
        tolerance_us=duration_us(values.get("tolerance", "0s"), calendar),
        severity=values["severity"],
        owner=values["owner"],
        sla_us=_duration(values.get("sla"), calendar),
        calendar=calendar,
        escalation=tuple(sorted(steps, key=lambda step: step.after_us)),
        percent=_limit(values.get("percent"), _PERCENT_PLACES),
        absolute_amount=None if code in QUANTITY_DIFFERENCES else absolute,
        absolute_quantity=absolute if code in QUANTITY_DIFFERENCES else None,
        critical=_critical(values.get("critical"), calendar, calendars),
        after_eta_us=_duration(values.get("after_eta"), calendar),
        after_expected_us=_duration(values.get("after_expected"), calendar),
        before_respond_by_us=_duration(values.get("before_respond_by"), calendar),
    )


def feed_rule(feed: Content, of_type: Content, default_grace: str, calendars: Calendars) -> FeedRule:
    """A declared feed; one that does not say how long it may be silent is held to what its type says."""
    silence = feed if "silent_after" in feed else of_type
    named: str = feed.get("calendar") or silence.get("calendar") or ALWAYS_NAME
    calendar = calendars[named]
    return FeedRule(
        silent_after_us=duration_us(silence["silent_after"], calendar),
        grace_us=duration_us(feed.get("grace", default_grace), ALWAYS),
        warehouses=tuple(feed.get("warehouses", ())),
        calendar=calendar,
    )


def retention_of(table: Content) -> Retention:
    """How long orders are kept, around the clock."""
    open_us, closed_us, whole_us = (duration_us(table[key], ALWAYS) for key in ("open", "closed", "whole"))
    return Retention(open_us, closed_us, min(whole_us, closed_us))


def _critical(table: Content | None, calendar: Calendar, calendars: Calendars) -> Critical | None:
    if not table:
        return None
    own = calendars[table["calendar"]] if "calendar" in table else calendar
    amount, currency = amount_of(table["amount"]) if "amount" in table else (None, None)
    return Critical(_duration(table.get("after"), own), own, amount, currency, table.get("period_end", False))


def _duration(text: str | None, calendar: Calendar) -> int | None:
    return None if text is None else duration_us(text, calendar)


def _limit(text: str | None, places: int) -> int | None:
    return None if text in (None, NO_LIMIT) else scaled(Decimal(text), places)
