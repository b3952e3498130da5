"""Times, durations and texts as a person reads them. The clock is an argument, in UTC microseconds."""

import re

from o2c.schemas.times import DAY_US, HOUR_US, MINUTE_US, SECOND_US, parse_rfc3339, rfc3339

_TIME = re.compile(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")
_UNITS = ((DAY_US, "d", 2), (HOUR_US, "h", 1), (MINUTE_US, "min", 1), (SECOND_US, "s", 1))
"""Each unit with its name and from how many of it on a duration is told in it."""


def minute_of(time_us: int) -> str:
    """The minute that a time lies in, in UTC: "2025-01-07 04:25"."""
    return rfc3339(time_us)[:16].replace("T", " ")


def duration_words(duration_us: int) -> str:
    """A duration in whole units of one kind, rounded down: "3 d", "47 h", "12 min", "5 s"."""
    for unit_us, name, least in _UNITS:
        if duration_us >= least * unit_us:
            return f"{duration_us // unit_us} {name}"
    return "0 s"


def since_words(time_us: int, now_us: int) -> str:
    """A beginning: "2025-01-07 04:25 (2 d ago)"."""
    if time_us > now_us:
        return f"{minute_of(time_us)} (in {duration_words(time_us - now_us)})"
    return f"{minute_of(time_us)} ({duration_words(now_us - time_us)} ago)"


def due_words(time_us: int, now_us: int) -> str:
    """A deadline: "due in 3 h (2025-01-07 04:25)" or "overdue by 2 d (since 2025-01-07 04:25)"."""
    if time_us > now_us:
        return f"due in {duration_words(time_us - now_us)} ({minute_of(time_us)})"
    return f"overdue by {duration_words(now_us - time_us)} (since {minute_of(time_us)})"


def time_of(text: object) -> int | None:
    """UTC microseconds of what a status has for a time; None for what is none."""
    if not isinstance(text, str):
        return None
    try:
        return parse_rfc3339(text)
    except ValueError:
        return None


def times_readable(sentence: str) -> str:
    """A sentence of the job's with its times as this page has them."""
    return _TIME.sub(lambda found: minute_of(parse_rfc3339(found[0])), sentence)


def printable(value: object) -> str:
    """The text without control characters: a document's number must not steer the reader's terminal."""
    text = str(value)
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
