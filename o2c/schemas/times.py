"""Times: UTC microseconds since 1970 inside, RFC 3339 with offset outside."""

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

import msgspec

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_RENDERED_TIMES = 16_384
_RENDERED_DAYS = 4_096

FIRST_US = -62_135_596_800 * SECOND_US
LAST_US = 253_402_300_800 * SECOND_US - 1
"""The first and the last microsecond of the years 1 to 9999, all that RFC 3339 can write."""


class NaiveTimeError(ValueError):
    """A time without an offset: nobody can say which instant it means."""


def micros(moment: datetime) -> int:
    """UTC microseconds of an aware datetime. Raises NaiveTimeError for one without an offset."""
    if moment.tzinfo is None:
        raise NaiveTimeError(f"{moment.isoformat()} has no offset")
    elapsed = moment - _EPOCH
    return elapsed.days * DAY_US + elapsed.seconds * SECOND_US + elapsed.microseconds


def moment_of(time_us: int) -> datetime:
    """The aware UTC datetime of `time_us`."""
    return _EPOCH + timedelta(microseconds=time_us)


@lru_cache(maxsize=_RENDERED_TIMES)
def rfc3339(time_us: int) -> str:
    """RFC 3339 in UTC with `Z` and as many fraction digits as are not zero, up to six.

    A deadline computed past the end of the calendar is its end.
    """
    day, rest = divmod(min(max(time_us, FIRST_US), LAST_US), DAY_US)
    second, fraction = divmod(rest, SECOND_US)
    if fraction:
        return f"{_date_text(day)}{_clock_text(second)}." + f"{fraction:06d}".rstrip("0") + "Z"
    return f"{_date_text(day)}{_clock_text(second)}Z"


@lru_cache(maxsize=_RENDERED_DAYS)
def _date_text(day: int) -> str:
    """`YYYY-MM-DDT` of a day since 1970."""
    return date.fromordinal(_EPOCH.toordinal() + day).isoformat() + "T"


@lru_cache(maxsize=DAY_US // SECOND_US)
def _clock_text(second: int) -> str:
    """`HH:MM:SS` of a second since midnight."""
    minute, seconds = divmod(second, 60)
    hour, minutes = divmod(minute, 60)
    return f"{hour:02d}:{minutes:02d}:{seconds:02d}"


def parse_rfc3339(text: str) -> int:
    """UTC microseconds of an RFC 3339 time. Raises NaiveTimeError, or msgspec.ValidationError if it is no time."""
    return micros(msgspec.convert(text, datetime))
