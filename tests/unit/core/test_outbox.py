"""Nothing leaves the outbox before it is durable, nothing is forgotten before it is confirmed."""

from collections.abc import Callable
from concurrent.futures import Future

import msgspec
import pytest

from o2c.flows.outbox import Outbox, decode_entry, encode_entry
from o2c.schemas.records import AuditRecord, BillingRecord, ExceptionRecord, ForgottenOrder, OutboxEntry
from tests.unit.core.memory_store import MemoryStore


def change(number: int) -> ExceptionRecord:
    """A change of some exception."""
    return ExceptionRecord(f"x{number}", "SO-1", "PAST_DUE", "opened", True, None, number, number, number, b"{}")


class Syncs:
    """Syncs that end when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Future[None]] = []

    def submit(self, sync: Callable[[], None]) -> "Future[None]":
        """Keep it."""
        sync()
        future: Future[None] = Future()
        self.waiting.append(future)
        return future

    def finish(self) -> None:
        """All that wait end."""
        for future in self.waiting:
            future.set_result(None)
        self.waiting.clear()


def test_an_entry_waits_for_its_write_and_its_sync() -> None:
    store, syncs = MemoryStore(), Syncs()
    outbox = Outbox(store, syncs.submit)
    outbox.add(change(1))
    outbox.sync(0.0, 1.0)
    assert not syncs.waiting
    store.write(outbox.writes(0))
    outbox.sync(0.0, 1.0)
    assert outbox.take(1) == []
    syncs.finish()
    assert outbox.take(1) == [change(1)]


def test_an_entry_written_after_the_sync_began_waits_for_the_next() -> None:
    store, syncs = MemoryStore(), Syncs()
    outbox = Outbox(store, syncs.submit)
    outbox.add(change(1))
    store.write(outbox.writes(0))
    outbox.sync(0.0, 1.0)
    outbox.add(change(2))
    store.write(outbox.writes(0))
    syncs.finish()
    assert outbox.take(1) == [change(1)]
    outbox.sync(0.5, 1.0)
    assert not syncs.waiting
    outbox.sync(1.0, 1.0)
    syncs.finish()
    assert outbox.take(2) == [change(2)]


def test_an_unconfirmed_entry_is_there_again_after_a_restart() -> None:
    store, syncs = MemoryStore(), Syncs()
    outbox = Outbox(store, syncs.submit)
    for number in (1, 2):
        outbox.add(change(number))
    outbox.add("SO-1")
    store.write(outbox.writes(0))
    outbox.sync(0.0, 1.0)
    syncs.finish()
    assert outbox.take(7) == [change(1), change(2), "SO-1"]
    store.write(outbox.writes(6))
    again = Outbox(store, syncs.submit)
    assert again.depth == 3
    again.sync(0.0, 1.0)
    syncs.finish()
    assert again.take(1) == [change(1), change(2), "SO-1"]
    store.write(again.writes(1))
    assert Outbox(store, syncs.submit).depth == 0


def test_a_status_due_twice_goes_once_behind_the_later_change() -> None:
    store, syncs = MemoryStore(), Syncs()
    outbox = Outbox(store, syncs.submit)
    outbox.add(change(1))
    outbox.add("SO-1")
    outbox.add(change(2))
    outbox.add("SO-1")
    store.write(outbox.writes(0))
    outbox.sync(0.0, 1.0)
    syncs.finish()
    assert outbox.take(1) == [change(1), change(2), "SO-1"]
    assert outbox.status_due == {}


ENTRIES: tuple[OutboxEntry, ...] = (
    change(1),
    BillingRecord("SO-1", "b1", 5, 1, b'{"ready":true}'),
    AuditRecord(None, "a1", 5, 2, b"{}"),
    ForgottenOrder("SO-1", 9, (("x1", "PAST_DUE"),)),
    "SO-1",
    "b",
    "",
)


@pytest.mark.parametrize("entry", ENTRIES, ids=[f"{type(entry).__name__} {entry!s:.8}" for entry in ENTRIES])
def test_every_entry_is_read_as_it_was_written(entry: OutboxEntry) -> None:
    assert decode_entry(encode_entry(entry)) == entry


@pytest.mark.parametrize("entry", [change(1), "SO-1", "a" * 300])
def test_what_an_older_version_left_in_the_outbox_is_read(entry: OutboxEntry) -> None:
    assert decode_entry(msgspec.msgpack.encode(entry)) == entry
