"""The kinds of value that a policy file holds, each with what it refuses and how it says so."""

import re
from collections.abc import Callable, Collection
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from o2c.flows.correlation.calendar import ALWAYS, Calendar
from o2c.flows.correlation.milestones import MILESTONES
from o2c.flows.correlation.public_holidays import check_holidays
from o2c.flows.correlation.reason_codes import AT_ONCE_CODES, STALL_CODES
from o2c.flows.correlation.refusal import nearest, refuse
from o2c.schemas.currencies import CURRENCIES
from o2c.schemas.numbers import AMOUNT_PLACES, MAGNITUDE_LIMIT, QUANTITY_PLACES, scaled
from o2c.schemas.times import DAY_US, HOUR_US, MINUTE_US, SECOND_US

LONGEST_US = 3650 * DAY_US
"""Ten years: a longer duration is a slip of the pen."""

NO_LIMIT = "none"

ACTIONS = ("acknowledge", "assign", "snooze", "override", "resolve", "comment")
"""What a person may do about an exception."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

QUANTITY_DIFFERENCES = ("SHORT_SHIP", "OVER_SHIP", "DELIVERY_SHORT", "DELIVERY_DAMAGED", "QUANTITY_MISMATCH")
AMOUNT_DIFFERENCES = (
    "PRICE_MISMATCH",
    "TOTAL_MISMATCH",
    "SHORT_PAYMENT",
    "UNEARNED_DISCOUNT",
    "DEDUCTION",
    "OVERPAYMENT",
)
DIFFERENCES = QUANTITY_DIFFERENCES + AMOUNT_DIFFERENCES
"""The codes that measure a difference, and so may have a limit to it."""

_UNITS_US = {"d": DAY_US, "h": HOUR_US, "m": MINUTE_US, "s": SECOND_US}
_DURATION = re.compile(r"(\d{1,9})([smhd])", re.ASCII)
_MIN_AMOUNT = re.compile(r"(\d{1,15}(?:\.\d{1,4})?) ([A-Z]{3})", re.ASCII)
_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)


def duration_us(text: str, calendar: Calendar) -> int:
    """Microseconds of "90s", "45m", "24h" or "5d"; a day is one of `calendar`. Raises ValueError for anything else."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError('must be a duration in quotes such as "90s", "45m", "24h" or "5d"')
    return int(found[1]) * (calendar.day_us if found[2] == "d" else _UNITS_US[found[2]])


def parse_duration(text: object) -> int:
    """Microseconds of a duration around the clock. Raises ValueError for what is none."""
    return duration_us(text if isinstance(text, str) else "", ALWAYS)


def minutes_of(hours: str) -> tuple[int, int]:
    """Minutes of the day at which "08:00-17:00" opens and closes."""
    found = _HOURS.fullmatch(hours)
    assert found is not None
    return int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])


def limit_places(code: str) -> int:
    """How many decimal places the absolute limit of a code has: its difference is a quantity or an amount."""
    return QUANTITY_PLACES if code in QUANTITY_DIFFERENCES else AMOUNT_PLACES


def amount_of(min_amount: str) -> tuple[int, str]:
    """Amount (10^-4) and currency of "10000 USD"."""
    amount, _, currency = min_amount.partition(" ")
    return scaled(Decimal(amount), AMOUNT_PLACES), currency


def _duration_of_at_least(least_us: int) -> Callable[[object], str]:
    """Durations stay words, since only a calendar says how long a day is; equal ones are spelled alike."""

    def checked(text: object) -> str:
        try:
            length_us = parse_duration(text)
        except ValueError as error:
            refuse(str(error))
        if not least_us <= length_us <= LONGEST_US:
            refuse(f'{text} is out of bounds: from "{least_us // SECOND_US}s" to "3650d"')
        assert isinstance(text, str)
        if text[-1] == "d":
            return f"{int(text[:-1])}d"
        unit = next((unit for unit in "hm" if length_us % _UNITS_US[unit] == 0), "s")
        return f"{length_us // _UNITS_US[unit]}{unit}"

    return checked


def _decimal(text: object) -> str:
    if text == NO_LIMIT:
        return NO_LIMIT
    try:
        number = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number < 0:
        refuse('must be a decimal in quotes such as "0.01", not negative, or "none"')
    if number >= MAGNITUDE_LIMIT or number != round(number, QUANTITY_PLACES):
        refuse(f"must be less than 10^15 and have at most {QUANTITY_PLACES} decimal places")
    return format(number.normalize(), "f")


def _milestones(names: list[str]) -> list[str]:
    for name in names:
        if name not in MILESTONES:
            refuse(f'unknown milestone "{name}"{nearest(name, MILESTONES)}')
    if names[:1] != ["order"]:
        refuse('must start with "order"')
    if names != [name for name in MILESTONES if name in names]:
        refuse(f"must be in the order of the chain, each once: {', '.join(MILESTONES)}")
    return names


def _min_amount(text: str) -> str:
    found = _MIN_AMOUNT.fullmatch(text)
    if found is None:
        refuse('must be an amount with its currency such as "10000 USD"')
    if found[2] not in CURRENCIES:
        refuse(f'unknown currency "{found[2]}"{nearest(found[2], sorted(CURRENCIES))}')
    return f"{format(Decimal(found[1]).normalize(), 'f')} {found[2]}"


def _hours(text: str) -> str:
    found = _HOURS.fullmatch(text)
    if found is None or not (found[1], found[2]) < (found[3], found[4]) <= ("24", "00"):
        refuse('must be opening hours such as "08:00-17:00"')
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown; no name of a zone; a folder of zones
        refuse(
            f'unknown time zone "{text}"{nearest(text, sorted(available_timezones())) or "; such as America/New_York"}'
        )
    return text


def _holidays(name: str) -> str:
    try:
        check_holidays(name)
    except ValueError as error:
        refuse(str(error))
    return name


def _weekdays(days: list[str]) -> list[str]:
    for day in days:
        _known(day, WEEKDAYS, "day")
    if not days:
        refuse("must name a day at least, such as mon")
    return [day for day in WEEKDAYS if day in days]


def _actions(names: list[str]) -> list[str]:
    for name in names:
        _known(name, ACTIONS, "action")
    return [name for name in ACTIONS if name in names]


def _codes(codes: list[str]) -> list[str]:
    for code in codes:
        _known(code, STALL_CODES + AT_ONCE_CODES, "reason code")
    return sorted(set(codes))


def _known(name: str, known: Collection[str], what: str) -> None:
    if name not in known:
        refuse(f'unknown {what} "{name}"{nearest(name, known)}')


def _stall_code(code: str) -> str:
    if code in AT_ONCE_CODES:
        refuse(f"opens at once and has no clock; it belongs under exceptions.{code}")
    if code not in STALL_CODES:
        refuse(f"unknown reason code{nearest(code, STALL_CODES + AT_ONCE_CODES)}")
    return code


def _at_once_code(code: str) -> str:
    if code in STALL_CODES:
        refuse(f"is a stall; it belongs under stalls.{code}")
    if code not in AT_ONCE_CODES:
        refuse(f"unknown reason code{nearest(code, AT_ONCE_CODES + STALL_CODES)}")
    return code


Duration = Annotated[str, BeforeValidator(_duration_of_at_least(0))]
PositiveDuration = Annotated[str, BeforeValidator(_duration_of_at_least(SECOND_US))]
Limit = Annotated[str, BeforeValidator(_decimal)]
Name = Annotated[str, Field(min_length=1)]
Severity = Literal["info", "warning", "critical"]
Milestones = Annotated[list[str], AfterValidator(_milestones)]
StallCode = Annotated[str, AfterValidator(_stall_code)]
AtOnceCode = Annotated[str, AfterValidator(_at_once_code)]
Codes = Annotated[list[str], AfterValidator(_codes)]
MinAmount = Annotated[str, AfterValidator(_min_amount)]
OpeningHours = Annotated[str, AfterValidator(_hours)]
Zone = Annotated[str, AfterValidator(_zone)]
HolidayName = Annotated[str, AfterValidator(_holidays)]
Weekdays = Annotated[list[str], AfterValidator(_weekdays)]
Actions = Annotated[list[str], AfterValidator(_actions)]
