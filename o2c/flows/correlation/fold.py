"""The lives of an order's exceptions: a fold over the conditions that hold, the clock, and what people do.

A condition opens once the feed's progress allows it, and stays open while it holds; it clears when it has ended.
"""

from o2c.flows.correlation.actions import perform, refusal
from o2c.flows.correlation.audit import Audit, shown_life
from o2c.flows.correlation.conditions.findings import Finding
from o2c.flows.correlation.exceptions import exception_id, record, stall, subject_of
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.lives import (
    CLEARED,
    OPENED,
    OVERRIDDEN,
    RECORDED,
    Life,
    due_at,
    escalate,
    next_change_at,
    wake_up,
)
from o2c.flows.correlation.money import Money
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.stalls import Subject, Wait
from o2c.flows.correlation.state import NEVER, FeedView, OrderState
from o2c.schemas.documents import ActionBody
from o2c.schemas.records import ExceptionRecord


class Fold:
    """One judgement of an order's exceptions. `changes`: what opened, changed or cleared, in sequence.

    `wake_at`: when the clock alone next changes one of them.
    """

    def __init__(
        self, state: OrderState, policy: Policy, clock: int, feeds: FeedView, generation: int, audit: Audit
    ) -> None:
        self._state = state
        self._policy = policy
        self._clock = clock
        self._feeds = feeds
        self._generation = generation
        self._audit = audit
        self.changes: list[ExceptionRecord] = []
        self.wake_at = NEVER

    def run(self, ledger: Ledger, money: Money, waits: list[Wait], findings: list[Finding]) -> None:
        """Open, change and clear what must be, then do what people want and what the clock has brought."""
        state = self._state
        state.gates = {}
        holding = self._stalls(ledger, money, waits)
        for finding in findings:
            identifier = exception_id(state.correlation_id, finding.code, finding.subject)
            life = state.lives.get(identifier)
            if finding.fact and life is not None and life.state != RECORDED:
                # It was open before it became a fact: now it is over.
                continue
            if self._is_standing(identifier) or self._settled(finding):
                holding[identifier] = finding
        lives = state.lives
        ended = [
            identifier
            for identifier, life in lives.items()
            if identifier not in holding and (life.is_open or life.settled)
        ]
        for identifier in sorted((*holding, *ended)):
            finding_or_none = holding.get(identifier)
            if finding_or_none is None:
                self._end(lives[identifier])
            else:
                self._hold(identifier, finding_or_none)
        if state.waiting_actions:
            self._act(holding, ledger.header_rules.settle_us)
        for identifier in sorted(holding):
            life = lives[identifier]
            if life.is_open:
                self._let_time_pass(life, holding[identifier])

    def _stalls(self, ledger: Ledger, money: Money, waits: list[Wait]) -> dict[str, Finding]:
        holding: dict[str, Finding] = {}
        correlation_id = self._state.correlation_id
        grouped: dict[tuple[int, Subject], list[Wait]] = {}
        for wait in waits:
            grouped.setdefault((wait.awaited, subject_of(correlation_id, wait)), []).append(wait)
        for (_, subject), of_subject in grouped.items():
            overdue = [wait for wait in of_subject if wait.deadline is not None and wait.deadline <= self._clock]
            if not overdue:
                continue
            identifier = exception_id(correlation_id, of_subject[0].code, subject)
            if self._is_standing(identifier) or self._proved(overdue):
                holding[identifier] = stall(subject, of_subject, overdue, ledger, money)
        return holding

    def _is_standing(self, identifier: str) -> bool:
        """Whether the condition has held before: progress gates opening alone."""
        life = self._state.lives.get(identifier)
        return life is not None and (life.is_open or life.settled)

    def _proved(self, overdue: list[Wait]) -> bool:
        """Whether an awaited feed has got far enough to say that what is overdue has not happened; else its gates."""
        gates: dict[str, int] = {}
        for wait in overdue:
            assert wait.deadline is not None
            needed = wait.deadline + self._feeds.grace_us(wait.feed)
            if self._feeds.progress(wait.feed) >= needed:
                return True
            gates[wait.feed] = min(needed, gates.get(wait.feed, NEVER))
        for feed, needed in gates.items():
            self._await(feed, needed)
        return False

    def _settled(self, finding: Finding) -> bool:
        """Whether what rests on something not seen yet has waited long enough for it."""
        opens_at = finding.opens_at
        if opens_at is None:
            return True
        if self._clock < opens_at:
            self.wake_at = min(self.wake_at, opens_at)
            return False
        if self._feeds.progress(finding.feed) >= opens_at:
            return True
        self._await(finding.feed, opens_at)
        return False

    def _await(self, feed: str, needed: int) -> None:
        gates = self._state.gates
        gates[feed] = min(needed, gates.get(feed, NEVER))

    def _end(self, life: Life) -> None:
        """The condition is over: an open exception clears; what a person ended may open again."""
        if life.state == RECORDED:
            return
        life.settled = False
        if life.is_open or life.state == OVERRIDDEN:
            before = shown_life(life)
            life.state = CLEARED
            life.cleared_at = self._clock
            life.snoozed_until = None
            self._say(life)
            self._audit.decided(CLEARED, "the condition has ended", life, before, shown_life(life))

    def _hold(self, identifier: str, finding: Finding) -> None:
        """Open the exception, or bring an open one up to date."""
        life = self._state.lives.get(identifier)
        if life is not None and life.settled and (life.state != RECORDED or finding.fact):
            return
        if life is None or not life.is_open:
            self._open(identifier, finding, life)
            return
        shown, before = life.shown, shown_life(life)
        rule = finding.rule
        life.owner = life.assigned if life.assigned is not None else rule.owner
        life.since, life.amount, life.currency = finding.since, finding.amount, finding.currency
        life.severity = rule.severity_at(finding.since, self._clock, finding.amount, finding.currency)
        life.due_at = finding.due_at if finding.due_at is not None else due_at(life.detected_at, rule)
        life.documents = finding.documents
        life.explanation = finding.explain()
        if shown != life.shown:
            self._say(life)
            after = shown_life(life)
            if before != after:
                self._audit.decided("changed", life.explanation, life, before, after)

    def _open(self, identifier: str, finding: Finding, before: Life | None) -> None:
        rule = finding.rule
        clock = self._clock
        life = self._state.lives[identifier] = Life(
            exception_id=identifier,
            code=finding.code,
            subject=finding.subject,
            occurrence=1 if before is None else before.occurrence + 1,
            state=RECORDED if finding.fact else OPENED,
            since=finding.since,
            detected_at=clock,
            due_at=finding.due_at if finding.due_at is not None else due_at(clock, rule),
            cleared_at=None,
            amount=finding.amount,
            currency=finding.currency,
            severity=rule.severity_at(finding.since, clock, finding.amount, finding.currency),
            owner=rule.owner,
            documents=finding.documents,
            explanation=finding.explain(),
            settled=finding.fact,
        )
        self._say(life)
        self._audit.decided(life.state, life.explanation, life, shown_life(before), shown_life(life))

    def _act(self, holding: dict[str, Finding], patience_us: int) -> None:
        """Do what people want, in the order in which they wanted it. What nobody knows yet waits a while."""
        state = self._state
        waiting = sorted((state.documents[key].occurred_at, key) for key in state.waiting_actions)
        known_since, state.waiting_actions = state.waiting_actions, {}
        for _, key in waiting:
            document = state.documents[key]
            body = document.body
            assert isinstance(body, ActionBody)
            life = state.lives.get(body.exception_id)
            if document.cancelled:
                self._audit.acted(body, life, "the action was withdrawn", None, None)
                continue
            if life is None or body.occurrence > life.occurrence:
                first_seen = known_since[key] or self._clock
                if self._clock < first_seen + patience_us:
                    state.waiting_actions[key] = first_seen
                    self.wake_at = min(self.wake_at, first_seen + patience_us)
                else:
                    self._audit.acted(body, life, "no such exception, or occurrence, has opened", None, None)
                continue
            before = shown_life(life)
            finding = holding.get(body.exception_id)
            owner = life.owner if finding is None else finding.rule.owner
            refused = refusal(body, life, owner, self._policy, self._clock)
            if refused is None:
                shown = life.shown
                perform(body, life, self._clock)
                if shown != life.shown:
                    self._say(life)
                if not life.is_open and body.exception_id not in holding:
                    life.settled = False
            self._audit.acted(body, life, refused, before, shown_life(life))

    def _let_time_pass(self, life: Life, finding: Finding) -> None:
        """End snoozes, then escalate level by level as far as it is due."""
        rule = finding.rule
        before = shown_life(life)
        if wake_up(life, self._clock):
            self._say(life)
            self._audit.decided(life.state, "the time it was snoozed for has ended", life, before, shown_life(life))
        before = shown_life(life)
        while escalate(life, rule, self._clock):
            self._say(life)
            reason = f"nobody settled it in time: {life.escalated_to} is told"
            self._audit.decided(life.state, reason, life, before, shown_life(life))
            before = shown_life(life)
        for at in next_change_at(life, rule):
            if at > self._clock:
                self.wake_at = min(self.wake_at, at)

    def _say(self, life: Life) -> None:
        self._state.sequence += 1
        self.changes.append(
            record(
                life,
                self._state.correlation_id,
                self._policy.version,
                self._clock,
                self._state.sequence,
                self._generation,
            )
        )
