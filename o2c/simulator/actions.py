"""What people do about exceptions."""

from uuid import NAMESPACE_URL, uuid5

from o2c.simulator.papers import revisions
from o2c.simulator.plan import Finding, Plan
from o2c.simulator.policy import HOUR_S, RULES
from o2c.simulator.statements import Fields

_EXCEPTIONS = uuid5(NAMESPACE_URL, "o2c:exception")
_SEPARATOR = "\x1f"


def exception_id(plan: Plan, finding: Finding) -> str:
    """The id under which the processor publishes what it finds."""
    return str(uuid5(_EXCEPTIONS, _SEPARATOR.join((plan.correlation_id, finding.code, *finding.subject))))


def comment(plan: Plan, finding: Finding, at: int, note: str) -> None:
    """A service agent writes something down about an exception."""
    _act(plan, finding, at, "comment", "agent", note)


def acknowledge(plan: Plan, finding: Finding) -> None:
    """Somebody of the team that owns an exception says that it is being seen to."""
    _act(plan, finding, finding.deadline + HOUR_S, "acknowledge", RULES[finding.code].owner, None)


def _act(plan: Plan, finding: Finding, at: int, action: str, role: str, note: str | None) -> None:
    number = plan.document_id("action", 1 + sum(paper.document[0] == "action" for paper in plan.papers))
    fields: Fields = {
        "correlation_id": plan.correlation_id,
        "exception_id": exception_id(plan, finding),
        "occurrence": 1,
        "action": action,
        "actor": "M. Okafor",
        "role": role,
    }
    if note is not None:
        fields["note"] = note
    revisions(plan, ("action", number), "service-desk", (at, fields))
