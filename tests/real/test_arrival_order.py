"""Real documents that arrive backwards come to the same ledger, and to the same open exceptions."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from o2c.schemas.times import micros, rfc3339
from tests.real import remittance, test_remittance, test_shopify, test_ubl
from tests.real.material import UBL, WEBHOOKS, X12, CanonicalEvent, in_order, needs
from tests.real.outcome import Outcome, Status, replayed

FIGURES = ("fulfilment", "financial", "closed", "quantities", "amounts", "exposure", "billing", "milestones", "lines")

Chain = Callable[[], list[CanonicalEvent]]


@pytest.mark.parametrize(
    ("chain", "policy", "as_of"),
    [
        pytest.param(test_ubl.chain, test_ubl.POLICY, test_ubl.AS_OF, marks=needs(UBL), id="ubl"),
        pytest.param(test_shopify.chain, test_shopify.POLICY, test_shopify.AS_OF, marks=needs(WEBHOOKS), id="shopify"),
        pytest.param(
            lambda: list(remittance.events(remittance.remittance(), apart=True)),
            test_remittance.POLICY,
            test_remittance.AS_OF,
            marks=needs(X12),
            id="820",
        ),
    ],
)
def test_documents_that_arrive_backwards_come_to_the_same(
    chain: Chain, policy: str, as_of: str, tmp_path: Path
) -> None:
    """All of them arrive within the last minutes: the last document first, the order at the end."""
    events = in_order(chain())
    end = datetime.fromisoformat(as_of.replace("Z", "+00:00")).astimezone(timezone.utc)
    outcomes = []
    for name, arriving in (("forwards", events), ("backwards", events[::-1])):
        folder = tmp_path / name
        folder.mkdir()
        file = folder / "events.jsonl"
        first = end - timedelta(seconds=len(arriving))
        lines = [received(event, first + timedelta(seconds=count)) for count, event in enumerate(arriving)]
        file.write_text("".join(f"{line}\n" for line in lines))
        outcomes.append(replayed((file,), policy, as_of, folder / "out", order="received"))
    forwards, backwards = outcomes
    assert figures(backwards) == figures(forwards)
    assert open_codes(backwards) == open_codes(forwards)


def received(event: CanonicalEvent, at: datetime) -> str:
    """The event with the time of its arrival."""
    return json.dumps({**json.loads(event.value), "received_at": rfc3339(micros(at))})


def figures(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """By order, what its ledger comes to."""
    return {order: {name: status[name] for name in FIGURES} for order, status in outcome.statuses.items()}


def open_codes(outcome: Outcome) -> dict[str, set[str]]:
    """By order, what is open at the end."""
    return {order: codes_of(status) for order, status in outcome.statuses.items()}


def codes_of(status: Status) -> set[str]:
    return {exception["code"] for exception in status["exceptions"]}
