"""An order's plan as the messages that its systems send: some late, some twice, those of a dead connector held back."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from o2c.demo.outage import Outage
from o2c.demo.pace import Pace, due_at
from o2c.schemas.times import SECOND_US, parse_rfc3339, rfc3339
from o2c.simulator.chance import Chance
from o2c.simulator.disorder import DOUBLED, LATE, SILENT_FEED_TYPE
from o2c.simulator.documents import statements_of
from o2c.simulator.plan import Plan
from o2c.simulator.statements import Statement
from o2c.simulator.world import WAREHOUSES

LATEST_US = SECOND_US
"""The latest that a late message comes: sooner than healthy work is ahead of its deadline."""

_LATEST_COPY_US = 4 * SECOND_US

_encode = msgspec.json.Encoder().encode


class Message(NamedTuple):
    """What a system sends at `at` (UTC microseconds). Messages sort as they are sent; `name` is the record's key."""

    at: int
    name: str
    document_type: str
    value: bytes


def messages_of(plan: Plan, pace: Pace, outage: Outage, chance: Chance) -> Iterator[Message]:
    """All that is sent of an order."""
    for number, statement in enumerate(statements_of(plan, chance), 1):
        name = f"{plan.number:07d}-{number:02d}"
        message = Message(
            _arrival(statement, pace, outage, chance, number),
            name,
            statement.document_type,
            _encode({**_event(plan, statement, pace), "event_id": name}),
        )
        yield message
        if chance.happens(DOUBLED):
            yield message._replace(at=message.at + chance.between(SECOND_US, _LATEST_COPY_US))


def _arrival(statement: Statement, pace: Pace, outage: Outage, chance: Chance, number: int) -> int:
    at = pace.at(statement.occurred_at)
    if chance.happens(LATE):
        at += chance.between(LATEST_US // 2, LATEST_US)
    return outage.arrival(number) if outage.silences(statement.document_type, statement.source, at) else at


def _event(plan: Plan, statement: Statement, pace: Pace) -> dict[str, Any]:
    """The event in the demo's time. Terms count in real days: an invoice says its due date instead."""
    event = dict(statement.event)
    terms = dict(event.pop("terms", {}))
    terms.pop("net_days", None)
    if terms:
        event["terms"] = terms
    if statement.document_type == "invoice":
        event.pop("due_at", None)
        invoiced_at = parse_rfc3339(event["business_at"]) // SECOND_US
        return {**pace.of_fields(event), "due_at": pace.text(due_at(plan, invoiced_at))}
    return pace.of_fields(event)


def heartbeats(number: int, at: int, outage: Outage | None) -> Iterator[Message]:
    """The warehouses' signs of life for their shipments at `at`; none of one whose connector is dead."""
    for warehouse in WAREHOUSES:
        source = warehouse.source
        if outage is not None and outage.silences(SILENT_FEED_TYPE, source, at):
            continue
        name = f"{source}-{number}"
        event = {"event_id": name, "source": source, "occurred_at": rfc3339(at), "for": [SILENT_FEED_TYPE]}
        yield Message(at, name, "heartbeat", _encode(event))


def rejected(message: Message, number: int) -> Message:
    """What a broken program makes of a good message of an order: nothing that can be read."""
    spoil = _SPOILED[number % len(_SPOILED)]
    name = f"{message.name}-spoiled"
    return message._replace(name=name, value=spoil(msgspec.json.decode(message.value) | {"event_id": name}))


def _without_offset(event: dict[str, Any]) -> bytes:
    return _encode(event | {"occurred_at": event["occurred_at"].removesuffix("Z")})


def _unknown_currency(event: dict[str, Any]) -> bytes:
    return _encode(event | {"currency": "XQX"})


def _negative_quantity(event: dict[str, Any]) -> bytes:
    return _encode(event | {"lines": [line | {"quantity": "-1"} for line in event["lines"]]})


def _cut_off(event: dict[str, Any]) -> bytes:
    return _encode(event)[:-10]


_SPOILED = (_without_offset, _unknown_currency, _negative_quantity, _cut_off)
