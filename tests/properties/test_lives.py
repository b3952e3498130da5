"""The records of exceptions and of billing as one reads them from their topics: each life whole, nothing twice."""

import json
from itertools import pairwise
from typing import Any

from hypothesis import given

from tests.properties import subject
from tests.properties.build import at
from tests.properties.histories import CORRELATION_ID, LAST_HOUR, History, histories

END = at(LAST_HOUR)
OPEN = ("opened", "escalated", "acknowledged", "snoozed")


def read_to_the_end(_: str) -> int:
    return END + END


def lived(history: History) -> tuple[subject.State, list[dict[str, Any]], list[Any]]:
    """The state after a history and its end, the exception records and the billing records."""
    state = subject.new(CORRELATION_ID)
    changes, billings = [], []
    for moment in history.moments:
        subject.apply(state, moment.arrived)
        judgement = subject.judge(state, history.policy, moment.clock, moment.progress)
        changes += [json.loads(change.value) for change in judgement.changes]
        billings += [judgement.billing] if judgement.billing is not None else []
    judgement = subject.judge(state, history.policy, END, read_to_the_end)
    changes += [json.loads(change.value) for change in judgement.changes]
    billings += [judgement.billing] if judgement.billing is not None else []
    return state, changes, billings


def by_exception(changes: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    told: dict[str, list[dict[str, Any]]] = {}
    for change in changes:
        told.setdefault(change["exception_id"], []).append(change)
    return list(told.values())


@given(histories())
def test_changes_are_counted_without_a_gap(history: History) -> None:
    _, changes, _ = lived(history)
    assert [change["sequence"] for change in changes] == list(range(1, len(changes) + 1))


@given(histories())
def test_each_occurrence_opens_once_and_clears_once_before_the_next(history: History) -> None:
    _, changes, _ = lived(history)
    for told in by_exception(changes):
        before: dict[str, Any] | None = None
        for change in told:
            if before is None or before["state"] in ("cleared", "recorded"):
                assert change["state"] in ("opened", "recorded")
                assert change["occurrence"] == (1 if before is None else before["occurrence"] + 1)
                assert change["cleared_at"] is None
            else:
                assert change["state"] in (*OPEN, "cleared")
                assert change["occurrence"] == before["occurrence"]
            assert (change["cleared_at"] is not None) == (change["state"] == "cleared")
            before = change


@given(histories())
def test_a_record_says_something_new(history: History) -> None:
    _, changes, _ = lived(history)
    # Currency and documents, too: the open set of a replay and of the job are compared by them.
    amounts = ("amount", "currency", "documents")
    words = ("state", "severity", "owner", "escalation", "since", "due_at", "occurrence", *amounts)
    for told in by_exception(changes):
        said = [tuple(json.dumps(change[word]) for word in words) for change in told]
        assert all(one != other for one, other in pairwise(said))


@given(histories())
def test_what_was_said_last_is_what_is_open(history: History) -> None:
    state, changes, _ = lived(history)
    told = {change["exception_id"]: change["state"] for change in changes}
    still_open = {key for key, word in told.items() if word in OPEN}
    assert still_open == set(subject.open_exceptions(state))


@given(histories())
def test_nothing_is_open_whose_condition_has_ended(history: History) -> None:
    state, _, _ = lived(history)
    fresh = subject.new(CORRELATION_ID)
    subject.apply(fresh, history.documents)
    subject.judge(fresh, history.policy, END, read_to_the_end)
    assert set(subject.open_exceptions(state)) == set(subject.open_exceptions(fresh))


@given(histories())
def test_billing_is_told_when_it_changes_and_never_twice(history: History) -> None:
    _, _, billings = lived(history)
    values = [json.loads(billing.value) for billing in billings]
    assert [value["sequence"] for value in values] == list(range(1, len(values) + 1))
    said = [(value["ready"], value["amount"], value["blocked_by"], value["lines"]) for value in values]
    # The same figures may be said again of other units, of which more is invoiced by then.
    repeated = [value for value, one, other in zip(values[1:], said, said[1:], strict=False) if one == other]
    assert all(value["lines"] for value in repeated)
    assert not said or said[0] != (False, "0", [], [])
    assert all(value["lines"] for value in values if value["ready"])


@given(histories())
def test_a_billing_id_is_a_function_of_the_order_and_the_sequence(history: History) -> None:
    _, _, billings = lived(history)
    _, _, again = lived(history)
    assert [(one.key, json.loads(one.value)["billing_id"]) for one in billings] == [(one.key, one.key) for one in again]
    assert len({one.key for one in billings}) == len(billings)
