"""The age of an outbox is that of its oldest entry."""

from concurrent.futures import Future

from o2c.flows.outbox import Outbox
from o2c.flows.outbox_figures import OutboxFigures
from tests.unit.core.memory_store import MemoryStore


def synced() -> "Future[None]":
    future: Future[None] = Future()
    future.set_result(None)
    return future


def test_age_is_that_of_the_oldest_entry_that_is_not_confirmed() -> None:
    store = MemoryStore()
    outbox = Outbox(store, lambda _: synced())
    figures = OutboxFigures(0, outbox)
    ages = []
    for now, orders, confirmed in ((0, "AB", 0), (10, "", 0), (20, "C", 0), (30, "", 1), (40, "", 2)):
        for order in orders:
            outbox.add(order)
        figures.count(now)
        store.write(outbox.writes(confirmed))
        ages.append(figures.age(now + 1))
        outbox.sync(now, 1.0)
        outbox.take(1 if now < 20 else 2)
    assert ages == [1, 11, 21, 11, 0]


def test_an_empty_outbox_has_no_age_and_the_next_entry_begins_anew() -> None:
    outbox = Outbox(MemoryStore(), lambda _: synced())
    figures = OutboxFigures(0, outbox)
    figures.count(0.0)
    assert figures.age(5.0) == 0
    outbox.add("A")
    figures.count(7.0)
    assert figures.age(9.0) == 2
