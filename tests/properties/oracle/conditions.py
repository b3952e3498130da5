"""From what waits and what is wrong to conditions, the status and the exceptions that are open after each step."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from o2c.schemas.documents import Document
from tests.properties.oracle.documents import Papers, standing
from tests.properties.oracle.exposure import billing, exposure
from tests.properties.oracle.findings import all_findings
from tests.properties.oracle.findings.goods import held_value
from tests.properties.oracle.model import STALLS, Condition, Finding, Known, Policy, Progress, Subject, Wait
from tests.properties.oracle.status import describe, worth
from tests.properties.oracle.waiting import Waiting
from tests.properties.oracle.waiting_money import all_waits

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "o2c:exception")


@dataclass(frozen=True)
class Expected:
    """What an order's documents, a policy and a clock come to."""

    waiting: Waiting
    status: dict[str, Any]
    conditions: list[Condition]
    waits: list[Wait]
    done: bool
    held: bool
    at_risk: bool


@dataclass(frozen=True)
class Step:
    """Something arrives, or only time passes."""

    clock: int
    arrived: tuple[Document, ...]
    progress: Progress


@dataclass(frozen=True)
class OpenException:
    """An open exception, and how often it has opened."""

    condition: Condition
    occurrence: int


def exception_id(correlation_id: str, code: str, subject: Subject) -> str:
    """The id that a condition always has."""
    words = (correlation_id, code, subject.scope, subject.type, subject.document_id)
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(words)))


def evaluate(correlation_id: str, arrivals: Iterable[Document], policy: Policy, clock: int) -> Expected:
    """Everything from scratch: the documents in any order, any number of times."""
    papers = Papers(standing(arrivals))
    waiting = Waiting(correlation_id, papers, policy, clock)
    waits = all_waits(waiting)
    running = [wait for wait in waits if wait.deadline is not None and wait.rule.enabled]
    backordered = any(waiting.backordered(ledger) for ledger in waiting.lines.whole())
    return Expected(
        waiting=waiting,
        status={**describe(correlation_id, waiting, waits), "exposure": exposure(waiting)},
        conditions=[
            *_stalls(correlation_id, waiting, waits, clock),
            *(_at_once(correlation_id, finding, clock) for finding in all_findings(waiting) if finding.rule.enabled),
        ],
        waits=waits,
        done=waiting.is_settled() and not backordered and all(_is_over(wait, clock) for wait in waits),
        held=bool(waiting.open_holds()),
        at_risk=any(_is_near(wait, clock) for wait in running),
    )


def _is_over(wait: Wait, clock: int) -> bool:
    """Whether a wait keeps no order from its end: holds do not by themselves, nor what is still to come."""
    return wait.milestone == "release" or (wait.milestone == "resolution" and (wait.start or 0) > clock)


def _is_near(wait: Wait, clock: int) -> bool:
    assert wait.deadline is not None
    return wait.deadline <= clock or 4 * (wait.deadline - clock) < wait.rule.tolerance_us


def _stalls(correlation_id: str, waiting: Waiting, waits: list[Wait], clock: int) -> list[Condition]:
    groups: dict[tuple[str, Subject], list[Wait]] = {}
    for wait in waits:
        groups.setdefault((wait.code, wait.subject), []).append(wait)
    return [_stall(correlation_id, code, subject, group, waiting, clock) for (code, subject), group in groups.items()]


def _stall(
    correlation_id: str, code: str, subject: Subject, group: list[Wait], waiting: Waiting, clock: int
) -> Condition:
    judged = [wait for wait in group if wait.rule.enabled]
    past = [wait for wait in judged if wait.deadline is not None and wait.deadline <= clock]
    sets = min(past, key=lambda wait: wait.deadline or 0) if past else group[0]
    worth_of_all = held_value(waiting, hold_of(waiting, subject)) if code == "STALLED_RELEASE" else worth(group)
    since = min(wait.start or 0 for wait in past) if past else None
    amount = worth_of_all if past else None
    currency = group[0].currency or waiting.books.currency
    return Condition(
        code=code,
        subject=subject,
        exception_id=exception_id(correlation_id, code, subject),
        units=tuple((wait.start or 0, wait.deadline, wait.feed, wait.quantity) for wait in judged),
        holding=bool(past),
        since=since,
        amount=amount,
        currency=currency,
        severity=sets.rule.severity_at(since or 0, clock, amount, currency),
        owner=sets.rule.owner,
        documents=tuple(sorted({label for wait in group for label in wait.documents})),
    )


def hold_of(waiting: Waiting, subject: Subject) -> Known:
    """The hold that a stall is about."""
    return next(hold for hold in waiting.papers.of("hold") if Subject(*hold.key) == subject)


def _at_once(correlation_id: str, finding: Finding, clock: int) -> Condition:
    return Condition(
        code=finding.code,
        subject=finding.subject,
        exception_id=exception_id(correlation_id, finding.code, finding.subject),
        units=((finding.since, finding.opens_at, finding.awaits, 0),),
        holding=finding.awaits is not None or finding.opens_at <= clock,
        since=finding.since,
        amount=finding.amount,
        currency=finding.currency,
        severity=finding.rule.severity_at(finding.since, clock, finding.amount, finding.currency),
        owner=finding.rule.owner,
        documents=(),
        graced=False,
        recorded=finding.recorded,
    )


def closed(expected: Expected, opened: Iterable[Condition]) -> bool:
    """All that was ordered has come to its end, and no exception is open that anybody has to see to."""
    return expected.done and all(condition.severity == "info" for condition in opened)


def health(expected: Expected, opened: Iterable[Condition]) -> str:
    """The first that holds, with these exceptions open."""
    exceptions = list(opened)
    if closed(expected, exceptions):
        return "closed"
    if any(one.code in STALLS for one in exceptions):
        return "stalled"
    if expected.held:
        return "held"
    return "at_risk" if expected.at_risk else "on_track"


def render(expected: Expected, opened: Iterable[Condition]) -> dict[str, Any]:
    """The whole status with these exceptions open; without version, updated_at, trace and the exceptions' due_at."""
    exceptions = sorted(opened, key=lambda condition: condition.exception_id)
    return {
        **expected.status,
        "billing": billing(expected.waiting, exceptions),
        "closed": closed(expected, exceptions),
        "health": health(expected, exceptions),
        "exceptions": [
            {"exception_id": one.exception_id, "code": one.code, "severity": one.severity, "owner": one.owner}
            for one in exceptions
        ],
    }


def open_set(correlation_id: str, history: Iterable[Step], policy: Policy) -> list[dict[str, OpenException]]:
    """The open exceptions, by id, after each step.

    One opens once the awaited feed was read past a deadline and its grace; it stays open while a deadline is past.
    """
    arrivals: list[Document] = []
    openings: dict[str, int] = {}
    opened: dict[str, OpenException] = {}
    recorded: set[str] = set()
    after = []
    for step in history:
        arrivals += step.arrived
        now: dict[str, OpenException] = {}
        told: set[str] = set()
        for condition in evaluate(correlation_id, arrivals, policy, step.clock).conditions:
            key = condition.exception_id
            if condition.recorded:
                told.add(key)
                openings[key] = openings.get(key, 0) + (key not in recorded)
            elif key in opened and condition.holding:
                now[key] = OpenException(condition, openings[key])
            elif opens(condition, policy, step):
                openings[key] = openings.get(key, 0) + 1
                now[key] = OpenException(condition, openings[key])
        opened, recorded = now, told
        after.append(opened)
    return after


def opens(condition: Condition, policy: Policy, step: Step) -> bool:
    """Whether a condition that was not open opens at this step."""
    for _, deadline, feed, _ in condition.units:
        if deadline is None or deadline > step.clock:
            continue
        if feed is None:
            return True
        progress = step.progress(feed)
        grace = policy.grace_us(feed) if condition.graced else 0
        if progress is not None and progress >= deadline + grace:
            return True
    return False
