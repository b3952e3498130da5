"""Every action is decided once, and billing is told of the units that it may bill."""

import json
from typing import Any

from o2c.flows.correlation.order import Judgement, OrderState, judge, merge
from o2c.flows.correlation.policy import load_policy
from o2c.schemas.documents import ActionBody, Document
from tests.properties.build import at, document, goods, hold, invoice, moved, order, ordered

POLICY = load_policy(
    'version = 1\nbase = "none"\n[process]\nmilestones = ["order", "shipment", "invoice", "payment"]\n'
    '[exceptions.CREDIT_HOLD]\nowner = "credit"'
)
ORDERED = order(0, ordered("1", 10))


class Feeds:
    """Read to the end, long ago."""

    @staticmethod
    def progress(_: str) -> int:
        """Later than anything here."""
        return at(1_000)

    @staticmethod
    def grace_us(_: str) -> int:
        """None."""
        return 0


def judged(state: OrderState, hours: int, *documents: Document) -> Judgement:
    for each in documents:
        merge(state, each)
    return judge(state, POLICY, at(hours), Feeds())


def held() -> tuple[OrderState, str]:
    """An order on credit hold, and its exception."""
    state = OrderState("C")
    [opened] = judged(state, 1, ORDERED, hold("H1", 1)).changes
    return state, opened.exception_id


def action(exception_id: str, word: str, hours: int, **envelope: Any) -> Document:
    return document("action", "A1", hours, ActionBody(exception_id, 1, word, "ann", "manager"), **envelope)


def told(judgement: Judgement) -> list[tuple[str, str]]:
    """What people wanted, and whether it was done."""
    entries = [json.loads(audit.value) for audit in judgement.audits]
    return [(entry["action"], entry["outcome"]) for entry in entries if entry["actor"]]


def test_an_action_that_was_withdrawn_is_not_performed_and_is_on_record() -> None:
    state, exception_id = held()
    judgement = judged(state, 2, action(exception_id, "resolve", 2, cancelled=True))
    assert told(judgement) == [("resolve", "refused")]
    assert state.lives[exception_id].is_open


def test_a_later_word_on_an_action_is_decided_too_and_a_repeated_one_is_not() -> None:
    state, exception_id = held()
    first = action(exception_id, "acknowledge", 2)
    assert told(judged(state, 2, first)) == [("acknowledge", "accepted")]
    assert told(judged(state, 3, first)) == []
    later = action(exception_id, "resolve", 3, revision=2)
    assert told(judged(state, 4, later)) == [("resolve", "accepted")]
    assert not state.lives[exception_id].is_open


def test_an_action_waits_for_its_exception_from_when_it_is_known_whenever_it_was_taken() -> None:
    state, exception_id = held()
    fresh = OrderState("C")
    known_at = 50
    assert told(judged(fresh, known_at, ORDERED, action(exception_id, "resolve", 2))) == []
    assert told(judged(fresh, known_at + 1, hold("H1", 1))) == [("resolve", "accepted")]
    assert (
        told(judged(state, known_at, document("action", "A2", 2, ActionBody("x", 1, "resolve", "ann", "manager"))))
        == []
    )
    assert told(judged(state, known_at + 3)) == [("resolve", "refused")]


def test_billing_is_told_of_every_unit_though_nothing_has_a_price() -> None:
    state = OrderState("C")
    first = judged(state, 1, ORDERED, goods("shipment", "S1", 1, moved("1", 5))).billing
    second = judged(state, 2, goods("shipment", "S2", 2, moved("1", 5))).billing
    assert first is not None
    assert second is not None
    assert [json.loads(each.value)["lines"][0]["quantity"] for each in (first, second)] == ["5", "10"]


def test_billing_is_told_of_other_units_that_are_as_many_and_worth_as_much() -> None:
    state = OrderState("C")
    judged(state, 1, ORDERED, goods("shipment", "S1", 1, moved("1", 5)))
    billed = invoice("I1", 2, 0, moved("1", 5))
    again = judged(state, 2, billed, goods("shipment", "S2", 2, moved("1", 5))).billing
    assert again is not None
    assert json.loads(again.value)["sequence"] == 2
