"""Money is counted once: no payment settles more than it brought, no memo credits more than it grants."""

import json
from typing import Any

from o2c.flows.correlation.order import OrderState, judge, merge
from o2c.flows.correlation.policy import load_policy
from o2c.flows.correlation.status import render
from o2c.schemas.documents import CreditMemoBody, Document
from tests.properties.build import applied, at, document, goods, invoice, money, moved, order, ordered, payment, price

POLICY = load_policy('version = 1\nbase = "none"\n[process]\nmilestones = ["order", "shipment", "invoice", "payment"]')
ORDERED = order(0, ordered("1", 10, unit_price=price(10)))
SHIPPED = goods("shipment", "S1", 1, moved("1", 10))


class Feeds:
    """Read to the end, long ago."""

    @staticmethod
    def progress(_: str) -> int:
        """Later than anything here."""
        return at(1_000)

    @staticmethod
    def grace_us(_: str) -> int:
        """None."""
        return 0


def amounts(*documents: Document) -> dict[str, str]:
    """What of an order's amounts is not nil."""
    state = OrderState("C")
    for each in (ORDERED, SHIPPED, *documents):
        merge(state, each)
    judgement = judge(state, POLICY, at(100), Feeds())
    status: dict[str, Any] = json.loads(render(state, judgement, at(100), 1).value)
    return {
        name: amount for name, amount in status["amounts"].items() if amount not in ("0", None) and name != "ordered"
    }


def billed(number: str, total: int, hours: int = 2, **more: Any) -> Document:
    return invoice(number, hours, total, **more)


def test_a_receipt_settles_no_more_than_its_money() -> None:
    found = amounts(billed("I1", 100), payment("P1", 3, 60, applied("I1", 100)))
    assert found == {"invoiced": "100", "paid": "60", "open": "40"}


def test_what_an_advice_has_no_money_for_waits_for_the_next_receipt_of_its_reference() -> None:
    advice = payment("R1", 3, 100, applied("I1", 100), kind="remittance", reference="REF")
    first = payment("P1", 3, 60, reference="REF")
    assert amounts(billed("I1", 100), advice, first) == {"invoiced": "100", "paid": "60", "open": "40"}
    second = payment("P2", 4, 40, reference="REF")
    assert amounts(billed("I1", 100), advice, first, second) == {"invoiced": "100", "paid": "100"}


def test_a_prepayment_and_the_receipt_that_names_its_invoice_are_one_money() -> None:
    found = amounts(billed("I1", 100, prepaid=money(100)), payment("P1", 1, 100, applied("I1", 100)))
    assert found == {"invoiced": "100", "paid": "100"}


def test_a_chargeback_takes_back_what_its_payment_paid_and_nothing_else() -> None:
    both = payment("P1", 3, 100, applied("I1", 60), applied("I2", 40))
    others = (payment("P2", 4, 60, applied("I2", 60)), payment("P3", 5, 40, applied("I1", 40)))
    taken = payment("B1", 6, 100, kind="chargeback", refs=(("payment", ("P1",)),))
    found = amounts(billed("I1", 100), billed("I2", 100, 3), both, *others, taken)
    assert found == {"invoiced": "200", "paid": "100", "open": "100"}


def test_a_credit_memo_credits_no_more_than_its_amount() -> None:
    memo = document("credit_memo", "M1", 4, CreditMemoBody("USD", money(10), invoices=(("I1", money(100)),)))
    assert amounts(billed("I1", 100), memo) == {"invoiced": "100", "credited": "10", "open": "90"}


def test_what_is_applied_to_an_invoice_that_nobody_knows_is_still_to_be_seen() -> None:
    found = amounts(billed("I1", 100), payment("P1", 3, 100, applied("I1", 60), applied("I9", 40)))
    assert found == {"invoiced": "100", "paid": "60", "open": "40", "applied_elsewhere": "40"}
