"""The oracle: an order's status and stalls recomputed from scratch, the slow and obvious way."""

from tests.properties.oracle.conditions import (
    Expected,
    OpenException,
    Step,
    closed,
    evaluate,
    exception_id,
    health,
    open_set,
    render,
)
from tests.properties.oracle.model import Condition, Policy, Progress, Subject
from tests.properties.oracle.value import net_value

__all__ = [
    "Condition",
    "Expected",
    "OpenException",
    "Policy",
    "Progress",
    "Step",
    "Subject",
    "closed",
    "evaluate",
    "exception_id",
    "health",
    "net_value",
    "open_set",
    "render",
]
