"""What the job has published so far, order by order and exception by exception: values in, figures out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import Struct, json

from o2c.demo.faults import Subject
from o2c.demo.figures import BillingFigures, CodeFigures, Money, OwnerFigures, added
from o2c.demo.policy import demo_policy
from o2c.demo.verdict import Key
from o2c.flows.correlation.exposure import BUCKETS
from o2c.flows.correlation.reason_codes import FEED_SILENT, REASON_CODES
from o2c.schemas.times import parse_rfc3339
from o2c.simulator.policy import CODES

_OVER = frozenset(("cleared", "recorded", "overridden"))
_SEVERITIES = ("info", "warning", "critical")


Kept = TypeVar("Kept")


class _Stage(Struct, gc=False):
    stage: str


class _Waiting(Struct, gc=False):
    milestone: str
    feed: str
    due_at: str | None
    amount: str | None


class _OpenException(Struct, gc=False):
    code: str


class _Billing(Struct, gc=False):
    ready: bool
    amount: str | None
    blocked_by: list[str]


class _Escalation(Struct, gc=False):
    level: int


class _Status(Struct, gc=False):
    correlation_id: str
    currency: str | None
    fulfilment: _Stage
    financial: _Stage
    health: str
    waiting_for: list[_Waiting]
    exceptions: list[_OpenException]
    exposure: dict[str, Any]
    billing: _Billing
    version: int


class _Exception(Struct, gc=False):
    exception_id: str
    subject: Subject
    occurrence: int
    correlation_id: str | None
    code: str
    state: str
    severity: str
    owner: str
    escalation: _Escalation | None
    amount: str | None
    currency: str | None
    version: int

    @property
    def key(self) -> Key:
        return self.correlation_id, self.code, self.subject

    @property
    def is_open(self) -> bool:
        return self.state not in _OVER

    @property
    def worth(self) -> Money:
        return _money(self.amount, self.currency)


@dataclass(frozen=True, slots=True)
class _Wait:
    """What waits for a feed, and when it is a stall unless the feed is silent."""

    feed: str
    stalls_at: int
    worth: Money


class Books:
    """The last status of every order and the last record of every exception, as a reader of the topics has them."""

    def __init__(self) -> None:
        self._status_of = json.Decoder(_Status).decode
        self._exception_of = json.Decoder(_Exception).decode
        self._versions: dict[str, int] = {}
        self._stages: dict[str, tuple[str, str]] = {}
        self._health: dict[str, str] = {}
        self._waits: dict[str, list[_Wait]] = {}
        self._exposure: dict[str, dict[str, Money]] = {}
        self._billing: dict[str, tuple[_Billing, Money]] = {}
        self._exceptions: dict[str, _Exception] = {}

    def on_status(self, value: bytes) -> None:
        """Take in a record of the status topic. An older version than the last one changes nothing."""
        status = self._status_of(value)
        name = status.correlation_id
        if status.version < self._versions.get(name, 0):
            return
        self._versions[name] = status.version
        self._stages[name] = status.fulfilment.stage, status.financial.stage
        self._health[name] = status.health
        self._waits[name] = _waits(status)
        _keep(self._exposure, name, _exposure(status))
        billing = status.billing
        open_billing = billing.ready or billing.blocked_by
        _keep(self._billing, name, (billing, _money(billing.amount, status.currency)) if open_billing else None)

    def on_exception(self, value: bytes) -> None:
        """Take in a record of the exceptions topic."""
        change = self._exception_of(value)
        known = self._exceptions.get(change.exception_id)
        if known is None or known.version <= change.version:
            self._exceptions[change.exception_id] = change

    def stages(self) -> Mapping[tuple[str, str], int]:
        """Number of orders by (fulfilment, financial) stage."""
        return Counter(self._stages.values())

    def health(self) -> Mapping[str, int]:
        """Number of orders by health."""
        return Counter(self._health.values())

    def codes(self) -> tuple[CodeFigures, ...]:
        """Every reason code that the policy wants to know of, feeds first."""
        by_code: dict[str, list[_Exception]] = {code: [] for code in (FEED_SILENT, *REASON_CODES)}
        for each in self._exceptions.values():
            by_code[each.code].append(each)
        content = demo_policy().content
        rules = {**content["stalls"], **content["exceptions"]}
        return tuple(
            _code(code, known, str(rules[code]["owner"])) for code, known in by_code.items() if rules[code]["enabled"]
        )

    def owners(self) -> tuple[OwnerFigures, ...]:
        """Every team that has something to see to, who has most first."""
        by_owner: dict[str, list[_Exception]] = {}
        for each in self._exceptions.values():
            if each.is_open:
                by_owner.setdefault(each.owner, []).append(each)
        figures = (
            OwnerFigures(owner, len(its), _escalated(its), added(each.worth for each in its))
            for owner, its in by_owner.items()
        )
        return tuple(sorted(figures, key=lambda each: (-each.open, each.owner)))

    def exposure(self) -> dict[str, Money]:
        """What is unsettled in all orders, by bucket."""
        return {
            bucket: added(buckets[bucket] for buckets in self._exposure.values() if bucket in buckets)
            for bucket in BUCKETS
        }

    def billing(self) -> BillingFigures:
        """What can be invoiced now, and what is blocked."""
        ready = [amount for billing, amount in self._billing.values() if billing.ready]
        blocked = [(billing, amount) for billing, amount in self._billing.values() if not billing.ready]
        return BillingFigures(
            ready=len(ready),
            ready_amount=added(ready),
            blocked=len(blocked),
            blocked_amount=added(amount for _, amount in blocked),
            blocked_by=Counter(code for billing, _ in blocked for code in billing.blocked_by),
        )

    def openings(self) -> dict[Key, int]:
        """How often each exception was opened."""
        return {each.key: each.occurrence for each in self._exceptions.values()}

    def held_back(self, feed: str, now: int) -> tuple[int, Money]:
        """How many stalls would be open if `feed` were not silent, and what they are worth.

        What awaits any feed of the type waits for this one too.
        """
        document_type = feed.partition("/")[0]
        held = [
            wait.worth
            for waits in self._waits.values()
            for wait in waits
            if wait.feed in (feed, document_type) and wait.stalls_at < now
        ]
        return len(held), added(held)


def _code(code: str, known: list[_Exception], owner: str) -> CodeFigures:
    still_open = [each for each in known if each.is_open]
    return CodeFigures(
        code=code,
        open=len(still_open),
        cleared=len(known) - len(still_open),
        at_risk=added(each.worth for each in still_open),
        owner=owner,
        escalated=_escalated(still_open),
        severity=max((each.severity for each in still_open), key=_SEVERITIES.index, default="info"),
    )


def _escalated(exceptions: list[_Exception]) -> int:
    return sum(each.escalation is not None for each in exceptions)


def _keep(known: dict[str, Kept], name: str, value: Kept | None) -> None:
    """What has nothing to say takes no room: most orders are over."""
    if value:
        known[name] = value
    else:
        known.pop(name, None)


def _exposure(status: _Status) -> dict[str, Money]:
    """Bucket by bucket, with what is open in other currencies; what is nothing is left out."""
    others: dict[str, dict[str, str]] = status.exposure.get("other_currencies", {})
    found: dict[str, Money] = {}
    for bucket in BUCKETS:
        parts = [_money(status.exposure[bucket], status.currency)]
        parts += [
            _money(of_currency[bucket], currency) for currency, of_currency in others.items() if bucket in of_currency
        ]
        amount = {currency: value for currency, value in added(parts).items() if value}
        if amount:
            found[bucket] = amount
    return found


def _waits(status: _Status) -> list[_Wait]:
    """What is not told as an exception already, by the feed that it awaits."""
    told = {each.code for each in status.exceptions}
    return [
        _Wait(
            each.feed,
            parse_rfc3339(each.due_at) + demo_policy().grace_us(each.feed),
            _money(each.amount, status.currency),
        )
        for each in status.waiting_for
        if each.due_at is not None and CODES.get(each.milestone) not in told
    ]


def _money(amount: str | None, currency: str | None) -> Money:
    return {} if amount is None or currency is None else {currency: Decimal(amount)}
