"""What holds of an order's money and value after any history: books balance, and each unit of value stands once."""

from decimal import Decimal
from typing import Any

from hypothesis import given

from o2c.schemas.documents import Document
from tests.properties import oracle, subject
from tests.properties.build import at
from tests.properties.histories import CORRELATION_ID, papers
from tests.properties.oracle.exposure import BUCKETS, furthest
from tests.properties.policies import plain_text, policy_of

CLOCK = at(20)
POLICY = policy_of(plain_text())
SETTLED = ("paid", "discounted", "credited", "deducted", "written_off", "open")


def shown(arrived: list[Document]) -> dict[str, Any]:
    state = subject.new(CORRELATION_ID)
    subject.apply(state, arrived)
    judgement = subject.judge(state, POLICY, CLOCK, lambda _: CLOCK)
    return subject.status(state, judgement, CLOCK)


def total(amounts: dict[str, Any], names: tuple[str, ...]) -> Decimal:
    return sum((Decimal(amounts[name]) for name in names), Decimal(0))


@given(papers())
def test_the_books_balance(arrived: list[Document]) -> None:
    amounts = shown(arrived)["amounts"]
    assert Decimal(amounts["invoiced"]) == total(amounts, SETTLED)
    assert all(Decimal(amounts[name]) >= 0 for name in (*SETTLED, "overpaid", "unapplied"))


@given(papers())
def test_exposure_puts_each_unit_of_value_into_one_bucket(arrived: list[Document]) -> None:
    status = shown(arrived)
    known = oracle.evaluate(CORRELATION_ID, arrived, POLICY, CLOCK).waiting
    goods = sum(_uninvoiced(known, ledger) for ledger in known.lines.whole())
    exposure = status["exposure"]
    assert total(exposure, BUCKETS) == Decimal(status["amounts"]["open"]) + Decimal(goods).scaleb(-4)
    assert all(Decimal(exposure[name]) >= 0 for name in BUCKETS)


def _uninvoiced(known: Any, ledger: Any) -> int:
    """The net order value of what of a line is neither cancelled nor invoiced, what shipped beyond it included."""
    wanted = furthest(known, ledger)
    value = oracle.net_value(ledger, (wanted - min(wanted, ledger.invoiced)) * known.lines.grain)
    return 0 if value is None else value


@given(papers())
def test_what_can_be_billed_now_is_no_more_than_what_stands_unbilled(arrived: list[Document]) -> None:
    status = shown(arrived)
    billing = status["billing"]
    if billing["ready"] and billing["amount"] is not None:
        assert Decimal(billing["amount"]) <= Decimal(status["exposure"]["unbilled"])
    assert billing["ready"] or billing["amount"] in ("0", None) or billing["blocked_by"]
