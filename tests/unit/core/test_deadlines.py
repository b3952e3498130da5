"""A deadline is a start and a tolerance, and the clock stands still while a hold blocks."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from o2c.flows.correlation.calendar import ALWAYS
from o2c.flows.correlation.deadlines import deadline, union

times = st.integers(0, 30)
intervals = st.lists(st.tuples(times, st.one_of(st.none(), times)), max_size=5).map(
    lambda pairs: [(start, end) for start, end in pairs if end is None or end > start]
)


def naive(start: int, tolerance: int, blocked: list[tuple[int, int | None]]) -> int | None:
    """Tick by tick: time runs in every tick that no interval covers."""
    now, left = start, tolerance
    for _ in range(200):
        stands = any(begin <= now and (end is None or now < end) for begin, end in blocked)
        if left == 0 and not (stands and now == start):
            return now
        if not stands:
            left -= 1
        now += 1
    return None


@given(times, st.integers(1, 20), intervals)
def test_a_deadline_is_what_ticks_count(start: int, tolerance: int, blocked: list[tuple[int, int | None]]) -> None:
    assert deadline(start, tolerance, ALWAYS, union(blocked)) == naive(start, tolerance, blocked)


@given(intervals)
def test_a_union_is_disjoint_and_covers_the_same(blocked: list[tuple[int, int | None]]) -> None:
    merged = union(blocked)
    for (_, end), (start, _) in pairwise(merged):
        assert end is not None
        assert end < start

    def covered(some: list[tuple[int, int | None]]) -> list[bool]:
        return [any(begin <= now and (end is None or now < end) for begin, end in some) for now in range(40)]

    assert covered(merged) == covered(blocked)


def test_a_hold_that_is_never_released_leaves_no_deadline() -> None:
    assert deadline(10, 5, ALWAYS, [(12, None)]) is None


def test_a_hold_placed_after_the_deadline_does_not_move_it() -> None:
    assert deadline(10, 5, ALWAYS, [(15, None)]) == 15
