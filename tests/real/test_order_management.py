"""The figures of the order management log come out of `o2c replay`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from o2c.schemas.times import micros, rfc3339
from tests.real import order_management
from tests.real.figures_of_order_management import FIGURES, Figure
from tests.real.material import order_management_is_there, write
from tests.real.order_management import DELIVERY_DAYS, PICK_DAYS, RELEASE_DAYS, SHIPMENT_DAYS, Log, shipment_id
from tests.real.outcome import Outcome, replayed

pytestmark = pytest.mark.skipif(
    not order_management_is_there(), reason="the order management log (../shared/data/order-management) is not here"
)


class Times:
    """When each thing happened: by order, or by item."""

    def __init__(self, log: Log) -> None:
        self.placed = {activity.orders[0]: activity.at for activity in log.named("place order")}
        self.confirmed = {activity.orders[0]: activity.at for activity in log.named("confirm order")}
        self.picked = {item: activity.at for activity in log.named("pick item") for item in activity.items}
        self.sent = {item: activity.at for activity in log.named("send package") for item in activity.items}
        self.order_of = log.order_of
        self.log = log

    def shipments(self) -> Iterator[tuple[str, str, datetime, datetime]]:
        """(order, shipment, sent, delivered)."""
        delivered = {activity.packages[0]: activity.at for activity in self.log.named("package delivered")}
        for activity in self.log.named("send package"):
            for order in activity.orders:
                package = activity.packages[0]
                yield order, shipment_id(package, order), activity.at, delivered[package]


@pytest.fixture(scope="module")
def times() -> Times:
    return Times(Log())


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("order-management")
    file = write(order_management.events(), folder / "events.jsonl")
    return replayed((file,), order_management.POLICY, order_management.AS_OF, folder / "out")


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_figure_of_the_log_comes_out_of_replay(outcome: Outcome, figure: Figure) -> None:
    assert figure.question(outcome) == figure.expected


def test_every_event_is_valid_and_belongs_to_an_order(outcome: Outcome) -> None:
    assert (outcome.count("dead-letters.jsonl"), outcome.count("orphans.jsonl")) == (0, 0)


def test_release_stalls_where_the_confirmation_took_too_long(outcome: Outcome, times: Times) -> None:
    expected = {}
    for order, placed_at in times.placed.items():
        deadline = placed_at + timedelta(days=RELEASE_DAYS)
        if deadline < times.confirmed[order]:
            expected[order, f"confirmation-{order}"] = rfc3339(micros(deadline))
    assert outcome.opened("STALLED_RELEASE") == expected


def test_pick_stalls_for_the_first_item_that_waits_too_long_after_the_confirmation(
    outcome: Outcome, times: Times
) -> None:
    deadlines: dict[str, datetime] = {}
    for item, picked_at in times.picked.items():
        order = times.order_of[item]
        deadline = times.confirmed[order] + timedelta(days=PICK_DAYS)
        if deadline < picked_at:
            deadlines[order] = deadline
    assert outcome.opened("STALLED_PICK") == by_order(deadlines)


def test_shipment_stalls_for_the_first_item_that_waits_too_long_outside_of_the_hold(
    outcome: Outcome, times: Times
) -> None:
    deadlines: dict[str, datetime] = {}
    for item, picked_at in times.picked.items():
        order = times.order_of[item]
        deadline = max(picked_at, times.confirmed[order]) + timedelta(days=SHIPMENT_DAYS)
        if deadline < times.sent[item]:
            deadlines[order] = min(deadline, deadlines.get(order, deadline))
    assert outcome.opened("STALLED_SHIPMENT") == by_order(deadlines)


def test_proof_of_delivery_is_missed_for_each_part_of_a_package_that_is_late(outcome: Outcome, times: Times) -> None:
    expected = {}
    for order, shipment, sent_at, delivered_at in times.shipments():
        deadline = sent_at + timedelta(days=DELIVERY_DAYS)
        if deadline < delivered_at:
            expected[order, shipment] = rfc3339(micros(deadline))
    assert outcome.opened("MISSING_POD") == expected


def by_order(deadlines: dict[str, datetime]) -> dict[tuple[str, str], str]:
    """Deadlines as they stand in the exceptions whose subject is the order."""
    return {(order, order): rfc3339(micros(deadline)) for order, deadline in deadlines.items()}
