"""The random stories meet every reason code often enough for the other properties to say something about it."""

from collections import Counter

from hypothesis import HealthCheck, event, given, settings

from o2c.schemas.documents import Document
from tests.properties import oracle
from tests.properties.build import at
from tests.properties.histories import CORRELATION_ID
from tests.properties.policies import CODES, plain_text, policy_of
from tests.properties.stories import stories

EXAMPLES = 350
LEAST = 1
LATE = at(100)
POLICY = policy_of(plain_text("2h"))


def test_every_reason_code_occurs() -> None:
    met: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(stories(least=11, most=15))
    def look(arrived: list[Document]) -> None:
        found = oracle.evaluate(CORRELATION_ID, arrived, POLICY, LATE).conditions
        for code in {condition.code for condition in found if condition.holding}:
            met[code] += 1
            event(code)

    look()
    assert {code for code in CODES if met[code] < LEAST} == set()
