"""The documents of a story, one word each. Lines read as on paper: `1: 100 VALVE @ 12.50`.

A line is `<line>: <quantity> [<sku>] [@ <unit price>]`; what else it says is given by `item(text, field=...)`. Every
document but an order names the story's order, unless `of` names another (or several, or none).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from o2c.flows.correlation.exceptions import exception_id

Json = dict[str, Any]
Item = str | Json
THE_ORDER = "SO-1"

_LINE = re.compile(
    r"(?:(?P<line>[\w-]+): )?(?P<quantity>-?[\d.]+)(?: (?P<sku>[A-Z][\w-]*))?(?: @ (?P<unit_price>-?[\d.]+))?"
)
SOURCES = {
    "order": "erp",
    "allocation": "wms",
    "pick": "wms",
    "shipment": "wms",
    "pod": "carrier",
    "transit": "carrier",
    "invoice": "erp",
    "payment": "bank",
    "hold": "erp",
    "return": "wms",
    "credit_memo": "erp",
    "dispute": "collections",
    "incident": "middleware",
    "action": "desk",
}


@dataclass(frozen=True)
class Event:
    """A canonical event as JSON, and when it reached the log (None: when it happened)."""

    body: Json
    arrives: str | None = None

    @property
    def at(self) -> str:
        """When it happened."""
        return str(self.body["occurred_at"])

    def again(self, at: str, **changes: Any) -> "Event":
        """A later revision of the same document."""
        revision = changes.pop("revision", self.body.get("revision", 1) + 1)
        body = {**self.body, "revision": revision, "occurred_at": at, **_fields(changes)}
        body["event_id"] = f"{body['type']} {body['document_id']}, revision {revision}"
        return replace(self, body=body, arrives=None)


@dataclass(frozen=True)
class Silence:
    """A feed of which nothing is heard after a time."""

    feed: str
    after: str


@dataclass(frozen=True)
class Story:
    """What happened (`told`), the documents of it in any order, and what is claimed of it at its looks."""

    name: str
    told: str
    steps: tuple[Any, ...]
    policy: str
    zone: str
    shuffles: bool = True


def item(text: str, **more: Any) -> Json:
    """A line with more than its number, quantity, sku and price."""
    return {**_line(text), **more}


def _line(text: Item) -> Json:
    if isinstance(text, dict):
        return text
    found = _LINE.fullmatch(text)
    assert found, f"{text!r} is no line such as '1: 100 VALVE @ 12.50'"
    return {name: value for name, value in found.groupdict().items() if value is not None}


def _fields(fields: Json) -> Json:
    """The fields as JSON: lines and named documents (`shipment SH-1`) spelled out, what is None left away."""
    if fields.get("lines") is not None:
        fields = {**fields, "lines": [_line(line) for line in fields["lines"]]}
    for name in ("reverses", "replaces"):
        if name in fields:
            document_type, number = fields[name].split(" ")
            fields = {**fields, name: [{"type": document_type, "document_id": number}]}
    return {name: value for name, value in fields.items() if value is not None}


def document(
    document_type: str,
    number: str,
    at: str,
    *,
    of: str | list[str] | None = THE_ORDER,
    refs: dict[str, list[str]] | None = None,
    arrives: str | None = None,
    **fields: Any,
) -> Event:
    """A document of any type. `at`: when it happened; `business_at` where it took effect at another time."""
    named = dict(refs or {})
    if document_type != "order" and of is not None:
        named = {"order": [of] if isinstance(of, str) else of, **named}
    body = {
        "type": document_type,
        "event_id": f"{document_type} {number}, revision {fields.get('revision', 1)}",
        "source": SOURCES[document_type],
        "occurred_at": at,
        "document_id": number,
        **({"refs": named} if named else {}),
        **_fields(fields),
    }
    return Event(body, arrives)


def order(number: str, at: str, lines: Sequence[Item], **fields: Any) -> Event:
    """A sales order of customer C-1 in dollars, unless said otherwise."""
    return document("order", number, at, lines=lines, **{"customer_id": "C-1", "currency": "USD", **fields})


def allocation(number: str, at: str, lines: Sequence[Item], **fields: Any) -> Event:
    """Stock reserved."""
    return document("allocation", number, at, lines=lines, **fields)


def pick(number: str, at: str, lines: Sequence[Item], **fields: Any) -> Event:
    """Stock picked."""
    return document("pick", number, at, lines=lines, **fields)


def shipment(number: str, at: str, lines: Sequence[Item], **fields: Any) -> Event:
    """Goods that left."""
    return document("shipment", number, at, lines=lines, **fields)


def pod(number: str, at: str, lines: Sequence[Item] | None = None, **fields: Any) -> Event:
    """A proof of delivery; `shipment` and `tracking` are what it names."""
    refs: dict[str, list[str]] = {kind: [fields.pop(kind)] for kind in ("shipment", "tracking") if kind in fields}
    return document("pod", number, at, lines=lines, refs=refs, **fields)


def transit(number: str, at: str, status: str, shipment: str, **fields: Any) -> Event:
    """A carrier's notice of a shipment under way."""
    return document("transit", number, at, status=status, refs={"shipment": [shipment]}, **fields)


def invoice(number: str, at: str, lines: Sequence[Item], total: str, **fields: Any) -> Event:
    """An invoice in dollars, unless said otherwise. `shipment` is what it names."""
    refs = {"shipment": [fields.pop("shipment")]} if "shipment" in fields else {}
    return document("invoice", number, at, lines=lines, total=total, refs=refs, **{"currency": "USD", **fields})


def pays(number: str, amount: str, discount: str | None = None, *adjustments: Json) -> Json:
    """What of a payment is for an invoice."""
    said: Json = {"invoice": number, "amount": amount}
    if discount is not None:
        said["discount"] = discount
    if adjustments:
        said["adjustments"] = list(adjustments)
    return said


def less(amount: str, reason_code: str, **fields: Any) -> Json:
    """What the payer deducted."""
    return {"amount": amount, "reason_code": reason_code, **fields}


def payment(number: str, at: str, amount: str, *applications: Json, **fields: Any) -> Event:
    """Money, in dollars unless said otherwise."""
    body = {"currency": "USD", "amount": amount, "applications": list(applications), **fields}
    return document("payment", number, at, **body)


def hold(number: str, at: str, kind: str, **fields: Any) -> Event:
    """A hold; `released_at` once it is."""
    return document("hold", number, at, kind=kind, **fields)


def returned(number: str, at: str, lines: Sequence[Item], **fields: Any) -> Event:
    """Goods that came back (or, by `kind`, may, or never left)."""
    return document("return", number, at, lines=lines, **fields)


def credit_memo(number: str, at: str, amount: str, kind: str = "allowance", **fields: Any) -> Event:
    """A credit memo in dollars; `invoices` as {number: amount}."""
    if "invoices" in fields:
        fields["invoices"] = [{"invoice": name, "amount": part} for name, part in fields["invoices"].items()]
    return document("credit_memo", number, at, **{"currency": "USD", "amount": amount, "kind": kind, **fields})


def dispute(number: str, at: str, amount: str, **fields: Any) -> Event:
    """A dispute about an `invoice` or a `payment`."""
    return document("dispute", number, at, amount=amount, **fields)


def incident(number: str, at: str, kind: str, **fields: Any) -> Event:
    """What a system could not do."""
    return document("incident", number, at, kind=kind, **fields)


def exception_of(code: str, subject: tuple[str, str] = ("order", THE_ORDER), occurrence: int = 1) -> Json:
    """The exception that a person acts on: its code, and type and number of what it is about."""
    return {"exception_id": exception_id(THE_ORDER, code, ("", *subject)), "occurrence": occurrence}


def action(number: str, at: str, what: str, on: Json, *, by: str, role: str, **fields: Any) -> Event:
    """What a person does about an exception."""
    acted = {"action": what, "actor": by, "role": role, "correlation_id": THE_ORDER, **on, **fields}
    return document("action", number, at, **acted)


def silence(feed: str, after: str) -> Silence:
    """Nothing is heard of the feed any more."""
    return Silence(feed, after)


def story(name: str, told: str, *steps: Any, policy: str, zone: str = "UTC", shuffles: bool = True) -> Story:
    """A story; `shuffles` False where its end rests on when things were seen."""
    return Story(name, told, steps, policy, zone, shuffles)
