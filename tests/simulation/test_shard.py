"""One shard, driven by hand where what matters is two things at once."""

from collections.abc import Callable
from concurrent.futures import Future

import pytest

from o2c.flows import shard as shard_module
from o2c.flows.correlation.snapshot import decode
from o2c.flows.orders import Write, order_key
from o2c.schemas.documents import ReturnBody
from o2c.schemas.lanes import ShardBatch
from o2c.schemas.times import MINUTE_US
from tests.properties.build import applied, at, document, goods, invoice, moved, order, ordered, payment, price
from tests.simulation.bench import EPOCH_S, FEED, Bench, arrivals, mark
from tests.simulation.outcome import Opened
from tests.simulation.script import other_policy
from tests.simulation.store import Disk

ORDER = order(0, ordered("1", 2))
ALLOCATION = goods("allocation", "A1", 0, moved("1", 2))


def test_what_a_mark_covers_is_judged_before_the_mark_proves_anything() -> None:
    bench = Bench(Disk())
    bench.take(arrivals(at(0), ("C", ORDER)), mark(at(0), at(0)))
    bench.take(arrivals(at(1), ("C", ALLOCATION), behind=True), mark(at(1), at(1), behind=True))
    bench.take(mark(at(1) + MINUTE_US, at(1)))
    bench.take(mark(at(1) + 2 * MINUTE_US, at(1)))
    assert ("STALLED_ALLOCATION", "opened") not in bench.states()


def test_an_outbox_entry_is_never_in_the_store_without_its_order() -> None:
    disk = Disk()

    def behind_its_order(batch: list[Write]) -> None:
        states = {**disk.written.values, **{key: value for key, value in batch if value is not None}}
        if any(key.startswith(b"x") and value is not None for key, value in batch):
            assert decode(states[order_key("C")]).sequence > 0

    bench = Bench(disk, watch=behind_its_order)
    bench.take(mark(at(2), at(2)))
    overdue = arrivals(at(2), ("C", ORDER))
    backlog = arrivals(at(2), ("D", ORDER), behind=True)
    bench.take(backlog, overdue, mark(at(2), at(2)))
    assert any(key.startswith(b"x") for key in disk.written.values)


def test_a_lane_that_lags_does_not_turn_back_the_clock() -> None:
    bench = Bench(Disk())
    bench.take(arrivals(at(0), ("C", ORDER)), mark(at(1), at(1)))
    bench.take(mark(at(1), at(1)))
    bench.take(arrivals(at(0) + MINUTE_US, ("C", order(0, ordered("1", 2)))))
    bench.take(mark(at(1), at(1)))
    assert bench.states().count(("STALLED_ALLOCATION", "opened")) == 1
    assert ("STALLED_ALLOCATION", "cleared") not in bench.states()


def test_a_restart_does_not_end_a_silence() -> None:
    disk = Disk()
    bench = Bench(disk)
    bench.take(mark(at(0), at(0)))
    for _ in range(3):
        bench.take(mark(at(1), at(1), newest=at(0)))
    assert ("FEED_SILENT", "opened") in bench.states()
    again = Bench(disk)
    for read_to in (0, at(1), at(1)):
        again.take(mark(at(1), read_to, newest=at(0)))
    assert ("FEED_SILENT", "cleared") not in again.states()


def test_a_restart_does_not_repeat_a_silence_that_has_ended() -> None:
    disk = Disk()
    bench = Bench(disk)
    for read_to, newest in ((at(0), at(0)), (at(1), at(0)), (at(1), at(0)), (at(1), at(0))):
        bench.take(mark(read_to, read_to, newest=newest))
    bench.seconds += EPOCH_S
    bench.take(mark(at(1), at(1), newest=at(0)))
    bench.take(mark(at(1), at(1), newest=at(1)))
    bench.take(mark(at(1), at(1), newest=at(1)))
    assert ("FEED_SILENT", "cleared") in bench.states()
    again = Bench(disk)
    for _ in range(3):
        again.take(mark(at(1), 0, newest=at(0)))
    assert ("FEED_SILENT", "opened") not in again.states()


def test_a_silence_that_follows_another_unnoticed_is_told_with_its_own_beginning() -> None:
    bench = Bench(Disk())
    for newest in (at(0), at(1)):
        for _ in range(3):
            bench.take(mark(newest + MINUTE_US * 30, newest + MINUTE_US * 30, newest=newest))
    told = [record for record in bench.exceptions if Opened.of_record(record).subject[2] == f"feed:{FEED}"]
    assert [(record.state, Opened.of_record(record).since) for record in told] == [("opened", at(0)), ("opened", at(1))]


def test_a_change_of_the_documents_of_an_open_exception_is_told() -> None:
    bench = Bench(Disk())
    bench.take(mark(at(0), at(0)))
    bench.take(arrivals(at(0), ("C", ORDER), ("C", ALLOCATION)))
    for minute in range(0, 40, 5):
        bench.take(mark(at(0) + minute * MINUTE_US, at(0) + minute * MINUTE_US))
    bench.take(arrivals(at(1), ("C", goods("allocation", "A2", 0, moved("1", 1)))))
    for _ in range(3):
        bench.take(mark(at(1), at(1)))
    stalls = [Opened.of_record(record) for record in bench.exceptions if record.code == "STALLED_PICK"]
    assert [stall.documents for stall in stalls] == [("allocation/A1",), ("allocation/A1", "allocation/A2")]


def test_an_epoch_reaches_the_disk_though_nobody_waits_for_it() -> None:
    disk = Disk()
    bench = Bench(disk)
    bench.take(arrivals(at(0), ("C", ORDER)), mark(at(0), at(0)))
    bench.seconds += 2 * EPOCH_S
    bench.take(mark(at(0), at(0)))
    assert order_key("C") in disk.durable.values
    assert any(key.startswith(b"p") for key in disk.durable.values)


def test_another_policy_publishes_every_open_order_anew() -> None:
    disk = Disk()
    bench = Bench(disk)
    bench.take(arrivals(at(0), ("C", ORDER)), mark(at(0), at(0)))
    bench.shard.close()
    under_another = Bench(disk, other_policy())
    for _ in range(3):
        under_another.take(mark(at(0), at(0)))
    assert [status.correlation_id for status in under_another.statuses] == ["C"]
    assert b"somebody else" in under_another.statuses[0].value


def test_a_review_in_several_writes_loses_nothing_that_arrives_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk()
    bench = Bench(disk)
    closed = order(0, ordered("1", 2), cancelled=True)
    bench.take(arrivals(at(0), *((name, closed) for name in "CDEFGH")), mark(at(0), at(0)))
    bench.shard.close()
    monkeypatch.setattr(shard_module, "_REVIEWED_AT_ONCE", 1)
    under_another = Bench(disk, other_policy())
    monkeypatch.setattr(under_another.shard._orders, "_hot_limit", 1)
    under_another.take(arrivals(at(0), ("C", ALLOCATION)))
    under_another.shard.close()
    stored = disk.written.values[order_key("C")]
    assert "A1" in {document.document_id for document in decode(stored).documents.values()}


class SlowBench(Bench):
    """A shard whose syncs end when told, and whose emissions are confirmed once they have been made."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        self.made = 0
        self.shard._confirmed = lambda _: self.made  # what is confirmed is the bench's to say
        self.syncing: Future[None] | None = None

    def _sync(self, _: Callable[[], None]) -> "Future[None]":
        self.syncing = Future()
        return self.syncing

    def sync(self) -> None:
        assert self.syncing is not None
        self.disk.make_durable(self.disk.batches)
        self.syncing.set_result(None)

    def take(self, *batches: ShardBatch) -> None:
        super().take(*batches)
        self.made += 1


def test_what_is_said_of_an_order_is_written_before_its_entry_leaves_the_outbox() -> None:
    disk = Disk()
    bench = SlowBench(disk)
    later = at(2) + MINUTE_US
    bench.take(mark(at(2), at(2)))
    bench.seconds = EPOCH_S - 2
    bench.take(arrivals(at(2), ("C", ORDER)), mark(later, at(2)))
    bench.take(mark(later, at(2)))
    bench.sync()
    bench.take(mark(later, at(2)))
    assert [status.correlation_id for status in bench.statuses] == ["C"]
    bench.take(arrivals(at(2), ("D", ORDER)), mark(later, at(2)))
    stored = decode(disk.written.values[order_key("C")])
    assert (stored.fulfilment, stored.version) == ("ordered", 1)


def test_what_awaits_a_document_of_any_type_opens_once_its_feed_has_got_there() -> None:
    """An uncredited return awaits the credit memos."""
    bench = Bench(Disk())
    later = at(24 * 30)
    back = document("return", "R1", 0, ReturnBody((moved("1", 2),)))
    priced = order(0, ordered("1", 2, unit_price=price(5)))
    shipped, billed = goods("shipment", "S1", 0, moved("1", 2)), invoice("I1", 0, 10, moved("1", 2))
    delivered, paid = goods("pod", "P1", 0, moved("1", 2)), payment("M1", 0, 10, applied("I1", 10))
    bench.take(arrivals(later, *(("C", each) for each in (priced, shipped, delivered, billed, paid, back))))
    for _ in range(3):
        bench.seconds += EPOCH_S
        bench.take(mark(later, at(1)))
    assert ("UNCREDITED_RETURN", "opened") not in bench.states()
    for _ in range(3):
        bench.take(mark(later, later))
    assert ("UNCREDITED_RETURN", "opened") in bench.states()
