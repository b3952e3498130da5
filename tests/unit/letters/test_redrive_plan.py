"""What a redrive would send is settled before it asks."""

from o2c.connectors.kafka.redrive import identity_of
from o2c.connectors.kafka.stored_letters import Place, Source
from o2c.flows.redrive_plan import NO_INPUT, NO_VALUE, SENT_BEFORE, TRUNCATED, plan_redrive
from tests.unit.letters.letters import LETTER, letter

INPUTS = ("o2c.order.v1", "o2c.pick.v1")


def test_letters_go_where_they_came_from() -> None:
    pick = letter(place=Place(0, 1), source=Source("o2c.pick.v1", 0, 0))
    plan = plan_redrive(
        [LETTER, pick, letter(place=Place(0, 2), source=Source("o2c.pick.v1", 0, 1))], {}, INPUTS, again=False
    )
    assert plan.places == {Place(1, 7), Place(0, 1), Place(0, 2)}
    assert plan.question == "Send 3 dead letters back: 1 to o2c.order.v1, 2 to o2c.pick.v1?"


def test_what_was_sent_back_stays_unless_asked_for_again() -> None:
    marks = {identity_of(LETTER): "2025-01-07T12:00:00Z"}
    plan = plan_redrive([LETTER], marks, INPUTS, again=False)
    assert (plan.places, plan.skipped) == (set(), {SENT_BEFORE: 1})
    assert plan_redrive([LETTER], marks, INPUTS, again=True).places == {LETTER.place}


def test_a_letter_that_was_written_twice_goes_once() -> None:
    twin = letter(place=Place(1, 8))
    plan = plan_redrive([LETTER, twin], {}, INPUTS, again=True)
    assert plan.places == {LETTER.place}
    assert plan.seen == {LETTER.place, twin.place}


def test_what_has_lost_its_bytes_stays() -> None:
    plan = plan_redrive([letter(value=None, truncated=True)], {}, INPUTS, again=True)
    assert (plan.places, plan.skipped) == (set(), {TRUNCATED: 1})
    assert plan.skips == f", 1 skipped ({TRUNCATED})"


def test_no_header_leads_a_letter_anywhere_but_to_an_input() -> None:
    elsewhere = [letter(source=Source("o2c.status.v1", 0, 0)), letter(source=None)]
    plan = plan_redrive(elsewhere, {}, INPUTS, again=True)
    assert (plan.places, plan.skipped) == (set(), {NO_INPUT: 2})


def test_another_record_at_the_same_offset_is_another_letter() -> None:
    assert identity_of(letter(value=b"other")) != identity_of(LETTER)
    assert identity_of(letter(key=None)) != identity_of(letter(key=b""))
    assert identity_of(letter(place=Place(0, 0), rejected_at=0)) == identity_of(LETTER)


def test_a_letter_without_a_value_stays_where_it_is() -> None:
    plan = plan_redrive([letter(value=None)], {}, INPUTS, again=True)
    assert (plan.places, plan.skipped) == (set(), {NO_VALUE: 1})
