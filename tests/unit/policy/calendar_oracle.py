"""Business time the slow way: every minute of every day is asked whether it is open, and weighed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from o2c.schemas.times import MINUTE_US

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Walker:
    """Open on `weekdays` from minute `opens_at` to minute `closes_at` of the local day, but on none of `closed`."""

    zone: str
    weekdays: frozenset[int]
    opens_at: int
    closes_at: int
    closed: frozenset[date]

    def elapsed(self, start_us: int, end_us: int) -> Fraction:
        """Business microseconds between two instants: each open minute is worth its share of the nominal day."""
        total = Fraction(0)
        first, last = self._day(start_us) - timedelta(days=1), self._day(end_us) + timedelta(days=1)
        for ahead in range((last - first).days + 1):
            minutes = self._minutes(first + timedelta(days=ahead))
            if not minutes:
                continue
            weight = Fraction(self.closes_at - self.opens_at, len(minutes))
            for minute_us in minutes:
                overlap = min(end_us, minute_us + MINUTE_US) - max(start_us, minute_us)
                if overlap > 0:
                    total += overlap * weight
        return total

    def _day(self, time_us: int) -> date:
        return (EPOCH + timedelta(microseconds=time_us)).astimezone(ZoneInfo(self.zone)).date()

    @lru_cache(maxsize=4_096)  # noqa: B019 -- walkers are few, and last as long as the tests
    def _minutes(self, day: date) -> tuple[int, ...]:
        """The UTC minutes of a local day that are open, as microseconds."""
        if day.weekday() not in self.weekdays or day in self.closed:
            return ()
        zone = ZoneInfo(self.zone)
        found = []
        around = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) - timedelta(hours=15)
        for ahead in range(54 * 60):
            local = (around + ahead * MINUTE).astimezone(zone)
            if local.date() == day and self.opens_at <= local.hour * 60 + local.minute < self.closes_at:
                found.append((around + ahead * MINUTE - EPOCH) // timedelta(microseconds=1))
        return tuple(found)
