"""The core against the oracle: the same status and the same open exceptions after every step of any history."""

from decimal import Decimal
from typing import Any

from hypothesis import given

from o2c.flows.correlation.lives import Life
from o2c.schemas.documents import Document
from tests.properties import oracle, subject
from tests.properties.histories import CORRELATION_ID, History, histories
from tests.properties.oracle import OpenException, Step
from tests.properties.oracle.model import STALLS

NOT_RECOMPUTED = ("applied_elsewhere", "disputed", "past_due", "refunded")
"""Amounts of the status that the oracle has in its exposure, or not at all."""


def as_opened(opened: dict[str, OpenException]) -> dict[str, tuple[Any, ...]]:
    return {
        key: (
            one.condition.code,
            one.condition.subject.scope,
            one.condition.subject.type,
            one.condition.subject.document_id,
            one.occurrence,
            one.condition.since,
            one.condition.amount,
            one.condition.currency,
            one.condition.severity,
            one.condition.owner,
            one.condition.documents if one.condition.code in STALLS and one.condition.subject.type != "order" else (),
        )
        for key, one in opened.items()
    }


def as_lived(lives: dict[str, Life]) -> dict[str, tuple[Any, ...]]:
    return {
        key: (
            life.code,
            *life.subject,
            life.occurrence,
            life.since,
            life.amount,
            life.currency,
            life.severity,
            life.owner,
            life.documents if life.code in STALLS and life.subject[1] != "order" else (),
        )
        for key, life in lives.items()
    }


def comparable(status: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What both statuses say. What waits is worth the same but for what is rounded, a shipment at a time or once."""
    waiting = [
        {**entry, "amount": None if entry["amount"] is None else round(Decimal(entry["amount"]), 3)}
        for entry in status["waiting_for"]
    ]
    amounts = {name: amount for name, amount in status["amounts"].items() if name in other["amounts"]}
    return {**status, "waiting_for": waiting, "amounts": amounts}


@given(histories())
def test_an_exception_of_the_order_names_documents_that_it_has(history: History) -> None:
    state = subject.new(CORRELATION_ID)
    for moment in history.moments:
        subject.apply(state, moment.arrived)
        subject.judge(state, history.policy, moment.clock, moment.progress)
        known = {f"{one.scope}/{one.type}/{one.document_id}".lstrip("/") for one in state.documents.values()}
        for life in subject.open_exceptions(state).values():
            assert set(life.documents) <= known
            assert list(life.documents) == sorted(set(life.documents))


@given(histories())
def test_status_and_open_exceptions_are_the_oracles_after_every_step(history: History) -> None:
    steps = [Step(moment.clock, moment.arrived, moment.progress) for moment in history.moments]
    expected = oracle.open_set(CORRELATION_ID, steps, history.policy)
    state = subject.new(CORRELATION_ID)
    arrived: list[Document] = []
    for moment, opened in zip(history.moments, expected, strict=True):
        arrived += moment.arrived
        subject.apply(state, moment.arrived)
        judgement = subject.judge(state, history.policy, moment.clock, moment.progress)
        assert as_lived(subject.open_exceptions(state)) == as_opened(opened)
        whole = oracle.evaluate(CORRELATION_ID, arrived, history.policy, moment.clock)
        conditions = [one.condition for one in opened.values()]
        shown = subject.status(state, judgement, moment.clock)
        for word in NOT_RECOMPUTED:
            del shown["amounts"][word]
        assert shown == oracle.render(whole, conditions)
