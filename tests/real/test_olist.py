"""The figures of the Olist sample come out of `o2c replay`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from o2c.schemas.times import micros, rfc3339
from tests.real import olist, olist_events
from tests.real.figures_of_olist import FIGURES, Figure, Promises, promises_of
from tests.real.material import olist_is_there, write
from tests.real.olist import (
    APPROVED,
    DELIVERED,
    DELIVERY_DAYS,
    HANDED_OVER,
    RELEASE_DAYS,
    SHIPMENT_DAYS,
    Sale,
    shipment_id,
)
from tests.real.outcome import Outcome, replayed

pytestmark = pytest.mark.skipif(not olist_is_there(), reason="the Olist sample (../shared/data/olist) is not here")


@pytest.fixture(scope="module")
def sales() -> list[Sale]:
    return list(olist.sales())


@pytest.fixture(scope="module")
def promises(sales: list[Sale]) -> Promises:
    return promises_of(sales)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("olist")
    file = write(olist.events(), folder / "events.jsonl")
    return replayed((file,), olist.POLICY, olist.AS_OF, folder / "out")


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_figure_of_the_sample_comes_out_of_replay(outcome: Outcome, promises: Promises, figure: Figure) -> None:
    assert figure.question(outcome, promises) == figure.expected


def test_every_event_is_valid_and_belongs_to_an_order(outcome: Outcome) -> None:
    assert (outcome.count("dead-letters.jsonl"), outcome.count("orphans.jsonl")) == (0, 0)


def test_release_stalls_a_week_after_a_purchase_that_was_not_approved_by_then(
    outcome: Outcome, sales: list[Sale]
) -> None:
    expected = {}
    for sale in sales:
        deadline = sale.purchased_at + timedelta(days=RELEASE_DAYS)
        if passed(deadline, sale.at(APPROVED)):
            expected[sale.order_id, f"{sale.order_id}-approval"] = rfc3339(micros(deadline))
    assert outcome.opened("STALLED_RELEASE") == expected


def test_shipment_stalls_a_month_after_the_approval_of_what_was_not_handed_over_by_then(
    outcome: Outcome, sales: list[Sale]
) -> None:
    expected = {}
    for sale in sales:
        approved_at = sale.at(APPROVED)
        if approved_at is None or not sale.items or (sale.status in olist.CANCELLED_BY and not sale.at(HANDED_OVER)):
            continue
        deadline = approved_at + timedelta(days=SHIPMENT_DAYS)
        if passed(deadline, sale.at(HANDED_OVER)):
            expected[sale.order_id, sale.order_id] = rfc3339(micros(deadline))
    assert outcome.opened("STALLED_SHIPMENT") == expected


def test_proof_of_delivery_is_missed_two_months_after_the_hand_off_for_each_sellers_shipment(
    outcome: Outcome, sales: list[Sale]
) -> None:
    expected = {}
    for sale in sales:
        handed_over_at = sale.at(HANDED_OVER)
        if handed_over_at is None:
            continue
        deadline = handed_over_at + timedelta(days=DELIVERY_DAYS)
        if passed(deadline, sale.at(DELIVERED)):
            for number in range(1, len(sale.sellers) + 1):
                expected[sale.order_id, shipment_id(sale, number)] = rfc3339(micros(deadline))
    assert outcome.opened("MISSING_POD") == expected


def test_sellers_limit_opens_what_was_handed_over_late_and_the_hand_off_clears_it(
    tmp_path_factory: pytest.TempPathFactory, sales: list[Sale]
) -> None:
    folder = tmp_path_factory.mktemp("limits")
    events = (event for event in olist.events() if event.document_type in {"order", "shipment"})
    file = write(events, folder / "events.jsonl")
    limits = replayed((file,), olist.SELLERS_LIMIT_POLICY, olist.AS_OF, folder / "out")
    never_handed_over = {
        sale.order_id
        for sale in sales
        if sale.items and not sale.at(HANDED_OVER) and sale.status not in olist.CANCELLED_BY
    }
    assert len(limits.cleared("STALLED_ALLOCATION")) == 717
    assert limits.open_at_end("STALLED_ALLOCATION") == never_handed_over


def test_events_for_the_broker_come_in_the_order_in_which_they_occurred() -> None:
    events: Iterator[tuple[str, bytes]] = olist_events()
    types = {document_type for document_type, _ in events}
    assert types == {"order", "hold", "payment", "shipment", "pod"}


def passed(deadline: datetime, done_at: datetime | None) -> bool:
    """Whether the deadline passed before it was done, if it ever was."""
    return done_at is None or deadline < done_at
