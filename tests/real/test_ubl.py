"""The UBL chain of order AEG012345 gives the ledger that its documents imply.

By hand, from the documents (GBP, quantities in kilograms):

- Order CON0095678, the buyer's AEG012345, of 2005-06-20: 100 of beeswax for 100.00. Its line says 100.00 as the price
  of one kilogram too; the amount is the truth, so a kilogram costs 1.00. Accepted the same day for 2005-06-29.
- Despatch advice 565899 of 2005-06-20: 90 leave, 10 are backordered.
- Receipt advice 658398: 90 came at 11:30 on 2005-06-20. The buyer counts 10 as short: short of the order. Nothing of
  what left is missing.
- Invoice A00095678 of 2005-06-21: all 100 at 1.00, less 10.00, plus 17.50 of tax: 107.50. Ten of them have not left.
- Remittance advice 6577884 of 2005-06-22: 107.50 for that invoice by cheque. Nothing is open any more.
- Credit note CN758494 of 2005-06-25 cancels the invoice. It is paid, so the whole 107.50 is due to the customer, and
  nothing of the 90 that left is invoiced any more: they are worth 90.00 unbilled. The ten that are backordered are
  worth 10.00 and not allocated.
- Statement JUL2005-07758990 of 2005-08-02 agrees: the customer's balance is -107.50.
"""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.real import ubl
from tests.real.material import UBL, CanonicalEvent, needs, write
from tests.real.outcome import BOOKS, Outcome, Status, documents, money, nonzero, replayed
from tests.real.ubl import read

pytestmark = needs(UBL)

ORDER = "CON0095678"
AS_OF = "2005-08-03T00:00:00Z"
POLICY = """
version = 1

[process]
milestones = ["order", "allocation", "shipment", "pod", "invoice", "payment"]
"""


def chain() -> list[CanonicalEvent]:
    """The documents of the order, from the order to the credit note."""
    order, invoice = read("Order-2.0"), read("Invoice-2.0")
    refs = ubl.order_refs(invoice)
    return [
        ubl.order(order),
        ubl.accepted(order, read("OrderResponseSimple-2.0")),
        *ubl.despatched(read("DespatchAdvice-2.0")),
        ubl.received(read("ReceiptAdvice-2.0")),
        ubl.invoiced(invoice),
        *ubl.remitted(read("RemittanceAdvice-2.0"), refs),
        ubl.credited(read("CreditNote-2.0"), refs),
    ]


def result(events: Iterable[CanonicalEvent], folder: Path, as_of: str = AS_OF) -> Outcome:
    return replayed((write(events, folder / "events.jsonl"),), POLICY, as_of, folder / "out")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return result(chain(), tmp_path_factory.mktemp("ubl"))


@pytest.fixture(scope="module")
def status(outcome: Outcome) -> Status:
    (status,) = outcome.statuses.values()
    return status


def test_every_document_is_valid_and_belongs_to_the_order(outcome: Outcome, status: Status) -> None:
    assert (outcome.count("dead-letters.jsonl"), outcome.count("orphans.jsonl")) == (0, 0)
    assert status["correlation_id"] == ORDER
    assert {document["type"] for document in status["documents"]} == {
        "order",
        "allocation",
        "shipment",
        "pod",
        "invoice",
        "payment",
        "credit_memo",
    }


def test_quantities_are_those_of_the_documents(status: Status) -> None:
    assert nonzero(status["quantities"]) == {
        "ordered": "100",
        "allocated": "90",
        "picked": "90",
        "shipped": "90",
        "delivered": "90",
    }
    (line,) = status["lines"]
    assert (line["line"], line["sku"], line["ordered"], line["shipped"]) == ("1", "17589683", "100", "90")


def test_amounts_are_those_of_the_documents(status: Status) -> None:
    assert money(status) == {"ordered": "100", "invoiced": "107.5", "paid": "107.5"}


def test_exposure_is_what_left_unbilled_the_backorder_and_the_credit_that_is_due(status: Status) -> None:
    assert nonzero(status["exposure"]) == {"unbilled": "90", "unallocated": "10", "credit_due": "107.5"}


def test_the_customers_statement_agrees(status: Status) -> None:
    balance = read("Statement-2.0").text("TotalBalanceAmount")
    assert Decimal(status["amounts"]["open"]) - Decimal(status["exposure"]["credit_due"]) == Decimal(balance)


def test_the_90_that_left_can_be_billed_again(status: Status) -> None:
    assert status["billing"] == {"ready": True, "amount": "90", "blocked_by": []}


def test_exceptions_are_those_that_the_documents_imply(outcome: Outcome) -> None:
    """The invoice of ten too many is settled by the credit note; what it took back waits to be invoiced again."""
    assert outcome.states(ORDER) == {
        "BACKORDER": "open",
        "PARTIAL_SHIPMENT": "open",
        "QUANTITY_MISMATCH": "cleared",
        "SHIPPED_NOT_INVOICED": "open",
    }


def test_backorder_is_of_ten_kilograms(outcome: Outcome) -> None:
    backorder = outcome.last_changes(ORDER)["BACKORDER"]
    assert (backorder["amount"], backorder["currency"], backorder["since"]) == ("10", "GBP", "2005-06-20T00:00:00Z")


def test_what_left_waits_for_an_invoice_since_the_credit_note(outcome: Outcome) -> None:
    stall = outcome.last_changes(ORDER)["SHIPPED_NOT_INVOICED"]
    assert (stall["amount"], stall["since"]) == ("90", "2005-06-25T00:00:00Z")


def test_the_invoice_of_more_than_left_is_found_and_settled_by_the_credit_note(outcome: Outcome) -> None:
    mismatch = outcome.last_changes(ORDER)["QUANTITY_MISMATCH"]
    assert mismatch["subject"] == {"scope": "", "type": "invoice", "document_id": "A00095678"}
    assert (mismatch["amount"], mismatch["cleared_at"]) == ("10", "2005-06-25T00:00:00Z")


def test_until_the_credit_note_the_invoice_is_paid_and_ten_of_it_have_not_left(tmp_path: Path) -> None:
    (status,) = result(chain(), tmp_path, as_of="2005-06-24T00:00:00Z").statuses.values()
    assert status["quantities"]["invoiced"] == "100"
    assert nonzero(status["exposure"]) == {}
    assert status["financial"] == {"stage": "paid", "complete": True}
    assert {exception["code"] for exception in status["exceptions"]} == {
        "BACKORDER",
        "PARTIAL_SHIPMENT",
        "QUANTITY_MISMATCH",
    }


def test_five_writings_of_the_invoice_are_one_document() -> None:
    """UBL-Invoice-2.0-Example-NS1 to NS4 differ in the prefixes of their namespaces alone."""
    writings = sorted(UBL.glob("UBL-Invoice-2.0-Example*.xml"))
    assert len(writings) == 5
    assert {ubl.invoiced(ubl.parsed(path)) for path in writings} == {ubl.invoiced(read("Invoice-2.0"))}


def test_another_order_with_the_buyers_number_stays_apart(tmp_path: Path) -> None:
    """The international example uses AEG012345 again, for 1,000 USD: the seller's number tells the two apart."""
    other = ubl.order(ubl.parsed(UBL / "UBL-Order-2.0-Example-International.xml"))
    outcome = result([*chain(), other], tmp_path)
    assert outcome.statuses["AEG012345"]["amounts"]["ordered"] == "1000"
    assert outcome.statuses["AEG012345"]["currency"] == "USD"
    assert outcome.statuses[ORDER]["amounts"]["ordered"] == "100"
    assert "IDENTITY_CONFLICT" not in outcome.states(ORDER)


def test_a_fulfilment_cancellation_takes_back_what_left_and_came(tmp_path: Path) -> None:
    """UBL 2.1's example 00384 of 2005-06-22 cancels the despatch and its receipt, since the beeswax is of no use.

    Nothing has left then: the invoice of the 21st is one before shipment, until the credit note takes it back. All 100
    wait for stock, worth 100.00: the ninety since the 22nd, the ten that were never found since the 20th.
    """
    cancellation = ubl.fulfilment_cancelled(read("FulfilmentCancellation-2.1"), read("DespatchAdvice-2.0"))
    outcome = result([*chain(), cancellation], tmp_path)
    status = outcome.statuses[ORDER]
    assert nonzero(status["quantities"]) == {"ordered": "100"}
    assert nonzero(status["exposure"]) == {"unallocated": "100", "credit_due": "107.5"}
    assert status["billing"] == {"ready": False, "amount": "0", "blocked_by": []}
    assert outcome.states(ORDER)["INVOICE_BEFORE_SHIPMENT"] == "cleared"
    billed_early = outcome.last_changes(ORDER)["INVOICE_BEFORE_SHIPMENT"]
    assert (billed_early["since"], billed_early["cleared_at"]) == ("2005-06-22T00:00:00Z", "2005-06-25T00:00:00Z")
    assert outcome.states(ORDER)["STALLED_ALLOCATION"] == "open"
    stall = outcome.last_changes(ORDER)["STALLED_ALLOCATION"]
    assert (stall["amount"], stall["since"]) == ("100", "2005-06-20T00:00:00Z")
    assert len(documents(status, "shipment")) == 2


def test_books_balance(status: Status) -> None:
    amounts = status["amounts"]
    assert Decimal(amounts["invoiced"]) == sum(Decimal(amounts[name]) for name in BOOKS)
