"""The orders of a shard: hot ones decoded, the rest in the store, with the index of what falls due.

Keys in the store: `o` + correlation ID: an order; `w` + time (8 bytes) + correlation ID: when the clock next changes
it; `g` + feed + NUL + time (8 bytes) + correlation ID: at which progress of the feed a stall of it opens. An index
entry is written with its order, and only a hint: what an order itself says decides.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from o2c.flows.correlation.order import NEVER, FeedView, OrderState
from o2c.flows.correlation.snapshot import decode, encode
from o2c.flows.figures import Figures, share_of

Write = tuple[bytes, bytes | None]
"""A key and its new value; None deletes."""

_TIME_BYTES = 8
_TIME_ORIGIN = 2**62
"""Added to a time in a key, so that times before 1970 sort first."""


class ShardStore(Protocol):
    """What a shard needs of its store."""

    def get(self, key: bytes) -> bytes | None:
        """The value of a key."""
        ...

    def get_many(self, keys: list[bytes]) -> list[bytes | None]:
        """The values of several keys, in their order."""
        ...

    def write(self, batch: list[Write]) -> None:
        """All or nothing; durable only after `sync`, but never without what was written before."""
        ...

    def scan(self, start: bytes, end: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Entries from `start` to before `end`, in the order of their keys."""
        ...

    def sync(self) -> None:
        """Make all that was written durable. Other threads may write meanwhile."""
        ...

    def close(self) -> None:
        """Give the store back."""
        ...


class Hot:
    """An order kept decoded; what the store has of it in its indexes and its figures."""

    __slots__ = ("dirty", "gates", "share", "state", "wake_at")

    def __init__(self, state: OrderState, stored: bool) -> None:
        self.state = state
        self.dirty = False
        self.wake_at = state.wake_at if stored else NEVER
        self.gates = dict(state.gates) if stored and state.gates else {}
        self.share = share_of(state) if stored else ()


class Orders:
    """Reads orders, remembers which have changed, finds which fall due, and writes them back in one batch."""

    def __init__(self, store: ShardStore, hot_limit: int, figures: Figures | None = None) -> None:
        self._store = store
        self._figures = figures
        self._hot_limit = hot_limit
        self._hot: dict[str, Hot] = {}
        self._dirty: dict[str, Hot] = {}
        self._wake_floor = 0
        self._gate_floors: dict[str, int] = {}

    def load(self, correlation_ids: Iterable[str]) -> dict[str, Hot]:
        """These orders, decoded; one that the store does not know begins empty."""
        hot = self._hot
        found: dict[str, Hot] = {}
        missing: list[str] = []
        for correlation_id in correlation_ids:
            order = hot.get(correlation_id)
            if order is None:
                missing.append(correlation_id)
            else:
                found[correlation_id] = order
        if missing:
            values = self._store.get_many([order_key(correlation_id) for correlation_id in missing])
            for correlation_id, value in zip(missing, values, strict=True):
                state = OrderState(correlation_id) if value is None else decode(value)
                found[correlation_id] = hot[correlation_id] = Hot(state, value is not None)
        return found

    def touch(self, order: Hot) -> None:
        """The order has changed: it is written back with the next batch, and falls due by what it says now."""
        if not order.dirty:
            order.dirty = True
            self._dirty[order.state.correlation_id] = order

    def due(self, clock: int, feeds: FeedView, gated_feeds: Iterable[str], most: int) -> list[Hot]:
        """About `most` orders that the clock or the progress of a feed has something to say to, each once.

        They must be judged, touched and written before the next call: what has been found is not looked for again.
        """
        found: dict[str, None] = {}
        for correlation_id, order in self._dirty.items():
            if _is_due(order.state, clock, feeds):
                found[correlation_id] = None
                if len(found) >= most:
                    break
        if self._wake_floor <= clock:
            self._wake_floor = self._scan(b"w", clock, most, found)
        for feed in gated_feeds:
            progress = feeds.progress(feed)
            if self._gate_floors.get(feed, 0) <= progress:
                self._gate_floors[feed] = self._scan(gate_prefix(feed), progress, most, found)
        orders = self.load(found).values()
        return [order for order in orders if _is_due(order.state, clock, feeds)]

    def _scan(self, prefix: bytes, until: int, most: int, found: dict[str, None]) -> int:
        """Add what the index has up to `until`; returns a lower bound of what it has beyond."""
        first = len(prefix)
        for count, (key, _) in enumerate(self._store.scan(prefix, prefix + b"\xff" * _TIME_BYTES)):
            time = time_of_key(key[first:])
            if time > until or count >= most:
                return time
            found[key[first + _TIME_BYTES :].decode()] = None
        return NEVER

    def writes(self, orders: Iterable[Hot]) -> list[Write]:
        """The writes that bring the store up to these orders, index, figures and all."""
        figures = self._figures
        batch: list[Write] = []
        for order in orders:
            state = order.state
            name = state.correlation_id.encode()
            # What was forgotten long enough ago is as if it had never been.
            kept = state.documents or state != OrderState(state.correlation_id)
            batch.append((b"o" + name, encode(state) if kept else None))
            if order.wake_at != state.wake_at:
                if order.wake_at != NEVER:
                    batch.append((wake_key(order.wake_at, name), None))
                if state.wake_at != NEVER:
                    batch.append((wake_key(state.wake_at, name), b""))
                    self._wake_floor = min(self._wake_floor, state.wake_at)
                order.wake_at = state.wake_at
            if order.gates != state.gates:
                batch.extend((gate_key(feed, time, name), None) for feed, time in order.gates.items())
                for feed, time in state.gates.items():
                    batch.append((gate_key(feed, time, name), b""))
                    self._gate_floors[feed] = min(self._gate_floors.get(feed, 0), time)
                order.gates = dict(state.gates)
            if figures is not None and order.share != (share := share_of(state)):
                figures.change(order.share, share)
                order.share = share
            order.dirty = False
            self._dirty.pop(state.correlation_id, None)
        if figures is not None:
            batch.extend(figures.writes())
        return batch

    def dirty(self) -> list[Hot]:
        """The orders that the store is behind of."""
        return list(self._dirty.values())

    @property
    def crowded(self) -> bool:
        """Whether more orders are hot than may be."""
        return len(self._hot) > self._hot_limit

    def trim(self) -> None:
        """Forget the hot orders that came first, down to half of what may be; none may be dirty."""
        assert not self._dirty, "a changed order must be written before it is forgotten"
        surplus = len(self._hot) - self._hot_limit // 2
        if surplus > 0:
            for correlation_id in list(self._hot)[:surplus]:
                del self._hot[correlation_id]

    def forget(self, orders: Iterable[Hot]) -> None:
        """These orders, written already, need not be kept decoded."""
        for order in orders:
            assert not order.dirty, "a changed order must be written before it is forgotten"
            self._hot.pop(order.state.correlation_id, None)

    def all(self) -> Iterator[Hot]:
        """Every order of the store, one after the other; what is hot is not among them twice."""
        for key, value in self._store.scan(b"o", b"p"):
            correlation_id = key[1:].decode()
            yield self._hot.get(correlation_id) or self._hot.setdefault(correlation_id, Hot(decode(value), True))


def _is_due(state: OrderState, clock: int, feeds: FeedView) -> bool:
    if state.wake_at <= clock:
        return True
    return any(feeds.progress(feed) >= needed for feed, needed in state.gates.items())


def order_key(correlation_id: str) -> bytes:
    """Where an order is kept."""
    return b"o" + correlation_id.encode()


def wake_key(time_us: int, name: bytes) -> bytes:
    """Where the clock's index has an order."""
    return b"w" + time_key(time_us) + name


def gate_prefix(feed: str) -> bytes:
    """Where a feed's index begins."""
    return b"g" + feed.encode() + b"\x00"


def gate_key(feed: str, time_us: int, name: bytes) -> bytes:
    """Where a feed's index has an order."""
    return gate_prefix(feed) + time_key(time_us) + name


def time_key(time_us: int) -> bytes:
    """A time as bytes that sort as times do, those before 1970 too."""
    return (time_us + _TIME_ORIGIN).to_bytes(_TIME_BYTES, "big")


def time_of_key(key: bytes) -> int:
    """The time with which a key begins."""
    return int.from_bytes(key[:_TIME_BYTES], "big") - _TIME_ORIGIN
