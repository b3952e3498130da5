"""Business time. So far there is one calendar, around the clock; rules ask it instead of adding themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from o2c.errors import ConfigurationError
from o2c.schemas.times import DAY_US, SECOND_US

ALWAYS_NAME = "always"


@dataclass(frozen=True, slots=True)
class Calendar:
    """When time counts. `name` is what a policy calls it."""

    name: str

    def add(self, start_us: int, duration_us: int) -> int:
        """The instant at which `duration_us` of this calendar's time has passed since `start_us` (UTC microseconds)."""
        return start_us + duration_us

    def subtract(self, end_us: int, duration_us: int) -> int:
        """The instant from which `duration_us` of this calendar's time passes until `end_us`."""
        return end_us - duration_us

    def elapsed(self, start_us: int, end_us: int) -> int:
        """How much of this calendar's time passes between two instants, microseconds."""
        return end_us - start_us

    def month_end(self, start_us: int) -> int:
        """The first instant of the calendar month after the one in which `start_us` lies, in this calendar's zone."""
        moment = datetime.fromtimestamp(start_us // SECOND_US, tz=timezone.utc)
        following = moment.replace(day=1, hour=0, minute=0, second=0) + timedelta(days=32)
        return int(following.replace(day=1).timestamp()) * SECOND_US

    def day_of(self, time_us: int) -> int:
        """The calendar day of an instant in this calendar's zone, days since 1970-01-01."""
        return time_us // DAY_US


ALWAYS = Calendar(ALWAYS_NAME)

CALENDARS = {ALWAYS_NAME: ALWAYS}
"""The calendars in force, by name."""


def calendar_named(name: str) -> Calendar:
    """The calendar that a policy means. Raises ConfigurationError for any that is not in force."""
    found = CALENDARS.get(name)
    if found is None:
        raise ConfigurationError(not_in_force_message(name))
    return found


def not_in_force_message(name: str) -> str:
    """Why the calendar `name` cannot be used."""
    return f'calendar "{name}" cannot be used: only "{ALWAYS_NAME}" is in force yet'
