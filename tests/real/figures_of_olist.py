"""Which figure about the Olist sample maps to what in the outputs of `o2c replay`.

Statuses tell stages, quantities, amounts and the timeline; exceptions tell what waited too long. Two things that a
figure compares with are in no output, since nothing judges by them yet: the promised delivery and the sellers' limits.
They are taken from the orders that went in (`Promises`), the times they are compared with from the output.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from o2c.schemas.times import micros, moment_of
from tests.real.material import instant
from tests.real.olist import CANCELLED_BY, ESTIMATED, SHOP, ZONE, Sale
from tests.real.outcome import Outcome, Status, business_times, documents, reached_at

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Promises:
    """By order: the estimated delivery, and the sellers' earliest limit where the order has items."""

    estimated: dict[str, datetime]
    limits: dict[str, datetime]


def promises_of(sales: Iterable[Sale]) -> Promises:
    """What was promised in each order."""
    estimated: dict[str, datetime] = {}
    limits: dict[str, datetime] = {}
    for sale in sales:
        estimated[sale.order_id] = instant(sale.order[ESTIMATED], ZONE)
        if sale.items:
            limits[sale.order_id] = min(instant(item["shipping_limit_date"], ZONE) for item in sale.items)
    return Promises(estimated, limits)


class Figure(NamedTuple):
    """A figure, its value, and the question that the outputs answer with it."""

    name: str
    expected: int
    question: Callable[[Outcome, Promises], int]


def counted(condition: Callable[[Status], bool]) -> Callable[[Outcome, Promises], int]:
    """How many orders' statuses fulfil `condition`."""
    return lambda outcome, _: sum(1 for status in outcome.statuses.values() if condition(status))


def cancelled_by(status: Status) -> str | None:
    """The source that cancelled the order; None for a live one."""
    (order,) = documents(status, "order")
    return None if order["source"] == SHOP else str(order["source"])


def approved(status: Status) -> bool:
    """The hold's second revision is its release."""
    (hold,) = documents(status, "hold")
    return int(hold["revision"]) == 2


def handed_over(status: Status) -> bool:
    return bool(documents(status, "shipment"))


def delivered(status: Status) -> bool:
    return bool(documents(status, "pod"))


def waits_for_shipment(status: Status) -> bool:
    return any(waiting["milestone"] == "shipment" for waiting in status["waiting_for"])


def approved_before(status: Status, document_type: str) -> bool:
    """Whether the order's first document of this type is older than its approval, to which its payments are dated."""
    receipts = business_times(status, "payment") if approved(status) else []
    others = business_times(status, document_type)
    return bool(receipts and others) and others[0] < receipts[0]


def difference(status: Status) -> Decimal:
    """Received (unapplied, for want of invoices) less ordered (items and freight).

    Zero where they cannot be compared: nothing was ordered or paid, no money came, or the order was cancelled.
    """
    if not (status["lines"] and documents(status, "payment") and approved(status)) or cancelled_by(status):
        return Decimal(0)
    return Decimal(status["amounts"]["unapplied"]) - Decimal(status["amounts"]["ordered"])


def late_by_instant(outcome: Outcome, promises: Promises) -> int:
    return sum(
        reached_at(status, "pod", "last_at") > micros(promises.estimated[order])
        for order, status in outcome.statuses.items()
        if delivered(status)
    )


def late_by_day(outcome: Outcome, promises: Promises) -> int:
    return sum(
        moment_of(reached_at(status, "pod", "last_at")).astimezone(ZONE).date()
        > promises.estimated[order].astimezone(ZONE).date()
        for order, status in outcome.statuses.items()
        if delivered(status)
    )


def handed_over_past_the_limit(outcome: Outcome, promises: Promises) -> int:
    return sum(
        reached_at(status, "shipment", "last_at") > micros(promises.limits[order])
        for order, status in outcome.statuses.items()
        if handed_over(status)
    )


FIGURES = (
    Figure("orders", 8_000, counted(lambda status: bool(documents(status, "order")))),
    Figure("items", 9_116, lambda outcome, _: sum(len(status["lines"]) for status in outcome.statuses.values())),
    Figure(
        "payment rows",
        8_349,
        lambda outcome, _: sum(len(documents(status, "payment")) for status in outcome.statuses.values()),
    ),
    Figure("delivered", 7_773, counted(lambda status: status["fulfilment"]["stage"] == "delivered")),
    Figure(
        "shipped",
        80,
        counted(lambda status: status["fulfilment"]["stage"] == "shipped" and cancelled_by(status) is None),
    ),
    Figure("canceled", 60, counted(lambda status: cancelled_by(status) == CANCELLED_BY["canceled"])),
    Figure("unavailable", 47, counted(lambda status: cancelled_by(status) == CANCELLED_BY["unavailable"])),
    Figure(
        "invoiced (25) and processing (15)",
        40,
        counted(lambda status: not handed_over(status) and cancelled_by(status) is None),
    ),
    Figure("never approved", 21, counted(lambda status: not approved(status))),
    Figure("never approved: release stalled", 21, lambda outcome, _: len(outcome.open_at_end("STALLED_RELEASE"))),
    Figure(
        "approved but never handed to the carrier",
        125,
        counted(lambda status: approved(status) and not handed_over(status)),
    ),
    Figure(
        "approved but never handed to the carrier, neither canceled nor unavailable",
        40,
        counted(lambda status: approved(status) and not handed_over(status) and cancelled_by(status) is None),
    ),
    # One of the 40 has no items: nothing of it can wait.
    Figure(
        "... of which with items: shipment stalled", 39, lambda outcome, _: len(outcome.open_at_end("STALLED_SHIPMENT"))
    ),
    Figure("... of which with items: waiting for shipment", 39, counted(waits_for_shipment)),
    Figure(
        "handed over but never delivered",
        84,
        counted(lambda status: handed_over(status) and not delivered(status)),
    ),
    Figure(
        "handed over but never delivered: POD missing", 84, lambda outcome, _: len(outcome.open_at_end("MISSING_POD"))
    ),
    Figure("delivered after the estimate (timestamp)", 596, late_by_instant),
    Figure("delivered after the estimate (calendar day)", 499, late_by_day),
    Figure("hand-off after the earliest item shipping_limit_date", 717, handed_over_past_the_limit),
    Figure("payment total differs by more than a cent", 22, counted(lambda status: abs(difference(status)) > CENT)),
    Figure("payment total differs: over", 18, counted(lambda status: difference(status) > CENT)),
    Figure("payment total differs: under", 4, counted(lambda status: difference(status) < -CENT)),
    Figure("no payment", 1, counted(lambda status: not documents(status, "payment"))),
    Figure("no items", 68, counted(lambda status: not status["lines"])),
    Figure("multi-seller", 77, counted(lambda status: len(documents(status, "shipment")) > 1)),
    Figure("hand-off before approval", 111, counted(lambda status: approved_before(status, "shipment"))),
    Figure(
        "hand-off before purchase",
        19,
        counted(
            lambda status: handed_over(status) and business_times(status, "shipment") < business_times(status, "order")
        ),
    ),
    Figure("delivered before approval", 5, counted(lambda status: approved_before(status, "pod"))),
)

NOT_SHOWN = {
    "invoiced 25 apart from processing 15": "Neither state has a time or a document; their 40 orders are one figure.",
}
"""Figures that these streams cannot show, and why."""
