"""The same stories' words for a job that is running: feeds that fall silent and speak again.

A replay knows no return from silence. Here a deployed shard is driven by hand: what is read, up to when, and who has
been heard when.
"""

import itertools
import json
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from o2c.flows.correlation.policy import load_policy
from o2c.flows.identify import Identify
from o2c.flows.shard import Shard, ShardOptions
from o2c.schemas.codecs import Decoder
from o2c.schemas.lanes import LaneBatch, Mark
from o2c.schemas.records import Record
from o2c.schemas.times import MINUTE_US, rfc3339
from tests.equal import Json
from tests.scenarios.calendar import instant
from tests.scenarios.documents import Event, invoice, order, shipment
from tests.scenarios.policies import SETTLE, plain
from tests.scenarios.runner import Seen, event_json
from tests.unit.core.memory_store import MemoryStore

DECLARED = """
[feeds.default]
grace = "5m"
[feeds."shipment/wms"]
silent_after = "30m"
"""
POLICY = plain("shipment", "invoice", also=DECLARED)
READ = ("order", "shipment", "invoice", "heartbeat")
FEED = "feed:shipment/wms"
ORDER = order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"])


class Job:
    """A running job of one lane and one shard; its clock moves by hand. The warehouse speaks when it is told to."""

    def __init__(self) -> None:
        steps = itertools.count(step=10.0)
        options = ShardOptions(1, 1, 60.0, 1_000, dict.fromkeys(READ, frozenset({0})), instant("Mon 1 Jun 08:00"))
        self._shard = Shard(
            0, MemoryStore(), load_policy(POLICY), options, lambda _: 2**62, _at_once, lambda: next(steps)
        )
        self._identify = Identify(Decoder({}), 1, {}, declared=("shipment/wms",))
        self._offset = 0
        self._heard_at = instant("Mon 1 Jun 08:00")
        self.seen = Seen()

    def knows(self, at: str, event: Event) -> None:
        """An event is read at a time."""
        self._read(instant(at), event_json(event))
        self.clock(at)

    def warehouse_speaks(self, at: str) -> None:
        """A sign of life of the warehouse system."""
        self._beat(instant(at))
        self.clock(at)

    def warehouse_alive(self, until: str) -> None:
        """A sign of life every twenty minutes from the last one on."""
        while self._heard_at < instant(until):
            self._beat(min(self._heard_at + 20 * MINUTE_US, instant(until)))
            self._read_to(self._heard_at)

    def clock(self, at: str) -> None:
        """All is read up to a time."""
        self._read_to(instant(at))

    def _beat(self, clock: int) -> None:
        self._heard_at = clock
        at = rfc3339(clock)
        beat = {"type": "heartbeat", "event_id": at, "source": "wms", "occurred_at": at, "for": ["shipment"]}
        self._read(clock, json.dumps(beat).encode())

    def _read(self, clock: int, value: bytes) -> None:
        self._offset += 1
        self._activate(LaneBatch(0, clock, (Record("", 0, self._offset, clock, None, value),), _mark(clock)))

    def _read_to(self, clock: int) -> None:
        for _ in range(4):  # what is found is written, synced, then said
            self._activate(LaneBatch(0, clock, (), _mark(clock)))

    def _activate(self, batch: LaneBatch) -> None:
        self.seen.take(self._shard.on_batch([part for _, part in self._identify(batch)]))

    def open(self) -> set[str]:
        """The codes that are open."""
        changes = self.seen.last_changes().values()
        return {change["code"] for change in changes if change["state"] not in ("cleared", "recorded")}

    def life(self, code: str) -> list[str]:
        """What was said of a code, each with the time at which it was found."""
        return [_stage(change) for change in self.seen.changes if change["code"] == code]


def _mark(clock: int) -> Mark:
    return Mark(0, {}, dict.fromkeys(READ, clock), {})


def _stage(change: Json) -> str:
    return f"{change['state']} {change['changed_at']}"


def _at_once(work: Callable[[], None]) -> "Future[None]":
    work()
    done: Future[None] = Future()
    done.set_result(None)
    return done


@pytest.fixture
def job() -> Job:
    return Job()


def test_a_feed_that_falls_silent_is_told_and_cleared_when_it_speaks_again(job: Job) -> None:
    job.warehouse_alive("Mon 1 Jun 09:00")
    job.clock("Mon 1 Jun 09:30")
    assert job.open() == set()
    job.clock("Mon 1 Jun 09:31")
    assert job.open() == {"FEED_SILENT"}
    (silent,) = job.seen.last_changes().values()
    assert (silent["subject"]["document_id"], silent["correlation_id"], silent["category"]) == (FEED, None, "feed")
    assert silent["since"] == "2026-06-01T09:00:00Z"
    job.warehouse_speaks("Mon 1 Jun 11:00")
    assert job.open() == set()
    assert [stage.split(" ")[0] for stage in job.life("FEED_SILENT")] == ["opened", "cleared"]


def test_a_stall_waits_for_the_silent_feed_and_opens_once_it_is_back(job: Job) -> None:
    job.warehouse_alive("Mon 1 Jun 09:00")
    job.knows("Mon 1 Jun 09:00", ORDER)
    job.warehouse_alive("Tue 2 Jun 09:00")
    job.clock("Wed 3 Jun 12:00")
    assert job.open() == {"FEED_SILENT"}
    job.warehouse_speaks("Wed 3 Jun 13:00")
    assert job.open() == set()
    job.warehouse_speaks("Wed 3 Jun 13:06")
    assert job.open() == {"STALLED_SHIPMENT"}
    (stall,) = (each for each in job.seen.last_changes().values() if each["code"] == "STALLED_SHIPMENT")
    assert (stall["since"], stall["amount"]) == ("2026-06-01T09:00:00Z", "125")


def test_a_stall_refuted_by_the_backlog_of_a_feed_never_opens(job: Job) -> None:
    job.warehouse_alive("Mon 1 Jun 09:00")
    job.knows("Mon 1 Jun 09:00", ORDER)
    job.warehouse_alive("Tue 2 Jun 09:00")
    job.clock("Wed 3 Jun 12:00")
    job.warehouse_speaks("Wed 3 Jun 13:00")
    job.knows("Wed 3 Jun 13:02", shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"]))
    job.warehouse_speaks("Wed 3 Jun 13:20")
    assert job.life("STALLED_SHIPMENT") == []


def test_a_difference_is_believed_once_the_feed_that_could_explain_it_is_read_past_the_settling_time(job: Job) -> None:
    """Billed on Monday at noon; the warehouse is heard until a quarter to two, then again at ten past."""
    assert SETTLE == "2h"
    job.warehouse_alive("Mon 1 Jun 09:00")
    job.knows("Mon 1 Jun 09:00", ORDER)
    job.warehouse_alive("Mon 1 Jun 12:00")
    job.knows("Mon 1 Jun 12:00", invoice("INV-1", "Mon 1 Jun 12:00", ["1: 10 @ 12.50"], "125.00"))
    job.warehouse_alive("Mon 1 Jun 13:45")
    job.clock("Mon 1 Jun 14:05")
    assert job.open() == set()
    job.warehouse_speaks("Mon 1 Jun 14:10")
    assert job.open() == {"INVOICE_BEFORE_SHIPMENT"}
    job.knows("Mon 1 Jun 15:00", shipment("SH-1", "Mon 1 Jun 11:00", ["1: 10"]))
    assert job.open() == set()


def test_progress_never_clears_what_is_open(job: Job) -> None:
    job.warehouse_alive("Mon 1 Jun 09:00")
    job.knows("Mon 1 Jun 09:00", ORDER)
    job.warehouse_alive("Wed 3 Jun 09:06")
    assert job.open() == {"STALLED_SHIPMENT"}
    job.clock("Wed 3 Jun 12:00")
    assert job.open() == {"FEED_SILENT", "STALLED_SHIPMENT"}
