"""Olist as canonical events: 8,000 orders of a Brazilian marketplace.

What stands for what:

- The purchase is the `order`: a line an item, its price, its seller as the warehouse, the seller's shipping limit as
  `requested_ship_at`; freight is a charge an item; the estimated delivery is `promised_at`.
- The approval of the payment releases a `hold` (kind credit, blocking the shipment) that the purchase places: nobody
  allocates stock here, and an approval is what the goods wait for. An approval that never came leaves the hold open.
- A payment row is a `payment` without an invoice, since there are no invoices: a receipt dated at the approval (the
  data has no payment time). Without an approval no money came: kind authorization.
- The hand-off to the carrier is one `shipment` a seller, all at the order's one hand-off time; the delivery is one
  `pod` that names them all.
- Status `canceled` and `unavailable` are a second revision of the order, each from a source of its own: the whole
  quantity of every line is cancelled and the freight gone; an order without items is void, since it has no line to
  cancel. (A void order has no lines in its ledger, and its items would be lost to the figures.) The data does not say
  when: the last time known of the order is taken.
- Status `processing` and `invoiced` have neither a time nor a document of their own: nothing stands for them.

Times are Brazil's local ones without an offset; America/Sao_Paulo gives them one.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.real.material import OLIST, CanonicalEvent, Document, Row, canonical, in_order, instant, rows

ZONE = ZoneInfo("America/Sao_Paulo")
AS_OF = "2019-01-01T00:00:00Z"
"""Later than every deadline that the policies below give an order of the sample."""

PURCHASED = "order_purchase_timestamp"
APPROVED = "order_approved_at"
HANDED_OVER = "order_delivered_carrier_date"
DELIVERED = "order_delivered_customer_date"
ESTIMATED = "order_estimated_delivery_date"

SHOP = "olist-shop"
CANCELLED_BY = {"canceled": "olist-customer-service", "unavailable": "olist-stock"}
"""Status -> the source that cancels the order."""

RELEASE_DAYS, SHIPMENT_DAYS, DELIVERY_DAYS = 7, 30, 60

POLICY = f"""
version = 1
base = "none"

[process]
milestones = ["order", "shipment", "pod"]

[stalls.STALLED_RELEASE]
enabled = true
tolerance = "{RELEASE_DAYS}d"
calendar = "always"
severity = "warning"
owner = "payments"

[stalls.STALLED_SHIPMENT]
enabled = true
tolerance = "{SHIPMENT_DAYS}d"
calendar = "always"
severity = "critical"
owner = "sellers"

[stalls.MISSING_POD]
enabled = true
tolerance = "{DELIVERY_DAYS}d"
calendar = "always"
severity = "warning"
owner = "carriers"
"""

SELLERS_LIMIT_POLICY = """
version = 1
base = "none"

[process]
milestones = ["order", "allocation"]
lead = "0s"

[stalls.STALLED_ALLOCATION]
enabled = true
tolerance = "0s"
calendar = "always"
severity = "warning"
owner = "sellers"
"""
"""Judges the sellers' shipping limits.

The one clock that starts at a date of the order's own is allocation's, and what a carrier has was allocated by then:
with no allocation in the data, its stall opens at the limit of what was not handed over by then, and the hand-off
clears it.
"""


class Sale:
    """One order's rows."""

    def __init__(self, order: Row, items: list[Row], payments: list[Row]) -> None:
        self.order = order
        self.items = sorted(items, key=lambda item: int(item["order_item_id"]))
        self.payments = payments

    @property
    def order_id(self) -> str:
        return self.order["order_id"]

    @property
    def status(self) -> str:
        return self.order["order_status"]

    def at(self, column: str) -> datetime | None:
        """The instant in `column`; None where it is empty."""
        return instant(self.order[column], ZONE) if self.order[column] else None

    @property
    def purchased_at(self) -> datetime:
        return instant(self.order[PURCHASED], ZONE)

    @property
    def sellers(self) -> list[str]:
        return sorted({item["seller_id"] for item in self.items})


def sales() -> Iterator[Sale]:
    """All orders of the sample."""
    items, payments = defaultdict(list), defaultdict(list)
    for item in rows(OLIST / "olist_order_items_dataset.csv"):
        items[item["order_id"]].append(item)
    for payment in rows(OLIST / "olist_order_payments_dataset.csv"):
        payments[payment["order_id"]].append(payment)
    for order in rows(OLIST / "olist_orders_dataset.csv"):
        yield Sale(order, items[order["order_id"]], payments[order["order_id"]])


def events() -> list[CanonicalEvent]:
    """The whole sample in the order in which it occurred."""
    return in_order(event for sale in sales() for event in events_of(sale))


def events_of(sale: Sale) -> Iterator[CanonicalEvent]:
    """All events of one order."""
    yield from _order(sale)
    yield from _hold(sale)
    yield from _payments(sale)
    yield from _shipments(sale)
    yield from _delivery(sale)


def _order(sale: Sale) -> Iterator[CanonicalEvent]:
    header: dict[str, Any] = {
        "business_at": sale.purchased_at,
        "customer_id": sale.order["customer_id"],
        "currency": "BRL",
        "promised_at": sale.at(ESTIMATED),
    }
    lines = [_order_line(item) for item in sale.items]
    freight = [{"kind": "freight", "amount": item["freight_value"]} for item in sale.items]
    document = Document("order", sale.order_id, SHOP)
    yield canonical(document, sale.purchased_at, lines=lines, charges=freight, **header)
    if sale.status in CANCELLED_BY:
        known = [sale.at(column) for column in (PURCHASED, APPROVED, HANDED_OVER)]
        last_known = max(moment for moment in known if moment is not None)
        lines = [{**line, "cancelled_quantity": line["quantity"]} for line in lines]
        document = Document("order", sale.order_id, CANCELLED_BY[sale.status])
        yield canonical(document, last_known, revision=2, cancelled=not lines, lines=lines, **header)


def _order_line(item: Row) -> dict[str, Any]:
    return {
        **_line(item),
        "unit_price": item["price"],
        "warehouse": item["seller_id"],
        "requested_ship_at": instant(item["shipping_limit_date"], ZONE),
    }


def _line(item: Row) -> dict[str, Any]:
    return {"line": item["order_item_id"], "sku": item["product_id"], "quantity": "1"}


def _hold(sale: Sale) -> Iterator[CanonicalEvent]:
    document = Document("hold", f"{sale.order_id}-approval", "olist-payments")
    fields: dict[str, Any] = {"kind": "credit", "blocks": ["shipment"], "refs": {"order": [sale.order_id]}}
    yield canonical(document, sale.purchased_at, **fields)
    approved_at = sale.at(APPROVED)
    if approved_at is not None:
        yield canonical(document, approved_at, revision=2, released_at=approved_at, **fields)


def _payments(sale: Sale) -> Iterator[CanonicalEvent]:
    approved_at = sale.at(APPROVED)
    for payment in sale.payments:
        document = Document("payment", f"{sale.order_id}-{payment['payment_sequential']}", "olist-payments")
        yield canonical(
            document,
            sale.purchased_at if approved_at is None else approved_at,
            kind="authorization" if approved_at is None else "receipt",
            currency="BRL",
            amount=payment["payment_value"],
            refs={"order": [sale.order_id]},
        )


def _shipments(sale: Sale) -> Iterator[CanonicalEvent]:
    handed_over_at = sale.at(HANDED_OVER)
    if handed_over_at is None:
        return
    for number, seller in enumerate(sale.sellers, 1):
        yield canonical(
            Document("shipment", shipment_id(sale, number), "olist-sellers"),
            handed_over_at,
            lines=[_line(item) for item in sale.items if item["seller_id"] == seller],
            warehouse=seller,
            refs={"order": [sale.order_id]},
        )


def shipment_id(sale: Sale, number: int) -> str:
    """The number of the shipment of the order's `number`-th seller."""
    return f"{sale.order_id}-{number}"


def _delivery(sale: Sale) -> Iterator[CanonicalEvent]:
    delivered_at = sale.at(DELIVERED)
    if delivered_at is None:
        return
    shipments = [shipment_id(sale, number) for number in range(1, len(sale.sellers) + 1)]
    refs = {"order": [sale.order_id], "shipment": shipments}
    yield canonical(Document("pod", sale.order_id, "olist-carriers"), delivered_at, refs=refs)
