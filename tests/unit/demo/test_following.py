"""Which order the view looks at."""

from o2c.demo.following import Following
from tests.unit.demo.builders import at, fault


def test_nothing_is_followed_before_the_first_fault() -> None:
    assert Following().order([], at(0)) is None


def test_the_order_whose_fault_shows_next_is_followed() -> None:
    following = Following()
    slow = fault("SLOW", deadline=20, expected_by=23)
    assert following.order([slow], at(0)) == "SLOW"
    assert following.order([slow, fault("QUICK", deadline=10, expected_by=13)], at(1)) == "QUICK"


def test_it_is_followed_until_some_seconds_after_its_fault_has_shown() -> None:
    following = Following()
    faults = [fault("FIRST", deadline=10, expected_by=13), fault("SECOND", deadline=11, expected_by=30)]
    shown = [following.order(faults, at(second)) for second in (9, 10, 13, 20, 21)]
    assert shown == ["FIRST", "FIRST", "FIRST", "FIRST", "SECOND"]


def test_where_nothing_is_ahead_the_last_one_stays() -> None:
    following = Following()
    faults = [fault("ONLY", deadline=10, expected_by=13)]
    assert [following.order(faults, at(second)) for second in (0, 100)] == ["ONLY", "ONLY"]
