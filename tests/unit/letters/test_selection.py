"""Which dead letters a command is about."""

import pytest

from o2c.connectors.kafka.stored_letters import Place, Selection, place_of
from tests.unit.letters.letters import LETTER, letter

AT = LETTER.rejected_at


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(codes=frozenset({"BAD_UTF8", "NOT_JSON"})),
        Selection(topics=frozenset({"o2c.order.v1"})),
        Selection(since=AT, until=AT + 1),
        Selection(places=frozenset({Place(1, 7)})),
    ],
)
def test_a_letter_is_taken_by(selection: Selection) -> None:
    assert selection.takes(LETTER)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(codes=frozenset({"BAD_UTF8"})),
        Selection(topics=frozenset({"o2c.pick.v1"})),
        Selection(since=AT + 1),
        Selection(until=AT),
        Selection(places=frozenset({Place(7, 1)})),
        Selection(codes=frozenset({"NOT_JSON"}), until=AT),
    ],
)
def test_a_letter_is_left_by(selection: Selection) -> None:
    assert not selection.takes(LETTER)


def test_a_letter_of_nobody_is_of_no_topic() -> None:
    assert not Selection(topics=frozenset({"o2c.order.v1"})).takes(letter(source=None))


def test_a_place_reads_as_it_is_written() -> None:
    assert place_of("1/7") == Place(1, 7)
    assert str(Place(1, 7)) == "1/7"


@pytest.mark.parametrize("text", ["", "7", "1/", "/7", "-1/7", "1/7/3", "a/b", "1/" + "9" * 19])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="PARTITION/OFFSET"):
        place_of(text)
