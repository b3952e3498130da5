"""What the processor publishes, as consumers read it: status, exception, billing, audit and orphan.

Quantities, money and fractions are JSON strings without exponent or trailing zeros; times are RFC 3339 in UTC with `Z`
and no trailing zeros in the fraction.

A field whose default is UNSET may be absent: it says something only where there is something to say, or it came after
the first version of its class, and a reader of this version meets records without it. Every field that is added must
have this default, or readers of the one version cannot read what the other wrote.
"""

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

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
ActionOutcome: TypeAlias = Literal["accepted", "refused", "decided"]
OrphanReason: TypeAlias = Literal["NO_ORDER", "PATIENCE", "AFTER_RETENTION"]


class Fulfilment(Struct, frozen=True, gc=False):
    """The furthest stage that any quantity has reached, and whether all that is ordered has reached it."""

    stage: FulfilmentStage
    complete: bool


class Financial(Struct, frozen=True, gc=False):
    """How far the money is, and whether all that shipped is invoiced and nothing is open."""

    stage: FinancialStage
    complete: bool


class Waiting(Struct, frozen=True, gc=False):
    """What waits for a milestone: since when, until when, how much, and who owns the stall if it comes to one."""

    milestone: str
    feed: str
    since: TimeText | None
    due_at: TimeText | None
    quantity: DecimalText | None
    amount: DecimalText | None
    owner: str | None


class Quantities(Struct, frozen=True, gc=False):
    """Quantities of the whole order by milestone."""

    ordered: DecimalText
    allocated: DecimalText
    picked: DecimalText
    shipped: DecimalText
    delivered: DecimalText
    invoiced: DecimalText
    returned: DecimalText | UnsetType = UNSET


class Amounts(Struct, frozen=True, kw_only=True, gc=False):
    """Money of the whole order, in its currency; `ordered` is null where a price is missing.

    invoiced = paid + discounted + credited + deducted + written_off + open; the rest stands beside it. `disputed` and
    `past_due` are parts of `open`. `applied_elsewhere`: to invoices that no document of this order tells of.
    """

    ordered: DecimalText | None
    invoiced: DecimalText
    paid: DecimalText
    discounted: DecimalText | UnsetType = UNSET
    credited: DecimalText | UnsetType = UNSET
    deducted: DecimalText | UnsetType = UNSET
    written_off: DecimalText | UnsetType = UNSET
    open: DecimalText
    overpaid: DecimalText | UnsetType = UNSET
    unapplied: DecimalText
    credit_due: DecimalText | UnsetType = UNSET
    disputed: DecimalText | UnsetType = UNSET
    past_due: DecimalText | UnsetType = UNSET
    refunded: DecimalText | UnsetType = UNSET
    applied_elsewhere: DecimalText | UnsetType = UNSET


class OtherExposure(Struct, frozen=True):
    """What is open on invoices in another currency than the order's, which is never added up."""

    disputed: DecimalText
    past_due: DecimalText
    open: DecimalText


class Exposure(Struct, frozen=True):
    """Unsettled value in the order's currency, each unit of it in one of the first eight.

    `credit_due` and `unapplied` stand outside the sum. `unpriced`: the quantity that has no price, where there is any;
    `other_currencies`: by currency, where there are any.
    """

    disputed: DecimalText
    past_due: DecimalText
    open: DecimalText
    unbilled: DecimalText
    in_transit: DecimalText
    held: DecimalText
    unshipped: DecimalText
    unallocated: DecimalText
    credit_due: DecimalText
    unapplied: DecimalText
    unpriced: DecimalText | UnsetType = UNSET
    other_currencies: dict[str, OtherExposure] | UnsetType = UNSET


class BillingReadiness(Struct, frozen=True, gc=False):
    """Whether something can be invoiced now and how much; else how much is blocked. `blocked_by`: sorted codes.

    `amount` is null where a price is missing.
    """

    ready: bool
    amount: DecimalText | None
    blocked_by: list[str]


class Milestone(Struct, frozen=True, gc=False):
    """When the first and the last quantity reached a milestone, and which fraction has."""

    first_at: TimeText | None
    last_at: TimeText | None
    fraction: FractionText | None


class Substitute(Struct, frozen=True, gc=False):
    """What was shipped on a line instead of what was ordered."""

    sku: str
    quantity: DecimalText


class StatusLine(Struct, frozen=True, gc=False):
    """Quantities of one line by milestone. `substitutes`: where another sku was shipped."""

    line: str | None
    sku: str | None
    ordered: DecimalText
    allocated: DecimalText
    picked: DecimalText
    shipped: DecimalText
    delivered: DecimalText
    invoiced: DecimalText
    returned: DecimalText | UnsetType = UNSET
    substitutes: list[Substitute] | UnsetType = UNSET


class TimelineDocument(Struct, frozen=True, gc=False):
    """A document of the order, in its winning revision."""

    scope: str
    type: str
    document_id: str
    revision: Ordinal
    source: str
    business_at: TimeText
    cancelled: bool


class OpenException(Struct, frozen=True, gc=False):
    """An exception that is open on the order."""

    exception_id: str
    code: str
    severity: Severity
    owner: str
    due_at: TimeText | None


class Status(Struct, frozen=True, kw_only=True):
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
    exposure: Exposure | UnsetType = UNSET
    billing: BillingReadiness | UnsetType = UNSET
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


class Escalation(Struct, frozen=True):
    """The level that an exception has reached, who has heard of it, and when."""

    level: Ordinal
    to: str
    at: TimeText


class ExceptionChange(Struct, frozen=True, kw_only=True):
    """An exception after a change: the value of `o2c.exceptions.v1`.

    `correlation_id` is null for a feed, `escalation` before the first level, `snoozed_until` while nobody has
    put it off.
    """

    exception_id: str
    subject: Subject
    occurrence: Ordinal
    correlation_id: str | None
    code: str
    category: Category
    state: ExceptionState
    severity: Severity
    owner: str
    escalation: Escalation | UnsetType | None = UNSET
    snoozed_until: TimeText | UnsetType | None = UNSET
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


class BillingLine(Struct, frozen=True):
    """How much of a line can be invoiced now, or is blocked."""

    line: str | None
    sku: str | None
    quantity: DecimalText


class BillingChange(Struct, frozen=True):
    """What can be invoiced after a change: the value of `o2c.billing.v1`.

    `billing_id` is a function of correlation ID and `sequence`, which counts the order's billing changes: a record
    that is published twice has the same. `lines` are of `amount`: what is ready, else what is blocked.
    """

    billing_id: str
    correlation_id: str
    order: str | None
    customer_id: str | None
    ready: bool
    amount: DecimalText | None
    currency: str | None
    lines: list[BillingLine]
    blocked_by: list[str]
    sequence: Ordinal
    policy_version: str
    changed_at: TimeText


class AuditedState(Struct, frozen=True, kw_only=True):
    """What a decision is about, before or after it: an exception's state, or an order's readiness for billing."""

    state: ExceptionState | UnsetType = UNSET
    owner: str | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    level: Count | UnsetType = UNSET
    snoozed_until: TimeText | UnsetType | None = UNSET
    ready: bool | UnsetType = UNSET
    amount: DecimalText | UnsetType | None = UNSET
    blocked_by: list[str] | UnsetType = UNSET


class AuditEntry(Struct, frozen=True):
    """An action or an automatic decision: the value of `o2c.audit.v1`.

    `actor` and `role` are null and `outcome` is `decided` where the processor decided by itself; then `action` names
    the state that it decided on, or `billing`. `exception_id`, `occurrence` and `code` are null for billing.
    """

    audit_id: str
    correlation_id: str | None
    exception_id: str | None
    occurrence: Ordinal | None
    code: str | None
    actor: str | None
    role: str | None
    action: str
    outcome: ActionOutcome
    reason: str | None
    at: TimeText
    policy_version: str
    before: AuditedState | None
    after: AuditedState | None
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
    "billing": BillingChange,
    "audit": AuditEntry,
    "orphan": OrphanedDocument,
}
"""The published values, each with its class."""
