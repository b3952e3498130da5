"""The object-centric order management log as canonical events: 2,000 orders whose items travel in shared packages.

What stands for what:

- `place order` is the `order`: a line an item, its product as the SKU, the event's price as the total (the log prices
  products, but no order is the sum of its products).
- `confirm order` releases a `hold` (kind credit) that `place order` places: the log goes on without waiting for it, so
  items are picked and even sent under an open hold. It is no allocation, since items run out of stock after it.
- `item out of stock` is an `allocation` of nothing with one unit backordered.
- `pick item` is a `pick` an item; `send package` one `shipment` a package and order, `package delivered` one `pod` for
  each of these; `pay order` a `payment` without an invoice, since there are no invoices.
- `create package`, `reorder item`, `failed delivery` and `payment reminder` have no canonical type among those read.

The log names neither currency nor zone: EUR and UTC are taken.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any, NamedTuple

from tests.real.material import ORDER_MANAGEMENT, CanonicalEvent, Document, Row, canonical, in_order, instant, rows

AS_OF = "2021-01-01T00:00:00Z"
RELEASE_DAYS, PICK_DAYS, SHIPMENT_DAYS, DELIVERY_DAYS = 2, 20, 10, 5
OUT_OF_STOCK = "out-of-stock-"

POLICY = f"""
version = 1
base = "none"

[process]
milestones = ["order", "pick", "shipment", "pod"]

[stalls.STALLED_RELEASE]
enabled = true
tolerance = "{RELEASE_DAYS}d"
calendar = "always"
severity = "warning"
owner = "sales"

[stalls.STALLED_PICK]
enabled = true
tolerance = "{PICK_DAYS}d"
calendar = "always"
severity = "warning"
owner = "warehouse"

[stalls.STALLED_SHIPMENT]
enabled = true
tolerance = "{SHIPMENT_DAYS}d"
calendar = "always"
severity = "warning"
owner = "warehouse"

[stalls.MISSING_POD]
enabled = true
tolerance = "{DELIVERY_DAYS}d"
calendar = "always"
severity = "warning"
owner = "carriers"
"""


class Activity(NamedTuple):
    """One row of the log."""

    name: str
    at: datetime
    price: str
    customers: list[str]
    orders: list[str]
    items: list[str]
    packages: list[str]
    products: list[str]


class Log:
    """The log, and what is known of each item over the whole of it."""

    def __init__(self) -> None:
        self.activities = [_activity(row) for row in rows(ORDER_MANAGEMENT / "events.csv")]
        self.order_of = {item: activity.orders[0] for activity in self.named("place order") for item in activity.items}
        self.product_of = {activity.items[0]: activity.products[0] for activity in self.named("pick item")}

    def named(self, name: str) -> list[Activity]:
        """All activities of one name."""
        return [activity for activity in self.activities if activity.name == name]


def _activity(row: Row) -> Activity:
    return Activity(
        name=row["event_activity"],
        at=instant(row["event_timestamp"], timezone.utc),
        price=row["event_price"],
        customers=_listed(row["customers"]),
        orders=_listed(row["orders"]),
        items=_listed(row["items"]),
        packages=_listed(row["packages"]),
        products=_listed(row["products"]),
    )


def _listed(literal: str) -> list[str]:
    """A Python list; [''] means empty."""
    return [entry for entry in ast.literal_eval(literal) if entry]


def events() -> list[CanonicalEvent]:
    """The whole log in the order in which it occurred."""
    log = Log()
    converted = (event for activity in log.activities for event in _events_of(log, activity))
    return in_order(converted)


def _events_of(log: Log, activity: Activity) -> Iterator[CanonicalEvent]:
    convert = _CONVERTERS.get(activity.name)
    if convert is not None:
        yield from convert(log, activity)


def _placed(log: Log, activity: Activity) -> Iterator[CanonicalEvent]:
    (order,) = activity.orders
    yield canonical(
        Document("order", order, "web-shop"),
        activity.at,
        customer_id=activity.customers[0],
        currency="EUR",
        lines=_lines(log, activity.items),
        total=activity.price,
    )
    yield canonical(_confirmation(order), activity.at, kind="credit", refs={"order": [order]})


def _confirmed(_: Log, activity: Activity) -> Iterator[CanonicalEvent]:
    (order,) = activity.orders
    refs = {"order": [order]}
    yield canonical(_confirmation(order), activity.at, revision=2, kind="credit", released_at=activity.at, refs=refs)


def _confirmation(order: str) -> Document:
    return Document("hold", f"confirmation-{order}", "sales")


def _out_of_stock(log: Log, activity: Activity) -> Iterator[CanonicalEvent]:
    (item,) = activity.items
    lines = [{**line, "quantity": "0", "backordered": "1"} for line in _lines(log, [item])]
    yield canonical(
        Document("allocation", f"{OUT_OF_STOCK}{item}", "stock"),
        activity.at,
        lines=lines,
        refs={"order": [log.order_of[item]]},
    )


def _picked(log: Log, activity: Activity) -> Iterator[CanonicalEvent]:
    (item,) = activity.items
    refs = {"order": [log.order_of[item]]}
    yield canonical(Document("pick", f"pick-{item}", "warehouse"), activity.at, lines=_lines(log, [item]), refs=refs)


def _sent(log: Log, activity: Activity) -> Iterator[CanonicalEvent]:
    (package,) = activity.packages
    for order, items in _by_order(log, activity.items).items():
        yield canonical(
            Document("shipment", shipment_id(package, order), "warehouse"),
            activity.at,
            lines=[{**line, "package": package} for line in _lines(log, items)],
            packages=[{"id": package, "tracking": package}],
            refs={"order": [order]},
        )


def _delivered(log: Log, activity: Activity) -> Iterator[CanonicalEvent]:
    (package,) = activity.packages
    for order in _by_order(log, activity.items):
        shipment = shipment_id(package, order)
        refs = {"order": [order], "shipment": [shipment]}
        yield canonical(Document("pod", shipment, "carrier"), activity.at, refs=refs)


def _paid(_: Log, activity: Activity) -> Iterator[CanonicalEvent]:
    (order,) = activity.orders
    document = Document("payment", f"payment-{order}", "bank")
    yield canonical(document, activity.at, currency="EUR", amount=activity.price, refs={"order": [order]})


_CONVERTERS = {
    "place order": _placed,
    "confirm order": _confirmed,
    "item out of stock": _out_of_stock,
    "pick item": _picked,
    "send package": _sent,
    "package delivered": _delivered,
    "pay order": _paid,
}


def shipment_id(package: str, order: str) -> str:
    """The number of the part of `package` that belongs to `order`."""
    return f"{package}-{order}"


def _lines(log: Log, items: list[str]) -> list[dict[str, Any]]:
    return [{"line": item, "sku": log.product_of[item], "quantity": "1"} for item in items]


def _by_order(log: Log, items: list[str]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for item in items:
        grouped[log.order_of[item]].append(item)
    return grouped
