"""What a run left behind, in a shape that can be compared, and everything that must hold of it."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from o2c.flows.correlation.lives import Life
from o2c.flows.correlation.silence import FeedLife
from o2c.flows.correlation.snapshot import decode
from o2c.schemas.numbers import AMOUNT_PLACES, plain
from o2c.schemas.records import DeadLetter, ExceptionRecord, Orphan
from o2c.schemas.times import parse_rfc3339
from tests.simulation.world import World

_UNCOMPARED = ("version", "updated_at", "trace")
_feed_life = msgspec.msgpack.Decoder(FeedLife)


class Opened(Struct, frozen=True):
    """What is compared of an open exception. `since` in microseconds, `amount` as published."""

    code: str
    subject: tuple[str, ...]
    since: int
    amount: str | None
    currency: str | None
    severity: str
    owner: str
    documents: tuple[str, ...]

    @classmethod
    def of_life(cls, life: Life) -> "Opened":
        """As an order's state has it."""
        amount = None if life.amount is None else plain(life.amount, AMOUNT_PLACES)
        return cls(
            life.code,
            life.subject,
            life.since,
            amount,
            life.currency,
            life.severity,
            life.owner,
            tuple(life.documents),
        )

    @classmethod
    def of_record(cls, record: ExceptionRecord) -> "Opened":
        """As it was published."""
        shown = json.loads(record.value)
        subject = shown["subject"]
        return cls(
            shown["code"],
            (subject["scope"], subject["type"], subject["document_id"]),
            parse_rfc3339(shown["since"]),
            shown["amount"],
            shown["currency"],
            shown["severity"],
            shown["owner"],
            tuple(shown["documents"]),
        )


def comparable_status(value: bytes) -> dict[str, Any]:
    """A status without what two runs may differ in."""
    shown: dict[str, Any] = json.loads(value)
    for name in _UNCOMPARED:
        del shown[name]
    for exception in shown["exceptions"]:
        del exception["due_at"]
    return shown


class Outcome:
    """The end of a run, as topics, Redis and disks have it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.statuses = {key: comparable_status(one.value) for key, one in world.last_statuses().items()}
        self.statuses_in_redis = {key: comparable_status(one.value) for key, one in world.redis.statuses.items()}
        self.opened = _open_of(_newest(record for _, record in world.topics.exceptions()).values())
        self.opened_in_redis = _open_of(world.redis.exceptions[name] for name in world.redis.open)
        self.opened_in_store = dict(_lives_of(world))
        written = [each.record for each in world.topics.written]
        self.dead_letters = {
            (one.record.topic, one.record.partition, one.record.offset)
            for one in written
            if isinstance(one, DeadLetter)
        }
        self.orphans = {one.document_id for one in written if isinstance(one, Orphan)}


def _newest(records: Iterable[ExceptionRecord]) -> dict[str, ExceptionRecord]:
    found: dict[str, ExceptionRecord] = {}
    for record in records:
        if record.exception_id not in found or found[record.exception_id].version <= record.version:
            found[record.exception_id] = record
    return found


def _open_of(records: Iterable[ExceptionRecord]) -> dict[str, Opened]:
    return {record.exception_id: Opened.of_record(record) for record in records if record.is_open}


def _lives_of(world: World) -> Iterable[tuple[str, Opened]]:
    for disk in world.folder.disks:
        lives = [life for _, value in disk.written.between(b"o", b"p") for life in decode(value).lives.values()]
        lives += [_feed_life.decode(value).life for _, value in disk.written.between(b"l", b"m")]
        yield from ((life.exception_id, Opened.of_life(life)) for life in lives if life.is_open)
