"""The kinds of value that a policy file holds, each with what it refuses and how it says so."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from o2c.flows.correlation.calendar import CALENDARS, not_in_force_message
from o2c.flows.correlation.milestones import MILESTONES
from o2c.flows.correlation.reason_codes import (
    AT_ONCE_CODES,
    LATER_STALL_CODES,
    STALL_CODES,
)
from o2c.flows.correlation.refusal import nearest, refuse
from o2c.schemas.times import DAY_US, HOUR_US, MINUTE_US, SECOND_US

LONGEST_US = 3650 * DAY_US
"""Ten years: a longer duration is a slip of the pen."""

_UNITS_US = {"s": SECOND_US, "m": MINUTE_US, "h": HOUR_US, "d": DAY_US}
_DURATION = re.compile(r"(\d{1,9})([smhd])", re.ASCII)
_MIN_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,4})? [A-Z]{3}", re.ASCII)
_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")


def parse_duration(text: object) -> int:
    """Microseconds of "90s", "45m", "24h" or "5d" (a day is 24 hours). Raises ValueError for anything else."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError('must be a duration in quotes such as "90s", "45m", "24h" or "5d"')
    return int(found[1]) * _UNITS_US[found[2]]


def _duration_of_at_least(least_us: int) -> Callable[[object], int]:
    def checked(text: object) -> int:
        try:
            duration_us = parse_duration(text)
        except ValueError as error:
            refuse(str(error))
        if not least_us <= duration_us <= LONGEST_US:
            refuse(f'{text} is out of bounds: from "{least_us // SECOND_US}s" to "3650d"')
        return duration_us

    return checked


def _decimal(text: object) -> str:
    try:
        number = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number < 0:
        refuse('must be a decimal in quotes such as "0.01", not negative')
    return format(number.normalize(), "f")


def _calendar(name: str) -> str:
    if name not in CALENDARS:
        refuse(not_in_force_message(name))
    return name


def _milestones(names: list[str]) -> list[str]:
    for name in names:
        if name not in MILESTONES:
            refuse(f'unknown milestone "{name}"{nearest(name, MILESTONES)}')
    if names[:1] != ["order"]:
        refuse('must start with "order"')
    if names != [name for name in MILESTONES if name in names]:
        refuse(f"must be in the order of the chain, each once: {', '.join(MILESTONES)}")
    return names


def _min_amount_later(_: object) -> Any:
    refuse("selecting by order value comes later; remove it")


def _min_amount(text: str) -> str:
    if not _MIN_AMOUNT.fullmatch(text):
        refuse('must be an amount with its currency such as "10000 USD"')
    return text


def _hours(text: str) -> str:
    found = _HOURS.fullmatch(text)
    if found is None or not (found[1], found[2]) < (found[3], found[4]) <= ("24", "00"):
        refuse('must be opening hours such as "08:00-17:00"')
    return text


def _zone(text: str) -> str:
    if not _ZONE.fullmatch(text):
        refuse('must be a time zone such as "America/New_York"')
    return text


def _stall_code(code: str) -> str:
    if code in AT_ONCE_CODES:
        refuse(f"opens at once and has no clock; it belongs under exceptions.{code}")
    known = STALL_CODES + LATER_STALL_CODES
    if code not in known:
        refuse(f"unknown reason code{nearest(code, known + AT_ONCE_CODES)}")
    return code


def _at_once_code(code: str) -> str:
    known = STALL_CODES + LATER_STALL_CODES
    if code in known:
        refuse(f"is a stall; it belongs under stalls.{code}")
    if code not in AT_ONCE_CODES:
        refuse(f"unknown reason code{nearest(code, AT_ONCE_CODES + known)}")
    return code


Duration = Annotated[int, BeforeValidator(_duration_of_at_least(0))]
PositiveDuration = Annotated[int, BeforeValidator(_duration_of_at_least(SECOND_US))]
Limit = Annotated[str, BeforeValidator(_decimal)]
Name = Annotated[str, Field(min_length=1)]
Severity = Literal["info", "warning", "critical"]
CalendarName = Annotated[str, AfterValidator(_calendar)]
Milestones = Annotated[list[str], AfterValidator(_milestones)]
StallCode = Annotated[str, AfterValidator(_stall_code)]
AtOnceCode = Annotated[str, AfterValidator(_at_once_code)]
MinAmountLater = Annotated[str | None, BeforeValidator(_min_amount_later)]
MinAmount = Annotated[str, AfterValidator(_min_amount)]
OpeningHours = Annotated[str, AfterValidator(_hours)]
Zone = Annotated[str, AfterValidator(_zone)]
