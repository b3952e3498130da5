"""The times of the stories: `Mon 1 Jun 09:00`, in 2026 unless a year is named, on the clock of the story's zone."""

import re
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from o2c.schemas.times import parse_rfc3339, rfc3339

YEAR = 2026
UTC = "UTC"
_TIME = re.compile(
    r"(?P<weekday>[A-Z][a-z]{2}) (?P<day>\d{1,2} [A-Z][a-z]{2})(?: (?P<year>\d{4}))? (?P<clock>\d\d:\d\d)"
)


def is_time(text: str) -> bool:
    """Whether a text of a story is one of its times."""
    return _TIME.fullmatch(text) is not None


def instant(text: str, zone: str = UTC) -> int:
    """UTC microseconds. A weekday that the date does not have is a slip of the storyteller."""
    found = _TIME.fullmatch(text)
    assert found, f"{text!r} is no time such as 'Mon 1 Jun 09:00'"
    moment = datetime.strptime(f"{found['day']} {found['year'] or YEAR} {found['clock']}", "%d %b %Y %H:%M")  # noqa: DTZ007 -- the zone is the next line's
    local = moment.replace(tzinfo=ZoneInfo(zone))
    assert f"{local:%a}" == found["weekday"], f"{text!r} is a {local:%a}"
    return parse_rfc3339(local.astimezone(timezone.utc).isoformat())


def written(text: str, zone: str = UTC) -> str:
    """As the processor writes it."""
    return rfc3339(instant(text, zone))


def in_json(value: Any, zone: str) -> Any:
    """The value with every time of the story as RFC 3339."""
    if isinstance(value, str):
        return written(value, zone) if is_time(value) else value
    if isinstance(value, dict):
        return {key: in_json(each, zone) for key, each in value.items()}
    if isinstance(value, list):
        return [in_json(each, zone) for each in value]
    return value


def told(time_us: int, zone: str = UTC) -> str:
    """An instant in the stories' words."""
    moment = datetime.fromtimestamp(time_us // 1_000_000, timezone.utc).astimezone(ZoneInfo(zone))
    return f"{moment:%a} {moment.day} {moment:%b} {moment:%Y %H:%M}".replace(f" {YEAR} ", " ")
