"""An order: its documents, what has become of its exceptions, and the one function that judges both.

`merge` takes a document in, `judge` brings the exceptions up to the clock. Neither reads a clock nor knows an engine.
"""

from typing import Protocol

from msgspec import Struct, field

from o2c.flows.correlation.closing import closed
from o2c.flows.correlation.documents import document_key, supersedes
from o2c.flows.correlation.exceptions import (
    Condition,
    Life,
    documents_of,
    due_at,
    exception_id,
    explain,
    record,
    subject_of,
)
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.money import Money
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.stalls import Subject, Wait, waits_of
from o2c.schemas.documents import Document
from o2c.schemas.records import AuditRecord, BillingRecord, ExceptionRecord

NEVER = 2**62
"""Later than any time: nothing is due."""


class FeedView(Protocol):
    """What an order may know about feeds, by name: `<type>/<source>`, or a bare document type."""

    def progress(self, feed: str) -> int:
        """The time up to which everything that this feed had to say has been read, UTC microseconds."""
        ...

    def grace_us(self, feed: str) -> int:
        """How far past a deadline this feed must have got before its silence proves anything."""
        ...


class OrderState(Struct, gc=False, array_like=True):
    """All that is kept of an order.

    `least_seen`: the least `occurred_at` among the revisions of a document, where there were several. `wake_at`: when
    the clock alone next changes something. `gates`: by feed, the progress at which a stall past its deadline opens.
    `fulfilment`, `financial`: the stages of its last status; empty before the first.
    """

    correlation_id: str
    documents: dict[str, Document] = field(default_factory=dict)
    least_seen: dict[str, int] = field(default_factory=dict)
    lives: dict[str, Life] = field(default_factory=dict)
    events: int = 0
    version: int = 0
    sequence: int = 0
    health: str = ""
    trace: str | None = None
    wake_at: int = NEVER
    gates: dict[str, int] = field(default_factory=dict)
    fulfilment: str = ""
    financial: str = ""


class Judgement:
    """What judging an order found. `changes` are the exceptions that opened, changed or cleared, in sequence.

    `billing`: what can be invoiced, where that has changed; `audits`: what was decided, by people or by itself.
    """

    __slots__ = ("audits", "billing", "changes", "closed", "ledger", "money", "turned", "waits")

    def __init__(self, ledger: Ledger, money: Money, waits: list[Wait]) -> None:
        self.ledger = ledger
        self.money = money
        self.waits = waits
        self.changes: list[ExceptionRecord] = []
        self.billing: BillingRecord | None = None
        self.audits: list[AuditRecord] = []
        self.closed = False
        self.turned = False
        """Whether the order's health differs from what it was."""


def merge(state: OrderState, document: Document) -> bool:
    """Take a revision in. One that loses against what is there, or repeats it, changes no document: False."""
    state.events += 1
    key = document_key(document)
    held = state.documents.get(key)
    if held is None:
        state.documents[key] = document
        return True
    if document.occurred_at != held.occurred_at:
        least = min(document.occurred_at, state.least_seen.get(key, held.occurred_at))
        state.least_seen[key] = least
    if not supersedes(document, held):
        return False
    state.documents[key] = document
    return True


def judge(state: OrderState, policy: Policy, clock: int, feeds: FeedView, generation: int = 0) -> Judgement:
    """Bring the order's exceptions up to `clock` and say when the clock or a feed will next change something."""
    ledger = Ledger(state.documents, state.least_seen, policy)
    money = Money(ledger)
    waits = waits_of(ledger, money, clock)
    judgement = Judgement(ledger, money, waits)
    overdue = False
    at_risk = False
    wake_at = NEVER
    for wait in waits:
        until = wait.deadline
        if until is None:
            continue
        risk_from = until - max(0, wait.rule.tolerance_us - 1) // 4
        if clock < risk_from:
            wake_at = min(wake_at, risk_from)
            continue
        at_risk = True
        if clock < until:
            wake_at = min(wake_at, until)
        else:
            overdue = True
    held = False
    for hold in ledger.holds:
        if clock < hold.business_at:
            wake_at = min(wake_at, hold.business_at)
        elif hold.is_open(clock):
            held = True
            if hold.released_at is not None:
                wake_at = min(wake_at, hold.released_at)
    state.wake_at = wake_at
    if overdue or state.lives or state.gates:
        state.gates = {}
        _fold(state, judgement, policy, clock, feeds, generation)
    # What is only worth knowing (`info`) keeps no order open.
    stalled = keeps_open = False
    for life in state.lives.values():
        if life.is_open:
            stalled = True
            keeps_open |= life.severity != "info"
    judgement.closed = not keeps_open and closed(ledger, money)
    health = _health(judgement.closed, stalled, held, at_risk)
    judgement.turned = health != state.health
    state.health = health
    return judgement


def view(state: OrderState, policy: Policy, clock: int) -> Judgement:
    """The order as it was last judged, to be rendered again: nothing of it changes."""
    ledger = Ledger(state.documents, state.least_seen, policy)
    money = Money(ledger)
    judgement = Judgement(ledger, money, waits_of(ledger, money, clock))
    judgement.closed = state.health == "closed"
    return judgement


def _health(is_closed: bool, stalled: bool, held: bool, at_risk: bool) -> str:
    """The first that holds, as the contract orders them."""
    if is_closed:
        return "closed"
    if stalled:
        return "stalled"
    if held:
        return "held"
    return "at_risk" if at_risk else "on_track"


def _fold(
    state: OrderState, judgement: Judgement, policy: Policy, clock: int, feeds: FeedView, generation: int
) -> None:
    """Open, change and clear: the conditions that hold now against the lives so far."""
    holding: dict[str, Condition] = {}
    for subject, of_subject in _by_subject(state.correlation_id, judgement.waits).items():
        overdue = [wait for wait in of_subject if wait.deadline is not None and wait.deadline <= clock]
        if not overdue:
            continue
        code = of_subject[0].code
        identifier = exception_id(state.correlation_id, code, subject[1])
        life = state.lives.get(identifier)
        if (life is not None and life.is_open) or _proved(state, overdue, feeds):
            holding[identifier] = Condition(subject[1], of_subject, overdue)
    ended = [identifier for identifier, life in state.lives.items() if life.is_open and identifier not in holding]
    for identifier in sorted((*holding, *ended)):
        condition = holding.get(identifier)
        if condition is None:
            changed = state.lives[identifier]
            changed.is_open = False
            changed.cleared_at = clock
        elif not _update(state, identifier, condition, judgement, clock):
            continue
        else:
            changed = state.lives[identifier]
        state.sequence += 1
        judgement.changes.append(
            record(changed, state.correlation_id, policy.version, clock, state.sequence, generation)
        )


def _by_subject(correlation_id: str, waits: list[Wait]) -> dict[tuple[int, Subject], list[Wait]]:
    grouped: dict[tuple[int, Subject], list[Wait]] = {}
    for wait in waits:
        grouped.setdefault((wait.awaited, subject_of(correlation_id, wait)), []).append(wait)
    return grouped


def _proved(state: OrderState, overdue: list[Wait], feeds: FeedView) -> bool:
    """Whether an awaited feed has got far enough to say that what is overdue has not happened; else set its gates."""
    gates: dict[str, int] = {}
    for wait in overdue:
        assert wait.deadline is not None
        needed = wait.deadline + feeds.grace_us(wait.feed)
        if feeds.progress(wait.feed) >= needed:
            return True
        gates[wait.feed] = min(needed, gates.get(wait.feed, NEVER))
    for feed, needed in gates.items():
        state.gates[feed] = min(needed, state.gates.get(feed, NEVER))
    return False


def _update(state: OrderState, identifier: str, condition: Condition, judgement: Judgement, clock: int) -> bool:
    """Open the exception, or bring an open one up to date. Returns whether there is something to publish."""
    life = state.lives.get(identifier)
    rule = condition.rule
    money = judgement.money
    first = condition.overdue[0]
    currency = money.currency
    if first.document is not None and first.document.type == "invoice":
        currency = first.document.body.currency  # type: ignore[union-attr]  # an invoice has its own currency
    amount = condition.amount
    documents = documents_of(judgement.ledger, first)
    explanation = explain(condition, currency)
    if life is None or not life.is_open:
        state.lives[identifier] = Life(
            exception_id=identifier,
            code=condition.code,
            subject=condition.subject,
            occurrence=1 if life is None else life.occurrence + 1,
            is_open=True,
            since=condition.since,
            detected_at=clock,
            due_at=due_at(clock, rule),
            cleared_at=None,
            amount=amount,
            currency=currency,
            severity=rule.severity,
            owner=rule.owner,
            documents=documents,
            explanation=explanation,
        )
        return True
    before = _shown(life)
    life.severity, life.owner, life.since, life.amount = rule.severity, rule.owner, condition.since, amount
    life.due_at = due_at(life.detected_at, rule)
    life.currency, life.documents, life.explanation = currency, documents, explanation
    return before != _shown(life)


def _shown(life: Life) -> tuple[object, ...]:
    """What of an open exception is worth a record where it changes."""
    return life.severity, life.owner, life.since, life.due_at, life.amount, life.currency, life.documents
