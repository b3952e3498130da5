"""What one activation of a shard takes in and says: shared by the deployed shards and those of a replay."""

from typing import TypeAlias

import msgspec

from o2c.flows.correlation import retention
from o2c.flows.correlation.order import OrderState, merge
from o2c.flows.correlation.retention import Retired
from o2c.flows.correlation.snapshot import decode_arrival
from o2c.flows.feed_figures import count_orphan
from o2c.schemas.records import (
    AuditRecord,
    BillingRecord,
    DeadLetter,
    Emission,
    ExceptionRecord,
    FeedRecord,
    ForgottenOrder,
    Orphan,
    StatusRecord,
)
from o2c.schemas.times import rfc3339
from o2c.schemas.wire import event_of


class Output:
    """What one activation has to say so far."""

    __slots__ = ("audits", "billings", "dead_letters", "exceptions", "feeds", "forgotten", "orphans", "statuses")

    def __init__(self) -> None:
        self.statuses: list[StatusRecord] = []
        self.exceptions: list[ExceptionRecord] = []
        self.billings: list[BillingRecord] = []
        self.audits: list[AuditRecord] = []
        self.forgotten: list[ForgottenOrder] = []
        self.dead_letters: list[DeadLetter] = []
        self.orphans: list[Orphan] = []
        self.feeds: list[FeedRecord] = []

    def add(self, entry: ExceptionRecord | BillingRecord | AuditRecord | ForgottenOrder) -> None:
        """Put what comes out of the outbox where it belongs."""
        if isinstance(entry, ExceptionRecord):
            self.exceptions.append(entry)
        elif isinstance(entry, BillingRecord):
            self.billings.append(entry)
        elif isinstance(entry, AuditRecord):
            self.audits.append(entry)
        else:
            self.forgotten.append(entry)


def by_order(arrivals: tuple[tuple[str, bytes], ...]) -> dict[str, list[bytes]]:
    """The packed arrivals of each order, in their order."""
    grouped: dict[str, list[bytes]] = {}
    for correlation_id, packed in arrivals:
        of_order = grouped.get(correlation_id)
        if of_order is None:
            grouped[correlation_id] = [packed]
        else:
            of_order.append(packed)
    return grouped


Repeats: TypeAlias = dict[tuple[str, str], int]
"""By type and source, how many documents have changed nothing."""


def take(state: OrderState, arrivals: list[bytes], repeats: Repeats, clock: int) -> None:
    """Merge an order's arrivals into it, at `clock`; counts those that change no document."""
    for packed in arrivals:
        arrival = decode_arrival(packed)
        document = arrival.document
        if merge(state, document):
            state.touched_at = clock
        else:
            feed = (document.type, document.source)
            repeats[feed] = repeats.get(feed, 0) + 1
        if arrival.traceparent is not None:
            state.trace = arrival.traceparent


def too_late(retired: Retired, arrivals: list[bytes], repeats: Repeats, clock: int) -> list[Orphan]:
    """What has come for an order after its retention; what only repeats what it had heard is counted as such."""
    orphans: list[Orphan] = []
    for packed in arrivals:
        document = decode_arrival(packed).document
        if retention.repeats(retired, document):
            feed = (document.type, document.source)
            repeats[feed] = repeats.get(feed, 0) + 1
            continue
        count_orphan(document)
        value = {
            "reason": "AFTER_RETENTION",
            "scope": document.scope,
            "type": document.type,
            "document_id": document.document_id,
            "event": event_of(document),
            "orphaned_at": rfc3339(clock),
        }
        names = (document.scope, document.type, document.document_id, document.revision, document.event_id)
        orphans.append(Orphan(*names, msgspec.json.encode(value)))
    return orphans


def emission(shard: int, token: int, output: Output) -> Emission:
    """What an activation says, sealed."""
    return Emission(
        shard,
        token,
        tuple(output.statuses),
        tuple(output.exceptions),
        tuple(output.billings),
        tuple(output.audits),
        tuple(output.forgotten),
        tuple(output.dead_letters),
        tuple(output.orphans),
        tuple(output.feeds),
    )
