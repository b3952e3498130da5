"""One shard on a simulated disk, driven by hand."""

from collections.abc import Callable
from concurrent.futures import Future

from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.snapshot import encode
from o2c.flows.orders import Write
from o2c.flows.shard import Shard, ShardOptions
from o2c.schemas.documents import Arrival, Document
from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.lanes import Mark, ShardBatch
from o2c.schemas.records import (
    AuditRecord,
    BillingRecord,
    ExceptionRecord,
    ForgottenOrder,
    Orphan,
    StatusRecord,
)
from o2c.schemas.times import MINUTE_US
from tests.properties.build import at
from tests.simulation.faults import Faults
from tests.simulation.script import EAST, policy
from tests.simulation.store import Disk, SimulatedStore

_EVER = 2**62
EPOCH_S = 10.0
FEED = f"shipment/{EAST}"


class Bench:
    """A shard on a disk. Its syncs end at once, its emissions are confirmed as soon as they are made."""

    def __init__(
        self,
        disk: Disk,
        under: Policy | None = None,
        watch: Callable[[list[Write]], None] | None = None,
        generation: int = 1,
    ) -> None:
        self.disk = disk
        self.seconds = 0.0
        self.statuses: list[StatusRecord] = []
        self.exceptions: list[ExceptionRecord] = []
        self.billings: list[BillingRecord] = []
        self.audits: list[AuditRecord] = []
        self.forgotten: list[ForgottenOrder] = []
        self.orphans: list[Orphan] = []
        lanes = {name: frozenset({0}) for name in EVENT_CLASSES}
        options = ShardOptions(1, generation, EPOCH_S, 1_000, lanes, at(0))
        store = SimulatedStore(disk, Faults(), watch or (lambda _: None))
        self.shard = Shard(0, store, under or policy(), options, lambda _: _EVER, self._sync, lambda: self.seconds)

    def _sync(self, _: Callable[[], None]) -> "Future[None]":
        self.disk.make_durable(self.disk.batches)
        future: Future[None] = Future()
        future.set_result(None)
        return future

    def take(self, *batches: ShardBatch) -> None:
        """One activation, a second after the last."""
        self.seconds += 1
        for emission in self.shard.on_batch(list(batches)):
            self.statuses += emission.statuses
            self.exceptions += emission.exceptions
            self.billings += emission.billings
            self.audits += emission.audits
            self.forgotten += emission.forgotten
            self.orphans += emission.orphans

    def states(self) -> list[tuple[str, str]]:
        return [(record.code, record.state) for record in self.exceptions]


def arrivals(clock: int, *documents: tuple[str, Document], behind: bool = False) -> ShardBatch:
    """Documents of orders, as a lane brings them."""
    held = tuple((correlation_id, encode(Arrival(document, clock, None))) for correlation_id, document in documents)
    return ShardBatch(0, clock, held, behind=behind)


def mark(clock: int, read_to: int, newest: int | None = None, *, behind: bool = False) -> ShardBatch:
    """A lane that has read everything up to a time; both of the warehouse's feeds last spoke at `newest`."""
    spoke = read_to if newest is None else newest
    positions = {"o2c.order.v1": clock // MINUTE_US}
    feeds = {FEED: spoke, f"pick/{EAST}": spoke}
    return ShardBatch(0, clock, mark=Mark(0, positions, dict.fromkeys(EVENT_CLASSES, read_to), feeds), behind=behind)
