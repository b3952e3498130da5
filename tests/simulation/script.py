"""What a distributor's systems append to the log over a few hours: late, doubled and out of order, by a seed.

`wms-east` is declared by the policy and speaks for warehouse W1; `wms-west` is known by its heartbeats, for W2. Each
may be cut off for a while: what it had to say then comes when it is back, or never.
"""

from collections.abc import Iterator
from functools import lru_cache
from random import Random
from typing import Any

import msgspec
from msgspec import Struct

from o2c.flows.correlation.policy import Policy, load_policy
from o2c.schemas.times import HOUR_US, MINUTE_US, rfc3339

STARTED_AT = 1_767_225_600_000_000
"""2026-01-01T00:00:00Z"""

EVENTS_UNTIL = STARTED_AT + 2 * HOUR_US
HORIZON = STARTED_AT + 4 * HOUR_US
"""Past every deadline that the policy gives an event appended before `EVENTS_UNTIL`."""

SILENT_AFTER_US = 9 * MINUTE_US
GRACE_US = 2 * MINUTE_US
EAST, WEST = "wms-east", "wms-west"
_SPEAKS_FOR = ("pick", "shipment")
_BEAT_US = 4 * MINUTE_US

TOLERANCE_US = {
    "STALLED_RELEASE": 15 * MINUTE_US,
    "STALLED_ALLOCATION": 10 * MINUTE_US,
    "STALLED_PICK": 8 * MINUTE_US,
    "STALLED_SHIPMENT": 12 * MINUTE_US,
    "MISSING_POD": 15 * MINUTE_US,
    "SHIPPED_NOT_INVOICED": 10 * MINUTE_US,
    "PAST_DUE": 5 * MINUTE_US,
}

TYPES = ("order", "allocation", "pick", "shipment", "pod", "invoice", "payment", "hold", "heartbeat")
TYPES_BY_TOPIC = {f"o2c.{name}.v1": name for name in TYPES}
PARTITIONS_BY_TOPIC = {topic: 1 if name in ("hold", "heartbeat") else 2 for topic, name in TYPES_BY_TOPIC.items()}


class Append(Struct, frozen=True, order=True):
    """A record that reaches the log at `at`."""

    at: int
    number: int
    topic: str
    partition: int
    value: bytes


class Outage(Struct, frozen=True):
    """A source that says nothing in [start, end)."""

    source: str
    start: int
    end: int


@lru_cache(maxsize=1)
def policy() -> Policy:
    """Minutes instead of days."""
    return _policy("")


@lru_cache(maxsize=1)
def other_policy() -> Policy:
    """The same, but for whose business the stalls are."""
    return _policy('severity = "critical"\nowner = "somebody else"')


def _policy(rule: str) -> Policy:
    stalls = [f'[stalls.{code}]\ntolerance = "{us // MINUTE_US}m"\n{rule}' for code, us in TOLERANCE_US.items()]
    feeds = [
        f'[feeds.default]\ngrace = "2m"\nheartbeat_silent_after = "{SILENT_AFTER_US // MINUTE_US}m"',
        *(
            f'[feeds."{name}/{EAST}"]\nsilent_after = "{SILENT_AFTER_US // MINUTE_US}m"\nwarehouses = ["W1"]'
            for name in _SPEAKS_FOR
        ),
    ]
    return load_policy("\n".join(["version = 1", '[process]\nlead = "1m"', *stalls, *feeds]))


class Distributor:
    """Writes the script: `appends` in the order of the log."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._found: list[Append] = []
        self._events = 0
        self.outages = list(self._cut_off())
        for source in (EAST, WEST):
            self._beat(source)
        for number in range(self._random.randint(3, 6)):
            self._live(f"O{number}", STARTED_AT + self._minutes(0, 50))
        self._disturb()
        self.appends = sorted(self._found)

    def _minutes(self, least: int, most: int) -> int:
        return self._random.randint(least * MINUTE_US, most * MINUTE_US)

    def _cut_off(self) -> Iterator[Outage]:
        for source in (EAST, WEST):
            fate = self._random.random()
            start = STARTED_AT + self._minutes(5, 80)
            if fate < 0.5:
                yield Outage(source, start, start + self._minutes(3, 30))
            elif fate < 0.6:
                yield Outage(source, start, HORIZON + HOUR_US)

    def _beat(self, source: str) -> None:
        at = STARTED_AT + self._minutes(0, 2)
        while at < HORIZON:
            if not any(cut.source == source and cut.start <= at < cut.end for cut in self.outages):
                beat = {"event_id": f"beat-{source}-{at}", "source": source, "occurred_at": rfc3339(at)}
                self._put("heartbeat", at, {**beat, "for": _SPEAKS_FOR})
            at += _BEAT_US + self._random.randint(0, MINUTE_US)

    def _live(self, number: str, at: int) -> None:
        """One order's documents. Each may be missing, late, doubled or revised."""
        random = self._random
        east = random.random() < 0.5
        warehouse, wms = ("W1", EAST) if east else ("W2", WEST)
        quantities = {str(line): random.randint(1, 4) for line in range(1, random.randint(2, 3))}
        lines = [
            {"line": line, "sku": f"SKU{line}", "quantity": str(quantity), "unit_price": "2.50", "warehouse": warehouse}
            for line, quantity in quantities.items()
        ]
        self._say("order", number, at, "erp", {"currency": "USD", "customer_id": "C1", "lines": lines}, missing=0.03)
        refs = {"refs": {"order": [number]}}
        if random.random() < 0.25:
            release = {"released_at": rfc3339(at + self._minutes(10, 40))} if random.random() < 0.7 else {}
            self._say("hold", f"H-{number}", at + self._minutes(1, 5), "erp", {**refs, "kind": "credit", **release})
        parts = [quantities]
        if random.random() < 0.4:
            parts = [{line: quantity - 1 for line, quantity in quantities.items()}, dict.fromkeys(quantities, 1)]
        for part, shipped in enumerate(parts):
            goods = {**refs, "lines": [{"line": line, "quantity": str(some)} for line, some in shipped.items()]}
            name = f"{number}-{part}"
            start = at + part * self._minutes(0, 12)
            self._say("allocation", f"A-{name}", start + self._minutes(1, 6), "erp", goods)
            if random.random() < 0.2:
                self._say("allocation", f"AA-{name}", start + self._minutes(1, 40), "erp", goods)
            self._say("pick", f"K-{name}", start + self._minutes(5, 10), wms, goods)
            self._say("shipment", f"S-{name}", start + self._minutes(9, 16), wms, {**goods, "carrier": "UPS"})
            proof = {"refs": {**refs["refs"], "shipment": [f"S-{name}"]}}
            self._say("pod", f"D-{name}", start + self._minutes(18, 28), "carrier", proof)
            total = sum(shipped.values()) * 25
            terms = {"currency": "USD", "total": f"{total / 10:.1f}", "due_at": rfc3339(start + self._minutes(25, 45))}
            self._say("invoice", f"I-{name}", start + self._minutes(12, 22), "billing", {**goods, **terms})
            paid = {**refs, "currency": "USD", "amount": terms["total"]}
            applied = {"applications": [{"invoice": f"I-{name}", "amount": terms["total"]}]}
            self._say("payment", f"P-{name}", start + self._minutes(22, 45), "bank", {**paid, **applied})

    def _say(self, kind: str, number: str, at: int, source: str, body: dict[str, Any], missing: float = 0.15) -> None:
        """A document and perhaps its repeat and its revision, each reaching the log when its source can."""
        random = self._random
        if random.random() < missing:
            return
        revisions = 2 if random.random() < 0.12 else 1
        for revision in range(1, revisions + 1):
            self._events += 1
            occurred_at = at + (revision - 1) * self._minutes(1, 20)
            event = {
                "event_id": f"e{self._events}",
                "source": source,
                "occurred_at": rfc3339(occurred_at),
                "business_at": rfc3339(at),
                "document_id": number,
                "revision": revision,
                **body,
            }
            for _ in range(2 if random.random() < 0.15 else 1):
                late = self._minutes(5, 50) if random.random() < 0.3 else self._minutes(0, 3)
                self._put(kind, self._reaches(source, occurred_at + late), event)

    def _reaches(self, source: str, at: int) -> int:
        for cut in self.outages:
            if cut.source == source and cut.start <= at < cut.end:
                return cut.end + self._random.randint(0, GRACE_US // 2)
        return at

    def _disturb(self) -> None:
        """What nobody can read, and a document of no order."""
        for number in range(self._random.randint(0, 2)):
            at = STARTED_AT + self._minutes(1, 100)
            self._put("order", at, {"event_id": f"bad{number}"})
            orphan = {"event_id": f"orphan{number}", "source": "bank", "occurred_at": rfc3339(at), "currency": "USD"}
            self._put("payment", at, {**orphan, "document_id": f"P-lost-{number}", "amount": "1"})

    def _put(self, kind: str, at: int, event: dict[str, Any]) -> None:
        if at > HORIZON:
            return
        if kind != "heartbeat":
            at = min(at, EVENTS_UNTIL)
        partition = self._random.randrange(2)
        self._found.append(Append(at, len(self._found), f"o2c.{kind}.v1", partition, msgspec.json.encode(event)))


@lru_cache(maxsize=64)
def script(seed: int) -> tuple[Append, ...]:
    """What is appended to the log, in order."""
    return tuple(Distributor(seed).appends)
