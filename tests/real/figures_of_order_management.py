"""Which figure about the order management log maps to what in the outputs of `o2c replay`."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.real.order_management import OUT_OF_STOCK
from tests.real.outcome import Outcome, Status, business_times, documents, reached_at


class Figure(NamedTuple):
    """A figure, its value, and the question that the outputs answer with it."""

    name: str
    expected: int
    question: Callable[[Outcome], int]


def counted(condition: Callable[[Status], bool]) -> Callable[[Outcome], int]:
    """How many orders' statuses fulfil `condition`."""
    return lambda outcome: sum(1 for status in outcome.statuses.values() if condition(status))


def confirmed(status: Status) -> bool:
    """The hold's second revision is its release."""
    (hold,) = documents(status, "hold")
    return int(hold["revision"]) == 2


def paid(status: Status) -> bool:
    """All that was ordered has come in; unapplied, for want of invoices."""
    return bool(documents(status, "payment")) and status["amounts"]["unapplied"] == status["amounts"]["ordered"]


def packages(outcome: Outcome, document_type: str) -> Iterator[tuple[str, str]]:
    """(package, order) of every shipment, or of every proof of delivery."""
    for order, status in outcome.statuses.items():
        for document in documents(status, document_type):
            package, _, stated = document["document_id"].partition("-")
            assert stated == order
            yield package, order


def orders_a_package(outcome: Outcome, document_type: str) -> Counter[str]:
    """How many documents of this type each package has: one an order in it."""
    return Counter(package for package, _ in packages(outcome, document_type))


def delivered_more_than_once(outcome: Outcome) -> int:
    sent = orders_a_package(outcome, "shipment")
    return sum(count > sent[package] for package, count in orders_a_package(outcome, "pod").items())


def items_out_of_stock(outcome: Outcome) -> int:
    return len(
        {
            document["document_id"]
            for status in outcome.statuses.values()
            for document in documents(status, "allocation")
            if document["document_id"].startswith(OUT_OF_STOCK)
        }
    )


FIGURES = (
    Figure("orders", 2_000, counted(lambda status: bool(documents(status, "order")))),
    Figure("items", 8_159, lambda outcome: sum(len(status["lines"]) for status in outcome.statuses.values())),
    Figure("packages", 1_325, lambda outcome: len(orders_a_package(outcome, "shipment"))),
    Figure(
        "packages with items of several orders",
        1_192,
        lambda outcome: sum(count > 1 for count in orders_a_package(outcome, "shipment").values()),
    ),
    Figure("orders split over packages", 1_529, counted(lambda status: len(documents(status, "shipment")) > 1)),
    Figure("never confirmed", 0, counted(lambda status: not confirmed(status))),
    Figure("never confirmed: release stalled", 0, lambda outcome: len(outcome.open_at_end("STALLED_RELEASE"))),
    Figure("never paid", 0, counted(lambda status: not paid(status))),
    Figure(
        "paid before the last package was delivered",
        1_291,
        counted(lambda status: business_times(status, "payment")[0] < reached_at(status, "pod", "last_at")),
    ),
    Figure(
        "paid before anything was sent",
        580,
        counted(lambda status: business_times(status, "payment")[0] < reached_at(status, "shipment", "first_at")),
    ),
    Figure("items out of stock at least once", 1_664, items_out_of_stock),
    Figure("packages delivered more than once", 0, delivered_more_than_once),
)

NOT_SHOWN = {
    "at least one payment reminder 414": "A reminder is no document of the contract.",
    "deliveries that fail and are retried 261": "A failed attempt is a transit event, which is not read yet.",
    "events 22,367": "Creating a package, reordering, a failed delivery and a reminder have no document that is read.",
}
"""Figures that these streams cannot show, and why."""
