"""Documents in a few words: plain numbers in, scaled integers out; times in hours after a fixed morning."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from o2c.schemas.documents import (
    ActionBody,
    Adjustment,
    Application,
    Body,
    Charge,
    CreditMemoBody,
    Discount,
    DisputeBody,
    Document,
    GoodsBody,
    HoldBody,
    IncidentBody,
    Instalment,
    InvoiceBody,
    Line,
    OrderBody,
    OrderLine,
    PaymentBody,
    ReturnBody,
    Terms,
    TransitBody,
)
from o2c.schemas.times import HOUR_US

MORNING = 1_767_225_600 * 1_000_000
"""2026-01-01T00:00:00Z"""

Number = int | str


def hour(hours: int | None) -> int | None:
    """The instant so many hours after the morning."""
    return None if hours is None else MORNING + hours * HOUR_US


def at(hours: int) -> int:
    """The instant so many hours after the morning."""
    return MORNING + hours * HOUR_US


def quantity(number: Number) -> int:
    """A quantity in 10^-6."""
    return int(Decimal(number).scaleb(6))


def price(number: Number) -> int:
    """A unit price in 10^-12."""
    return int(Decimal(number).scaleb(12))


def money(number: Number) -> int:
    """An amount in 10^-4."""
    return int(Decimal(number).scaleb(4))


def document(kind: str, document_id: str, hours: int, body: Body, **envelope: Any) -> Document:
    """A document whose one revision took effect at `hours`."""
    values: dict[str, Any] = {
        "scope": "",
        "revision": 1,
        "occurred_at": at(hours),
        "event_id": f"{kind}-{document_id}-{envelope.get('revision', 1)}",
        "source": "erp",
        **envelope,
    }
    return Document(type=kind, document_id=document_id, body=body, **values)


def ordered(line: str | None, number: Number, sku: str | None = None, **values: Any) -> OrderLine:
    """A line of an order."""
    return OrderLine(line, sku, quantity(number), **values)


def order(hours: int, *lines: OrderLine, document_id: str = "O", **values: Any) -> Document:
    """An order; what is no field of its body is one of the envelope."""
    body, envelope = _split(OrderBody, values)
    return document("order", document_id, hours, OrderBody(**{"currency": "USD", **body}, lines=lines), **envelope)


def moved(line: str | None, number: Number, sku: str | None = None, **values: Any) -> Line:
    """A line of any other document."""
    return Line(line, sku, quantity(number), **values)


def goods(kind: str, document_id: str, hours: int, *lines: Line, **values: Any) -> Document:
    """An allocation, pick, shipment or proof of delivery."""
    body, envelope = _split(GoodsBody, values)
    return document(kind, document_id, hours, GoodsBody(lines=lines, **body), **envelope)


def pod(document_id: str, hours: int, *shipments: str, lines: Sequence[Line] | None = None, **values: Any) -> Document:
    """A proof of delivery that names shipments (or none)."""
    refs = (("shipment", shipments),) if shipments else ()
    body = GoodsBody(lines=None if lines is None else tuple(lines))
    return document("pod", document_id, hours, body, refs=refs, **values)


def invoice(document_id: str, hours: int, total: Number, *lines: Line, **values: Any) -> Document:
    """An invoice."""
    body, envelope = _split(InvoiceBody, values)
    content = InvoiceBody(**{"currency": "USD", **body}, lines=lines, total=money(total))
    return document("invoice", document_id, hours, content, **envelope)


def applied(number: str, amount: Number, discount: Number = 0, *adjustments: Number) -> Application:
    """What of a payment is for an invoice."""
    return Application(number, money(amount), money(discount), tuple(Adjustment(money(one)) for one in adjustments))


def payment(document_id: str, hours: int, amount: Number, *applications: Application, **values: Any) -> Document:
    """A payment."""
    body, envelope = _split(PaymentBody, values)
    content = PaymentBody(**{"currency": "USD", **body}, amount=money(amount), applications=applications)
    return document("payment", document_id, hours, content, **envelope)


def hold(document_id: str, hours: int, kind: str = "credit", released: int | None = None, **values: Any) -> Document:
    """A hold, released at `released` hours if at all."""
    body, envelope = _split(HoldBody, values)
    return document("hold", document_id, hours, HoldBody(kind, hour(released), **body), **envelope)


def returned(document_id: str, hours: int, *lines: Line, **values: Any) -> Document:
    """Goods that come back."""
    body, envelope = _split(ReturnBody, values)
    return document("return", document_id, hours, ReturnBody(lines=lines, **body), **envelope)


def memo(document_id: str, hours: int, amount: Number, *invoices: tuple[str, Number], **values: Any) -> Document:
    """A credit memo, and how much of it is for which invoice."""
    lines = values.pop("lines", None)
    body, envelope = _split(CreditMemoBody, values)
    named = tuple((number, money(part)) for number, part in invoices)
    content = CreditMemoBody(**{"currency": "USD", **body}, amount=money(amount), invoices=named, lines=lines)
    return document("credit_memo", document_id, hours, content, **envelope)


def dispute(document_id: str, hours: int, amount: Number, **values: Any) -> Document:
    """A dispute about an invoice or a payment; times in hours."""
    for name in ("respond_by", "resolved_at"):
        values[name] = hour(values.get(name))
    recovered = values.pop("recovered", None)
    body, envelope = _split(DisputeBody, values)
    content = DisputeBody(**body, amount=money(amount), recovered=None if recovered is None else money(recovered))
    return document("dispute", document_id, hours, content, **envelope)


def transit(document_id: str, hours: int, status: str, *shipments: str, eta: int | None = None) -> Document:
    """A carrier's notice of shipments."""
    refs = (("shipment", shipments),) if shipments else ()
    return document("transit", document_id, hours, TransitBody(status, hour(eta)), refs=refs)


def incident(document_id: str, hours: int, kind: str, resolved: int | None = None) -> Document:
    """Something that failed."""
    return document("incident", document_id, hours, IncidentBody(kind, hour(resolved)))


def action(document_id: str, hours: int, exception_id: str, what: str, **values: Any) -> Document:
    """What a person does about the first occurrence of an exception."""
    body, envelope = _split(ActionBody, values)
    usual = {"occurrence": 1, "actor": "ann", "role": "admin"}
    content = ActionBody(**{**usual, **body}, exception_id=exception_id, action=what)
    return document("action", document_id, hours, content, **envelope)


def discounts(*parts: tuple[Number, int], days: int | None = None) -> Terms:
    """Percents and the days within which they are earned."""
    return Terms(net_days=days, discounts=tuple(Discount(money(percent), within) for percent, within in parts))


def net(days: int) -> Terms:
    """Payable within days."""
    return Terms(net_days=days)


def instalments(*parts: tuple[Number, int]) -> Terms:
    """Percents and the hours at which they are due."""
    return Terms(instalments=tuple(Instalment(money(percent), at(hours)) for percent, hours in parts))


def charge(amount: Number, tax: Number | None = None) -> Charge:
    """Freight, say."""
    return Charge("freight", money(amount), None if tax is None else money(tax))


def _split(body: type[Any], values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = set(body.__struct_fields__) - {"lines", "total", "amount"} | {"total"}
    inside = {key: value for key, value in values.items() if key in names}
    if body is HoldBody and "lines" in values:
        inside["lines"] = values["lines"]
    outside = {key: value for key, value in values.items() if key not in inside}
    return inside, outside
