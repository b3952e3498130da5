"""Documents as the processor works with them: scaled integers and UTC microseconds, nothing left to parse.

Field names are those of `schemas.events`. Quantities are in 10^-6, unit prices in 10^-12, amounts and percents in
10^-4, times in UTC microseconds. All are immutable: a later revision replaces a document wholly.
"""

from typing import TypeAlias

from msgspec import Struct


class Line(Struct, frozen=True, gc=False, array_like=True):
    """A line of an allocation, pick, shipment, proof of delivery, invoice or hold."""

    line: str | None
    sku: str | None
    quantity: int
    at: int | None = None
    warehouse: str | None = None
    unit_price: int | None = None
    amount: int | None = None
    uom: str | None = None
    item_ids: tuple[tuple[str, str], ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    backordered: int | None = None
    expected_at: int | None = None
    package: str | None = None
    short: int | None = None
    damaged: int | None = None
    refused: int | None = None


class OrderLine(Struct, frozen=True, gc=False, array_like=True):
    """A line as ordered; `cancelled_quantity` is what of `quantity` the customer no longer wants."""

    line: str | None
    sku: str | None
    quantity: int
    at: int | None = None
    warehouse: str | None = None
    unit_price: int | None = None
    amount: int | None = None
    uom: str | None = None
    item_ids: tuple[tuple[str, str], ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    requested_ship_at: int | None = None
    promised_at: int | None = None
    cancelled_quantity: int = 0
    closed: bool = False
    fulfilment: str | None = None
    free: bool = False
    parent_line: str | None = None
    ratio: int | None = None
    units: tuple[tuple[str, int], ...] = ()


class Charge(Struct, frozen=True, gc=False, array_like=True):
    """A charge (an allowance has a minus)."""

    kind: str
    amount: int
    tax: int | None = None


class Discount(Struct, frozen=True, gc=False, array_like=True):
    """`percent` (10^-4 of a percent) off within `days`."""

    percent: int
    days: int


class Instalment(Struct, frozen=True, gc=False, array_like=True):
    """`percent` (10^-4 of a percent) of the total, due at `due_at`."""

    percent: int
    due_at: int


class Terms(Struct, frozen=True, gc=False, array_like=True):
    """Terms of payment."""

    net_days: int | None = None
    discounts: tuple[Discount, ...] = ()
    instalments: tuple[Instalment, ...] = ()


class Adjustment(Struct, frozen=True, gc=False, array_like=True):
    """What a payer deducted."""

    amount: int
    reason_code: str | None = None
    code_list: str | None = None
    note: str | None = None


class Application(Struct, frozen=True, gc=False, array_like=True):
    """How much of a payment settles which invoice."""

    invoice: str
    amount: int
    discount: int = 0
    adjustments: tuple[Adjustment, ...] = ()


class OrderBody(Struct, frozen=True, gc=False, array_like=True, tag="order"):
    """What only an order says."""

    currency: str
    lines: tuple[OrderLine, ...]
    customer_po: str | None = None
    channel: str | None = None
    warehouse: str | None = None
    requested_ship_at: int | None = None
    promised_at: int | None = None
    terms: Terms | None = None
    billing: str = "shipment"
    ship_complete: bool = False
    charges: tuple[Charge, ...] = ()
    total: int | None = None


class GoodsBody(Struct, frozen=True, gc=False, array_like=True, tag="goods"):
    """What an allocation, pick, shipment or proof of delivery says. `lines` is None only where a POD names none."""

    lines: tuple[Line, ...] | None
    warehouse: str | None = None
    carrier: str | None = None
    final: bool = False
    eta: int | None = None
    packages: tuple[tuple[str, str | None], ...] = ()
    received_by: str | None = None
    condition: str | None = None


class InvoiceBody(Struct, frozen=True, gc=False, array_like=True, tag="invoice"):
    """What only an invoice says."""

    currency: str
    lines: tuple[Line, ...]
    total: int
    kind: str = "standard"
    posted: bool = True
    charges: tuple[Charge, ...] = ()
    tax: int | None = None
    freight: int | None = None
    rounding: int | None = None
    prepaid: int | None = None
    due_at: int | None = None
    terms: Terms | None = None


class PaymentBody(Struct, frozen=True, gc=False, array_like=True, tag="payment"):
    """What only a payment says."""

    currency: str
    amount: int
    kind: str = "receipt"
    applications: tuple[Application, ...] = ()
    reference: str | None = None


class HoldBody(Struct, frozen=True, gc=False, array_like=True, tag="hold"):
    """What only a hold says. `lines` None means the whole order, `blocks` None the default of its kind."""

    kind: str
    released_at: int | None = None
    lines: tuple[Line, ...] | None = None
    blocks: tuple[str, ...] | None = None


class ReturnBody(Struct, frozen=True, gc=False, array_like=True, tag="return"):
    """What only a return says. `kind`: `authorized`, `received`, `refused` or `unshipped`."""

    lines: tuple[Line, ...]
    kind: str = "received"
    reason: str | None = None


class CreditMemoBody(Struct, frozen=True, gc=False, array_like=True, tag="credit_memo"):
    """What only a credit memo says. `invoices`: how much is for which invoice; `lines` None where it has none."""

    currency: str
    amount: int
    kind: str = "allowance"
    invoices: tuple[tuple[str, int], ...] = ()
    lines: tuple[Line, ...] | None = None
    reason: str | None = None


class DisputeBody(Struct, frozen=True, gc=False, array_like=True, tag="dispute"):
    """What only a dispute says. It is about one of `invoice` and `payment`, in the currency of that one."""

    amount: int
    invoice: str | None = None
    payment: str | None = None
    reason: str | None = None
    respond_by: int | None = None
    resolved_at: int | None = None
    outcome: str | None = None
    recovered: int | None = None


class TransitBody(Struct, frozen=True, gc=False, array_like=True, tag="transit"):
    """What only a carrier's notice says of a shipment under way."""

    status: str
    eta: int | None = None
    reason: str | None = None


class IncidentBody(Struct, frozen=True, gc=False, array_like=True, tag="incident"):
    """What only an incident says."""

    kind: str
    resolved_at: int | None = None
    detail: str | None = None


class ActionBody(Struct, frozen=True, gc=False, array_like=True, tag="action"):
    """What a person does about one occurrence of an exception. `to`: whom it is assigned to; `until`: snoozed."""

    exception_id: str
    occurrence: int
    action: str
    actor: str
    role: str
    to: str | None = None
    until: int | None = None
    note: str | None = None


Body: TypeAlias = (
    OrderBody
    | GoodsBody
    | InvoiceBody
    | PaymentBody
    | HoldBody
    | ReturnBody
    | CreditMemoBody
    | DisputeBody
    | TransitBody
    | IncidentBody
    | ActionBody
)


class Document(Struct, frozen=True, gc=False, array_like=True):
    """One revision of one document. (scope, type, document_id) names the document."""

    type: str
    scope: str
    document_id: str
    revision: int
    occurred_at: int
    event_id: str
    source: str
    body: Body
    business_at: int | None = None
    correlation_id: str | None = None
    cancelled: bool = False
    reverses: tuple[tuple[str, str], ...] = ()
    replaces: tuple[tuple[str, str], ...] = ()
    refs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    customer_id: str | None = None


class Heartbeat(Struct, frozen=True, gc=False, array_like=True):
    """A source that is alive, and the document types it speaks for."""

    source: str
    document_types: tuple[str, ...]
    occurred_at: int


class Arrival(Struct, frozen=True, gc=False, array_like=True):
    """A document and what only its arrival knows: when it reached the log, and whose trace it carries."""

    document: Document
    received_at: int
    traceparent: str | None = None
