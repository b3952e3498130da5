"""How events arrive: seconds after they occurred, some hours late, some twice, those of a silent feed all at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from o2c.schemas.times import SECOND_US, rfc3339
from o2c.simulator.chance import Chance
from o2c.simulator.plan import Plan
from o2c.simulator.policy import DAY_S, HOUR_S
from o2c.simulator.statements import Statement, moment
from o2c.simulator.world import SILENT_SOURCE, WAREHOUSES

LATE = 0.03
DOUBLED = 0.03
LATEST_S = 5 * HOUR_S
HEARTBEAT_EVERY_S = 2 * HOUR_S
SILENT_FEED_TYPE = "shipment"

_USUAL_LAG_MS = 90_000
_CATCH_UP_S = 300
_MILLISECOND_US = 1_000

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Silence:
    """A feed that says nothing from `begins_at` to `ends_at` (whole seconds) and then all that it held back."""

    document_type: str
    source: str
    begins_at: int
    ends_at: int

    @property
    def feed(self) -> str:
        """The feed's name."""
        return f"{self.document_type}/{self.source}"

    def concerns(self, statement: Statement) -> bool:
        """Whether the feed is the one that carries `statement`."""
        return statement.document_type == self.document_type and statement.source == self.source

    def covers(self, arrival_us: int) -> bool:
        """Whether the feed is silent at `arrival_us`."""
        return self.begins_at * SECOND_US <= arrival_us < self.ends_at * SECOND_US


class Delivery(NamedTuple):
    """A line of the stream; deliveries sort as they arrive. `stream` and `position` part those of one instant."""

    arrival_us: int
    stream: int
    position: int
    line: bytes


def silence_from(start: int) -> Silence:
    """The one silent episode of a simulation that starts at `start`."""
    begins_at = start + 2 * DAY_S
    return Silence(SILENT_FEED_TYPE, SILENT_SOURCE, begins_at, begins_at + 6 * HOUR_S)


def deliveries_of(plan: Plan, statements: Iterator[Statement], silence: Silence, chance: Chance) -> list[Delivery]:
    """The order's events as they arrive. A doubled one is the same bytes, its first arrival in them, once more."""
    deliveries: list[Delivery] = []
    traced = plan.explicit and plan.channel == "web"
    for number, statement in enumerate(statements, 1):
        arrival_us = _arrival_us(statement, silence, chance)
        event = statement.event
        event["event_id"] = f"{plan.number:07d}-{number:02d}"
        event["received_at"] = rfc3339(arrival_us)
        if traced:
            event["traceparent"] = f"00-{plan.number + 1:032x}-{number:016x}-01"
        line = _encode(event) + b"\n"
        deliveries.append(Delivery(arrival_us, plan.number, 2 * number, line))
        if chance.happens(DOUBLED):
            again_us = arrival_us + chance.between(1, LATEST_S) * SECOND_US
            deliveries.append(Delivery(again_us, plan.number, 2 * number + 1, line))
    return deliveries


def _arrival_us(statement: Statement, silence: Silence, chance: Chance) -> int:
    arrival_us = statement.occurred_at * SECOND_US + chance.below(_USUAL_LAG_MS) * _MILLISECOND_US
    if chance.happens(LATE):
        arrival_us += chance.between(600, LATEST_S) * SECOND_US
    if silence.concerns(statement) and silence.covers(arrival_us):
        return (silence.ends_at + chance.between(1, _CATCH_UP_S)) * SECOND_US
    return arrival_us


def heartbeats(start: int, silence: Silence) -> Iterator[Delivery]:
    """The warehouses' signs of life for their shipments, without end."""
    number = 0
    while True:
        at = start + number * HEARTBEAT_EVERY_S
        for stream, warehouse in enumerate(WAREHOUSES, 1):
            arrival_us = (at + stream) * SECOND_US
            if warehouse.source == silence.source and silence.covers(arrival_us):
                continue
            yield Delivery(arrival_us, -stream, number, _heartbeat(warehouse.source, number, at, arrival_us))
        number += 1


def _heartbeat(source: str, number: int, at: int, arrival_us: int) -> bytes:
    event = {
        "type": "heartbeat",
        "event_id": f"{source}-{number}",
        "source": source,
        "occurred_at": moment(at),
        "received_at": rfc3339(arrival_us),
        "for": [SILENT_FEED_TYPE],
    }
    return _encode(event) + b"\n"
