"""Units pass milestones first in, first out; reaching a later one implies the earlier ones."""

from hypothesis import given
from hypothesis import strategies as st

from o2c.flows.correlation.arrivals import ArrivalTimes, first_units, overlay, time_of_unit

arrivals = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=5).map(sorted)


def units(some: ArrivalTimes) -> list[int]:
    """The time of each unit."""
    return [time for time, quantity in some for _ in range(quantity)]


@given(arrivals, arrivals)
def test_overlay_is_the_earlier_of_both_unit_by_unit(own: ArrivalTimes, after: ArrivalTimes) -> None:
    left, right = units(own), units(after)
    longest = max(len(left), len(right))
    expected = [min((*left[index : index + 1], *right[index : index + 1])) for index in range(longest)]
    assert units(overlay(own, after)) == expected


@given(arrivals, st.integers(0, 25))
def test_first_units_are_the_first(some: ArrivalTimes, quantity: int) -> None:
    assert units(first_units(some, quantity)) == units(some)[:quantity]


@given(arrivals.filter(bool), st.data())
def test_a_unit_has_the_time_at_which_it_arrived(some: ArrivalTimes, data: st.DataObject) -> None:
    every = units(some)
    index = data.draw(st.integers(0, len(every) - 1))
    assert time_of_unit(some, index) == every[index]
