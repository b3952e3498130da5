"""The X12 820 sample gives the ledger that it implies: seven discounted invoices, one deduction, no short payment.

By hand, from the 820 (USD): cheque 4529952 of 2019-10-29 over 21,298.97.

| invoice | dated | total | discount | deducted | paid |
|---|---|---|---|---|---|
| 26801 | 2019-09-04 | 4,650.41 | 97.90 | 143.76 | 4,408.75 |
| 26927 | 2019-09-10 | 4,753.92 | 100.08 | | 4,653.84 |
| 26935 | 2019-09-10 | 4,508.02 | 94.91 | | 4,413.11 |
| 27009 | 2019-09-11 | 2,323.53 | 47.43 | | 2,276.10 |
| 27018 | 2019-09-11 | 2,323.53 | 47.43 | | 2,276.10 |
| 27028 | 2019-09-11 | 1,290.85 | 26.35 | | 1,264.50 |
| 27029 | 2019-09-11 | 2,049.72 | 43.15 | | 2,006.57 |
| all | | 21,899.98 | 457.25 | 143.76 | 21,298.97 |

In every row the total is what was discounted, deducted and paid: nothing is open. The deduction has code 59, "item not
received", a shortage. The invoices 27009 and 27018 are of one date and total, and yet for two purchase orders: they are
no duplicates. The terms are not known; those that the discounts need are taken: within 55 days, the age of 26801.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from o2c.flows.correlation.deductions import family
from tests.real import remittance
from tests.real.material import X12, CanonicalEvent, needs, write
from tests.real.outcome import Outcome, Status, money, nonzero, replayed
from tests.real.remittance import ACCOUNT, Remittance

pytestmark = needs(X12)

AS_OF = "2019-11-15T00:00:00Z"
POLICY = """
version = 1

[process]
milestones = ["order", "invoice", "payment"]
"""

ROWS = {
    "1016071221": ("26801", "4650.41", "97.9", "143.76", "4408.75"),
    "3016440142": ("26927", "4753.92", "100.08", "0", "4653.84"),
    "5316490001": ("26935", "4508.02", "94.91", "0", "4413.11"),
    "5719877330": ("27009", "2323.53", "47.43", "0", "2276.1"),
    "7514988202": ("27018", "2323.53", "47.43", "0", "2276.1"),
    "8614957942": ("27028", "1290.85", "26.35", "0", "1264.5"),
    "8616050842": ("27029", "2049.72", "43.15", "0", "2006.57"),
}
"""PO -> invoice, total, discount, deducted, paid."""
ALL = {
    "ordered": "21899.98",
    "invoiced": "21899.98",
    "paid": "21298.97",
    "discounted": "457.25",
    "deducted": "143.76",
}
DEDUCTED_FROM = "1016071221"


def result(events: Iterable[CanonicalEvent], folder: Path) -> Outcome:
    return replayed((write(events, folder / "events.jsonl"),), POLICY, AS_OF, folder / "out")


@pytest.fixture(scope="module")
def sample() -> Remittance:
    return remittance.remittance()


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, sample: Remittance) -> Outcome:
    return result(remittance.events(sample), tmp_path_factory.mktemp("x12"))


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory, sample: Remittance) -> Outcome:
    return result(remittance.events(sample, apart=True), tmp_path_factory.mktemp("x12"))


@pytest.fixture(scope="module")
def status(outcome: Outcome) -> Status:
    (status,) = outcome.statuses.values()
    return status


def test_the_sample_is_the_one_that_was_worked_out_by_hand(sample: Remittance) -> None:
    rows = {
        each.po: (each.invoice, each.total, each.discount, sum(a.amount for a in each.adjustments), each.paid)
        for each in sample.invoices
    }
    assert rows == {po: (row[0], *map(Decimal, row[1:])) for po, row in ROWS.items()}
    assert sample.amount == Decimal(ALL["paid"])


def test_every_event_is_valid_and_belongs_to_the_account(outcome: Outcome, status: Status) -> None:
    assert (outcome.count("dead-letters.jsonl"), outcome.count("orphans.jsonl")) == (0, 0)
    assert len(status["documents"]) == 7 + 7 + 2


def test_the_account_is_settled_to_the_cent(status: Status) -> None:
    assert money(status) == ALL
    assert nonzero(status["exposure"]) == {}
    assert status["financial"] == {"stage": "paid", "complete": True}


def test_the_one_adjustment_is_the_only_exception_ever(outcome: Outcome) -> None:
    assert outcome.states(ACCOUNT) == {"DEDUCTION": "open"}


def test_the_deduction_is_a_shortage_of_143_76(outcome: Outcome, sample: Remittance) -> None:
    deduction = outcome.last_changes(ACCOUNT)["DEDUCTION"]
    (adjustment,) = sample.invoices[0].adjustments
    assert family(adjustment.reason_code, "X12-426") == "shortage"
    assert (deduction["amount"], deduction["currency"], deduction["category"]) == ("143.76", "USD", "cash")
    assert deduction["subject"]["type"] == "payment"
    assert "143.76" in deduction["explanation"]
    assert "59" in deduction["explanation"]
    assert "shortage" in deduction["explanation"]


def test_each_of_seven_orders_is_settled_to_the_cent(apart: Outcome) -> None:
    for po, (_, total, discounted, deducted, paid) in ROWS.items():
        amounts = {"ordered": total, "invoiced": total, "paid": paid, "discounted": discounted, "deducted": deducted}
        assert money(apart.statuses[po]) == nonzero(amounts)
        assert apart.statuses[po]["closed"] == (po != DEDUCTED_FROM)
    assert set(apart.statuses) == set(ROWS)


def test_only_the_order_that_was_deducted_from_has_an_exception(apart: Outcome) -> None:
    assert {po: apart.states(po) for po in ROWS if apart.states(po)} == {DEDUCTED_FROM: {"DEDUCTION": "open"}}


def test_the_remittance_alone_moves_no_money(tmp_path: Path, sample: Remittance) -> None:
    (status,) = result(remittance.events(sample, cheque=False), tmp_path).statuses.values()
    assert money(status) == dict.fromkeys(("ordered", "invoiced", "open"), ALL["invoiced"])


def test_without_its_adjustment_the_first_invoice_would_be_paid_short(tmp_path: Path, sample: Remittance) -> None:
    first, *others = sample.invoices
    unexplained = replace(sample, invoices=(replace(first, adjustments=()), *others))
    outcome = result(remittance.events(unexplained), tmp_path)
    assert outcome.last_changes(ACCOUNT)["SHORT_PAYMENT"]["amount"] == "143.76"
    assert outcome.statuses[ACCOUNT]["amounts"]["open"] == "143.76"


def test_with_terms_a_day_shorter_the_oldest_invoices_discount_is_unearned(tmp_path: Path, sample: Remittance) -> None:
    outcome = result(remittance.events(sample, discount_days=54), tmp_path)
    assert outcome.states(ACCOUNT)["UNEARNED_DISCOUNT"] == "open"
    assert outcome.last_changes(ACCOUNT)["UNEARNED_DISCOUNT"]["amount"] == "97.9"
