"""Canonical events as they cross the wire: one class a document type, as the contract has them.

Numbers are exact decimals, times are aware datetimes. `schemas.documents` holds what the processor works with.
A field that a class does not name is ignored: additive changes never break a reader.
"""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct, field


class DocumentKey(Struct, frozen=True, gc=False):
    """Names another document of the same scope: `reverses`, `replaces`."""

    type: str
    document_id: str


class Charge(Struct, gc=False):
    """A charge, or with a minus an allowance, in the document's currency."""

    kind: str
    amount: Decimal
    tax: Decimal | None = None


class Discount(Struct, gc=False):
    """`percent` off when paid within `days` of the document's business time."""

    percent: Decimal
    days: int


class Instalment(Struct, gc=False):
    """`percent` of the total is due at `due_at`."""

    percent: Decimal
    due_at: datetime


class Terms(Struct, gc=False):
    """Terms of payment."""

    net_days: int | None = None
    discounts: list[Discount] = []
    instalments: list[Instalment] = []


class LineReference(Struct, gc=False, kw_only=True):
    """What every line may carry: which line it is, its own time, unit of measure, ids and references."""

    line: str | int | None = None
    sku: str | None = None
    at: datetime | None = None
    uom: str | None = None
    item_ids: dict[str, str] = {}
    order: str | None = None
    po: str | None = None
    shipment: str | None = None
    invoice: str | None = None


class OrderLine(LineReference, gc=False, kw_only=True):
    """A line as the customer ordered it."""

    quantity: Decimal
    unit_price: Decimal | None = None
    amount: Decimal | None = None
    warehouse: str | None = None
    requested_ship_at: datetime | None = None
    promised_at: datetime | None = None
    cancelled_quantity: Decimal | None = None
    closed: bool = False
    fulfilment: str | None = None
    free: bool = False
    parent_line: str | int | None = None
    ratio: Decimal | None = None
    units: dict[str, Decimal] = {}


class GoodsLine(LineReference, gc=False, kw_only=True):
    """A quantity of one line that was allocated, picked, shipped or delivered."""

    quantity: Decimal
    warehouse: str | None = None
    backordered: Decimal | None = None
    expected_at: datetime | None = None
    package: str | None = None
    short: Decimal | None = None
    damaged: Decimal | None = None
    refused: Decimal | None = None


class InvoiceLine(LineReference, gc=False, kw_only=True):
    """A quantity of one line that was billed. A minus takes back."""

    quantity: Decimal
    unit_price: Decimal | None = None
    amount: Decimal | None = None


class Package(Struct, gc=False):
    """A carton of a shipment and the carrier's number for it."""

    id: str
    tracking: str | None = None


class Adjustment(Struct, gc=False):
    """What a payer deducted, and why."""

    amount: Decimal
    reason_code: str | None = None
    code_list: str | None = None
    note: str | None = None


class CreditedInvoice(Struct, gc=False):
    """How much of a credit memo is for which invoice."""

    invoice: str
    amount: Decimal


class Application(Struct, gc=False):
    """How much of a payment settles which invoice."""

    invoice: str
    amount: Decimal
    discount: Decimal | None = None
    adjustments: list[Adjustment] = []


class Event(Struct, gc=False, kw_only=True):
    """The envelope that every canonical event shares."""

    event_id: str
    source: str
    occurred_at: datetime
    type: str | None = None
    scope: str = ""
    business_at: datetime | None = None
    correlation_id: str | None = None
    revision: int = 1
    received_at: datetime | None = None
    traceparent: str | None = None


class DocumentEvent(Event, gc=False, kw_only=True):
    """An event that carries the whole current document."""

    document_id: str
    cancelled: bool = False
    reverses: list[DocumentKey] = []
    replaces: list[DocumentKey] = []
    refs: dict[str, list[str]] = {}
    customer_id: str | None = None


class OrderEvent(DocumentEvent, gc=False, kw_only=True):
    """A sales order."""

    currency: str
    lines: list[OrderLine]
    customer_po: str | None = None
    channel: str | None = None
    warehouse: str | None = None
    requested_ship_at: datetime | None = None
    promised_at: datetime | None = None
    terms: Terms | None = None
    billing: Literal["shipment", "delivery", "prepaid"] = "shipment"
    ship_complete: bool = False
    charges: list[Charge] = []
    total: Decimal | None = None


class AllocationEvent(DocumentEvent, gc=False, kw_only=True):
    """Stock reserved for an order."""

    lines: list[GoodsLine]
    warehouse: str | None = None


class PickEvent(DocumentEvent, gc=False, kw_only=True):
    """Stock picked for an order."""

    lines: list[GoodsLine]
    warehouse: str | None = None


class ShipmentEvent(DocumentEvent, gc=False, kw_only=True):
    """Goods that left."""

    lines: list[GoodsLine]
    packages: list[Package] = []
    carrier: str | None = None
    warehouse: str | None = None
    final: bool = False
    eta: datetime | None = None


class PodEvent(DocumentEvent, gc=False, kw_only=True):
    """A proof of delivery. Without lines it delivers all that the named shipment carried."""

    lines: list[GoodsLine] | None = None
    received_by: str | None = None
    condition: Literal["ok", "short", "damaged", "refused"] | None = None


class InvoiceEvent(DocumentEvent, gc=False, kw_only=True):
    """An invoice; `total` is gross, before prepayments."""

    currency: str
    lines: list[InvoiceLine]
    total: Decimal
    kind: Literal["standard", "freight", "service", "debit_memo", "down_payment", "proforma", "intercompany"] = (
        "standard"
    )
    posted: bool = True
    charges: list[Charge] = []
    tax: Decimal | None = None
    freight: Decimal | None = None
    rounding: Decimal | None = None
    prepaid: Decimal | None = None
    due_at: datetime | None = None
    terms: Terms | None = None


class PaymentEvent(DocumentEvent, gc=False, kw_only=True):
    """Money received or given back, and what it settles."""

    currency: str
    amount: Decimal
    kind: Literal["receipt", "remittance", "authorization", "refund", "chargeback", "reversal"] = "receipt"
    applications: list[Application] = []
    reference: str | None = None


class HoldEvent(DocumentEvent, gc=False, kw_only=True):
    """Something that blocks milestones of an order until it is released."""

    kind: Literal[
        "credit",
        "fraud",
        "export",
        "customer_master",
        "pricing",
        "tax",
        "billing",
        "delivery",
        "quality",
        "customer_request",
    ]
    released_at: datetime | None = None
    lines: list[LineReference] | None = None
    blocks: list[Literal["allocation", "pick", "shipment", "invoice"]] | None = None


class ReturnEvent(DocumentEvent, gc=False, kw_only=True):
    """Goods that come back, or are to."""

    lines: list[GoodsLine]
    kind: Literal["authorized", "received", "refused", "unshipped"] = "received"
    reason: str | None = None


class CreditMemoEvent(DocumentEvent, gc=False, kw_only=True):
    """Money credited. Without `invoices` it is for those of `refs`, else for all of the order, oldest first."""

    currency: str
    amount: Decimal
    kind: Literal["allowance", "return", "price", "quantity", "cancellation", "rebill"] = "allowance"
    invoices: list[CreditedInvoice] = []
    lines: list[InvoiceLine] | None = None
    reason: str | None = None


class DisputeEvent(DocumentEvent, gc=False, kw_only=True):
    """What a customer does not accept of one invoice or one payment, in its currency."""

    amount: Decimal
    invoice: str | None = None
    payment: str | None = None
    reason: str | None = None
    respond_by: datetime | None = None
    resolved_at: datetime | None = None
    outcome: Literal["recovered", "written_off", "credited"] | None = None
    recovered: Decimal | None = None


class TransitEvent(DocumentEvent, gc=False, kw_only=True):
    """A carrier's notice of a shipment under way."""

    status: Literal[
        "tendered",
        "picked_up",
        "in_transit",
        "out_for_delivery",
        "attempted",
        "exception",
        "returning",
        "returned",
    ]
    eta: datetime | None = None
    reason: str | None = None


class IncidentEvent(DocumentEvent, gc=False, kw_only=True):
    """A system that failed over an order."""

    kind: Literal["tax_failure", "customer_master", "pricing_failure", "integration_timeout", "document_rejected"]
    resolved_at: datetime | None = None
    detail: str | None = None


class ActionEvent(DocumentEvent, gc=False, kw_only=True):
    """What a person does about one occurrence of an exception. Without `document_id` it has that of `event_id`."""

    document_id: str = ""
    correlation_id: str
    exception_id: str
    occurrence: int
    action: Literal["acknowledge", "assign", "snooze", "override", "resolve", "comment"]
    actor: str
    role: str
    to: str | None = None
    until: datetime | None = None
    note: str | None = None


class HeartbeatEvent(Event, gc=False, kw_only=True):
    """A source says that it is alive and which document types it still speaks for."""

    document_types: list[str] = field(name="for")


EVENT_CLASSES: dict[str, type[Event]] = {
    "order": OrderEvent,
    "allocation": AllocationEvent,
    "pick": PickEvent,
    "shipment": ShipmentEvent,
    "pod": PodEvent,
    "invoice": InvoiceEvent,
    "payment": PaymentEvent,
    "hold": HoldEvent,
    "return": ReturnEvent,
    "credit_memo": CreditMemoEvent,
    "dispute": DisputeEvent,
    "transit": TransitEvent,
    "incident": IncidentEvent,
    "action": ActionEvent,
    "heartbeat": HeartbeatEvent,
}
"""The types of event, each with its class."""

DOCUMENT_TYPES = tuple(name for name in EVENT_CLASSES if name != "heartbeat")
"""The types that carry a document: those that can have a feed."""
