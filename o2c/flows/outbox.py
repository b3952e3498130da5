"""The outbox of a shard: what may be said only once the state that caused it is durable.

An entry is written with the state that caused it, published after that write is synced, and removed after its
delivery is confirmed. A crash repeats it, with the same id and sequence; it never loses or invents one. Its key is `x`
and a number of 8 bytes.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

import msgspec

from o2c.flows.orders import ShardStore, Write
from o2c.schemas.records import AuditRecord, BillingRecord, ExceptionRecord, ForgottenOrder, OutboxEntry

_encode = msgspec.msgpack.encode
_decoder = msgspec.msgpack.Decoder(ExceptionRecord | str)
_MARKS: dict[type, bytes] = {BillingRecord: b"b", AuditRecord: b"a", ForgottenOrder: b"f"}
_DECODERS: dict[bytes, msgspec.msgpack.Decoder[OutboxEntry]] = {
    mark: msgspec.msgpack.Decoder(kind) for kind, mark in _MARKS.items()
}
"""By the byte in front. An exception or an order has none: it begins as MessagePack does, which none of these does."""


def encode_entry(entry: OutboxEntry) -> bytes:
    """An entry as the store has it."""
    mark = _MARKS.get(type(entry))
    return _encode(entry) if mark is None else mark + _encode(entry)


def decode_entry(value: bytes) -> OutboxEntry:
    """What `encode_entry` made, and what older versions did."""
    decoder = _DECODERS.get(value[:1])
    return _decoder.decode(value) if decoder is None else decoder.decode(value[1:])


class Outbox:
    """Entries wait to be written, then to be synced, then to be confirmed; then they go."""

    def __init__(self, store: ShardStore, submit: Callable[[Callable[[], None]], "Future[None]"]) -> None:
        self._store = store
        self._submit = submit
        self._unwritten: list[tuple[int, OutboxEntry]] = []
        self._written: deque[tuple[int, OutboxEntry]] = deque()
        self._sent: deque[tuple[int, int, str | None]] = deque()
        self._syncing: Future[None] | None = None
        self._syncing_upto = 0
        self._synced_at = float("-inf")
        self._owed = False
        self.status_due: dict[str, int] = {}
        self._owed_statuses: dict[str, int] = {}
        self.next = 1
        for key, value in store.scan(b"x", b"y"):
            number = int.from_bytes(key[1:], "big")
            entry = decode_entry(value)
            self._written.append((number, entry))
            if isinstance(entry, str):
                self.status_due[entry] = self._owed_statuses[entry] = number
            self.next = number + 1

    def add(self, entry: OutboxEntry) -> None:
        """Put an entry in. A status that is due again goes with the later entry."""
        if isinstance(entry, str):
            self.status_due[entry] = self._owed_statuses[entry] = self.next
        self._unwritten.append((self.next, entry))
        self.next += 1

    @property
    def depth(self) -> int:
        """How many entries have not been confirmed."""
        return len(self._unwritten) + len(self._written) + len(self._sent)

    @property
    def first(self) -> int | None:
        """The number of the oldest entry that has not been confirmed; None where there is none."""
        if self._sent:
            return self._sent[0][1]
        oldest = self._written or self._unwritten
        return oldest[0][0] if oldest else None

    @property
    def unwritten(self) -> bool:
        """Whether something must be written before it can be said."""
        return bool(self._unwritten)

    def unwritten_orders(self) -> list[str]:
        """The orders whose state caused what is not written yet."""
        orders: dict[str, None] = {}
        for _, entry in self._unwritten:
            correlation_id = entry if isinstance(entry, str) else entry.correlation_id
            if correlation_id is not None:
                orders[correlation_id] = None
        return list(orders)

    def writes(self, confirmed_token: int) -> list[Write]:
        """The writes that bring the store up to the outbox: new entries in, confirmed ones out."""
        batch: list[Write] = [(_key(number), encode_entry(entry)) for number, entry in self._unwritten]
        self._written.extend(self._unwritten)
        self._unwritten.clear()
        while self._sent and self._sent[0][0] <= confirmed_token:
            _, number, correlation_id = self._sent.popleft()
            batch.append((_key(number), None))
            if correlation_id is not None and self._owed_statuses.get(correlation_id) == number:
                del self._owed_statuses[correlation_id]
        return batch

    def owes_status(self, correlation_id: str) -> bool:
        """Whether a status of this order is due, or has gone out and is not confirmed: a crash would make it due."""
        return correlation_id in self._owed_statuses

    def sync(self, now: float, interval: float, *, owed: bool = False) -> None:
        """Start a sync off this thread, at most once an interval (seconds), where one is waited for or owed.

        Once an epoch it is owed to what nobody waits for: positions that do not survive would be read again from ever
        further back.
        """
        self._owed |= owed
        if self._syncing is None and (self._written or self._owed) and now - self._synced_at >= interval:
            self._owed = False
            self._synced_at = now
            self._syncing_upto = self._written[-1][0] if self._written else 0
            self._syncing = self._submit(self._store.sync)

    def take(self, token: int) -> list[OutboxEntry]:
        """The entries that are durable now and may go out with the emission of this token, in order."""
        if self._syncing is None or not self._syncing.done():
            return []
        self._syncing.result()
        self._syncing = None
        taken: list[OutboxEntry] = []
        while self._written and self._written[0][0] <= self._syncing_upto:
            number, entry = self._written.popleft()
            self._sent.append((token, number, entry if isinstance(entry, str) else None))
            if isinstance(entry, str):
                if self.status_due.get(entry) != number:
                    continue
                del self.status_due[entry]
            taken.append(entry)
        return taken


def _key(number: int) -> bytes:
    return b"x" + number.to_bytes(8, "big")
