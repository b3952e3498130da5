"""What people do about exceptions: whether they may, and what it comes to."""

from o2c.flows.correlation.lives import ACKNOWLEDGED, CLEARED, OVERRIDDEN, SNOOZED, Life
from o2c.flows.correlation.policy import Policy
from o2c.schemas.documents import ActionBody


def refusal(body: ActionBody, life: Life, owner: str, policy: Policy, clock: int) -> str | None:
    """Why an action on an exception that is known is refused; None where it is not. `owner`: as policy has it."""
    if body.occurrence < life.occurrence:
        return f"occurrence {body.occurrence} is over; the exception is at occurrence {life.occurrence}"
    if not life.is_open and body.action != "comment":
        return f"the exception is not open but {life.state}"
    if body.action == "assign" and not body.to:
        return "nobody is named to assign it to"
    if body.action == "snooze" and (body.until is None or body.until <= clock):
        return "the time until which to snooze it is missing or past"
    return policy.refusal(body.role, body.action, life.code, owner, life.assigned)


def perform(body: ActionBody, life: Life, clock: int) -> None:
    """Do to the exception what the action says; a comment changes nothing."""
    if body.action == "acknowledge":
        life.state = ACKNOWLEDGED
        life.snoozed_until = None
    elif body.action == "assign":
        assert body.to is not None
        life.assigned = life.owner = body.to
    elif body.action == "snooze":
        life.state = SNOOZED
        life.snoozed_until = body.until
    elif body.action in _CLOSING:
        life.state = _CLOSING[body.action]
        life.settled = True
        life.snoozed_until = None
        life.cleared_at = clock


_CLOSING = {"override": OVERRIDDEN, "resolve": CLEARED}
"""What a person ends although the condition holds: accepted as it is, or seen to."""
