"""Exceptions of an order: which conditions hold, and the life of each as a fold over their changes."""

from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from msgspec import Struct

from o2c.flows.correlation.documents import SEPARATOR, reference
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.milestones import ALLOCATION, INVOICE, MILESTONES, PAYMENT, PICK, POD, SHIPMENT
from o2c.flows.correlation.rules import Rule
from o2c.flows.correlation.stalls import RELEASE, Subject, Wait
from o2c.schemas.numbers import AMOUNT_PLACES, QUANTITY_PLACES, plain
from o2c.schemas.records import ExceptionRecord
from o2c.schemas.times import rfc3339

_NAMESPACE: UUID = uuid5(NAMESPACE_URL, "o2c:exception")
_KNOWN_IDS = 16_384
_encode = msgspec.json.encode

CATEGORY = {"FEED_SILENT": "feed"}
"""The category of each code that is not a stall."""

NEXT_ACTION = {
    "STALLED_RELEASE": "Decide on the hold: release it or cancel what it keeps.",
    "STALLED_ALLOCATION": "Allocate stock, backorder the line, or agree another date with the customer.",
    "STALLED_PICK": "Release the pick in the warehouse, or take the allocation back.",
    "STALLED_SHIPMENT": "Find the picked goods and ship them, or correct the pick.",
    "MISSING_POD": "Ask the carrier for the proof of delivery, or trace the shipment.",
    "SHIPPED_NOT_INVOICED": "Invoice what has shipped.",
    "PAST_DUE": "Remind the customer, or apply the payment that has come.",
    "FEED_SILENT": "Check the source system and its connector: stalls that await this feed open once it speaks again.",
}


class Life(Struct, gc=False, array_like=True):
    """What has become of one exception so far. `is_open` while its condition holds."""

    exception_id: str
    code: str
    subject: Subject
    occurrence: int
    is_open: bool
    since: int
    detected_at: int
    due_at: int | None
    cleared_at: int | None
    amount: int | None
    currency: str | None
    severity: str
    owner: str
    documents: tuple[str, ...]
    explanation: str


@lru_cache(maxsize=_KNOWN_IDS)
def exception_id(correlation_id: str | None, code: str, subject: Subject) -> str:
    """A pure function of correlation ID, code and subject: found twice, or after a crash, it is the same."""
    return str(uuid5(_NAMESPACE, SEPARATOR.join((correlation_id or "", code, *subject))))


class Condition:
    """The waits of one code and subject that have come to a stall."""

    __slots__ = ("overdue", "rule", "since", "subject", "waits")

    def __init__(self, subject: Subject, waits: list[Wait], overdue: list[Wait]) -> None:
        self.subject = subject
        self.waits = waits
        self.overdue = overdue
        self.since = min(wait.since for wait in overdue)
        self.rule = min(overdue, key=_earliest).rule

    @property
    def code(self) -> str:
        """The reason code."""
        return self.waits[0].code

    @property
    def amount(self) -> int | None:
        """The value of all that waits here; None where a price is missing."""
        total = 0
        for wait in self.waits:
            if wait.amount is None:
                return None
            total += wait.amount
        return total

    @property
    def quantity(self) -> int | None:
        """How much waits here, where goods wait."""
        quantities = [wait.quantity for wait in self.waits if wait.quantity is not None]
        return sum(quantities) if quantities else None


def _earliest(wait: Wait) -> int:
    assert wait.deadline is not None
    return wait.deadline


def subject_of(correlation_id: str, wait: Wait) -> Subject:
    """What a wait is about: its shipment, invoice or hold; else the order."""
    document = wait.document
    if document is None:
        return ("", "order", correlation_id)
    return (document.scope, document.type, document.document_id)


def documents_of(ledger: Ledger, wait: Wait) -> tuple[str, ...]:
    """The documents in which the waiting units stand: those of the milestone that they have reached, or its own."""
    if wait.document is not None:
        return (reference(wait.document),)
    types = set()
    billing = ledger.header.billing if ledger.header is not None else "shipment"
    for line in ledger.lines.values():
        path = line.rules.path
        if wait.awaited == INVOICE and path.invoice_from is not None:
            types.add(MILESTONES[path.invoice_from[billing]])
        types.update(MILESTONES[before] for before, after in path.pairs if after == wait.awaited)
    return tuple(
        sorted(reference(entry[3]) for document_type in types for entry in ledger.entries.get(document_type, ()))
    )


_DONE = {
    ALLOCATION: "allocated",
    PICK: "picked",
    SHIPMENT: "shipped",
    POD: "delivered",
    INVOICE: "invoiced",
}
"""What units wait to be, by the milestone that they await."""


def explain(condition: Condition, currency: str | None) -> str:
    """One sentence with the figures in it."""
    oldest = min(condition.overdue, key=_earliest)
    assert oldest.deadline is not None
    since, until = rfc3339(condition.since), rfc3339(oldest.deadline)
    number, amount = condition.subject[2], condition.amount
    money = "" if amount is None else f"{plain(amount, AMOUNT_PLACES)} {currency or ''}".rstrip()
    if oldest.awaited == PAYMENT:
        return f"{money} of invoice {number} is open; it was due {since} and tolerated until {until}."
    worth = f", worth {money}" if money else ""
    if oldest.awaited == RELEASE:
        return f"Hold {number} has stood since {since} and was to be released by {until}{worth}."
    goods = plain(condition.quantity or 0, QUANTITY_PLACES)
    units = "unit has" if goods == "1" else "units have"
    return f"{goods} {units} waited to be {_DONE[oldest.awaited]} since {since}, expected by {until}{worth}."


def due_at(detected_at: int, rule: Rule) -> int | None:
    """When the owner's own time for an exception ends; None without an SLA."""
    return None if rule.sla_us is None else rule.calendar.add(detected_at, rule.sla_us)


def record(
    life: Life, correlation_id: str | None, policy_version: str, changed_at: int, sequence: int, generation: int
) -> ExceptionRecord:
    """The change of an exception as it is published."""
    version = (generation << 32) + sequence
    state = "opened" if life.is_open else "cleared"
    scope, document_type, document_id = life.subject
    value = {
        "exception_id": life.exception_id,
        "subject": {"scope": scope, "type": document_type, "document_id": document_id},
        "occurrence": life.occurrence,
        "correlation_id": correlation_id,
        "code": life.code,
        "category": CATEGORY.get(life.code, "stall"),
        "state": state,
        "severity": life.severity,
        "owner": life.owner,
        "since": rfc3339(life.since),
        "detected_at": rfc3339(life.detected_at),
        "due_at": time_or_none(life.due_at),
        "cleared_at": time_or_none(life.cleared_at),
        "amount": None if life.amount is None else plain(life.amount, AMOUNT_PLACES),
        "currency": life.currency,
        "documents": life.documents,
        "explanation": life.explanation,
        "next_action": NEXT_ACTION[life.code],
        "policy_version": policy_version,
        "changed_at": rfc3339(changed_at),
        "sequence": sequence,
        "version": version,
    }
    return ExceptionRecord(
        exception_id=life.exception_id,
        correlation_id=correlation_id,
        code=life.code,
        state=state,
        is_open=life.is_open,
        due_at=life.due_at,
        changed_at=changed_at,
        sequence=sequence,
        version=version,
        value=_encode(value),
    )


def time_or_none(time_us: int | None) -> str | None:
    """RFC 3339, or None."""
    return None if time_us is None else rfc3339(time_us)
