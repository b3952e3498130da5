"""Nothing appears and nothing is lost: quantities a line, money an invoice, exactly."""

from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from o2c.schemas.documents import Document, InvoiceBody, OrderBody, PaymentBody
from tests.properties import subject
from tests.properties.build import applied, at, invoice, payment
from tests.properties.histories import CORRELATION_ID, anything, papers
from tests.properties.policies import policy_of, policy_texts

CHAIN = ("allocated", "picked", "shipped", "delivered")
CLOCK = at(20)


def shown(arrived: list[Document], text: str = "version = 1") -> dict[str, Any]:
    state = subject.new(CORRELATION_ID)
    subject.apply(state, arrived)
    judgement = subject.judge(state, policy_of(text), CLOCK, lambda _: CLOCK)
    return subject.status(state, judgement, CLOCK)


@given(policy_texts(), papers())
def test_the_order_has_what_its_lines_have(text: str, arrived: list[Document]) -> None:
    status = shown(arrived, text)
    assume(not any(line.parent_line for one in arrived if isinstance(one.body, OrderBody) for line in one.body.lines))
    for word, total in status["quantities"].items():
        assert Decimal(total) == sum(Decimal(line[word]) for line in status["lines"])


@given(papers())
def test_what_reached_a_milestone_reached_all_before_it(arrived: list[Document]) -> None:
    for line in shown(arrived)["lines"]:
        reached = [Decimal(line[word]) for word in CHAIN]
        assert reached == sorted(reached, reverse=True)
        assert reached[-1] >= 0


@given(anything(most=6))
def test_every_unit_of_a_document_stands_on_one_line(arrived: list[Document]) -> None:
    kept = [one for one in arrived if one.type in ("order", "allocation")]
    state = subject.new(CORRELATION_ID)
    subject.apply(state, kept)
    said = 0
    for document in state.documents.values():
        counted = not (document.cancelled or document.reverses or document.replaces)
        if document.type == "allocation" and counted:
            said += sum(line.quantity for line in getattr(document.body, "lines", None) or ())
    assert Decimal(shown(kept)["quantities"]["allocated"]) == Decimal(said).scaleb(-6)


whole = st.integers(0, 9)
invoices = st.lists(st.tuples(st.sampled_from(("I1", "I2")), whole), max_size=2, unique_by=lambda one: one[0])
applications = st.lists(st.tuples(st.sampled_from(("I1", "I2", "I9")), whole), max_size=2)
receipts = st.lists(st.tuples(whole, applications), max_size=3)


@given(invoices, receipts)
def test_what_is_invoiced_is_paid_or_open(billed: list[tuple[str, int]], paid: list[Any]) -> None:
    amounts = shown(_money(billed, paid))["amounts"]
    assert Decimal(amounts["invoiced"]) == Decimal(amounts["paid"]) + Decimal(amounts["open"])
    assert Decimal(amounts["open"]) >= 0


@given(invoices, receipts)
def test_what_is_received_is_paid_unapplied_overpaid_or_for_invoices_unseen(
    billed: list[tuple[str, int]], paid: list[Any]
) -> None:
    amounts = shown(_money(billed, paid))["amounts"]
    totals = dict(billed)
    unseen = 0
    for cash, several in paid:
        left = cash
        for number, amount in several:
            afforded = min(amount, left)
            left -= afforded
            unseen += afforded if number not in totals else 0
    received = sum(cash for cash, _ in paid)
    used = Decimal(amounts["paid"]) + Decimal(amounts["unapplied"]) + Decimal(amounts["overpaid"])
    assert used + unseen == received


@given(papers())
def test_open_is_never_negative_nor_more_than_all_positive_invoices(arrived: list[Document]) -> None:
    amounts = shown(arrived)["amounts"]
    billed = sum(max(0, one.body.total) for one in _standing(arrived) if isinstance(one.body, InvoiceBody))
    cash = sum(one.body.amount for one in _standing(arrived) if isinstance(one.body, PaymentBody))
    assert 0 <= Decimal(amounts["open"]) <= Decimal(billed).scaleb(-4)
    assert 0 <= Decimal(amounts["unapplied"]) <= Decimal(cash).scaleb(-4)


def _standing(arrived: list[Document]) -> list[Document]:
    state = subject.new(CORRELATION_ID)
    subject.apply(state, arrived)
    return list(state.documents.values())


def _money(billed: list[tuple[str, int]], paid: list[Any]) -> list[Document]:
    invoiced = [invoice(number, 1, total) for number, total in billed]
    received = [
        payment(f"P{position}", 2 + position, cash, *(applied(number, amount) for number, amount in several))
        for position, (cash, several) in enumerate(paid)
    ]
    return [*invoiced, *received]
