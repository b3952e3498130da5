"""Healthy orders of six events each, and what the job must say of them in the end.

An order has two lines, unless told otherwise. It is taken, allocated, picked, shipped, invoiced and paid, all of it
within the last two hours, so that under the default policy nothing is overdue: in the end it waits for its proof of
delivery, for days to come.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from o2c.schemas.times import MINUTE_US, rfc3339

TYPES = ("order", "allocation", "pick", "shipment", "invoice", "payment")
EVENTS_AN_ORDER = len(TYPES)

LINES = 2

_CENTS = (1_250, 725, 4_999)
_WAREHOUSES = ("WH-EAST", "WH-WEST")
_CARRIERS = ("UPS", "FEDEX", "XPO")
_STEP_US = 15 * MINUTE_US

_encode = msgspec.json.encode
Event = dict[str, Any]


def order_id(number: int) -> str:
    """The order's number in its own system, and so its correlation ID. All are of the same length."""
    return f"SO-{number:08d}"


def event(number: int, step: int, taken_at: int, lines: int = LINES) -> Event:
    """The event of the type `TYPES[step]` of an order of so many lines taken at `taken_at` (UTC microseconds)."""
    document_type = TYPES[step]
    occurred_at = rfc3339(taken_at + step * _STEP_US)
    common = {
        "type": document_type,
        "event_id": f"{document_type}-{number:08d}-1",
        "source": "erp-us" if document_type in ("order", "invoice", "payment") else "wms-east",
        "occurred_at": occurred_at,
    }
    return _WRITERS[document_type](number, lines, common)


def value(number: int, step: int, taken_at: int, lines: int = LINES) -> bytes:
    """The same as it crosses the wire."""
    return _encode(event(number, step, taken_at, lines))


def spread(orders: int, open_orders: int, seed: int = 7) -> Iterator[tuple[int, int]]:
    """(order, step) of all events, as a stream in which about `open_orders` orders are open at any time."""
    chance = random.Random(seed)
    longest_gap = 2 * open_orders / (EVENTS_AN_ORDER - 1)
    events = []
    for number in range(orders):
        at = float(number)
        for step in range(EVENTS_AN_ORDER):
            events.append((at, number, step))
            at += chance.uniform(0, longest_gap)
    events.sort()
    for _, number, step in events:
        yield number, step


def mistakes(number: int, status: Event) -> list[str]:
    """In which fields a finished order's status is not what its six events say."""
    total, pieces = _total(number, LINES), str(sum(_quantities(number, LINES)))
    passed = ("ordered", "allocated", "picked", "shipped", "invoiced")
    expected: dict[str, Any] = {
        "correlation_id": order_id(number),
        "fulfilment": {"stage": "shipped", "complete": True},
        "financial": {"stage": "paid", "complete": True},
        "closed": False,
        "health": "on_track",
        "quantities": {**dict.fromkeys(passed, pieces), "delivered": "0"},
        "amounts": {"ordered": total, "invoiced": total, "paid": total, "open": "0", "unapplied": "0"},
        "exceptions": [],
    }
    wrong = [name for name, wanted in expected.items() if not _says(status.get(name), wanted)]
    if [waiting["milestone"] for waiting in status["waiting_for"]] != ["pod"]:
        wrong.append("waiting_for")
    if {document["type"] for document in status["documents"]} != set(TYPES):
        wrong.append("documents")
    return wrong


def _says(told: object, wanted: object) -> bool:
    """Whether what is told is what is wanted, and no less; a table may say more."""
    if isinstance(told, dict) and isinstance(wanted, dict):
        return wanted.items() <= told.items()
    return told == wanted


def _quantities(number: int, lines: int) -> list[int]:
    return [1 + (number + place) % 5 for place in range(lines)]


def _price(place: int) -> int:
    return _CENTS[place % len(_CENTS)]


def _total(number: int, lines: int) -> str:
    return _decimal(sum(quantity * _price(place) for place, quantity in enumerate(_quantities(number, lines))))


def _decimal(amount_cents: int) -> str:
    text = f"{amount_cents // 100}.{amount_cents % 100:02d}"
    return text.rstrip("0").rstrip(".")


def _lines(number: int, lines: int) -> list[Event]:
    return [
        {"line": str(10 * (place + 1)), "sku": f"SKU-{48213 + 1371 * place}", "quantity": quantity}
        for place, quantity in enumerate(_quantities(number, lines))
    ]


def _priced(number: int, lines: int) -> list[Event]:
    return [{**line, "unit_price": _decimal(_price(place))} for place, line in enumerate(_lines(number, lines))]


def _order(number: int, lines: int, common: Event) -> Event:
    return {
        **common,
        "document_id": order_id(number),
        "customer_id": f"C-{number % 5_000:05d}",
        "currency": "USD",
        "warehouse": _WAREHOUSES[number % 2],
        "channel": "edi",
        "customer_po": f"PO-{number:08d}",
        "lines": _priced(number, lines),
        "terms": {"net_days": 30},
    }


def _goods(number: int, lines: int, common: Event, name: str) -> Event:
    return {
        **common,
        "document_id": f"{name}-{number:08d}",
        "refs": {"order": [order_id(number)]},
        "warehouse": _WAREHOUSES[number % 2],
        "lines": _lines(number, lines),
    }


def _allocation(number: int, lines: int, common: Event) -> Event:
    return _goods(number, lines, common, "AL")


def _pick(number: int, lines: int, common: Event) -> Event:
    return _goods(number, lines, common, "PT")


def _shipment(number: int, lines: int, common: Event) -> Event:
    return {**_goods(number, lines, common, "SH"), "carrier": _CARRIERS[number % 3], "final": True}


def _invoice(number: int, lines: int, common: Event) -> Event:
    return {
        **common,
        "document_id": f"INV-{number:08d}",
        "refs": {"order": [order_id(number)]},
        "currency": "USD",
        "lines": _priced(number, lines),
        "total": _total(number, lines),
    }


def _payment(number: int, lines: int, common: Event) -> Event:
    amount = _total(number, lines)
    return {
        **common,
        "document_id": f"RC-{number:08d}",
        "refs": {"order": [order_id(number)]},
        "customer_id": f"C-{number % 5_000:05d}",
        "currency": "USD",
        "amount": amount,
        "applications": [{"invoice": f"INV-{number:08d}", "amount": amount}],
    }


_WRITERS: dict[str, Callable[[int, int, Event], Event]] = {
    "order": _order,
    "allocation": _allocation,
    "pick": _pick,
    "shipment": _shipment,
    "invoice": _invoice,
    "payment": _payment,
}
