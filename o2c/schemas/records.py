"""What leaves the processor, ready for any sink: the values are rendered, the keys and versions are beside them."""

from typing import TypeAlias

from msgspec import Struct

Headers = tuple[tuple[str, bytes | None], ...]


class Record(Struct, frozen=True, gc=False):
    """One input record as a source read it, whatever it holds."""

    topic: str
    partition: int
    offset: int
    timestamp_us: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class StatusRecord(Struct, frozen=True, gc=False):
    """An order's status. `value` is the JSON of the contract; `refs` are the keys after `<prefix>ref:` that name it.

    `at_risk`: by currency, the sum of what is unsettled (10^-4), nothing where nothing is or the order is closed.
    """

    correlation_id: str
    version: int
    value: bytes
    health: str
    fulfilment: str
    financial: str
    refs: tuple[str, ...]
    at_risk: tuple[tuple[str, int], ...] = ()


class ExceptionRecord(Struct, frozen=True, gc=False, array_like=True):
    """A change of an exception. `correlation_id` is None for a feed; `is_open`: whether it counts as open after it."""

    exception_id: str
    correlation_id: str | None
    code: str
    state: str
    is_open: bool
    due_at: int | None
    changed_at: int
    sequence: int
    version: int
    value: bytes


class BillingRecord(Struct, frozen=True, gc=False, array_like=True):
    """A change of what can be invoiced of an order. `key` is its billing id."""

    correlation_id: str
    key: str
    changed_at: int
    sequence: int
    value: bytes


class AuditRecord(Struct, frozen=True, gc=False, array_like=True):
    """An action or an automatic decision. `key` is its audit id; `correlation_id` is None for a feed's exception."""

    correlation_id: str | None
    key: str
    changed_at: int
    sequence: int
    value: bytes


class ForgottenOrder(Struct, frozen=True, gc=False, array_like=True):
    """An order of which nothing is kept any more. `exceptions`: id and code of those that it has had."""

    correlation_id: str
    version: int
    exceptions: tuple[tuple[str, str], ...] = ()


OutboxEntry: TypeAlias = ExceptionRecord | BillingRecord | AuditRecord | ForgottenOrder | str
"""What waits to be durable before it is said: a record, or the correlation ID of an order whose status is due."""


class DeadLetter(Struct, frozen=True, gc=False):
    """A rejected record, its bytes untouched, with a code that tells the kinds of rejection apart."""

    record: Record
    code: str
    message: str


class Orphan(Struct, frozen=True, gc=False):
    """A document that no order claims."""

    scope: str
    type: str
    document_id: str
    revision: int
    event_id: str
    value: bytes


class FeedRecord(Struct, frozen=True, gc=False):
    """How a feed (`<type>/<source>`) is doing."""

    feed: str
    version: int
    last_event_at: int
    lag_seconds: int
    silent: bool


class Emission(Struct, frozen=True, gc=False):
    """What a shard hands to the sinks at once. Tokens of a shard only ever grow; a sink confirms them in order."""

    shard: int
    token: int
    statuses: tuple[StatusRecord, ...] = ()
    exceptions: tuple[ExceptionRecord, ...] = ()
    billings: tuple[BillingRecord, ...] = ()
    audits: tuple[AuditRecord, ...] = ()
    forgotten: tuple[ForgottenOrder, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    feeds: tuple[FeedRecord, ...] = ()
