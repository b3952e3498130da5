"""Records and sinks for the tests of the Redis connector, as short as they can be said."""

import json
from typing import TypeAlias

from o2c.connectors.deliveries import Deliveries
from o2c.connectors.redis import RedisSink, RedisSinkPartition
from o2c.schemas.records import Emission, ExceptionRecord, FeedRecord, ForgottenOrder, StatusRecord

Written: TypeAlias = StatusRecord | ExceptionRecord | FeedRecord | ForgottenOrder


def status(
    correlation_id: str = "SO-1",
    version: int = 1,
    refs: tuple[str, ...] = (),
    size: int = 0,
    at_risk: tuple[tuple[str, int], ...] = (),
) -> StatusRecord:
    """A status whose JSON tells its version and is at least `size` bytes long."""
    value = {"correlation_id": correlation_id, "version": version, "filling": "é" * (size // 2)}
    return StatusRecord(
        correlation_id=correlation_id,
        version=version,
        value=json.dumps(value, ensure_ascii=False).encode(),
        health="on_track",
        fulfilment="shipped",
        financial="unbilled",
        refs=refs,
        at_risk=at_risk,
    )


def exception(
    exception_id: str = "e-1",
    version: int = 1,
    *,
    state: str = "opened",
    due_at: int | None = None,
    cleared_at: str | None = None,
    code: str = "PAST_DUE",
) -> ExceptionRecord:
    """A change of an exception of order SO-1."""
    shown: dict[str, str | int | None] = {
        "exception_id": exception_id,
        "severity": "warning",
        "owner": "credit",
        "amount": "12.5",
        "since": "then",
    }
    shown |= {"currency": None if cleared_at else "USD", "version": version}
    return ExceptionRecord(
        exception_id=exception_id,
        correlation_id="SO-1",
        code=code,
        state=state,
        is_open=state != "cleared",
        due_at=due_at,
        changed_at=0,
        sequence=version,
        version=version,
        value=json.dumps(shown).encode(),
    )


def feed(version: int, *, last_event_at: int = 1_500_000, silent: bool = False) -> FeedRecord:
    """How the shipments of the warehouse in the east come in."""
    return FeedRecord(
        feed="shipment/wms-east", version=version, last_event_at=last_event_at, lag_seconds=7, silent=silent
    )


def emission(*records: Written, shard: int = 0, token: int = 1) -> Emission:
    """The records sorted into what a shard emits."""
    return Emission(
        shard=shard,
        token=token,
        statuses=tuple(record for record in records if isinstance(record, StatusRecord)),
        exceptions=tuple(record for record in records if isinstance(record, ExceptionRecord)),
        forgotten=tuple(record for record in records if isinstance(record, ForgottenOrder)),
        feeds=tuple(record for record in records if isinstance(record, FeedRecord)),
    )


class Writer:
    """One worker's sink, and what it has confirmed."""

    def __init__(self, url: str, *, prefix: str = "o2c:", retry_budget_seconds: float = 10.0) -> None:
        self.deliveries = Deliveries(("redis",))
        sink = RedisSink(url=url, prefix=prefix, deliveries=self.deliveries, retry_budget_seconds=retry_budget_seconds)
        self.partition: RedisSinkPartition = sink.build("redis", 0, 1)

    def send(self, *records: Written, token: int = 1) -> None:
        """One batch of one emission, not waited for."""
        self.partition.write_batch([emission(*records, token=token)])

    def write(self, *records: Written, token: int = 1) -> None:
        """One batch of one emission, written when this returns."""
        self.send(*records, token=token)
        self.partition.close()
