"""The oracle against figures worked out by hand from the contract."""

from typing import Any

from o2c.flows.correlation.policy import Policy, load_policy
from o2c.schemas.documents import Document
from o2c.schemas.times import rfc3339
from tests.properties import oracle
from tests.properties.build import (
    applied,
    at,
    charge,
    goods,
    hold,
    instalments,
    invoice,
    money,
    moved,
    net,
    order,
    ordered,
    payment,
    pod,
    price,
    quantity,
)
from tests.properties.oracle import Condition, Step
from tests.properties.oracle.model import STALLS

POLICY_TEXT = """
version = 1
[process]
lead = "5h"
[stalls.STALLED_ALLOCATION]
tolerance = "10h"
calendar = "always"
[stalls.STALLED_PICK]
tolerance = "20h"
calendar = "always"
[stalls.STALLED_SHIPMENT]
tolerance = "30h"
calendar = "always"
[stalls.MISSING_POD]
tolerance = "40h"
calendar = "always"
[stalls.SHIPPED_NOT_INVOICED]
tolerance = "50h"
calendar = "always"
[stalls.PAST_DUE]
tolerance = "60h"
calendar = "always"
[stalls.STALLED_RELEASE]
tolerance = "70h"
calendar = "always"
[feeds.default]
grace = "1h"
"""
POLICY = load_policy(POLICY_TEXT)
NEVER = 10_000


def policy_with(extra: str) -> Policy:
    return load_policy(POLICY_TEXT + extra)


def without(*milestones: str) -> Policy:
    path = [
        one for one in ("order", "allocation", "pick", "shipment", "pod", "invoice", "payment") if one not in milestones
    ]
    return load_policy(POLICY_TEXT.replace('lead = "5h"', f'lead = "5h"\nmilestones = {path}'))


def status(*documents: Document, policy: Policy = POLICY, clock: int = 0) -> dict[str, Any]:
    shown: dict[str, Any] = oracle.evaluate("C", documents, policy, at(clock)).status
    return shown


def conditions(*documents: Document, policy: Policy = POLICY, clock: int = NEVER) -> dict[tuple[str, str], Condition]:
    found = oracle.evaluate("C", documents, policy, at(clock)).conditions
    return {(one.code, one.subject.document_id): one for one in found if one.holding and one.code in STALLS}


def deadlines(condition: Condition) -> list[int | None]:
    return [None if deadline is None else (deadline - at(0)) // 3_600_000_000 for _, deadline, _, _ in condition.units]


def line_of(shown: dict[str, Any], line: str) -> dict[str, Any]:
    (found,) = [dict(one) for one in shown["lines"] if one["line"] == line]
    return found


def moved_on(shown: dict[str, Any], line: str) -> tuple[str, ...]:
    found = line_of(shown, line)
    return tuple(found[word] for word in ("ordered", "allocated", "picked", "shipped", "delivered", "invoiced"))


# ------------------------------------------------------------------------- documents


def test_a_higher_revision_replaces_wholly_whatever_arrives_first() -> None:
    first, second = order(0, ordered("1", 5)), order(0, ordered("1", 2), revision=2)
    assert status(second, first)["quantities"]["ordered"] == "2"


def test_of_one_revision_the_later_occurrence_wins() -> None:
    early, late = order(0, ordered("1", 5), business_at=at(0)), order(3, ordered("1", 2), business_at=at(0))
    assert status(late, early)["quantities"]["ordered"] == "2"


def test_a_document_without_business_time_takes_the_least_occurrence_of_all_its_revisions() -> None:
    late, early = order(9, ordered("1", 1), revision=1), order(4, ordered("1", 1), revision=2)
    later = order(12, ordered("1", 1), revision=3)
    assert status(later, late, early)["documents"][0]["business_at"] == rfc3339(at(4))


def test_a_business_time_that_only_a_losing_revision_states_does_not_count() -> None:
    stated, silent = order(5, ordered("1", 1), business_at=at(1)), order(6, ordered("1", 1), revision=2)
    assert status(stated, silent)["documents"][0]["business_at"] == rfc3339(at(5))


def test_documents_of_one_type_add_up() -> None:
    shown = status(
        order(0, ordered("1", 5)),
        goods("shipment", "S1", 1, moved("1", 2)),
        goods("shipment", "S2", 2, moved("1", 1)),
    )
    assert moved_on(shown, "1") == ("5", "3", "3", "3", "0", "0")


def test_a_cancelled_or_reversing_document_counts_nothing_and_one_that_replaces_counts() -> None:
    shown = status(
        order(0, ordered("1", 5)),
        goods("shipment", "S1", 1, moved("1", 1), cancelled=True),
        goods("shipment", "S2", 1, moved("1", 4)),
        goods("shipment", "S3", 2, moved("1", 4), reverses=(("shipment", "S2"),)),
        goods("shipment", "S4", 1, moved("1", 3)),
        goods("shipment", "S5", 2, moved("1", 2), replaces=(("shipment", "S4"),)),
    )
    assert shown["quantities"]["shipped"] == "2"
    assert len(shown["documents"]) == 6


def test_a_document_that_is_taken_back_takes_nothing_back_any_more() -> None:
    shown = status(
        order(0, ordered("1", 5)),
        goods("shipment", "A", 1, moved("1", 2)),
        goods("shipment", "B", 2, moved("1", 2), reverses=(("shipment", "A"),)),
        goods("shipment", "C", 3, moved("1", 2), reverses=(("shipment", "B"),)),
    )
    assert shown["quantities"]["shipped"] == "2"


def test_drafts_and_other_invoice_kinds_and_other_payment_kinds_count_nothing() -> None:
    shown = status(
        order(0, ordered("1", 5)),
        invoice("I1", 1, 10, moved("1", 1), posted=False),
        invoice("I2", 1, 10, moved("1", 1), kind="proforma"),
        payment("P1", 1, 10, kind="remittance"),
    )
    assert {word: amount for word, amount in shown["amounts"].items() if amount != "0"} == {"ordered": None}
    assert shown["financial"]["stage"] == "unbilled"


# ------------------------------------------------------------------------------ lines


def test_lines_match_as_numbers() -> None:
    shown = status(order(0, ordered("010", 5)), goods("shipment", "S", 1, moved("10", 2)))
    assert moved_on(shown, "010")[3] == "2"
    assert len(shown["lines"]) == 1


def test_a_line_number_that_no_order_line_has_falls_back_to_the_sku() -> None:
    shown = status(order(0, ordered("1", 5, "A")), goods("shipment", "S", 1, moved("7", 2, "A")))
    assert moved_on(shown, "1")[3] == "2"


def test_an_unknown_line_stands_on_its_own_ordered_nothing() -> None:
    shown = status(order(0, ordered("1", 5, "A")), goods("shipment", "S", 1, moved("7", 2, "B")))
    assert moved_on(shown, "7") == ("0", "2", "2", "2", "0", "0")


def test_a_single_fitting_line_takes_more_than_was_ordered() -> None:
    shown = status(order(0, ordered("1", 5, "A")), goods("shipment", "S", 1, moved(None, 9, "A")))
    assert moved_on(shown, "1")[3] == "9"


def test_several_fitting_lines_fill_by_promise_and_the_rest_stands_alone() -> None:
    lines = (ordered("1", 2, "A"), ordered("2", 2, "A", promised_at=at(9)), ordered("3", 2, "A", promised_at=at(5)))
    shown = status(order(0, *lines), goods("allocation", "A", 1, moved(None, 7, "A")))
    assert [line_of(shown, line)["allocated"] for line in ("1", "2", "3")] == ["2", "2", "2"]
    assert [one["allocated"] for one in shown["lines"] if one["line"] is None] == ["1"]
    fewer = status(order(0, *lines), goods("allocation", "A", 1, moved(None, 3, "A")))
    assert [line_of(fewer, line)["allocated"] for line in ("1", "2", "3")] == ["0", "1", "2"]


def test_units_that_reached_the_milestone_before_are_filled_first() -> None:
    shown = status(
        order(0, ordered("1", 2, "A"), ordered("2", 2, "A")),
        goods("allocation", "L", 1, moved("2", 1)),
        goods("pick", "K", 2, moved(None, 2, "A")),
    )
    assert [line_of(shown, line)["picked"] for line in ("1", "2")] == ["1", "1"]


def test_cancelled_quantity_is_not_ordered_and_never_below_nothing() -> None:
    lines = (ordered("1", 5, cancelled_quantity=quantity(2)), ordered("2", 1, cancelled_quantity=quantity(3)))
    assert status(order(0, *lines))["quantities"]["ordered"] == "3"


def test_several_order_documents_add_up_line_by_line() -> None:
    shown = status(order(0, ordered("1", 5)), order(1, ordered("01", 2), document_id="P"))
    assert moved_on(shown, "1")[0] == "7"
    assert shown["order"] == "O"


# ------------------------------------------------------------------ implied milestones


def test_what_shipped_was_picked_and_allocated_at_that_time_at_the_latest() -> None:
    shown = status(
        order(5, ordered("1", 3)),
        goods("allocation", "L", 9, moved("1", 1)),
        goods("shipment", "S", 7, moved("1", 2)),
    )
    assert moved_on(shown, "1") == ("3", "2", "2", "2", "0", "0")
    assert shown["milestones"]["allocation"]["first_at"] == rfc3339(at(7))


def test_goods_before_the_order_move_the_order_back_in_time_but_order_nothing() -> None:
    shown = status(order(5, ordered("1", 3)), goods("shipment", "S", 2, moved("1", 4)))
    assert shown["milestones"]["order"]["first_at"] == rfc3339(at(2))
    assert shown["quantities"]["ordered"] == "3"


def test_an_invoice_ships_nothing() -> None:
    shown = status(order(0, ordered("1", 3)), invoice("I", 1, 10, moved("1", 3)))
    assert moved_on(shown, "1") == ("3", "0", "0", "0", "0", "3")


# --------------------------------------------------------------------------- deliveries


def test_a_pod_without_lines_delivers_all_that_the_named_shipment_carried() -> None:
    shown = status(
        order(0, ordered("1", 3), ordered("2", 3)),
        goods("shipment", "S1", 1, moved("1", 2), moved("2", 1)),
        goods("shipment", "S2", 1, moved("1", 1)),
        pod("D", 2, "S1"),
    )
    assert (line_of(shown, "1")["delivered"], line_of(shown, "2")["delivered"]) == ("2", "1")


def test_a_pod_that_names_none_delivers_shipments_first_in_first_out() -> None:
    found = conditions(
        order(0, ordered("1", 5)),
        goods("shipment", "S2", 3, moved("1", 2)),
        goods("shipment", "S1", 2, moved("1", 2)),
        pod("D", 4, lines=[moved("1", 3)]),
    )
    assert ("MISSING_POD", "S1") not in found
    assert len(found["MISSING_POD", "S2"].units) == 1


def test_a_pod_that_names_none_without_lines_delivers_what_is_left() -> None:
    shown = status(
        order(0, ordered("1", 5)),
        goods("shipment", "S1", 1, moved("1", 2)),
        goods("shipment", "S2", 1, moved("1", 3)),
        pod("D1", 2, "S1"),
        pod("D2", 2),
    )
    assert shown["quantities"]["delivered"] == "5"


def test_a_pod_of_an_unseen_shipment_implies_it_only_by_its_lines() -> None:
    assert status(order(0, ordered("1", 5)), pod("D", 2, "S9"))["quantities"]["delivered"] == "0"
    shown = status(order(0, ordered("1", 5)), pod("D", 2, "S9", lines=[moved("1", 2)]))
    assert moved_on(shown, "1") == ("5", "2", "2", "2", "2", "0")


def test_references_stay_within_the_scope_of_the_document() -> None:
    shipped = goods("shipment", "S1", 1, moved("1", 2), scope="eu")
    shown = status(order(0, ordered("1", 5)), shipped, pod("D", 2, "S1"))
    assert shown["quantities"]["delivered"] == "0"


# ------------------------------------------------------------------------------ stalls


def test_the_oldest_waiting_unit_sets_the_deadline_and_since() -> None:
    found = conditions(
        order(0, ordered("1", 5)),
        goods("allocation", "L1", 1, moved("1", 2)),
        goods("allocation", "L2", 6, moved("1", 2)),
        goods("pick", "K", 7, moved("1", 1)),
        clock=25,
    )
    stalled = found["STALLED_PICK", "C"]
    assert deadlines(stalled) == [21, 26, 26]
    assert stalled.since == at(1)
    assert stalled.documents == ("allocation/L1", "allocation/L2")


def test_a_stall_holds_from_its_deadline_on() -> None:
    assert not conditions(order(0, ordered("1", 5)), clock=9)
    assert ("STALLED_ALLOCATION", "C") in conditions(order(0, ordered("1", 5)), clock=10)


def test_allocation_waits_from_the_requested_ship_date_less_the_lead() -> None:
    lines = (ordered("1", 1, requested_ship_at=at(30)), ordered("2", 1), ordered("3", 1, requested_ship_at=at(4)))
    stalled = conditions(order(0, *lines, requested_ship_at=at(20)))["STALLED_ALLOCATION", "C"]
    assert deadlines(stalled) == [35, 25, 10]


def test_a_milestone_that_is_not_on_the_path_is_not_waited_for() -> None:
    found = conditions(
        order(0, ordered("1", 5)),
        goods("allocation", "L", 2, moved("1", 1)),
        policy=without("pick"),
    )
    assert set(found) == {("STALLED_ALLOCATION", "C"), ("STALLED_SHIPMENT", "C")}
    assert deadlines(found["STALLED_SHIPMENT", "C"]) == [32]


def test_nothing_more_is_waited_for_once_shipping_is_final_or_the_line_closed() -> None:
    final = goods("shipment", "S", 1, moved("1", 2), final=True)
    assert set(conditions(order(0, ordered("1", 5)), final)) == {("MISSING_POD", "S"), ("SHIPPED_NOT_INVOICED", "C")}
    assert not conditions(order(0, ordered("1", 5, closed=True)))


def test_a_line_without_order_line_waits_only_while_there_is_no_order() -> None:
    allocated = goods("allocation", "L", 0, moved("7", 2))
    assert set(conditions(allocated)) == {("STALLED_PICK", "C")}
    assert not conditions(order(0, ordered("1", 0)), allocated)
    assert not conditions(order(0, ordered("7", 5), cancelled=True), allocated)


def test_shipped_goods_wait_for_the_invoice_whatever_was_ordered() -> None:
    found = conditions(
        order(0, ordered("1", 1)),
        goods("shipment", "S", 3, moved("1", 3)),
        invoice("I", 4, 5, moved("1", 1)),
    )
    assert deadlines(found["SHIPPED_NOT_INVOICED", "C"]) == [53, 53]


def test_billing_on_delivery_waits_from_the_delivery() -> None:
    documents = (order(0, ordered("1", 1), billing="delivery"), goods("shipment", "S", 3, moved("1", 1)))
    assert ("SHIPPED_NOT_INVOICED", "C") not in conditions(*documents)
    found = conditions(*documents, pod("D", 9, "S"))
    assert deadlines(found["SHIPPED_NOT_INVOICED", "C"]) == [59]


def test_the_value_is_that_of_all_that_waits_at_net_prices() -> None:
    lines = (
        ordered("1", 4, amount=money(10)),
        ordered("2", 2, unit_price=price("0.5")),
        ordered("3", 9, free=True),
    )
    documents = (order(0, *lines, requested_ship_at=None), goods("allocation", "L", 1, moved("1", 1)))
    found = conditions(*documents, clock=10)
    assert found["STALLED_ALLOCATION", "C"].amount == money("8.5")
    unpriced = conditions(order(0, *lines, ordered("4", 1)), clock=10)
    assert unpriced["STALLED_ALLOCATION", "C"].amount is None


# ------------------------------------------------------------------------------- holds


def test_the_clock_stands_still_while_a_hold_blocks_the_milestone() -> None:
    documents = (order(0, ordered("1", 1)), hold("H1", 4, released=8), hold("H2", 6, released=9))
    assert deadlines(conditions(*documents)["STALLED_ALLOCATION", "C"]) == [15]


def test_an_open_hold_stops_the_clock_for_good() -> None:
    documents = (order(0, ordered("1", 1)), hold("H", 4))
    assert set(conditions(*documents)) == {("STALLED_RELEASE", "H")}


def test_a_deadline_reached_when_the_hold_is_placed_stands() -> None:
    assert ("STALLED_ALLOCATION", "C") in conditions(order(0, ordered("1", 1)), hold("H", 10))


def test_a_hold_blocks_only_its_lines_and_its_milestones() -> None:
    lines = (ordered("1", 1, "A"), ordered("2", 1, "B"), ordered("3", 1, "C"))
    documents = (
        order(0, *lines),
        hold("H1", 1, lines=(moved("01", 0),)),
        hold("H2", 1, lines=(moved(None, 0, "B"),)),
        hold("H3", 1, "delivery"),
    )
    assert len(conditions(*documents)["STALLED_ALLOCATION", "C"].units) == 3
    assert deadlines(conditions(*documents)["STALLED_ALLOCATION", "C"]) == [None, None, 10]


def test_a_hold_waits_for_its_release_until_the_release_has_come() -> None:
    documents = (order(0, ordered("1", 4, unit_price=price(2))), hold("H", 1, released=90))
    stalled = conditions(*documents, clock=71)["STALLED_RELEASE", "H"]
    assert (stalled.since, stalled.amount, stalled.currency) == (at(1), money(8), "USD")
    assert ("STALLED_RELEASE", "H") not in conditions(*documents, clock=90)


# ------------------------------------------------------------------------------- money


def test_open_is_computed_an_invoice_and_never_negative() -> None:
    shown = status(
        order(0, ordered("1", 1)),
        invoice("I1", 1, 10),
        invoice("I2", 2, 20),
        invoice("I3", 2, -4),
        payment("P", 3, 15, applied("I1", 12, 1, 3)),
    )
    found = {word: amount for word, amount in shown["amounts"].items() if amount not in (None, "0")}
    expected = {"invoiced": "30", "paid": "6", "credited": "4", "open": "20", "overpaid": "6", "unapplied": "3"}
    assert found == expected


def test_discount_and_adjustments_settle_without_being_paid() -> None:
    shown = status(invoice("I", 1, 10), payment("P", 3, 6, applied("I", 6, 1, 2)))
    assert (shown["amounts"]["paid"], shown["amounts"]["open"]) == ("6", "1")
    assert shown["financial"] == {"stage": "invoiced", "complete": False}


def test_payments_settle_by_business_time() -> None:
    shown = status(
        invoice("I", 1, 10),
        payment("P2", 3, 6, applied("I", 0, 8)),
        payment("P1", 4, 2, applied("I", 2)),
    )
    amounts = shown["amounts"]
    assert (amounts["paid"], amounts["discounted"], amounts["open"]) == ("2", "8", "0")


def test_another_currency_is_never_added_up() -> None:
    shown = status(
        order(0, ordered("1", 1)),
        invoice("I1", 1, 10),
        invoice("I2", 1, 7, currency="EUR"),
        payment("P", 3, 9, applied("I1", 5), currency="EUR"),
    )
    assert (shown["amounts"]["invoiced"], shown["amounts"]["open"], shown["amounts"]["unapplied"]) == ("10", "10", "0")


def test_the_ordered_amount_is_net_of_what_was_cancelled_with_charges() -> None:
    lines = (
        ordered("1", 4, amount=money(10), cancelled_quantity=quantity(1)),
        ordered("2", 3, unit_price=price("1.5")),
        ordered("3", 1, free=True),
    )
    assert status(order(0, *lines, charges=(charge(2, 1), charge(-1))))["amounts"]["ordered"] == "14"
    assert status(order(0, *lines, ordered("4", 1)))["amounts"]["ordered"] is None
    assert status(order(0, *lines, ordered("4", 1), total=money(99)))["amounts"]["ordered"] == "99"


def test_an_invoice_is_due_by_instalment_then_date_then_terms() -> None:
    base = order(0, ordered("1", 0), terms=net(2))
    parts = instalments((40, 30), (60, 20))

    def due(**values: Any) -> list[int | None]:
        found = conditions(base, invoice("I", 1, 10, **values), payment("P", 2, 6, applied("I", 6)))
        return deadlines(found["PAST_DUE", "I"])

    assert due() == [1 + 48 + 60]
    assert due(due_at=at(7)) == [67]
    assert due(due_at=at(7), terms=parts) == [90]


def test_an_invoice_without_any_date_never_becomes_past_due() -> None:
    assert not conditions(order(0, ordered("1", 0)), invoice("I", 1, 10))


# ------------------------------------------------------------- stages, health, openings


def test_the_stage_is_the_furthest_that_any_quantity_reached() -> None:
    assert status()["fulfilment"] == {"stage": "none", "complete": False}
    assert status(order(0, ordered("1", 2)))["fulfilment"] == {"stage": "ordered", "complete": True}
    shown = status(order(0, ordered("1", 2)), goods("pick", "K", 1, moved("1", 1)))
    assert shown["fulfilment"] == {"stage": "picked", "complete": False}


def test_an_order_wholly_cancelled_before_it_ships_is_cancelled() -> None:
    taken_off = ordered("1", 2, cancelled_quantity=quantity(2))
    assert status(order(0, taken_off))["fulfilment"]["stage"] == "cancelled"
    assert status(order(0, ordered("1", 2), cancelled=True))["fulfilment"]["stage"] == "cancelled"
    shipped = goods("shipment", "S", 1, moved("1", 1))
    assert status(order(0, taken_off), shipped)["fulfilment"]["stage"] == "shipped"


def test_an_order_is_closed_when_nothing_waits_and_no_exception_is_open() -> None:
    documents = [
        order(0, ordered("1", 1)),
        goods("shipment", "S", 1, moved("1", 1)),
        pod("D", 2, "S"),
        invoice("I", 3, 10, moved("1", 1)),
    ]
    unpaid = oracle.evaluate("C", documents, POLICY, at(4))
    assert not oracle.closed(unpaid, [])
    paid = oracle.evaluate("C", [*documents, payment("P", 4, 10, applied("I", 10))], POLICY, at(4))
    assert oracle.closed(paid, [])
    assert oracle.health(paid, []) == "closed"
    assert paid.status["financial"] == {"stage": "paid", "complete": True}


def test_health_says_held_before_at_risk() -> None:
    def health(*documents: Document, clock: int) -> str:
        return oracle.health(oracle.evaluate("C", documents, POLICY, at(clock)), [])

    assert health(order(0, ordered("1", 1)), clock=7) == "on_track"
    assert health(order(0, ordered("1", 1)), clock=8) == "at_risk"
    assert health(order(0, ordered("1", 1)), hold("H", 1), clock=8) == "held"


def test_progress_gates_opening_alone_and_occurrences_count() -> None:
    late = goods("allocation", "L", 5, moved("1", 1))
    undone = goods("allocation", "L", 5, moved("1", 1), revision=2, cancelled=True)
    history = [
        Step(at(11), (order(0, ordered("1", 1)),), lambda _: at(10)),
        Step(at(11), (), lambda _: at(11)),
        Step(at(12), (), lambda _: None),
        Step(at(13), (late,), lambda _: at(13)),
        Step(at(14), (undone,), lambda _: at(14)),
    ]
    after = oracle.open_set("C", history, POLICY)
    shown = [[(one.condition.code, one.occurrence) for one in opened.values()] for opened in after]
    first, again = [("STALLED_ALLOCATION", 1)], [("STALLED_ALLOCATION", 2)]
    assert shown == [[], first, first, [], again]


def test_declared_feeds_are_awaited_by_the_warehouse_of_the_line() -> None:
    policy = policy_with('[feeds."allocation/wms"]\nsilent_after = "1h"\nwarehouses = ["W"]\n')
    found = conditions(order(0, ordered("1", 1, warehouse="W"), ordered("2", 1)), policy=policy)
    assert [feed for _, _, feed, _ in found["STALLED_ALLOCATION", "C"].units] == ["allocation/wms", "allocation"]


def test_overrides_are_matched_for_each_waiting_unit() -> None:
    policy = policy_with(
        '[[stalls.MISSING_POD.overrides]]\ncarrier = "UPS"\ntolerance = "4h"\nowner = "parcel"\nseverity = "critical"\n'
    )
    found = conditions(
        order(0, ordered("1", 2)),
        goods("shipment", "S1", 1, moved("1", 1), carrier="UPS"),
        goods("shipment", "S2", 1, moved("1", 1)),
        policy=policy,
    )
    assert deadlines(found["MISSING_POD", "S1"]) == [5]
    assert deadlines(found["MISSING_POD", "S2"]) == [41]
    assert (found["MISSING_POD", "S1"].owner, found["MISSING_POD", "S1"].severity) == ("parcel", "critical")
