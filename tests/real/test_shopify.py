"""Shopify's order 450789469 gives the ledger that its documents imply.

By hand, from the documents (USD):

- The order of 2008-01-10: one iPod each of green, red and black at 199.00, and 11.94 of tax (2 % of 597.00): 608.94.
  Its header says 409.94, two lines and the tax of three: the sample contradicts itself, and the lines are the truth. A
  discount code of 10.00 stands beside a total of discounts of 0.00: nothing was taken off.
- Fulfilment 255858046, the green one: pending on 2013-11-01, failed on 2014-01-22. Nothing ever left.
- Transaction 389404469: 409.94 are authorised. No money moved.
- Refund 509562969 of 2016-06-20: black and green are no longer wanted. Neither had left, so nothing comes back; the red
  one at 199.00 is left, with its 3.98 of tax: 202.98. 209.00 are refunded, of nothing that was received.

What is left waits to be shipped since 2008-01-10. Had the fulfilment succeeded, the refund's green one would be a
return.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.real import shopify
from tests.real.material import WEBHOOKS, CanonicalEvent, needs, write
from tests.real.outcome import Outcome, Status, documents, money, nonzero, replayed
from tests.real.shopify import Record, listed, record

pytestmark = needs(WEBHOOKS)

ORDER = "450789469"
AS_OF = "2016-07-01T00:00:00Z"
POLICY = """
version = 1

[process]
milestones = ["order", "shipment"]

[retention]
open = "3650d"
"""


def chain(last_fulfilment: str | None = None) -> list[CanonicalEvent]:
    """All that is told of the order; `last_fulfilment`: as if its fulfilment had ended with this status."""
    order = record("order")
    (fulfilment,) = order["fulfillments"]
    ended: Record = fulfilment if last_fulfilment is None else {**fulfilment, "status": last_fulfilment}
    fulfilments = [record("fulfillment"), ended]
    transactions = [record("transaction"), *listed("transactions")]
    return [
        shopify.ordered(order),
        *map(shopify.fulfilled, fulfilments),
        *(shopify.paid(transaction, order["currency"]) for transaction in transactions),
        *shopify.refunded(record("refund"), order, fulfilments),
    ]


def result(events: Iterable[CanonicalEvent], folder: Path, as_of: str = AS_OF) -> Outcome:
    return replayed((write(events, folder / "events.jsonl"),), POLICY, as_of, folder / "out")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return result(chain(), tmp_path_factory.mktemp("shopify"))


@pytest.fixture(scope="module")
def status(outcome: Outcome) -> Status:
    (status,) = outcome.statuses.values()
    return status


def test_every_event_is_valid_and_belongs_to_the_order(outcome: Outcome, status: Status) -> None:
    assert (outcome.count("dead-letters.jsonl"), outcome.count("orphans.jsonl")) == (0, 0)
    assert status["correlation_id"] == ORDER
    assert sorted(document["type"] for document in status["documents"]) == ["order", "payment", "payment", "shipment"]


def test_only_the_red_one_is_left_and_nothing_has_left(status: Status) -> None:
    assert nonzero(status["quantities"]) == {"ordered": "1"}
    assert {line["sku"]: line["ordered"] for line in status["lines"]} == {
        "IPOD2008GREEN": "0",
        "IPOD2008RED": "1",
        "IPOD2008BLACK": "0",
    }


def test_amounts_are_what_is_left_and_no_money_was_kept(status: Status) -> None:
    assert money(status) == {"ordered": "202.98"}
    assert nonzero(status["exposure"]) == {"unallocated": "199"}


def test_as_placed_all_three_are_ordered_with_the_tax_of_three(tmp_path: Path) -> None:
    (status,) = result(chain(), tmp_path, as_of="2008-01-10T16:00:00Z").statuses.values()
    assert status["quantities"]["ordered"] == "3"
    assert status["amounts"]["ordered"] == "608.94"
    assert nonzero(status["exposure"]) == {"unallocated": "597"}


def test_the_failed_fulfilment_is_on_the_timeline_in_its_last_state(status: Status) -> None:
    (shipment,) = documents(status, "shipment")
    assert (shipment["document_id"], shipment["cancelled"]) == ("255858046", True)


def test_the_exceptions_are_that_nothing_leaves_and_money_that_came_before_its_order(outcome: Outcome) -> None:
    """The transactions are dated 2005, the order 2008: until then nobody knows what they are about."""
    assert outcome.states(ORDER) == {"STALLED_SHIPMENT": "open", "ORPHAN_DOCUMENT": "cleared"}
    stall = outcome.last_changes(ORDER)["STALLED_SHIPMENT"]
    assert (stall["since"], stall["amount"], stall["currency"]) == ("2008-01-10T16:00:00Z", "199", "USD")


def test_had_the_fulfilment_succeeded_the_refund_is_a_return(tmp_path: Path) -> None:
    (status,) = result(chain("success"), tmp_path).statuses.values()
    assert nonzero(status["quantities"]) == {
        "ordered": "2",
        "allocated": "1",
        "picked": "1",
        "shipped": "1",
        "returned": "1",
    }
    assert status["amounts"]["ordered"] == "405.96"
    assert {line["sku"]: line["returned"] for line in status["lines"]} == {
        "IPOD2008GREEN": "1",
        "IPOD2008RED": "0",
        "IPOD2008BLACK": "0",
    }
