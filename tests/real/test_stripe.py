"""Stripe's objects give the ledger that they imply.

By hand, from the fixtures (USD, all of 2009-02-13T23:31:30Z): a charge of 1.00 that succeeded and was never captured is
no money; a refund of 1.00 has nothing to give back; an invoice of 10.00 is a draft and asks for nothing. A dispute of
10.00 about the charge is open, to be answered by 2024-08-14.

Had the charge been captured, 1.00 would be unapplied until the refund takes it back. Had the invoice been finalised,
its 10.00 would be open, and past due since it is due when it is made.
"""

from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.real import stripe
from tests.real.material import WEBHOOKS, CanonicalEvent, needs, write
from tests.real.outcome import Outcome, money, nonzero, replayed
from tests.real.stripe import ORDER, resource

pytestmark = needs(WEBHOOKS)

CREATED = "2009-02-13T23:31:30Z"
AS_OF = "2009-06-01T00:00:00Z"
POLICY = """
version = 1

[process]
milestones = ["order", "payment"]
"""


def result(events: Iterable[CanonicalEvent], folder: Path, as_of: str = AS_OF) -> Outcome:
    return replayed((write(events, folder / "events.jsonl"),), POLICY, as_of, folder / "out")


def documents(charge: dict[str, Any] | None = None, invoice: dict[str, Any] | None = None) -> list[CanonicalEvent]:
    """The order with its charge and invoice, with what is changed of them."""
    as_invoiced = {**resource("invoice"), **(invoice or {})}
    as_charged = {**resource("charge"), **(charge or {})}
    return [stripe.ordered(as_invoiced), stripe.invoiced(as_invoiced), stripe.charged(as_charged)]


def captured() -> dict[str, Any]:
    return {"captured": True, "amount_captured": resource("charge")["amount"]}


def refund() -> CanonicalEvent:
    return stripe.refunded(resource("refund"))


def dispute(**changed: Any) -> CanonicalEvent:
    return stripe.disputed({**resource("dispute"), **changed})


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return result([*documents(), refund(), dispute()], tmp_path_factory.mktemp("stripe"))


def test_nothing_of_the_fixtures_moves_money(outcome: Outcome) -> None:
    status = outcome.statuses[ORDER]
    assert money(status) == {"ordered": "10"}
    assert status["financial"]["stage"] == "unbilled"
    assert len(status["documents"]) == 5
    assert outcome.count("dead-letters.jsonl") == 0


def test_the_dispute_is_open_and_has_years_to_be_answered(outcome: Outcome) -> None:
    """30 days are over, and yet it is not late: it names the day by which it is to be answered."""
    assert outcome.states(ORDER) == {"DISPUTE": "open"}
    opened = outcome.last_changes(ORDER)["DISPUTE"]
    assert (opened["amount"], opened["currency"], opened["since"]) == ("10", "USD", CREATED)
    assert opened["subject"] == {"scope": "", "type": "dispute", "document_id": resource("dispute")["id"]}


def test_a_dispute_that_names_no_day_is_unresolved_after_a_month(tmp_path: Path) -> None:
    outcome = result([*documents(), dispute(evidence_details={"due_by": None})], tmp_path)
    assert outcome.states(ORDER) == {"DISPUTE": "open", "UNRESOLVED_DISPUTE": "open"}


def test_a_dispute_that_was_won_is_over(tmp_path: Path) -> None:
    won = stripe.disputed({**resource("dispute"), "status": "won"}, datetime(2009, 3, 1, tzinfo=timezone.utc))
    outcome = result([*documents(), dispute(), won], tmp_path)
    assert outcome.states(ORDER) == {"DISPUTE": "cleared"}


def test_a_captured_charge_is_unapplied_until_it_is_refunded(tmp_path: Path) -> None:
    outcome = result(documents(captured()), tmp_path)
    assert money(outcome.statuses[ORDER]) == {"ordered": "10", "unapplied": "1"}
    # This process observes no invoices: there is nothing to which somebody should have applied it.
    assert outcome.states(ORDER) == {}


def test_the_refund_of_a_captured_charge_leaves_nothing_unapplied(tmp_path: Path) -> None:
    outcome = result([*documents(captured()), refund()], tmp_path)
    assert money(outcome.statuses[ORDER]) == {"ordered": "10"}
    assert outcome.states(ORDER) == {}


def test_a_finalised_invoice_is_open_and_past_due(tmp_path: Path) -> None:
    outcome = result(documents(invoice={"status": "open"}), tmp_path, as_of="2009-02-14T00:00:00Z")
    status = outcome.statuses[ORDER]
    assert money(status) == {"ordered": "10", "invoiced": "10", "open": "10"}
    assert nonzero(status["exposure"]) == {"past_due": "10"}
