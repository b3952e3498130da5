"""The one function that judges an order: its ledger, its exceptions, its billing, and when to look again.

`merge` takes a document in, `judge` brings everything up to the clock. Neither reads a clock nor knows an engine.
"""

from o2c.flows.correlation.audit import Audit, shown_billing
from o2c.flows.correlation.billing import Billing, billing_of, billing_record
from o2c.flows.correlation.closing import closed
from o2c.flows.correlation.conditions.abandonment import abandoned, left_since
from o2c.flows.correlation.conditions.findings import Books
from o2c.flows.correlation.conditions.table import findings_of
from o2c.flows.correlation.fold import Fold
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.money import Money
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.reason_codes import REASON_CODES
from o2c.flows.correlation.stalls import Wait, waits_of
from o2c.flows.correlation.state import NEVER, FeedView, OrderState, merge
from o2c.schemas.records import AuditRecord, BillingRecord, ExceptionRecord

__all__ = ["NEVER", "FeedView", "Judgement", "OrderState", "judge", "merge", "view"]


class Judgement:
    """What judging an order found.

    `changes`: the exceptions that opened, changed or cleared, in sequence; `audits`: the decisions that led to it;
    `billing`: the readiness for billing where it is another than before.
    """

    __slots__ = ("audits", "billing", "changes", "closed", "ledger", "money", "readiness", "turned", "waits")

    def __init__(self, ledger: Ledger, money: Money, waits: list[Wait]) -> None:
        self.ledger = ledger
        self.money = money
        self.waits = waits
        self.changes: list[ExceptionRecord] = []
        self.audits: list[AuditRecord] = []
        self.readiness: Billing
        self.billing: BillingRecord | None = None
        self.closed = False
        self.turned = False
        """Whether the order's health, or what is past due of it, differs from what it was."""


def judge(state: OrderState, policy: Policy, clock: int, feeds: FeedView, generation: int = 0) -> Judgement:
    """Bring the order's exceptions up to `clock` and say when the clock or a feed will next change something."""
    ledger = Ledger(state.documents, state.least_seen, policy)
    money = Money(ledger, state.documents, clock)
    waits = waits_of(ledger, money, clock)
    books = Books(state.correlation_id, ledger, money, clock, state.documents, state.conflicts, state.least_seen)
    left = left_since(state, policy.retention, books, waits)
    if left is None:
        findings = findings_of(books)
        overdue, at_risk, wake_at = _urgency(waits, clock)
        wake_at = min(wake_at, _next_turn(ledger, money, clock))
    else:
        waits, findings = [], abandoned(books, left)
        overdue, at_risk, wake_at = False, False, NEVER
    judgement = Judgement(ledger, money, waits)
    audit = Audit(state.correlation_id, state.correlation_id, policy.version, clock, state.audit_sequence, generation)
    if overdue or findings or state.lives or state.gates or state.waiting_actions:
        fold = Fold(state, policy, clock, feeds, generation, audit)
        fold.run(ledger, money, waits, findings)
        judgement.changes = fold.changes
        wake_at = min(wake_at, fold.wake_at)
    state.wake_at = wake_at
    _bill(state, judgement, policy, clock, audit)
    state.audit_sequence = audit.sequence
    judgement.audits = audit.records
    _conclude(state, judgement, clock, at_risk=at_risk, is_abandoned=left is not None)
    return judgement


def view(state: OrderState, policy: Policy, clock: int) -> Judgement:
    """The order as it was last judged, to be rendered again: nothing of it changes."""
    ledger = Ledger(state.documents, state.least_seen, policy)
    money = Money(ledger, state.documents, clock)
    is_closed = state.health == "closed"
    # One that is abandoned waits for nothing any more.
    judgement = Judgement(ledger, money, [] if is_closed else waits_of(ledger, money, clock))
    judgement.readiness = billing_of(ledger, clock, price_disputed=_price_disputed(state))
    judgement.closed = is_closed
    return judgement


def _urgency(waits: list[Wait], clock: int) -> tuple[bool, bool, int]:
    """Whether a deadline has passed, whether one is near, and when the next of these comes."""
    overdue = at_risk = False
    wake_at = NEVER
    before: Wait | None = None
    for wait in waits:
        until = wait.deadline
        if until is None or (before is not None and until == before.deadline and wait.rule is before.rule):
            continue
        before = wait
        risk_from = wait.rule.calendar.subtract(until, max(0, wait.rule.tolerance_us - 1) // 4)
        if clock < risk_from:
            wake_at = min(wake_at, risk_from)
            continue
        at_risk = True
        if clock < until:
            wake_at = min(wake_at, until)
        else:
            overdue = True
    return overdue, at_risk, wake_at


def _next_turn(ledger: Ledger, money: Money, clock: int) -> int:
    """When a document with a time of its own begins or ends to hold, or something falls due."""
    wake_at = NEVER
    for hold in ledger.holds:
        for at in (hold.business_at, hold.released_at):
            if at is not None and clock < at < wake_at:
                wake_at = at
    for kind in ("dispute", "incident"):
        for business_at, _, _, document in ledger.entries.get(kind, ()):
            for at in (business_at, document.body.resolved_at):  # type: ignore[union-attr]  # both may be resolved
                if at is not None and clock < at < wake_at:
                    wake_at = at
    for invoice in money.open_invoices:
        for due, _ in invoice.parts:
            if due is not None and clock < due < wake_at:
                wake_at = due
    return wake_at


def _bill(state: OrderState, judgement: Judgement, policy: Policy, clock: int, audit: Audit) -> None:
    """Say what can be invoiced where that is another than before."""
    ledger = judgement.ledger
    judgement.readiness = billing_of(ledger, clock, price_disputed=_price_disputed(state))
    before, after = state.billing, judgement.readiness.state
    if before == after:
        return
    state.billing = after
    state.billing_sequence += 1
    judgement.billing = billing_record(
        state.correlation_id,
        ledger,
        judgement.readiness,
        judgement.money.currency,
        policy.version,
        clock,
        state.billing_sequence,
    )
    audit.decided("billing", _WHY_BILLING[after[0]], None, shown_billing(before), shown_billing(after))


_WHY_BILLING = {True: "there is something to invoice that nothing blocks", False: "nothing can be invoiced now"}


def _price_disputed(state: OrderState) -> bool:
    return any(life.code == "PRICE_MISMATCH" and life.is_open for life in state.lives.values())


def _conclude(state: OrderState, judgement: Judgement, clock: int, *, at_risk: bool, is_abandoned: bool) -> None:
    """Whether the order is done, and how it is: the first that holds, as the contract orders them."""
    ledger, money = judgement.ledger, judgement.money
    stalled = keeps_open = False
    for life in state.lives.values():
        if life.is_open:
            stalled |= REASON_CODES[life.code].category == "stall"
            # What is only worth knowing keeps no order open.
            keeps_open |= life.severity != "info"
    judgement.closed = is_abandoned or (not keeps_open and closed(ledger, money, judgement.waits))
    if judgement.closed:
        health = "closed"
    elif stalled:
        health = "stalled"
    elif any(hold.business_at <= clock and hold.is_open(clock) for hold in ledger.holds):
        health = "held"
    else:
        health = "at_risk" if at_risk else "on_track"
    past_due = 0
    for invoice in money.open_invoices:
        past_due += invoice.past_due(clock)
    judgement.turned = health != state.health or past_due != state.past_due
    state.health, state.past_due = health, past_due
