"""Who may do what: a refusal is a plain reason, no refusal is None."""

import pytest

from o2c.flows.correlation.policy import load_policy

POLICY = load_policy("""
[stalls.PAST_DUE]
owner = "dunning"
escalation = [{ after = "1d", to = "cfo" }]

[roles.clerk]
actions = ["comment", "snooze"]
owners = ["dunning", "billing"]
codes = ["PAST_DUE"]

[roles.returns]
actions = []
""")


@pytest.mark.parametrize(
    ("role", "action", "code", "owner", "reason"),
    [
        ("manager", "override", "PRICE_MISMATCH", "pricing", None),
        ("agent", "comment", "PRICE_MISMATCH", "pricing", None),
        (
            "agent",
            "resolve",
            "PRICE_MISMATCH",
            "pricing",
            'the role "agent" may not resolve; it may acknowledge, comment',
        ),
        ("dunning", "snooze", "PAST_DUE", "dunning", None),
        (
            "dunning",
            "override",
            "PAST_DUE",
            "dunning",
            'the role "dunning" may not override; it may acknowledge, assign, snooze, resolve, comment',
        ),
        ("cfo", "override", "PAST_DUE", "dunning", None),
        ("cfo", "comment", "PRICE_MISMATCH", "pricing", 'it does not own this, and the policy knows no role "cfo"'),
        ("clerk", "snooze", "PAST_DUE", "dunning", None),
        (
            "clerk",
            "snooze",
            "PAST_DUE",
            "collections",
            'the role "clerk" may act for dunning, billing alone; this is owned by collections',
        ),
        ("clerk", "snooze", "SHORT_SHIP", "billing", 'the role "clerk" may not act on SHORT_SHIP; it may on PAST_DUE'),
        ("returns", "comment", "UNCREDITED_RETURN", "returns", 'the role "returns" may not comment; it may nothing'),
        (
            "manger",
            "comment",
            "PAST_DUE",
            "dunning",
            'it does not own this, and the policy knows no role "manger"; did you mean manager?',
        ),
        ("manager", "snoze", "PAST_DUE", "dunning", 'there is no action "snoze"; did you mean snooze?'),
        ("owner", "comment", "PAST_DUE", "dunning", 'it does not own this, and the policy knows no role "owner"'),
    ],
)
def test_rights(role: str, action: str, code: str, owner: str, reason: str | None) -> None:
    assert POLICY.refusal(role, action, code, owner) == reason


def test_what_is_assigned_to_a_role_is_its_business_and_still_that_of_the_owner() -> None:
    assert POLICY.refusal("billing", "resolve", "PRICE_MISMATCH", "pricing") is not None
    assert POLICY.refusal("billing", "resolve", "PRICE_MISMATCH", "pricing", assigned="billing") is None
    assert POLICY.refusal("pricing", "resolve", "PRICE_MISMATCH", "pricing", assigned="billing") is None


def test_base_none_keeps_the_roles() -> None:
    policy = load_policy('base = "none"\n[process]\nmilestones = ["order"]')
    assert policy.refusal("manager", "override", "PAST_DUE", "collections") is None
