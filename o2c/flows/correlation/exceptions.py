"""Exceptions as they are published, and the stalls as conditions that hold."""

from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from o2c.flows.correlation.conditions.findings import Finding, sum_of, units
from o2c.flows.correlation.disputes import currency_of
from o2c.flows.correlation.documents import SEPARATOR
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.lives import Life
from o2c.flows.correlation.milestones import ALLOCATION, INVOICE, MILESTONES, PAYMENT, PICK, POD, SHIPMENT
from o2c.flows.correlation.money import Money
from o2c.flows.correlation.reason_codes import REASON_CODES
from o2c.flows.correlation.stalls import APPLICATION, CREDITING, RELEASE, RESOLUTION, Subject, Wait
from o2c.schemas.documents import DisputeBody, Document
from o2c.schemas.numbers import AMOUNT_PLACES, plain
from o2c.schemas.records import ExceptionRecord
from o2c.schemas.times import rfc3339

_NAMESPACE: UUID = uuid5(NAMESPACE_URL, "o2c:exception")
_KNOWN_IDS = 16_384
_encode = msgspec.json.encode


@lru_cache(maxsize=_KNOWN_IDS)
def exception_id(correlation_id: str | None, code: str, subject: Subject) -> str:
    """A pure function of correlation ID, code and subject: found twice, or after a crash, it is the same."""
    return str(uuid5(_NAMESPACE, SEPARATOR.join((correlation_id or "", code, *subject))))


def subject_of(correlation_id: str, wait: Wait) -> Subject:
    """What a wait is about: its own document; else the order."""
    document = wait.document
    if document is None:
        return ("", "order", correlation_id)
    return (document.scope, document.type, document.document_id)


def stall(subject: Subject, waits: list[Wait], overdue: list[Wait], ledger: Ledger, money: Money) -> Finding:
    """The waits of one code and subject that have come to a stall: `overdue` are those past their deadline."""
    first = overdue[0]
    body = None if first.document is None else first.document.body
    soonest = min(overdue, key=_earliest)
    amounts = [wait.amount for wait in waits]
    amount = None if None in amounts else sum(amount for amount in amounts if amount is not None)
    currency: str | None = getattr(body, "currency", None) or money.currency
    if isinstance(body, DisputeBody):
        currency = currency_of(ledger, money, subject[0], body)
    finding = Finding(
        first.code,
        soonest.rule,
        subject,
        min(wait.since for wait in overdue),
        amount,
        currency,
        _documents_of(ledger, first),
        lambda: _explain(finding, waits, soonest),
    )
    return finding


def _earliest(wait: Wait) -> int:
    assert wait.deadline is not None
    return wait.deadline


def _documents_of(ledger: Ledger, wait: Wait) -> tuple[Document, ...]:
    """The documents in which the waiting units stand: those of the milestone that they have reached, or its own."""
    if wait.document is not None:
        return (wait.document,)
    types = set()
    billing = ledger.header.billing if ledger.header is not None else "shipment"
    for line in ledger.own_lines:
        path = line.rules.path
        if wait.awaited == INVOICE and path.invoice_from is not None:
            types.add(MILESTONES[path.invoice_from[billing]])
        types.update(MILESTONES[before] for before, after in path.pairs if after == wait.awaited)
    return tuple(entry[3] for document_type in types for entry in ledger.entries.get(document_type, ()))


_DONE = {
    ALLOCATION: "allocated",
    PICK: "picked",
    SHIPMENT: "shipped",
    POD: "delivered",
    INVOICE: "invoiced",
    CREDITING: "credited",
}
"""What units wait to be, by the milestone that they await."""

_OF_A_DOCUMENT = {
    PAYMENT: "{money} of invoice {number} is open; it was due {since} and tolerated until {until}.",
    RELEASE: "Hold {number} has stood since {since} and was to be released by {until}{worth}.",
    APPLICATION: "{money} of payment {number} is applied to nothing since {since}; it was to be used by {until}.",
    RESOLUTION: "Dispute {number} over {money} is open since {since} and was to be decided by {until}.",
}


def _explain(finding: Finding, waits: list[Wait], soonest: Wait) -> str:
    """One sentence with the figures in it."""
    assert soonest.deadline is not None
    amount, currency = finding.amount, finding.currency
    text = "" if amount is None else sum_of(amount, currency)
    said = {
        "money": text or "An unknown amount",
        "number": finding.subject[2],
        "since": rfc3339(finding.since),
        "until": rfc3339(soonest.deadline),
        "worth": f", worth {text}" if text else "",
    }
    template = _OF_A_DOCUMENT.get(soonest.awaited)
    if template is not None:
        return template.format(**said)
    goods = units(sum(wait.quantity for wait in waits if wait.quantity is not None))
    have = "has" if goods.endswith("unit") else "have"
    return (
        f"{goods} {have} waited to be {_DONE[soonest.awaited]} since {said['since']}, "
        f"expected by {said['until']}{said['worth']}."
    )


def record(
    life: Life, correlation_id: str | None, policy_version: str, changed_at: int, sequence: int, generation: int
) -> ExceptionRecord:
    """The change of an exception as it is published."""
    version = (generation << 32) + sequence
    scope, document_type, document_id = life.subject
    code = REASON_CODES[life.code]
    value = {
        "exception_id": life.exception_id,
        "subject": {"scope": scope, "type": document_type, "document_id": document_id},
        "occurrence": life.occurrence,
        "correlation_id": correlation_id,
        "code": life.code,
        "category": code.category,
        "state": life.state,
        "severity": life.severity,
        "owner": life.owner,
        "escalation": None
        if life.escalated_at is None
        else {"level": life.level, "to": life.escalated_to, "at": rfc3339(life.escalated_at)},
        "snoozed_until": time_or_none(life.snoozed_until),
        "since": rfc3339(life.since),
        "detected_at": rfc3339(life.detected_at),
        "due_at": time_or_none(life.due_at),
        "cleared_at": time_or_none(life.cleared_at),
        "amount": None if life.amount is None else plain(life.amount, AMOUNT_PLACES),
        "currency": life.currency,
        "documents": life.documents,
        "explanation": life.explanation,
        "next_action": code.next_action,
        "policy_version": policy_version,
        "changed_at": rfc3339(changed_at),
        "sequence": sequence,
        "version": version,
    }
    return ExceptionRecord(
        exception_id=life.exception_id,
        correlation_id=correlation_id,
        code=life.code,
        state=life.state,
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
