"""Kits, units, packages, returns, exposure and billing in the oracle, against figures worked out by hand."""

from typing import Any

from o2c.schemas.documents import Document
from tests.properties import oracle
from tests.properties.build import (
    at,
    dispute,
    goods,
    hold,
    incident,
    invoice,
    memo,
    money,
    moved,
    order,
    ordered,
    pod,
    price,
    quantity,
    returned,
    transit,
)
from tests.unit.oracle.cases import evaluate, exposed, found, opened

LINE = ordered("1", 4, "A", unit_price=price(10))
ORDER = order(0, LINE)


def quantities(*documents: Document) -> dict[str, str]:
    shown: dict[str, str] = evaluate(*documents).status["quantities"]
    return {word: number for word, number in shown.items() if number != "0"}


def billing(*documents: Document) -> tuple[Any, ...]:
    expected = evaluate(*documents)
    conditions = [one for one in expected.conditions if one.holding]
    return tuple(oracle.render(expected, conditions)["billing"].values())


def test_a_case_is_so_many_units() -> None:
    base = order(0, ordered("1", 4, uom="EA", units=(("CASE", quantity(2)),)))
    documents = (base, goods("shipment", "S", 1, moved("1", 2, uom="CASE")))
    assert quantities(*documents)["shipped"] == "4"
    pallet = (base, goods("shipment", "S", 1, moved("1", 2, uom="PALLET")))
    assert [one["shipped"] for one in evaluate(*pallet).status["lines"]] == ["0", "2"]
    assert found("UOM_MISMATCH", *pallet)
    assert not found("UNMATCHED_LINE", *pallet)


def test_a_kit_is_as_whole_as_its_components_allow() -> None:
    lines = (
        ordered("1", 3, "K", unit_price=price(10)),
        ordered("2", 6, "B", parent_line="1"),
        ordered("3", 3, "C", parent_line="1"),
    )
    documents = (order(0, *lines), goods("shipment", "S", 1, moved("2", 5), moved("3", 3)))
    assert quantities(*documents)["shipped"] == "2.5"
    assert quantities(*documents)["ordered"] == "3"
    assert exposed(*documents) == {"unbilled": "25", "unallocated": "5"}


def test_a_substitute_counts_for_its_line_and_is_shown() -> None:
    (line,) = evaluate(ORDER, goods("shipment", "S", 1, moved("1", 4, "Y"))).status["lines"]
    assert line["shipped"] == "4"
    assert line["substitutes"] == [{"sku": "Y", "quantity": "4"}]


def test_a_proof_for_one_carton_delivers_that_carton() -> None:
    shipped = goods(
        "shipment", "S", 1, moved("1", 3, package="X"), moved("1", 1, package="Y"), packages=(("X", "TX"), ("Y", "TY"))
    )
    arrived = pod("D", 2)
    proof = Document(
        **{name: getattr(arrived, name) for name in arrived.__struct_fields__} | {"refs": (("tracking", ("TY",)),)}
    )
    assert quantities(ORDER, shipped, proof)["delivered"] == "1"
    by_line = pod("D", 2, lines=[moved("1", 3, package="X")])
    assert quantities(ORDER, shipped, by_line)["delivered"] == "3"


def test_only_goods_that_came_back_are_returned() -> None:
    shipped = goods("shipment", "S", 1, moved("1", 4))
    back = returned("R", 2, moved("1", 1))
    assert quantities(ORDER, shipped, back)["returned"] == "1"
    assert "returned" not in quantities(ORDER, shipped, returned("R", 2, moved("1", 1), kind="authorized"))
    assert billing(ORDER, shipped, back) == (True, "30", [])


def test_a_return_is_credited_by_a_memo_that_names_it() -> None:
    billed = (goods("shipment", "S", 1, moved("1", 4)), invoice("I", 1, 40, moved("1", 4)))
    documents = (ORDER, *billed, returned("R", 2, moved("1", 2)))
    assert found("UNCREDITED_RETURN", *documents)["R"].amount == money(20)
    credit = memo("M", 3, 20, kind="return", refs=(("return", ("R",)),))
    assert not found("UNCREDITED_RETURN", *documents, credit)


def test_a_reversed_shipment_starts_the_clock_again_when_it_is_lost() -> None:
    documents = (
        ORDER,
        goods("pick", "K", 1, moved("1", 4)),
        goods("shipment", "S", 2, moved("1", 4)),
        goods("shipment", "Z", 7, moved("1", 4), reverses=(("shipment", "S"),)),
    )
    starts = {one.start for one in evaluate(*documents).waits if one.milestone == "shipment"}
    assert starts == {at(7)}


def test_a_cancellation_lowers_what_is_invoiced() -> None:
    documents = (
        ORDER,
        goods("shipment", "S", 1, moved("1", 4)),
        invoice("I", 2, 40, moved("1", 4)),
        memo("M", 5, 40, ("I", 40), kind="cancellation"),
    )
    assert "invoiced" not in quantities(*documents)
    assert {one.start for one in evaluate(*documents).waits if one.milestone == "invoice"} == {at(5)}


def test_exposure_puts_each_unit_into_one_bucket() -> None:
    documents = (
        order(0, ordered("1", 10, unit_price=price(1))),
        goods("allocation", "L", 1, moved("1", 7)),
        goods("shipment", "S", 2, moved("1", 4)),
        invoice("I", 3, 2, moved("1", 2), due_at=at(4)),
        dispute("X", 5, "0.5", invoice="I"),
    )
    assert exposed(*documents) == {
        "disputed": "0.5",
        "past_due": "1.5",
        "unbilled": "2",
        "unshipped": "3",
        "unallocated": "3",
    }
    assert exposed(*documents, hold("H", 1))["held"] == "6"


def test_billing_on_delivery_is_blocked_by_the_missing_proof() -> None:
    base = order(0, LINE, billing="delivery")
    documents = (base, goods("shipment", "S", 1, moved("1", 3)))
    assert billing(*documents) == (False, "30", ["MISSING_POD"])
    assert billing(*documents, pod("D", 2, lines=[moved("1", 1)])) == (True, "10", ["MISSING_POD"])
    assert exposed(*documents)["in_transit"] == "30"


def test_billing_is_blocked_by_holds_and_incidents() -> None:
    shipped = goods("shipment", "S", 1, moved("1", 3))
    assert billing(ORDER, shipped) == (True, "30", [])
    assert billing(ORDER, shipped, hold("H", 1, "tax")) == (False, "30", ["TAX_HOLD"])
    assert billing(ORDER, shipped, incident("N", 1, "tax_failure")) == (False, "30", ["TAX_FAILURE"])
    assert billing(ORDER, shipped, incident("N", 1, "tax_failure", 3)) == (True, "30", [])


def test_what_shipped_otherwise_than_ordered() -> None:
    final = goods("shipment", "S", 1, moved("1", 3), final=True)
    assert found("SHORT_SHIP", ORDER, final)["C"].amount == money(10)
    assert opened("SHORT_SHIP", ORDER, final, clock=3)
    assert not opened("SHORT_SHIP", ORDER, final, clock=2)
    assert not found("SHORT_SHIP", ORDER, final, memo("M", 2, 10))
    over = goods("shipment", "S", 1, moved("1", 6))
    assert found("OVER_SHIP", ORDER, over)["C"].amount == money(20)
    assert not found("OVER_SHIP", ORDER, over, returned("R", 2, moved("1", 2)))
    assert found("PARTIAL_SHIPMENT", ORDER, goods("shipment", "S", 1, moved("1", 1)))["C"].amount == money(30)


def test_what_is_backordered_leaves_the_allocation_stall() -> None:
    late = goods("allocation", "L", 1, moved("1", 1, backordered=quantity(2)))
    assert found("BACKORDER", ORDER, late)["C"].amount == money(20)
    waits = [one for one in evaluate(ORDER, late).waits if one.milestone == "allocation"]
    assert len(waits) == 1


def test_deliveries_short_damaged_and_late() -> None:
    shipped = goods("shipment", "S", 1, moved("1", 4))
    short = pod("D", 2, "S", lines=[moved("1", 3, damaged=quantity(1))])
    assert found("DELIVERY_SHORT", ORDER, shipped, short)["C"].amount == money(10)
    assert found("DELIVERY_DAMAGED", ORDER, shipped, short)["C"].amount == money(10)
    promised = order(0, ordered("1", 4, promised_at=at(-1)))
    assert found("LATE_DELIVERY", promised, shipped, pod("D", 2, "S"))["C"].recorded
    assert found("DELIVERY_EXCEPTION", ORDER, shipped, transit("T", 2, "exception", "S"))


def test_invoices_against_what_shipped_and_what_was_agreed() -> None:
    bill = invoice("I", 2, 40, moved("1", 4, unit_price=price(10)))
    assert list(found("INVOICE_BEFORE_SHIPMENT", ORDER, bill)) == ["I"]
    shipped = goods("shipment", "S", 1, moved("1", 3))
    assert found("QUANTITY_MISMATCH", ORDER, shipped, bill)["I"].amount == money(10)
    dear = invoice("I", 2, 44, moved("1", 4, unit_price=price(11)))
    assert found("PRICE_MISMATCH", ORDER, shipped, dear)["I"].amount == money(4)
    assert not found("PRICE_MISMATCH", ORDER, shipped, dear, memo("M", 3, 4, ("I", 4), kind="price"))
    wrong = invoice("I", 2, 41, moved("1", 4, unit_price=price(10)))
    assert found("TOTAL_MISMATCH", ORDER, shipped, wrong)["I"].amount == money(1)
    again = invoice("J", 3, 40, moved("1", 4, unit_price=price(10)))
    assert list(found("DUPLICATE_INVOICE", ORDER, shipped, bill, again)) == ["J"]


def test_identity_revision_and_orphan() -> None:
    stranger = hold("H", 2, customer_id="B")
    base = order(0, LINE, customer_id="A")
    assert found("IDENTITY_CONFLICT", base, stranger)
    assert found("REVISION_CONFLICT", ORDER, order(0, ordered("1", 3), event_id="other"))
    assert not found("REVISION_CONFLICT", ORDER, order(1, LINE, event_id="other"))
    assert found("ORPHAN_DOCUMENT", stranger)
    assert not found("ORPHAN_DOCUMENT", stranger, base)
    twice = [order(0, LINE, document_id=number, customer_po="PO") for number in ("O1", "O2")]
    assert found("DUPLICATE_ORDER", *twice)
