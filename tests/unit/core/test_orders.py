"""Orders come out of the store as they went in, and fall due by clock and by feed."""

from o2c.flows.correlation.order import NEVER
from o2c.flows.orders import Orders
from tests.unit.core.memory_store import MemoryStore


class Progress:
    """Feeds that have got as far as said."""

    def __init__(self, **progress: int) -> None:
        self._progress = progress

    def progress(self, feed: str) -> int:
        """How far."""
        return self._progress.get(feed, 0)

    def grace_us(self, feed: str) -> int:
        """None."""
        del feed
        return 0


def due(orders: Orders, clock: int, most: int = 10, **progress: int) -> list[str]:
    """The orders that fall due, by name."""
    found = orders.due(clock, Progress(**progress), ("pod", "invoice"), most)
    return sorted(order.state.correlation_id for order in found)


def put(orders: Orders, name: str, wake_at: int = NEVER, **gates: int) -> None:
    """An order that wakes then, or when a feed has got so far."""
    order = orders.load([name])[name]
    order.state.wake_at = wake_at
    order.state.gates = gates
    orders.touch(order)


def write(store: MemoryStore, orders: Orders) -> None:
    """Write all back and forget it."""
    store.write(orders.writes(orders.dirty()))
    orders.trim()


def test_an_order_that_was_not_written_yet_falls_due() -> None:
    orders = Orders(MemoryStore(), 10)
    put(orders, "A", wake_at=100)
    put(orders, "B", pod=50)
    assert due(orders, 99) == []
    assert due(orders, 100, pod=50) == ["A", "B"]


def test_a_written_order_falls_due_out_of_the_index() -> None:
    store = MemoryStore()
    orders = Orders(store, 10)
    put(orders, "A", wake_at=100)
    put(orders, "B", wake_at=-5)
    put(orders, "C", invoice=50)
    write(store, orders)
    fresh = Orders(store, 10)
    assert due(fresh, 99) == ["B"]
    assert due(fresh, 100, invoice=49) == ["A", "B"]
    assert due(fresh, 100, invoice=50) == ["C"]


def test_an_index_entry_goes_with_the_time_that_it_stood_for() -> None:
    store = MemoryStore()
    orders = Orders(store, 10)
    put(orders, "A", wake_at=100, pod=70)
    write(store, orders)
    put(orders, "A", wake_at=200)
    write(store, orders)
    assert sorted(key[:1] for key in store.values) == [b"o", b"w"]
    assert due(Orders(store, 10), 150, pod=100) == []


def test_no_more_than_asked_for_fall_due_and_the_rest_follows() -> None:
    store = MemoryStore()
    orders = Orders(store, 100)
    for number in range(10):
        put(orders, f"{number}", wake_at=number)
    write(store, orders)
    first = due(orders, 100, most=4)
    assert len(first) == 4
    for name in first:
        put(orders, name)
    write(store, orders)
    assert len(due(orders, 100, most=100)) == 6


def test_only_so_many_orders_stay_decoded() -> None:
    store = MemoryStore()
    orders = Orders(store, 4)
    for number in range(10):
        put(orders, f"{number}", wake_at=5)
    assert orders.crowded
    write(store, orders)
    assert not orders.crowded
    before = store.reads
    assert set(orders.load(["0", "9"])) == {"0", "9"}
    assert store.reads == before + 1
