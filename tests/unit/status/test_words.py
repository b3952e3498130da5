"""Times beside how long ago they were, by a clock that is an argument."""

import pytest

from o2c.schemas.times import DAY_US, HOUR_US, MINUTE_US, SECOND_US, parse_rfc3339
from o2c.status.words import due_words, duration_words, since_words, time_of, times_readable

NOON = "2025-01-07T12:00:00Z"
NOON_US = parse_rfc3339(NOON)


@pytest.mark.parametrize(
    ("duration_us", "words"),
    [
        (59 * SECOND_US, "59 s"),
        (MINUTE_US, "1 min"),
        (HOUR_US - 1, "59 min"),
        (HOUR_US, "1 h"),
        (2 * DAY_US - 1, "47 h"),
        (2 * DAY_US, "2 d"),
    ],
)
def test_a_duration_is_told_in_one_unit_rounded_down(duration_us: int, words: str) -> None:
    assert duration_words(duration_us) == words


def test_a_beginning_is_told_with_how_long_ago_it_was() -> None:
    assert since_words(NOON_US, NOON_US + 3 * DAY_US) == "2025-01-07 12:00 (3 d ago)"


def test_a_beginning_ahead_of_the_clock_is_told_as_such() -> None:
    assert since_words(NOON_US, NOON_US - HOUR_US) == "2025-01-07 12:00 (in 1 h)"


@pytest.mark.parametrize(
    ("passed_us", "words"),
    [
        (-3 * HOUR_US, "due in 3 h (2025-01-07 12:00)"),
        (0, "overdue by 0 s (since 2025-01-07 12:00)"),
        (2 * DAY_US, "overdue by 2 d (since 2025-01-07 12:00)"),
    ],
)
def test_a_deadline_is_told_by_the_clock(passed_us: int, words: str) -> None:
    assert due_words(NOON_US, NOON_US + passed_us) == words


@pytest.mark.parametrize("text", [None, "", "yesterday", 7, "2025-01-07T12:00:00"])
def test_what_is_no_time_is_none(text: object) -> None:
    assert time_of(text) is None


def test_times_in_a_sentence_are_told_as_elsewhere() -> None:
    assert times_readable(f"since {NOON}, expected by 2025-01-08T12:00:59.5Z.") == (
        "since 2025-01-07 12:00, expected by 2025-01-08 12:00."
    )
