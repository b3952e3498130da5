"""Shopify's order 450789469 with its fulfilment, transactions and refund as canonical events.

What stands for what:

- The order is the `order`, billed prepaid: a line a line item; tax and shipping are charges, `total_price` the total.
- A fulfilment is a `shipment`, void unless its status is `success`: the goods of one that is pending have not left,
  those of one that failed never will. Each state is a revision.
- A transaction is a `payment`: `authorization` moves no money, `capture` and `sale` are receipts, `refund` gives back.
- A refund's line that was fulfilled is a `return` of goods received. One that never was is no longer wanted: the
  order's next revision cancels it, with its tax. The refund's own transactions are payments.

The change time in microseconds is the revision, since Shopify has no counter.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from o2c.schemas.times import micros
from tests.real.material import WEBHOOKS, CanonicalEvent, Document, canonical

SHOP = "shopify"
PAYMENT_KINDS = {"authorization": "authorization", "capture": "receipt", "sale": "receipt", "refund": "refund"}

Record = dict[str, Any]


def record(name: str) -> Record:
    """The one object in `<name>.json`."""
    (content,) = json.loads((WEBHOOKS / "shopify" / f"{name}.json").read_text(encoding="utf-8")).values()
    assert isinstance(content, dict)
    return content


def listed(name: str) -> list[Record]:
    """The list in `<name>.json`."""
    content = json.loads((WEBHOOKS / "shopify" / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(content, list)
    return content


def instant(written: str) -> datetime:
    """The instant, in UTC."""
    return datetime.fromisoformat(written).astimezone(timezone.utc)


def refs(of: Record) -> dict[str, list[str]]:
    """The order that `of` belongs to."""
    return {"order": [str(of["order_id"])]}


def ordered(order: Record) -> CanonicalEvent:
    """The order as it was placed."""
    changed_at = instant(order["updated_at"])
    return _order(order, changed_at, Decimal(order["total_tax"]), {}, order["total_price"])


def _order(
    order: Record, changed_at: datetime, tax: Decimal, cancelled: dict[int, int], total: str | None
) -> CanonicalEvent:
    shipping = [{"kind": "shipping", "amount": each["price"]} for each in order["shipping_lines"]]
    lines = [
        {
            "line": str(item["id"]),
            "sku": item["sku"],
            "quantity": item["quantity"],
            "unit_price": item["price"],
            "cancelled_quantity": cancelled.get(item["id"], 0),
        }
        for item in order["line_items"]
    ]
    return canonical(
        Document("order", str(order["id"]), SHOP),
        changed_at,
        revision=micros(changed_at),
        business_at=instant(order["created_at"]),
        customer_id=str(order["customer"]["id"]),
        channel=order["source_name"],
        currency=order["currency"],
        billing="prepaid",
        lines=lines,
        charges=[{"kind": "tax", "amount": str(tax)}, *shipping],
        total=total,
    )


def fulfilled(fulfilment: Record) -> CanonicalEvent:
    """One state of a fulfilment."""
    changed_at = instant(fulfilment["updated_at"])
    numbers = fulfilment["tracking_numbers"]
    return canonical(
        Document("shipment", str(fulfilment["id"]), SHOP),
        changed_at,
        revision=micros(changed_at),
        cancelled=fulfilment["status"] != "success",
        carrier=fulfilment["tracking_company"],
        lines=[{"line": str(item["id"]), "quantity": item["quantity"]} for item in fulfilment["line_items"]],
        packages=[{"id": number, "tracking": number} for number in numbers],
        refs=refs(fulfilment),
    )


def paid(transaction: Record, currency: str) -> CanonicalEvent:
    """A transaction; one without a currency is in the order's."""
    return canonical(
        Document("payment", str(transaction["id"]), SHOP),
        instant(transaction["created_at"]),
        kind=PAYMENT_KINDS[transaction["kind"]],
        cancelled=transaction["status"] != "success",
        currency=transaction.get("currency") or currency,
        amount=transaction["amount"],
        refs=refs(transaction),
    )


def refunded(refund: Record, order: Record, fulfilments: list[Record]) -> Iterator[CanonicalEvent]:
    """Goods that came back, lines that are no longer wanted, money that was given back."""
    at = instant(refund["created_at"])
    left = _quantities_that_left(fulfilments)
    returned: list[Record] = []
    cancelled: dict[int, int] = {}
    tax = Decimal(order["total_tax"])
    for refunded_line in refund["refund_line_items"]:
        item, quantity = refunded_line["line_item"], refunded_line["quantity"]
        came_back = min(quantity, left[item["id"]])
        if came_back:
            returned.append({"line": str(item["id"]), "quantity": came_back})
        if came_back < quantity:
            cancelled[item["id"]] = quantity - came_back
            line_tax = sum((Decimal(each["price"]) for each in item["tax_lines"]), Decimal(0))
            tax -= line_tax * cancelled[item["id"]] / item["quantity"]
    if returned:
        document = Document("return", str(refund["id"]), SHOP)
        yield canonical(document, at, lines=returned, reason=refund["note"], refs=refs(refund))
    if cancelled:
        yield _order(order, at, tax, cancelled, None)
    for transaction in refund["transactions"]:
        yield paid(transaction, order["currency"])


def _quantities_that_left(fulfilments: list[Record]) -> dict[int, int]:
    """By line item, of each fulfilment's newest state."""
    newest: dict[int, Record] = {}
    for each in sorted(fulfilments, key=lambda each: instant(each["updated_at"])):
        newest[each["id"]] = each
    left: dict[int, int] = defaultdict(int)
    for each in newest.values():
        for item in each["line_items"] if each["status"] == "success" else ():
            left[item["id"]] += item["quantity"]
    return left
