"""What the tests of the oracle share: a policy in hours and a few short ways to ask."""

from typing import Any

from o2c.flows.correlation.policy import load_policy
from o2c.schemas.documents import Document
from tests.properties import oracle
from tests.properties.build import at
from tests.properties.oracle import Condition, Expected
from tests.properties.policies import plain_text

POLICY = load_policy(plain_text("5h") + '\n[process]\nlead = "5h"\nsettle = "2h"\n')
LATER = 20
"""Hours: later than all that the documents say."""


def evaluate(*documents: Document, clock: int = LATER) -> Expected:
    """All that the documents come to."""
    return oracle.evaluate("C", documents, POLICY, at(clock))


def amounts(*documents: Document) -> dict[str, str]:
    """The amounts that are not nil."""
    shown = evaluate(*documents).status["amounts"]
    return {word: amount for word, amount in shown.items() if amount not in (None, "0") and word != "ordered"}


def exposed(*documents: Document, clock: int = LATER) -> dict[str, Any]:
    """The exposure that is not nil."""
    shown = evaluate(*documents, clock=clock).status["exposure"]
    return {bucket: amount for bucket, amount in shown.items() if amount != "0"}


def found(code: str, *documents: Document, clock: int = LATER) -> dict[str, Condition]:
    """What holds of a code, by the number of its subject."""
    conditions = evaluate(*documents, clock=clock).conditions
    return {one.subject.document_id: one for one in conditions if one.code == code and one.holding}


def opened(code: str, *documents: Document, clock: int = LATER) -> bool:
    """Whether a code opens by a clock, all feeds read."""
    (found_then,) = oracle.open_set("C", [oracle.Step(at(clock), documents, lambda _: at(clock))], POLICY)
    return any(one.condition.code == code for one in found_then.values())
