"""Arrival order, repeats and stops change nothing: what an order comes to is one function of its documents."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from o2c.flows.correlation.policy import Policy
from o2c.schemas.documents import Document
from tests.properties import subject
from tests.properties.build import at
from tests.properties.histories import CORRELATION_ID, LAST_HOUR, History, documents, histories, papers
from tests.properties.policies import policy_of, policy_texts

CLOCK = at(LAST_HOUR)


def read_to_the_end(_: str) -> int:
    return CLOCK + CLOCK


def outcome(policy: Policy, arrived: list[Document], keep: Callable[[subject.State], subject.State]) -> Any:
    state = subject.new(CORRELATION_ID)
    for document in arrived:
        subject.apply(state, (document,))
        state = keep(state)
    judgement = subject.judge(state, policy, CLOCK, read_to_the_end)
    return subject.status(state, judgement, CLOCK), subject.open_exceptions(state)


def as_it_is(state: subject.State) -> subject.State:
    return state


@given(st.data(), policy_texts(), papers())
def test_any_order_and_any_repeats_of_the_documents_come_to_the_same(
    data: st.DataObject, text: str, arrived: list[Document]
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(arrived), max_size=4)) if arrived else []
    shuffled = data.draw(st.permutations(arrived + repeats))
    policy = policy_of(text)
    assert outcome(policy, shuffled, as_it_is) == outcome(policy, arrived, as_it_is)


@given(st.data(), st.sampled_from(("order", "shipment", "invoice")))
def test_the_winner_among_revisions_is_the_same_in_any_order(data: st.DataObject, kind: str) -> None:
    revisions = data.draw(st.lists(documents(kind), min_size=2, max_size=6))
    shuffled = data.draw(st.permutations(revisions))
    one, other = subject.new(CORRELATION_ID), subject.new(CORRELATION_ID)
    subject.apply(one, revisions)
    subject.apply(other, shuffled)
    assert one.documents == other.documents


@given(policy_texts(), papers())
def test_a_round_trip_after_every_document_changes_nothing(text: str, arrived: list[Document]) -> None:
    policy = policy_of(text)
    assert outcome(policy, arrived, subject.round_trip) == outcome(policy, arrived, as_it_is)


@given(histories())
def test_a_round_trip_after_every_step_changes_nothing(history: History) -> None:
    kept, stored = subject.new(CORRELATION_ID), subject.new(CORRELATION_ID)
    for moment in history.moments:
        for state in (kept, stored):
            subject.apply(state, moment.arrived)
        here = subject.judge(kept, history.policy, moment.clock, moment.progress)
        there = subject.judge(stored, history.policy, moment.clock, moment.progress)
        assert here.changes == there.changes
        assert subject.status(kept, here, moment.clock) == subject.status(stored, there, moment.clock)
        stored = subject.round_trip(stored)
        assert stored == kept


@given(histories())
def test_the_open_set_after_any_history_is_that_of_its_documents_once_all_feeds_are_read(history: History) -> None:
    lived = subject.new(CORRELATION_ID)
    for moment in history.moments:
        subject.apply(lived, moment.arrived)
        subject.judge(lived, history.policy, moment.clock, moment.progress)
    subject.judge(lived, history.policy, CLOCK, read_to_the_end)
    _, opened = outcome(history.policy, history.documents, as_it_is)
    assert set(subject.open_exceptions(lived)) == set(opened)


@given(histories())
def test_a_second_judgement_at_the_same_moment_finds_nothing_new(history: History) -> None:
    state = subject.new(CORRELATION_ID)
    for moment in history.moments:
        subject.apply(state, moment.arrived)
        subject.judge(state, history.policy, moment.clock, moment.progress)
        assert not subject.judge(state, history.policy, moment.clock, moment.progress).changes
