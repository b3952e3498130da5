"""What the processor publishes, as consumers read it: status, exception and orphan, every field of this version.

Quantities, money and fractions are JSON strings without exponent or trailing zeros; times are RFC 3339 in UTC with `Z`
and no trailing zeros in the fraction. What this version does not compute is absent, never zero or null.
"""

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct

DecimalText: TypeAlias = Annotated[str, Meta(pattern=r"^(0|-?(0\.[0-9]*[1-9]|[1-9][0-9]*(\.[0-9]*[1-9])?))$")]
FractionText: TypeAlias = Annotated[str, Meta(pattern=r"^(0|1|0\.[0-9]{0,5}[1-9])$")]
TimeText: TypeAlias = Annotated[
    str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{0,5}[1-9])?Z$")
]
Count: TypeAlias = Annotated[int, Meta(ge=0)]
Ordinal: TypeAlias = Annotated[int, Meta(ge=1)]

FulfilmentStage: TypeAlias = Literal["none", "ordered", "allocated", "picked", "shipped", "delivered", "cancelled"]
FinancialStage: TypeAlias = Literal["unbilled", "invoiced", "paid"]
Health: TypeAlias = Literal["closed", "stalled", "held", "at_risk", "on_track"]
Severity: TypeAlias = Literal["info", "warning", "critical"]
Category: TypeAlias = Literal["stall", "mismatch", "hold", "failure", "cash", "feed", "identity"]
ExceptionState: TypeAlias = Literal[
    "opened", "escalated", "acknowledged", "snoozed", "overridden", "cleared", "recorded"
]
OrphanReason: TypeAlias = Literal["NO_ORDER", "PATIENCE", "AFTER_RETENTION"]


class Fulfilment(Struct, frozen=True):
    """The furthest stage that any quantity has reached, and whether all that is ordered has reached it."""

    stage: FulfilmentStage
    complete: bool


class Financial(Struct, frozen=True):
    """How far the money is, and whether all that shipped is invoiced and nothing is open."""

    stage: FinancialStage
    complete: bool


class Waiting(Struct, frozen=True):
    """What waits for a milestone: since when, until when, how much, and who owns the stall if it comes to one."""

    milestone: str
    feed: str
    since: TimeText | None
    due_at: TimeText | None
    quantity: DecimalText | None
    amount: DecimalText | None
    owner: str | None


class Quantities(Struct, frozen=True):
    """Quantities of the whole order by milestone."""

    ordered: DecimalText
    allocated: DecimalText
    picked: DecimalText
    shipped: DecimalText
    delivered: DecimalText
    invoiced: DecimalText


class Amounts(Struct, frozen=True):
    """Money of the whole order, in its currency; `ordered` is null where a price is missing."""

    ordered: DecimalText | None
    invoiced: DecimalText
    paid: DecimalText
    open: DecimalText
    unapplied: DecimalText


class Milestone(Struct, frozen=True):
    """When the first and the last quantity reached a milestone, and which fraction has."""

    first_at: TimeText | None
    last_at: TimeText | None
    fraction: FractionText | None


class StatusLine(Struct, frozen=True):
    """Quantities of one line by milestone."""

    line: str | None
    sku: str | None
    ordered: DecimalText
    allocated: DecimalText
    picked: DecimalText
    shipped: DecimalText
    delivered: DecimalText
    invoiced: DecimalText


class TimelineDocument(Struct, frozen=True):
    """A document of the order, in its winning revision."""

    scope: str
    type: str
    document_id: str
    revision: Ordinal
    source: str
    business_at: TimeText
    cancelled: bool


class OpenException(Struct, frozen=True):
    """An exception that is open on the order."""

    exception_id: str
    code: str
    severity: Severity
    owner: str
    due_at: TimeText | None


class Status(Struct, frozen=True):
    """The whole status of an order: the value of `o2c.status.v1`. `order` is null until an order document is seen."""

    correlation_id: str
    order: str | None
    customer_id: str | None
    channel: str | None
    currency: str | None
    warehouse: str | None
    fulfilment: Fulfilment
    financial: Financial
    closed: bool
    health: Health
    waiting_for: list[Waiting]
    quantities: Quantities
    amounts: Amounts
    milestones: dict[str, Milestone]
    lines: list[StatusLine]
    documents: list[TimelineDocument]
    exceptions: list[OpenException]
    version: Count
    updated_at: TimeText
    trace: str | None


class Subject(Struct, frozen=True):
    """What an exception is about."""

    scope: str
    type: str
    document_id: str


class ExceptionChange(Struct, frozen=True):
    """An exception after a change: the value of `o2c.exceptions.v1`. `correlation_id` is null for a feed."""

    exception_id: str
    subject: Subject
    occurrence: Ordinal
    correlation_id: str | None
    code: str
    category: Category
    state: ExceptionState
    severity: Severity
    owner: str
    since: TimeText
    detected_at: TimeText
    due_at: TimeText | None
    cleared_at: TimeText | None
    amount: DecimalText | None
    currency: str | None
    documents: list[str]
    explanation: str
    next_action: str
    policy_version: str
    changed_at: TimeText
    sequence: Ordinal
    version: Count


class OrphanedDocument(Struct, frozen=True):
    """A document that no order claims: the value of `o2c.orphans.v1`. `event` is the event as it was understood."""

    reason: OrphanReason
    scope: str
    type: str
    document_id: str
    event: dict[str, Any]
    orphaned_at: TimeText


OUTPUT_CLASSES: dict[str, type[Struct]] = {
    "status": Status,
    "exception": ExceptionChange,
    "orphan": OrphanedDocument,
}
"""The published values, each with its class."""
