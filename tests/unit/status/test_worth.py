"""The money of an order in a few lines, and nothing said of what is nil."""

from typing import Any

import pytest

from o2c.status.worth import worth_lines

NOTHING_AT_RISK = dict.fromkeys(
    ("disputed", "past_due", "open", "unbilled", "in_transit", "held", "unshipped", "unallocated"), "0"
)


def lines(**status: Any) -> list[str]:
    return worth_lines({"currency": "EUR", **status})


def test_a_simple_order_stays_short() -> None:
    amounts = {"ordered": "9", "invoiced": "9", "paid": "9", "credited": "0", "open": "0", "overpaid": "0"}
    nothing = {"ready": False, "amount": "0", "blocked_by": []}
    assert lines(amounts=amounts, exposure=NOTHING_AT_RISK, billing=nothing) == ["Worth 9 EUR: 9 invoiced, 9 paid"]


def test_money_beside_the_books_is_told_before_anything_is_invoiced() -> None:
    amounts = {"ordered": "9", "invoiced": "0", "open": "0", "unapplied": "5"}
    assert lines(amounts=amounts) == ["Worth 9 EUR, nothing invoiced yet: 5 unapplied"]


def test_one_bucket_is_all_of_it() -> None:
    assert lines(exposure=NOTHING_AT_RISK | {"in_transit": "12.5"}) == ["At risk 12.5 EUR, all of it in transit"]


def test_a_sum_keeps_its_decimals_and_no_zeros_behind_them() -> None:
    assert lines(exposure={"held": "0.25", "unshipped": "9.75"}) == ["At risk 10 EUR: 0.25 held, 9.75 unshipped"]


def test_what_has_no_price_or_another_currency_is_told_beside_it() -> None:
    others = {"USD": {"disputed": "0", "past_due": "1", "open": "2"}}
    assert lines(exposure=NOTHING_AT_RISK | {"unpriced": "3", "other_currencies": others}) == [
        "At risk USD: 1 past due, 2 open; 3 units without a price"
    ]


def test_a_closed_order_risks_nothing() -> None:
    assert lines(closed=True, exposure={"unallocated": "160"}) == []


@pytest.mark.parametrize(
    ("ready", "amount", "blocked_by", "words"),
    [
        (True, "20", [], "Ready to invoice: 20 EUR"),
        (True, "20", ["MISSING_POD"], "Ready to invoice: 20 EUR; the rest is blocked by MISSING_POD"),
        (False, "20", ["TAX_HOLD"], "Not to be invoiced yet: 20 EUR, blocked by TAX_HOLD"),
        (True, None, [], "Ready to invoice: an unknown amount, as a price is missing"),
    ],
)
def test_it_says_what_can_be_invoiced(ready: bool, amount: str | None, blocked_by: list[str], words: str) -> None:
    assert lines(billing={"ready": ready, "amount": amount, "blocked_by": blocked_by}) == [words]
