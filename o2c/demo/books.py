"""What the job has published so far, order by order and exception by exception: values in, figures out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct, json

from o2c.demo.faults import Subject
from o2c.demo.figures import CodeFigures, Money, added
from o2c.demo.policy import demo_policy
from o2c.demo.verdict import Key
from o2c.flows.correlation.reason_codes import FEED_SILENT, STALL_CODES
from o2c.schemas.times import parse_rfc3339
from o2c.simulator.policy import CODES

_CLEARED = "cleared"


class _Stage(Struct, gc=False):
    stage: str


class _Waiting(Struct, gc=False):
    milestone: str
    feed: str
    due_at: str | None
    amount: str | None


class _OpenException(Struct, gc=False):
    code: str


class _Status(Struct, gc=False):
    correlation_id: str
    currency: str | None
    fulfilment: _Stage
    financial: _Stage
    health: str
    waiting_for: list[_Waiting]
    exceptions: list[_OpenException]
    version: int


class _Exception(Struct, gc=False):
    exception_id: str
    subject: Subject
    occurrence: int
    correlation_id: str | None
    code: str
    state: str
    owner: str
    amount: str | None
    currency: str | None
    version: int

    @property
    def key(self) -> Key:
        return self.correlation_id, self.code, self.subject

    @property
    def is_open(self) -> bool:
        return self.state != _CLEARED

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
        """Every reason code of the policy, feeds first."""
        return tuple(self._code(code) for code in (FEED_SILENT, *STALL_CODES))

    def _code(self, code: str) -> CodeFigures:
        policy = demo_policy()
        owner = policy.feed_silent.owner if code == FEED_SILENT else str(policy.content["stalls"][code]["owner"])
        known = [each for each in self._exceptions.values() if each.code == code]
        still_open = [each for each in known if each.is_open]
        at_risk = added(each.worth for each in still_open)
        return CodeFigures(code, len(still_open), len(known) - len(still_open), at_risk, owner)

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
