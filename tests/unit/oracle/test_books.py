"""The oracle's books against figures worked out by hand."""

import pytest

from o2c.schemas.documents import Document
from tests.properties.build import (
    applied,
    discounts,
    dispute,
    invoice,
    memo,
    money,
    moved,
    order,
    ordered,
    payment,
    price,
)
from tests.unit.oracle.cases import amounts, evaluate, exposed, found, opened

ORDER = order(0, ordered("1", 5, unit_price=price(10)))
BILL = invoice("I", 1, 50, moved("1", 5, unit_price=price(10)))


def test_an_adjustment_closes_the_balance_into_a_deduction() -> None:
    paid = payment("P", 2, 45, applied("I", 45, 0, 5))
    assert amounts(ORDER, BILL, paid) == {"invoiced": "50", "paid": "45", "deducted": "5"}
    assert found("DEDUCTION", ORDER, BILL, paid)["P"].amount == money(5)
    assert not found("SHORT_PAYMENT", ORDER, BILL, paid)


def test_a_credit_memo_beyond_what_is_open_settles_the_deduction_and_then_is_due() -> None:
    documents = (ORDER, BILL, payment("P", 2, 45, applied("I", 45, 0, 5)), memo("M", 3, 8, ("I", 8)))
    assert amounts(*documents) == {"invoiced": "50", "paid": "45", "credited": "5", "credit_due": "3"}
    assert exposed(*documents)["credit_due"] == "3"
    assert not found("DEDUCTION", *documents)


def test_a_payment_beyond_what_is_open_settles_deductions_then_is_overpaid() -> None:
    documents = (ORDER, BILL, payment("P1", 2, 45, applied("I", 45, 0, 5)), payment("P2", 3, 9, applied("I", 9)))
    assert amounts(*documents) == {"invoiced": "50", "paid": "50", "overpaid": "4"}
    assert found("OVERPAYMENT", *documents)["P2"].amount == money(4)


def test_a_discount_is_earned_within_its_days_and_percent() -> None:
    terms = discounts((10, 1))
    bill = invoice("I", 1, 50, terms=terms)
    early, late = payment("P", 24, 44, applied("I", 44, 6)), payment("P", 49, 44, applied("I", 44, 6))
    assert found("UNEARNED_DISCOUNT", ORDER, bill, early, clock=60)["P"].amount == money(1)
    assert found("UNEARNED_DISCOUNT", ORDER, bill, late, clock=60)["P"].amount == money(6)
    assert amounts(ORDER, bill, late) == {"invoiced": "50", "paid": "44", "discounted": "6"}


def test_a_refund_lowers_credit_due_then_overpaid_then_unapplied() -> None:
    documents = (
        ORDER,
        BILL,
        payment("P", 2, 60, applied("I", 53)),
        memo("M", 3, 4, ("I", 4)),
    )
    assert exposed(*documents)["credit_due"] == "4"
    assert amounts(*documents, payment("R", 4, 6, kind="refund")) == {
        "invoiced": "50",
        "paid": "50",
        "overpaid": "1",
        "unapplied": "7",
    }


def test_a_chargeback_takes_paid_money_back() -> None:
    paid = payment("P", 2, 50, applied("I", 50))
    back = payment("B", 3, 20, kind="chargeback")
    assert amounts(ORDER, BILL, paid, back) == {"invoiced": "50", "paid": "30", "open": "20"}


def test_past_due_counts_from_the_loss_of_the_money() -> None:
    bill = invoice("I", 1, 50, due_at=0)
    paid = payment("P", 2, 50, applied("I", 50))
    back = payment("B", 9, 20, kind="chargeback")
    (wait,) = [one for one in evaluate(ORDER, bill, paid, back).waits if one.code == "PAST_DUE"]
    assert wait.start == back.occurred_at
    (wait,) = [
        one
        for one in evaluate(ORDER, bill, payment("P", 2, 45, applied("I", 45)), back).waits
        if one.milestone == "payment"
    ]
    assert wait.start == 0


def test_remittance_and_receipt_of_one_reference_are_one_money() -> None:
    advice = payment("A", 2, 50, applied("I", 50), kind="remittance", reference="R")
    assert amounts(ORDER, BILL, advice) == {"invoiced": "50", "open": "50"}
    assert amounts(ORDER, BILL, advice, payment("P", 3, 50, reference="R")) == {"invoiced": "50", "paid": "50"}


def test_prepaid_counts_against_down_payments_then_unapplied_cash_then_as_paid() -> None:
    down = invoice("D", 1, 20, kind="down_payment")
    final = invoice("I", 3, 50, moved("1", 5), prepaid=money(30))
    received = payment("P", 2, 6)
    assert amounts(ORDER, down, received, final) == {"invoiced": "70", "paid": "10", "credited": "20", "open": "40"}


def test_a_negative_application_reopens() -> None:
    paid = payment("P1", 2, 50, applied("I", 50))
    assert amounts(ORDER, BILL, paid, payment("P2", 3, 0, applied("I", -8)))["open"] == "8"


def test_an_application_to_a_void_invoice_is_overpaid_and_to_an_unknown_one_applied_elsewhere() -> None:
    void = invoice("V", 1, 9, cancelled=True)
    assert amounts(ORDER, BILL, void, payment("P", 2, 9, applied("V", 9)))["overpaid"] == "9"
    assert amounts(ORDER, BILL, payment("P", 2, 9, applied("Z", 9))) == {"invoiced": "50", "open": "50"}


def test_a_dispute_written_off_takes_what_was_deducted_first() -> None:
    paid = payment("P", 2, 40, applied("I", 40, 0, 5))
    lost = dispute("X", 3, 9, payment="P", outcome="written_off", resolved_at=4, recovered=1)
    assert amounts(ORDER, BILL, paid, lost) == {"invoiced": "50", "paid": "40", "written_off": "8", "open": "2"}


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (invoice("I2", 1, 7, currency="EUR"), "CURRENCY_MISMATCH"),
        (payment("P2", 1, 7, currency="EUR"), "CURRENCY_MISMATCH"),
    ],
)
def test_another_currency_is_a_mismatch_and_never_added_up(other: Document, code: str) -> None:
    assert list(found(code, ORDER, BILL, other)) == [other.document_id]
    assert amounts(ORDER, BILL, other) == {"invoiced": "50", "open": "50"}


def test_a_short_payment_is_what_the_last_payment_leaves_open() -> None:
    documents = (ORDER, BILL, payment("P1", 2, 20, applied("I", 20)), payment("P2", 3, 20, applied("I", 20)))
    assert {number: one.amount for number, one in found("SHORT_PAYMENT", *documents).items()} == {"P2": money(10)}
    assert opened("SHORT_PAYMENT", *documents, clock=5)
    assert not opened("SHORT_PAYMENT", *documents, clock=4)
