"""What people do about exceptions."""

from uuid import NAMESPACE_URL, uuid5

from o2c.simulator.papers import revisions
from o2c.simulator.plan import Finding, Plan

_EXCEPTIONS = uuid5(NAMESPACE_URL, "o2c:exception")
_SEPARATOR = "\x1f"


def exception_id(plan: Plan, finding: Finding) -> str:
    """The id under which the processor publishes what it finds."""
    return str(uuid5(_EXCEPTIONS, _SEPARATOR.join((plan.correlation_id, finding.code, *finding.subject))))


def comment(plan: Plan, finding: Finding, at: int, note: str) -> None:
    """A service agent writes something down about an exception."""
    number = plan.document_id("action", 1 + sum(paper.document[0] == "action" for paper in plan.papers))
    fields = {
        "correlation_id": plan.correlation_id,
        "exception_id": exception_id(plan, finding),
        "occurrence": 1,
        "action": "comment",
        "actor": "M. Okafor",
        "role": "agent",
        "note": note,
    }
    revisions(plan, ("action", number), "service-desk", (at, fields))
