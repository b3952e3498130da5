"""What waits of a backlog: who is judged when, and which marks count."""

from hypothesis import given
from hypothesis import strategies as st

from o2c.flows.backlog import EVENT_BYTES, ORDER_BYTES, Backlog
from o2c.schemas.lanes import Mark

PACKED = b"event"
SIZE = len(PACKED) + EVENT_BYTES + ORDER_BYTES


def mark(number: int) -> Mark:
    return Mark(number, {}, {}, {})


def waiting(*names: str, most_bytes: int = 10**6, now: float = 0.0) -> Backlog:
    backlog = Backlog(most_bytes, 30.0)
    backlog.add(tuple((name, PACKED) for name in names), now)
    return backlog


def test_an_order_waits_for_its_next_events_and_is_judged_once_for_all() -> None:
    backlog = waiting("A", "B", "A")
    assert backlog.due(1.0, 10, caught_up=False) == {}
    assert backlog.due(1.0, 10, caught_up=True) == {"A": [PACKED, PACKED], "B": [PACKED]}
    assert backlog.due(1.0, 10, caught_up=True) == {}


def test_whoever_has_waited_longest_goes_when_too_much_waits() -> None:
    backlog = waiting("A", "B", "C", most_bytes=2 * SIZE)
    assert backlog.full
    assert list(backlog.due(1.0, 10, caught_up=False)) == ["A"]
    assert not backlog.full


def test_nobody_waits_longer_than_may_be() -> None:
    backlog = waiting("A")
    backlog.add((("B", PACKED),), 1.0)
    assert list(backlog.due(30.0, 10, caught_up=False)) == ["A"]
    assert list(backlog.due(31.0, 10, caught_up=False)) == ["B"]


def test_no_more_are_taken_at_once_than_asked_for() -> None:
    backlog = waiting("A", "B", "C")
    assert list(backlog.due(0.0, 2, caught_up=True)) == ["A", "B"]


def test_an_order_that_is_judged_for_another_reason_takes_what_waits_of_it() -> None:
    backlog = waiting("A", "B", most_bytes=SIZE)
    assert backlog.take("A") == [PACKED]
    assert backlog.take("A") == []
    assert not backlog.full


def test_a_mark_counts_once_all_that_came_before_it_is_judged() -> None:
    backlog = waiting("A")
    backlog.hold(mark(1), 0.0)
    backlog.add((("B", PACKED),), 1.0)
    backlog.hold(mark(2), 1.0)
    assert backlog.covered() == []
    backlog.due(30.0, 10, caught_up=False)
    assert backlog.covered() == [mark(1)]
    backlog.take("B")
    assert backlog.covered() == [mark(2)]
    assert backlog.covered() == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from("ABCDE")),
        st.tuples(st.just("take"), st.sampled_from("ABCDE")),
        st.tuples(st.just("due"), st.integers(1, 3)),
        st.tuples(st.just("mark"), st.just(0)),
    ),
    max_size=40,
)


@given(STEPS, st.booleans())
def test_no_mark_passes_an_event_that_waits_and_no_event_is_lost_or_doubled(
    steps: list[tuple[str, int | str]], standing_clock: bool
) -> None:
    backlog = Backlog(2 * SIZE, 5.0)
    sent: list[bytes] = []
    judged: list[bytes] = []
    covers: list[tuple[Mark, list[bytes]]] = []
    for number, (step, argument) in enumerate(steps):
        now = 0.0 if standing_clock else float(number)
        if step == "add":
            sent.append(b"%d" % number)
            backlog.add(((str(argument), sent[-1]),), now)
        elif step == "take":
            judged += backlog.take(str(argument))
        elif step == "due":
            for packed in backlog.due(now, int(argument), caught_up=False).values():
                judged += packed
        else:
            covers.append((mark(number), list(sent)))
            backlog.hold(covers[-1][0], now)
        for covered in backlog.covered():
            [before] = [before for each, before in covers if each == covered]
            assert set(before) <= set(judged)
    while due := backlog.due(1e9, 2, caught_up=True):
        for packed in due.values():
            judged += packed
    assert sorted(judged) == sorted(sent)
    backlog.covered()
    assert not backlog.full
