"""Business time: when time counts, by zone, weekdays, hours and public holidays; or around the clock.

A business day always counts its nominal length, also on the days on which clocks change: time runs faster or slower
through such a day. So "1d" from noon is noon of the next business day. Instants and durations are UTC microseconds.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from o2c.schemas.times import DAY_US, FIRST_US, LAST_US, MINUTE_US, SECOND_US

ALWAYS_NAME: Final = "always"

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2100
"""Business calendars know these years. Before and after, each day of 24 hours in UTC counts as one business day."""

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MINUTES_A_DAY = 24 * 60
_NEVER = 2**62

Holidays = Callable[[int], frozenset[date]]
"""The public holidays of a year."""


class Calendar:
    """Around the clock, in UTC. `name` is what a policy calls it, `day_us` how long a day of it counts."""

    __slots__ = ("day_us", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.day_us = DAY_US

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def add(self, start_us: int, duration_us: int) -> int:
        """The earliest instant at which `duration_us` of this calendar's time has passed since `start_us`.

        A negative duration is subtracted.
        """
        return start_us + duration_us

    def subtract(self, end_us: int, duration_us: int) -> int:
        """The latest instant from which `duration_us` of this calendar's time passes until `end_us`."""
        return end_us - duration_us

    def elapsed(self, start_us: int, end_us: int) -> int:
        """How much of this calendar's time passes between two instants; negative where the end lies before."""
        return end_us - start_us

    def is_open(self, time_us: int) -> bool:  # noqa: ARG002 -- around the clock it always is
        """Whether time counts at this instant."""
        return True

    def month_end(self, start_us: int) -> int:
        """The first instant of the calendar month after the one in which `start_us` lies, in this calendar's zone."""
        return _month_end(start_us, timezone.utc)

    def day_of(self, time_us: int) -> int:
        """The calendar day of an instant in this calendar's zone, days since 1970-01-01."""
        return time_us // DAY_US


ALWAYS: Final = Calendar(ALWAYS_NAME)


@dataclass(frozen=True, slots=True)
class _Openings:
    """The business days of the years `first` to `last`: the k-th opens at `opens[k]` and closes at `closes[k]`.

    `since` and `until` bound what it covers; no year lies before FIRST_YEAR or after LAST_YEAR. It is never changed: a
    longer one replaces it, so that threads may share a calendar.
    """

    first: int
    last: int
    since: int
    until: int
    opens: list[int]
    closes: list[int]


class BusinessCalendar(Calendar):
    """Open on `weekdays` (0 is Monday) from minute `opens_at` to minute `closes_at` of the day, but on no holiday.

    Where it is never open in the years that it knows, what is added ends after them.
    """

    __slots__ = ("_begin", "_closes_at", "_end", "_holidays", "_known", "_opens_at", "_weekdays", "_zone")

    def __init__(
        self, name: str, zone: ZoneInfo, weekdays: frozenset[int], hours: tuple[int, int], holidays: Holidays
    ) -> None:
        super().__init__(name)
        self._zone = zone
        self._weekdays = weekdays
        self._opens_at, self._closes_at = hours
        self._holidays = holidays
        self.day_us = (self._closes_at - self._opens_at) * MINUTE_US
        self._begin = _year_begins(FIRST_YEAR, zone)
        self._end = _year_begins(LAST_YEAR + 1, zone)
        self._known: _Openings | None = None

    def add(self, start_us: int, duration_us: int) -> int:
        """The earliest instant at which `duration_us` of business time has passed since `start_us`.

        A negative duration is subtracted.
        """
        if duration_us <= 0:
            return self.subtract(start_us, -duration_us) if duration_us else start_us
        known = self._covering(start_us, start_us)
        day, passed = self._position(known, start_us)
        days, before = divmod(passed + duration_us - 1, self.day_us)
        day += days
        while day >= len(known.opens) and known.until != _NEVER:
            known = self._known = self._with_year_after(known)
        opens, closes = self._opening(known, day)
        if closes - opens == self.day_us:
            return opens + before + 1
        return opens - (before + 1) * (closes - opens) // -self.day_us

    def subtract(self, end_us: int, duration_us: int) -> int:
        """The latest instant from which `duration_us` of business time passes until `end_us`."""
        if duration_us <= 0:
            return self.add(end_us, -duration_us) if duration_us else end_us
        known = self._covering(end_us, end_us)
        day, passed = self._position(known, end_us)
        days, left = divmod(passed - duration_us, self.day_us)
        day += days
        while day < 0 and known.since != -_NEVER:
            longer = self._known = self._with_year_before(known)
            day += len(longer.opens) - len(known.opens)
            known = longer
        opens, closes = self._opening(known, day)
        return opens + ((left + 1) * (closes - opens) - 1) // self.day_us

    def elapsed(self, start_us: int, end_us: int) -> int:
        """How much business time passes between two instants; negative where the end lies before."""
        known = self._covering(min(start_us, end_us), max(start_us, end_us))
        first_day, first_passed = self._position(known, start_us)
        last_day, last_passed = self._position(known, end_us)
        return (last_day - first_day) * self.day_us + last_passed - first_passed

    def is_open(self, time_us: int) -> bool:
        """Whether business time counts at this instant."""
        known = self._covering(time_us, time_us)
        opens, closes = self._opening(known, self._position(known, time_us)[0])
        return opens <= time_us < closes

    def month_end(self, start_us: int) -> int:
        """The first instant of the calendar month after the one in which `start_us` lies, in this calendar's zone."""
        return _month_end(start_us, self._zone if self._begin <= start_us < self._end else timezone.utc)

    def day_of(self, time_us: int) -> int:
        """The calendar day of an instant in this calendar's zone, days since 1970-01-01."""
        if not self._begin <= time_us < self._end:
            return time_us // DAY_US
        return datetime.fromtimestamp(time_us // SECOND_US, tz=self._zone).toordinal() - _EPOCH_DAY

    def _position(self, known: _Openings, time_us: int) -> tuple[int, int]:
        """The business day at or before an instant, and how much of it has passed, at most its nominal length."""
        if time_us < self._begin:
            day, passed = divmod(time_us - self._begin, DAY_US)
            return day, passed * self.day_us // DAY_US
        if time_us >= self._end:
            day, passed = divmod(time_us - self._end, DAY_US)
            return len(known.opens) + day, passed * self.day_us // DAY_US
        day = bisect_right(known.opens, time_us) - 1
        if day < 0:
            return 0, 0
        opens, closes = known.opens[day], known.closes[day]
        if time_us >= closes:
            return day, self.day_us
        if closes - opens == self.day_us:
            return day, time_us - opens
        return day, (time_us - opens) * self.day_us // (closes - opens)

    def _opening(self, known: _Openings, day: int) -> tuple[int, int]:
        """When a business day opens and closes; outside the years that are known, a day of 24 hours."""
        if 0 <= day < len(known.opens):
            return known.opens[day], known.closes[day]
        opens = self._begin + day * DAY_US if day < 0 else self._end + (day - len(known.opens)) * DAY_US
        return opens, opens + DAY_US

    def _covering(self, earliest: int, latest: int) -> _Openings:
        """The business days of all years between two instants at least."""
        known = self._known
        if known is None:
            year = _utc_year(min(max(earliest, self._begin), self._end - 1))
            known = self._known = self._of_year(min(max(year, FIRST_YEAR), LAST_YEAR))
        while latest >= known.until:
            known = self._known = self._with_year_after(known)
        while earliest < known.since:
            known = self._known = self._with_year_before(known)
        return known

    def _with_year_after(self, known: _Openings) -> _Openings:
        added = self._of_year(known.last + 1)
        return _Openings(
            known.first, added.last, known.since, added.until, known.opens + added.opens, known.closes + added.closes
        )

    def _with_year_before(self, known: _Openings) -> _Openings:
        added = self._of_year(known.first - 1)
        return _Openings(
            added.first, known.last, added.since, known.until, added.opens + known.opens, added.closes + known.closes
        )

    def _of_year(self, year: int) -> _Openings:
        """A year's business days. A day whose hours all fall out when clocks change is none."""
        closed = self._holidays(year)
        days = (date.fromordinal(day) for day in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()))
        opens: list[int] = []
        closes: list[int] = []
        for day in days:
            if day.weekday() in self._weekdays and day not in closed:
                opening = _instant(day, self._opens_at, self._zone)
                closing = _instant(day, self._closes_at, self._zone)
                if closes:
                    # Where a zone has skipped a day, its hours fall onto a neighbour's: no time counts twice.
                    opening = max(opening, closes[-1])
                if opening < closing:
                    opens.append(opening)
                    closes.append(closing)
        return _Openings(
            year,
            year,
            -_NEVER if year == FIRST_YEAR else _year_begins(year, self._zone),
            _NEVER if year == LAST_YEAR else _year_begins(year + 1, self._zone),
            opens,
            closes,
        )


def _instant(day: date, minute: int, zone: tzinfo) -> int:
    """A day's minute in a zone; the earlier one where clocks show it twice. Minute 1440 is the next day's first."""
    if minute == _MINUTES_A_DAY:
        day, minute = date.fromordinal(day.toordinal() + 1), 0
    moment = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    return int(moment.timestamp()) * SECOND_US


def _year_begins(year: int, zone: tzinfo) -> int:
    return _instant(date(year, 1, 1), 0, zone)


def _utc_year(time_us: int) -> int:
    return datetime.fromtimestamp(time_us // SECOND_US, tz=timezone.utc).year


def _month_end(time_us: int, zone: tzinfo) -> int:
    moment = datetime.fromtimestamp(min(max(time_us, FIRST_US), LAST_US) // SECOND_US, tz=zone)
    years, month = divmod(moment.month, 12)
    if moment.year + years > MAXYEAR:
        return LAST_US + 1
    return _instant(date(moment.year + years, month + 1, 1), 0, zone)
