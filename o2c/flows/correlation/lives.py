"""The life of an exception: what its condition, the clock and people have made of it so far. Times in UTC us."""

from msgspec import Struct

from o2c.flows.correlation.rules import Rule
from o2c.flows.correlation.stalls import Subject

OPENED = "opened"
ESCALATED = "escalated"
ACKNOWLEDGED = "acknowledged"
SNOOZED = "snoozed"
OVERRIDDEN = "overridden"
CLEARED = "cleared"
RECORDED = "recorded"

_OPEN = frozenset((OPENED, ESCALATED, ACKNOWLEDGED, SNOOZED))


class Life(Struct, gc=False, array_like=True):
    """What has become of one exception so far.

    `level`, `escalated_to`, `escalated_at`: the last level of escalation, 0 before the first. `assigned`: whom a person
    gave it to. `settled`: a person has closed it, or it is on record, though its condition holds: it does not open
    again before the condition has ended.
    """

    exception_id: str
    code: str
    subject: Subject
    occurrence: int
    state: str
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
    level: int = 0
    escalated_to: str | None = None
    escalated_at: int | None = None
    snoozed_until: int | None = None
    assigned: str | None = None
    settled: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to see to it."""
        return self.state in _OPEN

    @property
    def shown(self) -> tuple[object, ...]:
        """What of an open exception is worth a record where it changes."""
        return (
            self.state,
            self.severity,
            self.owner,
            self.level,
            self.snoozed_until,
            self.since,
            self.due_at,
            self.amount,
            self.currency,
            self.documents,
        )


def due_at(detected_at: int, rule: Rule) -> int | None:
    """When the owner's own time for an exception ends; None without an SLA."""
    return None if rule.sla_us is None else rule.calendar.add(detected_at, rule.sla_us)


def next_level_at(life: Life, rule: Rule) -> int | None:
    """When the next level hears of an open exception: past the end of its SLA, and not while it is snoozed."""
    if life.level >= len(rule.escalation):
        return None
    start = life.due_at if life.due_at is not None else life.detected_at
    at = rule.calendar.add(start, rule.escalation[life.level].after_us)
    return at if life.snoozed_until is None else max(at, life.snoozed_until)


def escalate(life: Life, rule: Rule, clock: int) -> bool:
    """Take an open exception to its next level where that is due."""
    at = next_level_at(life, rule)
    if at is None or clock < at:
        return False
    life.escalated_to = rule.escalation[life.level].to
    life.level += 1
    life.escalated_at = clock
    life.state = ESCALATED
    return True


def wake_up(life: Life, clock: int) -> bool:
    """End a snooze whose time has come: what was escalated is so again."""
    if life.snoozed_until is None or clock < life.snoozed_until:
        return False
    life.snoozed_until = None
    if life.state == SNOOZED:
        life.state = ESCALATED if life.level else OPENED
    return True


def next_change_at(life: Life, rule: Rule) -> list[int]:
    """When the clock alone next changes an open exception."""
    times = []
    if life.snoozed_until is not None:
        times.append(life.snoozed_until)
    level_at = next_level_at(life, rule)
    if level_at is not None:
        times.append(level_at)
    if life.severity != "critical":
        critical_at = rule.turns_critical_at(life.since)
        if critical_at is not None:
            times.append(critical_at)
    return times
