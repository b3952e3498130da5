"""One life of the job: the real Identify, Shards and Deliveries between simulated lanes, stores and sinks."""

from collections import deque
from typing import TYPE_CHECKING

import msgspec

from o2c.connectors.deliveries import Deliveries
from o2c.flows.identify import Identify
from o2c.flows.operators import ShardLogic
from o2c.flows.orders import Write
from o2c.flows.shard import Shard, ShardOptions
from o2c.schemas.codecs import Decoder
from o2c.schemas.lanes import LaneBatch, Mark, ShardBatch
from o2c.schemas.records import Emission
from tests.simulation.checks import check_emission
from tests.simulation.faults import Step
from tests.simulation.log import SimulatedLane
from tests.simulation.script import STARTED_AT
from tests.simulation.sinks import SINKS, RedisSink, Tokens, TopicSink
from tests.simulation.store import SimulatedStore, Syncs

if TYPE_CHECKING:
    from tests.simulation.world import World

EPOCH_S = 60.0
_mark_decoder = msgspec.msgpack.Decoder(Mark)


class Process:
    """Everything that a crash takes away. Each public method is one step of the job."""

    def __init__(self, world: "World", generation: int, marks: dict[int, Mark]) -> None:
        self._world = world
        self._faults = world.faults
        self._random = world.random
        self.deliveries = Deliveries(SINKS)
        self.shards: dict[int, Shard] = {}
        count = world.folder.shards
        lanes = range(world.log.lanes)
        self._options = ShardOptions(
            shards=count,
            generation=generation,
            epoch_s=EPOCH_S,
            hot_orders=world.hot_orders,
            lanes_by_type=world.lanes_by_type,
            started_at=STARTED_AT,
            backlog_bytes=world.backlog_bytes,
        )
        self._identify = Identify(Decoder(world.log.types_by_topic), count, marks)
        positions = {lane: mark.positions for lane, mark in marks.items()}
        self.lanes = [SimulatedLane(lane, world.log, positions.get(lane, {}), world.clock) for lane in lanes]
        self._logics = [ShardLogic(self._open) for _ in range(count)]
        self.routed: list[dict[int, deque[ShardBatch]]] = [{lane: deque() for lane in lanes} for _ in range(count)]
        self.syncs = [Syncs(disk, self._faults, self._random) for disk in world.folder.disks]
        self.topic_sink = TopicSink(world.topics, self.deliveries, self._faults, generation, self._written)
        self.redis_sink = RedisSink(world.redis, self.deliveries, self._faults, self._written)
        self._made: list[tuple[int, Emission]] = []
        self._tokens = [0] * count
        self._unsaid: list[set[tuple[str, int]]] = [set() for _ in range(count)]
        self._mark_tokens: list[dict[bytes, int]] = [{} for _ in range(count)]

    # --------------------------------------------------------------------------- steps

    def poll(self, lane: SimulatedLane, most: int) -> None:
        """A lane reads, its records are decoded and routed."""
        batch = lane.poll(self._random, most)
        if batch is not None:
            self._faults.reach(Step.READ)
            self._route(batch)

    def activate(self, shard: int, most: int) -> None:
        """A shard takes in some of what lies before it, lanes in any order, and the sinks get what it says."""
        batches: list[ShardBatch] = []
        queues = self.routed[shard]
        while len(batches) < most and (filled := [queue for queue in queues.values() if queue]):
            batches.append(self._random.choice(filled).popleft())
        if not batches:
            return
        self._tokens[shard] += 1
        token = self._tokens[shard]
        self._unsaid[shard] |= {(sink, token) for sink in SINKS}
        for batch in batches:
            if batch.mark is not None:
                self._mark_tokens[shard].setdefault(msgspec.msgpack.encode(batch.mark), token)
        emissions, _ = self._logics[shard].on_batch(batches)
        self._faults.reach(Step.EMITTED)
        for emission in emissions:
            check_emission(emission, self._world.folder.disks[shard])
        self._publish(emissions)

    def stop(self) -> None:
        """The end in order: what is read flows through, the sinks confirm, the stores are left at that."""
        self._faults.reach(Step.STOPPING)
        for lane in self.lanes:
            self._route(LaneBatch(lane.number, self._world.clock(), (), lane.mark()))
        for shard in range(len(self.routed)):
            while any(self.routed[shard].values()):
                self.activate(shard, 3)
        self.settle_sinks()
        for syncs in self.syncs:
            while syncs.busy:
                syncs.step()
        for opened in self.shards.values():
            opened.close()

    def settle_sinks(self) -> None:
        """Everything that is in flight arrives and is confirmed."""
        while self.topic_sink.in_flight:
            self.topic_sink.deliver(self._random)
        while self.topic_sink.unreported:
            self.topic_sink.report(self._random)
        while self.redis_sink.in_flight:
            self.redis_sink.write()
        if self.redis_sink.unanswered:
            self.redis_sink.answer()

    @property
    def quiet(self) -> bool:
        """Whether nothing is on its way anywhere."""
        return not (
            any(lane.behind for lane in self.lanes)
            or any(queue for queues in self.routed for queue in queues.values())
            or any(syncs.busy for syncs in self.syncs)
            or any(self._unsaid)
            or any(shard.outbox.depth for shard in self.shards.values())
        )

    # --------------------------------------------------------------------------- parts

    def _open(self, number: int) -> Shard:
        disk = self._world.folder.disks[number]
        store = SimulatedStore(disk, self._faults, lambda batch: self._watch(number, batch))
        shard = Shard(
            number,
            store,
            self._world.policy,
            self._options,
            self.deliveries.upto,
            self.syncs[number].submit,
            self._world.monotonic,
        )
        self.shards[number] = shard
        return shard

    def _route(self, batch: LaneBatch) -> None:
        for key, held in self._identify(batch):
            self.routed[int(key)][batch.lane].append(held)
        self._faults.reach(Step.ROUTED)

    def _publish(self, emissions: list[Emission]) -> None:
        self.topic_sink.write_batch(emissions)
        if any(each.exceptions or each.billings or each.audits or each.forgotten for each in emissions):
            self._faults.reach(Step.OUTBOX_PUBLISHED)
        self.redis_sink.write_batch(emissions)
        self._faults.reach(Step.HANDED_OVER)

    def _written(self, sink: str, tokens: Tokens) -> None:
        for shard, token in tokens:
            self._unsaid[shard].discard((sink, token))

    def _watch(self, shard: int, batch: list[Write]) -> None:
        """A position never passes what may not have been published."""
        for key, value in batch:
            if key.startswith(b"p"):
                assert value is not None
                covered = self._mark_tokens[shard][value]
                first = min((token for _, token in self._unsaid[shard]), default=covered + 1)
                assert first > covered, f"shard {shard} commits emission {covered}, but {first} is not published"
