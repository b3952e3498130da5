"""Orders that end: a shard lets go of them step by step, and a crash between any two steps loses none of it."""

from random import Random

import pytest

from o2c.flows.correlation.policy import Policy, load_policy
from o2c.flows.correlation.policy_rules import Retention
from o2c.flows.correlation.retention import ends_at
from o2c.flows.correlation.snapshot import decode
from o2c.flows.orders import order_key
from o2c.schemas.documents import Document
from o2c.schemas.records import ForgottenOrder
from o2c.schemas.times import DAY_US, MINUTE_US
from tests.properties.build import at, order, ordered
from tests.simulation.bench import EPOCH_S, Bench, arrivals, mark
from tests.simulation.checks import check_figures, figures_of
from tests.simulation.store import Disk

KEEPING = Retention(open_us=400 * DAY_US, closed_us=180 * DAY_US, whole_us=90 * DAY_US)
CANCELLED = order(0, ordered("1", 2), cancelled=True)
LATER = order(1, ordered("1", 2), cancelled=True, revision=2)
STUB = ends_at(at(0), KEEPING.whole_us)
FORGOTTEN = ends_at(at(0), KEEPING.closed_us)
GONE = ends_at(FORGOTTEN, KEEPING.open_us)


def keeping() -> Policy:
    policy = load_policy(None)
    policy.retention = KEEPING
    return policy


def ticked(bench: Bench, clock: int, times: int = 3) -> None:
    """Time has come this far, and the outbox has had the time that it needs."""
    for _ in range(times):
        bench.take(mark(clock, clock))


def closed_on(disk: Disk) -> Bench:
    """A shard that has just seen an order cancelled."""
    bench = Bench(disk, keeping())
    bench.take(arrivals(at(0), ("C", CANCELLED)), mark(at(0), at(0)))
    ticked(bench, at(0))
    return bench


def test_a_closed_order_is_whole_then_a_stub_then_remembered_then_gone() -> None:
    disk = Disk()
    bench = closed_on(disk)
    bench.seconds += EPOCH_S
    ticked(bench, STUB - 1)
    assert decode(disk.written.values[order_key("C")]).documents
    ticked(bench, STUB)
    stub = decode(disk.written.values[order_key("C")])
    assert stub.retired is not None
    assert list(stub.retired.seen) == ["order\x1f\x1fO"]
    assert figures_of(disk) == {("orders", "cancelled", "unbilled"): 1}
    ticked(bench, FORGOTTEN)
    assert bench.forgotten == [ForgottenOrder("C", (1 << 32) + 2)]
    assert figures_of(disk) == {}
    assert len(disk.written.values[order_key("C")]) < 60
    ticked(bench, GONE)
    assert order_key("C") not in disk.written.values
    assert not any(key.startswith((b"w", b"x")) for key in disk.written.values)
    check_figures(disk)


def test_a_stub_takes_a_duplicate_in_silence_and_hands_on_what_is_new() -> None:
    bench = closed_on(Disk())
    ticked(bench, STUB)
    said = len(bench.statuses)
    bench.take(arrivals(STUB + 1, ("C", CANCELLED)))
    assert bench.orphans == []
    bench.take(arrivals(STUB + 1, ("C", LATER), ("C", CANCELLED)))
    assert [(each.type, each.document_id, each.revision) for each in bench.orphans] == [("order", "O", 2)]
    assert b'"reason":"AFTER_RETENTION"' in bench.orphans[0].value
    assert len(bench.statuses) == said


def test_what_comes_for_a_forgotten_order_is_an_orphan_until_nobody_remembers_it() -> None:
    bench = closed_on(Disk())
    for clock in (STUB, FORGOTTEN):
        ticked(bench, clock)
    bench.take(arrivals(FORGOTTEN + 1, ("C", CANCELLED)))
    assert len(bench.orphans) == 1
    ticked(bench, GONE)
    bench.take(arrivals(GONE + 1, ("C", CANCELLED)))
    assert len(bench.orphans) == 1
    assert bench.statuses[-1].correlation_id == "C"


def test_a_document_before_the_end_keeps_the_order_whole() -> None:
    disk = Disk()
    bench = closed_on(disk)
    reopened = order(1, ordered("1", 2), revision=2)
    bench.take(arrivals(STUB - 1, ("C", reopened)), mark(STUB - 1, STUB - 1))
    ticked(bench, STUB)
    assert decode(disk.written.values[order_key("C")]).documents
    assert bench.orphans == []


def test_a_backlog_for_a_stub_is_judged_as_what_comes_at_once() -> None:
    bench = closed_on(Disk())
    ticked(bench, STUB)
    bench.take(arrivals(STUB, ("C", LATER), ("C", CANCELLED), behind=True), mark(STUB, STUB))
    ticked(bench, STUB)
    assert [each.event_id for each in bench.orphans] == [LATER.event_id]


def test_the_tombstone_waits_until_it_is_durable_and_a_crash_repeats_it() -> None:
    disk = Disk()
    bench = closed_on(disk)
    for clock in (STUB, FORGOTTEN):
        bench.take(mark(clock, clock))
    assert bench.forgotten == []
    again = Bench(disk, keeping(), generation=2)
    ticked(again, FORGOTTEN)
    assert again.forgotten == [ForgottenOrder("C", (1 << 32) + 2)]


@pytest.mark.parametrize("seed", range(40))
def test_a_crash_between_any_two_steps_ends_the_same(seed: int) -> None:
    random = Random(seed)
    disk = Disk()
    bench = closed_on(disk)
    bench.seconds += EPOCH_S
    ticked(bench, at(1))
    told: list[ForgottenOrder] = []
    generation = 1
    for clock in sorted({STUB, FORGOTTEN, *(random.randint(at(2), GONE - 1) for _ in range(8)), GONE, GONE + DAY_US}):
        ticked(bench, clock, random.randint(1, 3))
        if random.random() < 0.5:
            told += bench.forgotten
            disk.lose_power(random)
            generation += 1
            bench = Bench(disk, keeping(), generation=generation)
    for _ in range(3):
        ticked(bench, GONE + 401 * DAY_US)
    told += bench.forgotten
    assert {each.correlation_id for each in told} == {"C"}
    assert len({each.version for each in told}) == len({each.version >> 32 for each in told})
    assert order_key("C") not in disk.written.values
    assert bench.orphans == []
    check_figures(disk)


def test_another_policy_lets_go_sooner() -> None:
    disk = Disk()
    bench = closed_on(disk)
    ticked(bench, STUB)
    bench.shard.close()
    sooner = load_policy('[stalls.PAST_DUE]\nowner = "somebody else"')
    sooner.retention = Retention(400 * DAY_US, 100 * DAY_US, 90 * DAY_US)
    again = Bench(disk, sooner, generation=2)
    ticked(again, at(0) + 102 * DAY_US)
    assert [each.correlation_id for each in again.forgotten] == ["C"]


def test_nothing_shrinks_before_what_a_crash_left_unread_is_read() -> None:
    """Its status may not have gone out: the document comes again, and finds the order whole."""
    disk = Disk()
    bench = closed_on(disk)
    bench.seconds += EPOCH_S
    ticked(bench, at(1))
    again = Bench(disk, keeping(), generation=2)
    for _ in range(4):
        again.take(mark(STUB, at(1)))
    assert decode(disk.written.values[order_key("C")]).documents
    again.take(arrivals(STUB, ("C", CANCELLED)), mark(STUB, STUB))
    assert [status.version >> 32 for status in again.statuses] == [2]
    again.seconds += EPOCH_S
    ticked(again, STUB + 2 * MINUTE_US)
    assert decode(disk.written.values[order_key("C")]).retired is not None


def test_nothing_shrinks_while_its_status_is_not_confirmed() -> None:
    disk = Disk()
    bench = SlowBench(disk, keeping())
    bench.outbox_of("C", CANCELLED)
    for _ in range(3):
        bench.take(mark(STUB, STUB))
    assert decode(disk.written.values[order_key("C")]).documents
    bench.confirm()
    for step in range(1, 4):
        bench.take(mark(STUB + step * MINUTE_US, STUB + step * MINUTE_US))
    assert decode(disk.written.values[order_key("C")]).retired is not None


class SlowBench(Bench):
    """A shard that hears of its deliveries when told."""

    def __init__(self, disk: Disk, under: Policy) -> None:
        super().__init__(disk, under)
        self.confirmed = 0
        self.shard._confirmed = lambda _: self.confirmed

    def confirm(self) -> None:
        """All that was emitted is delivered."""
        self.confirmed = 2**62

    def outbox_of(self, correlation_id: str, document: Document) -> None:
        """The order is closed, and its status goes through the outbox."""
        self.take(arrivals(at(0), (correlation_id, document)), mark(at(0), at(0)))
        self.shard.outbox.add(correlation_id)
        for _ in range(3):
            self.take(mark(at(0), at(0)))
        assert self.shard.outbox.owes_status(correlation_id)
