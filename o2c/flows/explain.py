"""`o2c policy explain`: which rules apply to the orders of a file of events, and who stated each key of them."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from o2c.connectors.files import lines_of
from o2c.flows.correlation.conditions.findings import Books, Finding
from o2c.flows.correlation.conditions.table import findings_of
from o2c.flows.correlation.exceptions import exception_id, subject_of
from o2c.flows.correlation.feeds import SimulatedFeeds
from o2c.flows.correlation.identity import correlation_id_of
from o2c.flows.correlation.lives import Life
from o2c.flows.correlation.order import Judgement, OrderState, judge, merge
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.provenance import Origin
from o2c.flows.correlation.rules import Rule, Rules
from o2c.flows.correlation.stalls import Subject, Wait
from o2c.flows.replay import line_record
from o2c.schemas.codecs import Decoder
from o2c.schemas.documents import Arrival, Document
from o2c.schemas.records import DeadLetter


@dataclass(frozen=True, slots=True)
class PathExplained:
    """The process of some lines of an order, and where it comes from."""

    lines: tuple[str, ...]
    rules: Rules
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class CodeExplained:
    """A rule that applies to something that waits, or that is wrong.

    `deadline`: when it stalls, or may open; None where no clock runs. `life`: the exception, where there is one.
    """

    code: str
    subject: Subject
    since: int
    deadline: int | None
    amount: int | None
    currency: str | None
    rule: Rule
    origins: tuple[Origin, ...]
    life: Life | None


@dataclass(frozen=True, slots=True)
class OrderExplained:
    """All that applies to an order at the end of the events."""

    correlation_id: str
    judgement: Judgement
    paths: tuple[PathExplained, ...]
    codes: tuple[CodeExplained, ...]


class Explanation:
    """The orders of a file under a policy, judged at `as_of` (UTC microseconds; default: the last event's time)."""

    def __init__(self, file: Path, policy: Policy, as_of: int | None) -> None:
        """Reads the file; what cannot be read, or names no order, is said on standard error. Raises OperatingFault."""
        self.policy = policy
        self._documents: dict[str, list[Document]] = {}
        for number, document in _documents_of(file):
            correlation_id = correlation_id_of(document)
            if correlation_id is None:
                sys.stderr.write(f"{file}:{number}: names no order, or several\n")
            else:
                self._documents.setdefault(correlation_id, []).append(document)
        times = (document.occurred_at for documents in self._documents.values() for document in documents)
        self.as_of = as_of if as_of is not None else max(times, default=0)

    def orders(self) -> list[str]:
        """The correlation IDs of all orders in the file."""
        return sorted(self._documents)

    def explain(self, correlation_id: str) -> OrderExplained:
        """What applies to one of the orders."""
        state, judgement = self._judged(correlation_id)
        return OrderExplained(
            correlation_id, judgement, tuple(self._paths(judgement)), tuple(self._codes(state, judgement))
        )

    def _judged(self, correlation_id: str) -> tuple[OrderState, Judgement]:
        """Live through the order's events as a replay does."""
        state, feeds = OrderState(correlation_id), SimulatedFeeds(self.policy, {})
        known = sorted(self._documents[correlation_id], key=lambda document: (document.occurred_at, document.event_id))
        for instant, documents in groupby(known, key=lambda document: document.occurred_at):
            if instant > self.as_of:
                break
            while state.wake_at < instant:
                judge(state, self.policy, state.wake_at, feeds)
            for document in documents:
                merge(state, document)
            judge(state, self.policy, instant, feeds)
        while state.wake_at < self.as_of:
            judge(state, self.policy, state.wake_at, feeds)
        return state, judge(state, self.policy, self.as_of, feeds)

    def _paths(self, judgement: Judgement) -> Iterator[PathExplained]:
        by_rules: dict[int, tuple[Rules, list[str]]] = {}
        for line in judgement.ledger.ordered_lines:
            _, names = by_rules.setdefault(id(line.rules), (line.rules, []))
            names.append(line.line or line.sku or line.key)
        for rules, names in by_rules.values():
            yield PathExplained(tuple(names), rules, self.policy.explain_process(rules))

    def _codes(self, state: OrderState, judgement: Judgement) -> Iterator[CodeExplained]:
        books = Books(
            state.correlation_id,
            judgement.ledger,
            judgement.money,
            self.as_of,
            state.documents,
            state.conflicts,
            state.least_seen,
        )
        for wait in judgement.waits:
            yield self._wait(state, wait, judgement.money.currency)
        for finding in findings_of(books):
            yield self._finding(state, finding)

    def _wait(self, state: OrderState, wait: Wait, currency: str | None) -> CodeExplained:
        subject = subject_of(state.correlation_id, wait)
        return CodeExplained(
            wait.code,
            subject,
            wait.since,
            wait.deadline,
            wait.amount,
            currency,
            wait.rule,
            self.policy.explain(wait.code, wait.rule),
            _life(state, wait.code, subject),
        )

    def _finding(self, state: OrderState, finding: Finding) -> CodeExplained:
        return CodeExplained(
            finding.code,
            finding.subject,
            finding.since,
            finding.opens_at if finding.opens_at is not None else finding.since,
            finding.amount,
            finding.currency,
            finding.rule,
            self.policy.explain(finding.code, finding.rule),
            _life(state, finding.code, finding.subject),
        )


def _documents_of(file: Path) -> Iterator[tuple[int, Document]]:
    decoder = Decoder({})
    for _, number, line in lines_of([file]):
        event = decoder.decode(line_record(line, 0))
        if isinstance(event, Arrival):
            yield number, event.document
        elif isinstance(event, DeadLetter):
            sys.stderr.write(f"{file}:{number}: {event.code}: {event.message}\n")


def _life(state: OrderState, code: str, subject: Subject) -> Life | None:
    return state.lives.get(exception_id(state.correlation_id, code, subject))
