"""Business time: what counts, what does not, and that adding and measuring are one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from o2c.flows.correlation.calendar import ALWAYS, BusinessCalendar, Calendar
from o2c.flows.correlation.public_holidays import holidays_of
from o2c.schemas.times import DAY_US, FIRST_US, HOUR_US, LAST_US, MINUTE_US, SECOND_US, parse_rfc3339, rfc3339
from tests.unit.policy.calendar_oracle import Walker

WEEK = frozenset(range(7))
WORKDAYS = frozenset(range(5))
OFFICE = (8 * 60, 17 * 60)
WHOLE_DAY = (0, 24 * 60)
OFFICE_DAY_US = 9 * HOUR_US


def calendar(
    hours: tuple[int, int] = OFFICE,
    weekdays: frozenset[int] = WORKDAYS,
    zone: str = "America/New_York",
    holidays: str = "US",
) -> BusinessCalendar:
    return BusinessCalendar("office", ZoneInfo(zone), weekdays, hours, partial(holidays_of, holidays))


office = calendar()
round_the_day = calendar(hours=WHOLE_DAY, weekdays=WEEK, holidays="none")


def added(calendar: BusinessCalendar, start: str, duration_us: int) -> str:
    return rfc3339(calendar.add(parse_rfc3339(start), duration_us))


@pytest.mark.parametrize(
    ("start", "duration_us", "end"),
    [
        pytest.param("2026-03-03T12:00:00-05:00", OFFICE_DAY_US, "2026-03-04T17:00:00Z", id="noon to noon"),
        pytest.param("2026-03-03T08:00:00-05:00", OFFICE_DAY_US, "2026-03-03T22:00:00Z", id="opening to closing"),
        pytest.param("2026-03-03T03:00:00-05:00", HOUR_US, "2026-03-03T14:00:00Z", id="before opening"),
        pytest.param("2026-03-03T20:00:00-05:00", HOUR_US, "2026-03-04T14:00:00Z", id="after closing"),
        pytest.param("2026-02-27T16:00:00-05:00", 2 * HOUR_US, "2026-03-02T14:00:00Z", id="over a weekend"),
        pytest.param("2026-02-28T12:00:00-05:00", OFFICE_DAY_US, "2026-03-02T22:00:00Z", id="from a Saturday"),
        pytest.param("2026-05-22T12:00:00-04:00", OFFICE_DAY_US, "2026-05-26T16:00:00Z", id="over Memorial Day"),
        pytest.param("2026-07-02T12:00:00-04:00", OFFICE_DAY_US, "2026-07-06T16:00:00Z", id="over an observed holiday"),
        pytest.param("2026-03-06T12:00:00-05:00", OFFICE_DAY_US, "2026-03-09T16:00:00Z", id="clocks go forward"),
        pytest.param("2026-10-30T12:00:00-04:00", OFFICE_DAY_US, "2026-11-02T17:00:00Z", id="clocks go back"),
        pytest.param("2026-12-31T16:00:00-05:00", 2 * HOUR_US, "2027-01-04T14:00:00Z", id="over the new year"),
        pytest.param("2026-03-02T09:00:00-05:00", -2 * HOUR_US, "2026-02-27T21:00:00Z", id="back over a weekend"),
        pytest.param("2026-03-01T12:00:00-05:00", -OFFICE_DAY_US, "2026-02-27T13:00:00Z", id="back from a Sunday"),
        pytest.param("2026-03-01T12:00:00-05:00", 0, "2026-03-01T17:00:00Z", id="nothing, on a Sunday"),
    ],
)
def test_business_time_is_added(start: str, duration_us: int, end: str) -> None:
    assert added(office, start, duration_us) == end


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-07T12:00:00-05:00", 1, "2026-03-08T12:30:00-04:00"),
        ("2026-03-07T12:00:00-05:00", 2, "2026-03-09T12:00:00-04:00"),
        ("2026-10-31T12:00:00-04:00", 1, "2026-11-01T11:30:00-05:00"),
        ("2026-10-31T12:00:00-04:00", 2, "2026-11-02T12:00:00-05:00"),
    ],
)
def test_a_day_from_noon_is_noon_and_half_of_the_day_on_which_clocks_change(start: str, days: int, end: str) -> None:
    assert added(round_the_day, start, days * DAY_US) == rfc3339(parse_rfc3339(end))


def test_a_day_of_25_hours_counts_24() -> None:
    begins, ends = parse_rfc3339("2026-11-01T00:00:00-04:00"), parse_rfc3339("2026-11-02T00:00:00-05:00")
    assert ends - begins == 25 * HOUR_US
    assert round_the_day.elapsed(begins, ends) == DAY_US


def test_a_day_that_a_zone_left_out_is_none() -> None:
    apia = calendar(hours=WHOLE_DAY, weekdays=WEEK, zone="Pacific/Apia", holidays="none")
    before = parse_rfc3339("2011-12-29T12:00:00-10:00")
    assert rfc3339(apia.add(before, DAY_US)) == rfc3339(parse_rfc3339("2011-12-31T12:00:00+14:00"))


def test_hours_of_a_day_in_which_clocks_skip_them_all_are_none() -> None:
    night = calendar(hours=(120, 180), weekdays=WEEK, holidays="none")
    assert added(night, "2026-03-07T12:00:00-05:00", HOUR_US) == "2026-03-09T07:00:00Z"


def test_it_says_when_it_is_open() -> None:
    times = ("2026-03-03T07:59:59-05:00", "2026-03-03T08:00:00-05:00", "2026-03-03T17:00:00-05:00")
    assert [office.is_open(parse_rfc3339(time)) for time in times] == [False, True, False]
    assert not office.is_open(parse_rfc3339("2026-12-25T12:00:00-05:00"))
    assert ALWAYS.is_open(0)


def test_months_and_days_are_those_of_its_zone() -> None:
    late = parse_rfc3339("2026-03-31T22:00:00-04:00")
    assert rfc3339(office.month_end(late)) == "2026-04-01T04:00:00Z"
    assert rfc3339(ALWAYS.month_end(late)) == "2026-05-01T00:00:00Z"
    assert (office.day_of(late), ALWAYS.day_of(late)) == (
        date(2026, 3, 31).toordinal() - date(1970, 1, 1).toordinal(),
        date(2026, 4, 1).toordinal() - date(1970, 1, 1).toordinal(),
    )
    assert rfc3339(office.month_end(parse_rfc3339("2026-12-15T00:00:00Z"))) == "2027-01-01T05:00:00Z"


@pytest.mark.parametrize("known", [ALWAYS, office], ids=["always", "office"])
def test_the_ends_of_time_have_days_and_months(known: Calendar) -> None:
    for time in (FIRST_US, LAST_US, LAST_US + 3650 * DAY_US):
        assert known.month_end(time) > min(time, LAST_US)
        assert known.day_of(time) == time // DAY_US


def test_before_and_after_the_years_that_it_knows_each_day_is_a_business_day() -> None:
    assert added(office, "0001-01-01T00:00:00Z", 2 * OFFICE_DAY_US) == "0001-01-03T00:00:00Z"
    assert added(office, "9998-01-01T12:00:00Z", OFFICE_DAY_US) == "9998-01-02T12:00:00Z"
    whole = office.elapsed(FIRST_US, LAST_US + 1)
    assert whole > 9000 * 250 * OFFICE_DAY_US
    assert office.elapsed(LAST_US + 1, FIRST_US) == -whole
    assert office.elapsed(FIRST_US, office.add(FIRST_US, whole)) == whole
    assert office.add(FIRST_US, whole) == LAST_US + 1


def test_a_calendar_that_never_opens_gets_nowhere_in_its_years() -> None:
    never = calendar(weekdays=frozenset())
    start = parse_rfc3339("2026-03-03T12:00:00Z")
    assert never.elapsed(start, start + 365 * DAY_US) == 0
    assert rfc3339(never.add(start, OFFICE_DAY_US)) == "2101-01-02T05:00:00Z"
    assert never.add(start, 0) == start
    assert not never.is_open(start)


HOURS = st.sampled_from([OFFICE, WHOLE_DAY, (6 * 60, 22 * 60), (0, 4 * 60), (20 * 60, 24 * 60), (8 * 60 + 30, 525)])
WEEKDAYS = st.sampled_from([WORKDAYS, WEEK, frozenset({1}), frozenset({5, 6})])
PLACES = st.sampled_from([("America/New_York", "US"), ("Europe/Berlin", "DE-BY"), ("Australia/Lord_Howe", "none")])
EVENTFUL = [  # weekends, holidays, and the days on which clocks change
    *("2026-03-06", "2026-03-08", "2026-03-28", "2026-04-03", "2026-05-22", "2026-10-03", "2026-10-24", "2026-10-31"),
    *("2024-12-20", "2025-12-30"),
]
STARTS = st.builds(
    lambda day, ahead: parse_rfc3339(f"{day}T00:00:00Z") + ahead,
    st.sampled_from(EVENTFUL),
    st.one_of(st.integers(0, 72 * 60).map(lambda minutes: minutes * MINUTE_US), st.integers(0, 3 * DAY_US)),
)
SPANS = st.one_of(st.integers(0, 8 * 24 * 60).map(lambda minutes: minutes * MINUTE_US), st.integers(0, 8 * DAY_US))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[BusinessCalendar, Walker]:
    hours, weekdays, (zone, holidays) = draw(HOURS), draw(WEEKDAYS), draw(PLACES)
    closed = frozenset[date]().union(*(holidays_of(holidays, year) for year in (2024, 2025, 2026, 2027)))
    return calendar(hours, weekdays, zone, holidays), Walker(zone, weekdays, *hours, closed)


@settings(max_examples=300, deadline=None)
@given(pair=pairs(), start=STARTS, span=SPANS)
def test_time_passes_as_it_does_minute_by_minute(pair: tuple[BusinessCalendar, Walker], start: int, span: int) -> None:
    fast, slow = pair
    assert abs(fast.elapsed(start, start + span) - slow.elapsed(start, start + span)) < 1


@settings(max_examples=300, deadline=None)
@given(pair=pairs(), start=STARTS, duration=st.integers(1, 4 * 9 * 60).map(lambda minutes: minutes * MINUTE_US))
def test_what_is_added_ends_as_soon_as_it_has_passed(
    pair: tuple[BusinessCalendar, Walker], start: int, duration: int
) -> None:
    fast, slow = pair
    duration = min(duration, 2 * fast.day_us)
    end = fast.add(start, duration)
    assert slow.elapsed(start, end) > duration - 1
    assert slow.elapsed(start, end - 2) < duration


ANY_CALENDAR = st.builds(
    lambda first, last, weekdays, zone: calendar(tuple(sorted((first, last))), weekdays, zone, "none"),
    st.integers(0, 719),
    st.integers(720, 1440),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sampled_from(["America/New_York", "America/Havana", "Pacific/Apia", "Asia/Kolkata", "UTC"]),
)
INSTANTS = st.one_of(
    STARTS,
    st.integers(parse_rfc3339("2011-12-20T00:00:00Z"), parse_rfc3339("2012-01-10T00:00:00Z")),
    st.integers(FIRST_US, LAST_US),
    st.integers(-10, 10),
)


@settings(max_examples=300, deadline=None)
@given(known=ANY_CALENDAR, start=INSTANTS, duration=st.integers(1, 400 * DAY_US))
@example(known=office, start=0, duration=1)
def test_adding_and_measuring_agree(known: BusinessCalendar, start: int, duration: int) -> None:
    end = known.add(start, duration)
    assert end > start
    assert known.elapsed(start, end) >= duration
    assert known.elapsed(start, end - 1) < duration


@settings(max_examples=300, deadline=None)
@given(known=ANY_CALENDAR, end=INSTANTS, duration=st.integers(1, 400 * DAY_US))
def test_going_back_and_measuring_agree(known: BusinessCalendar, end: int, duration: int) -> None:
    start = known.subtract(end, duration)
    assert start == known.add(end, -duration)
    assert known.subtract(end, -duration) == known.add(end, duration)
    assert start < end
    assert known.elapsed(start, end) >= duration
    assert known.elapsed(start + 1, end) < duration


@settings(max_examples=300, deadline=None)
@given(known=ANY_CALENDAR, start=INSTANTS, span=SPANS, duration=st.integers(0, 30 * DAY_US), more=SPANS)
def test_later_is_never_earlier(known: BusinessCalendar, start: int, span: int, duration: int, more: int) -> None:
    middle, end = start + span, start + span + more
    assert known.add(start, duration) <= known.add(middle, duration) <= known.add(middle, duration + more)
    assert known.elapsed(start, end) == known.elapsed(start, middle) + known.elapsed(middle, end)
    assert 0 <= known.elapsed(start, middle) <= known.elapsed(start, end)
    assert known.elapsed(end, start) == -known.elapsed(start, end)


@given(start=INSTANTS, duration=SPANS)
def test_what_was_asked_before_changes_no_answer(start: int, duration: int) -> None:
    fresh = calendar()
    assert fresh.add(start, duration) == office.add(start, duration)
    assert calendar().elapsed(start, start + duration) == office.elapsed(start, start + duration)


def test_threads_that_share_a_calendar_get_the_answers_of_one() -> None:
    shared = calendar()
    starts = [parse_rfc3339(f"{year}-05-22T20:00:00Z") for year in (2026, 1990, 2060, 1975, 2095, 2026)]
    with ThreadPoolExecutor(len(starts)) as threads:
        ends = list(threads.map(lambda start: shared.add(start, 3 * OFFICE_DAY_US), starts))
        spans = list(threads.map(lambda start: shared.elapsed(starts[0], start), starts))
    assert ends == [office.add(start, 3 * OFFICE_DAY_US) for start in starts]
    assert spans == [office.elapsed(starts[0], start) for start in starts]


def test_around_the_clock_time_is_added_as_it_passes() -> None:
    assert ALWAYS.add(5 * DAY_US, HOUR_US) == 5 * DAY_US + HOUR_US
    assert ALWAYS.elapsed(SECOND_US, HOUR_US) == HOUR_US - SECOND_US
