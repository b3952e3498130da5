"""What the properties are about: the core, behind the few functions that they need."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from o2c.flows.correlation import snapshot
from o2c.flows.correlation.lives import Life
from o2c.flows.correlation.order import Judgement, OrderState, merge
from o2c.flows.correlation.order import judge as judge_order
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.status import render
from o2c.schemas.documents import Document

State = OrderState
_UNCOMPARED = ("version", "updated_at", "trace")


class _Feeds:
    """Feeds that have got as far as a function says, with the policy's grace."""

    def __init__(self, policy: Policy, progress: Callable[[str], int]) -> None:
        self.progress = progress
        self.grace_us = policy.grace_us


def new(correlation_id: str) -> State:
    """An order of which nothing is known."""
    return OrderState(correlation_id)


def apply(state: State, documents: Iterable[Document]) -> None:
    """Take documents in, one by one."""
    for document in documents:
        merge(state, document)


def judge(state: State, policy: Policy, clock: int, progress: Callable[[str], int]) -> Judgement:
    """Bring the exceptions up to the clock."""
    return judge_order(state, policy, clock, _Feeds(policy, progress))


def status(state: State, judgement: Judgement, clock: int) -> dict[str, Any]:
    """The status as it is published, without version, updated_at, trace and the exceptions' due_at."""
    shown: dict[str, Any] = json.loads(render(state, judgement, clock, 1).value)
    for field in _UNCOMPARED:
        del shown[field]
    for exception in shown["exceptions"]:
        del exception["due_at"]
    shown["exceptions"].sort(key=lambda exception: exception["exception_id"])
    return shown


def open_exceptions(state: State) -> dict[str, Life]:
    """The open exceptions by id."""
    return {life.exception_id: life for life in state.lives.values() if life.is_open}


def round_trip(state: State) -> State:
    """The state as the store gives it back."""
    return snapshot.decode(snapshot.encode(state))
