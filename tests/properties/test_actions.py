"""What a person does about an exception, and what time does about it: acknowledged, snoozed, escalated, overridden."""

from dataclasses import dataclass

from hypothesis import assume, given
from hypothesis import strategies as st

from o2c.schemas.documents import Document
from tests.properties import oracle, subject
from tests.properties.build import action, at
from tests.properties.histories import CORRELATION_ID
from tests.properties.oracle import Step
from tests.properties.oracle.model import Rule
from tests.properties.policies import plain_text, policy_of
from tests.properties.stories import stories

POLICY = policy_of(plain_text("2h"))
FIRST, ACTED = 20, 21
UNTIL = 40
FAR = at(10_000)
OTHER_CLOCK = ("BACKORDER",)
"""Codes whose time to act comes from a document."""

kinds = st.sampled_from(("acknowledge", "assign", "snooze", "override", "resolve", "comment"))
roles = st.sampled_from(("manager", "manager", "manager", "agent"))
later = st.lists(st.integers(ACTED, 90), min_size=1, max_size=4).map(sorted)
RIGHTS = {
    "manager": ("acknowledge", "assign", "snooze", "override", "resolve", "comment"),
    "agent": ("acknowledge", "comment"),
}


@dataclass
class Expected:
    """What should have become of the exception."""

    is_open: bool
    level: int
    owner: str


def read(_: str) -> int:
    return FAR


def level_at(rule: Rule, detected: int, clock: int, quiet_until: int) -> int:
    """How many levels of escalation an exception has come to."""
    if rule.sla_us is None or clock < quiet_until:
        return 0
    due_at = rule.calendar.add(detected, rule.sla_us)
    return sum(1 for step in rule.escalation if rule.calendar.add(due_at, step.after_us) <= clock)


def expected(what: str, rule: Rule, clock: int) -> Expected:
    """What the action, and the time since, have made of an exception whose condition still holds."""
    if what in ("override", "resolve"):
        return Expected(False, 0, rule.owner)
    quiet_until = at(UNTIL) if what == "snooze" else 0
    level = level_at(rule, at(FIRST), clock, quiet_until)
    return Expected(True, level, "somebody" if what == "assign" else rule.owner)


def conditions_at(arrived: list[Document], clocks: list[int]) -> list[set[str]]:
    """The ids of what holds at each clock, all feeds read."""
    steps = [Step(at(clock), tuple(arrived) if position == 0 else (), read) for position, clock in enumerate(clocks)]
    return [set(found) for found in oracle.open_set(CORRELATION_ID, steps, POLICY)]


@given(st.data(), stories(), kinds, roles, later)
def test_an_action_does_what_it_says_and_time_goes_on(
    data: st.DataObject, arrived: list[Document], what: str, role: str, clocks: list[int]
) -> None:
    state = subject.new(CORRELATION_ID)
    subject.apply(state, arrived)
    subject.judge(state, POLICY, at(FIRST), read)
    opened = subject.open_exceptions(state)
    assume(opened)
    key = data.draw(st.sampled_from(sorted(opened)))
    rule = POLICY.rules(None, None, None, None, None).codes[opened[key].code]
    values = {"to": "somebody"} if what == "assign" else {"until": at(UNTIL)} if what == "snooze" else {}
    subject.apply(state, [action("A", ACTED, key, what, role=role, **values)])
    done = what if what in RIGHTS[role] else "nothing"
    clocks = [ACTED, *clocks]
    for clock, holding in zip(clocks, conditions_at(arrived, [FIRST, *clocks])[1:], strict=True):
        subject.judge(state, POLICY, at(clock), read)
        if key not in holding:
            assert key not in subject.open_exceptions(state)
            return
        wanted = expected(done, rule, at(clock))
        assert (key in subject.open_exceptions(state)) == wanted.is_open
        life = next(life for life in state.lives.values() if life.exception_id == key)
        if wanted.is_open and life.code not in OTHER_CLOCK:
            assert (life.level, life.assigned or life.owner) == (wanted.level, wanted.owner)
