"""Where the job's time goes: the same events through the same parts, in one thread, without the engine and a broker.

    python -m benchmarks.profile [--orders 50000] [--batch 5000]

Records come out of memory in batches as lanes hand them on, and pass identify, 64 shards with real stores, and both
sinks: Redis is real, the producer speaks to the mock broker inside its own library. With a small `--batch` the records
count as fresh, as in live operation; otherwise as a backlog.
"""

import argparse
import gc
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.orders import EVENTS_AN_ORDER, TYPES, spread, value
from benchmarks.sampling import Place, Sampler
from o2c.connectors.deliveries import Deliveries
from o2c.connectors.kafka.lane import LaneSettings
from o2c.connectors.kafka.sink import KafkaSink, SinkSettings
from o2c.connectors.redis.sink import RedisSink
from o2c.connectors.store import Store
from o2c.flows.correlation.policy import load_policy
from o2c.flows.identify import Identify
from o2c.flows.job import HOT_ORDERS
from o2c.flows.shard import Shard, ShardOptions
from o2c.schemas.codecs import Decoder
from o2c.schemas.lanes import LaneBatch, Mark
from o2c.schemas.records import Record
from o2c.schemas.times import HOUR_US
from tests.services.redis import RedisServer

SHARDS = 64
LANES = 4

STAGES: dict[Place, str] = {
    ("schemas/codecs", "decode"): "decode",
    ("flows/identify", "__call__"): "identify",
    ("flows/shard", "on_batch"): "shard",
    ("flows/orders", "load"): "load (RocksDB, MessagePack)",
    ("flows/orders", "writes"): "write (MessagePack)",
    ("connectors/store", "write"): "write (RocksDB)",
    ("correlation/order", "merge"): "merge",
    ("correlation/order", "judge"): "judge",
    ("correlation/status", "render"): "render",
    ("redis/sink", "write_batch"): "Redis: pack and send",
    ("kafka/sink", "write_batch"): "Kafka: produce and reports",
}


class Parts:
    """The job's parts, wired by hand."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        policy = load_policy(None)
        now = time.time_ns() // 1_000
        store = Store(folder, SHARDS)
        store.prepare(now)
        deliveries = Deliveries(("kafka", "redis"))
        lanes = {name: frozenset(range(LANES)) for name in TYPES}
        options = ShardOptions(SHARDS, 1, 10.0, HOT_ORDERS // SHARDS, lanes, now)
        self._syncs = ThreadPoolExecutor(2)
        arguments = (policy, options, deliveries.upto, self._syncs.submit, time.monotonic)
        self._shards = [Shard(number, store.open(number), *arguments) for number in range(SHARDS)]
        self._identify = Identify(Decoder({name: name for name in TYPES}), SHARDS, {})
        kafka = KafkaSink(
            client={"test.mock.num.brokers": 1}, deliveries=deliveries, settings=SinkSettings(exception_partitions=1)
        )
        redis = RedisSink(url=redis_url, deliveries=deliveries)
        self._sinks = [sink.build("", 0, 1) for sink in (kafka, redis)]

    def work(self, batch: LaneBatch) -> None:
        """Pass a lane's batch through, as the engine would."""
        emissions = []
        for _, part in self._identify(batch):
            emissions += self._shards[part.shard].on_batch([part])
        for sink in self._sinks:
            sink.write_batch(emissions)

    def close(self) -> None:
        """Publish the rest and close what is open."""
        for sink in self._sinks:
            sink.close()
        self._syncs.shutdown()
        for shard in self._shards:
            shard.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=50_000, help="orders of six events each")
    parser.add_argument("--batch", type=int, default=5_000, help="records that a lane hands on at once")
    parser.add_argument("--top", type=int, default=10, help="how many functions to show")
    arguments = parser.parse_args()
    batches = list(_batches(arguments.orders, arguments.batch))
    sampler = Sampler(STAGES)
    with TemporaryDirectory() as folder, RedisServer(Path(folder) / "redis") as redis:
        parts = Parts(Path(folder) / "store", f"{redis.url}/0")
        gc.freeze()
        gc.disable()
        began = time.thread_time()
        with sampler:
            for batch in batches:
                parts.work(batch)
        seconds = time.thread_time() - began
        parts.close()
    _report(sampler, seconds, arguments.orders * EVENTS_AN_ORDER, arguments.top)


def _batches(orders: int, size: int) -> Iterator[LaneBatch]:
    """The backlog as four lanes read it, each with a mark at its end."""
    clock = time.time_ns() // 1_000
    taken_at = clock - 2 * HOUR_US
    waiting: list[list[Record]] = [[] for _ in range(LANES)]
    for offset, (number, step) in enumerate(spread(orders, orders // 3)):
        lane = number % LANES
        topic = TYPES[step]
        waiting[lane].append(Record(topic, lane, offset, clock, None, value(number, step, taken_at)))
        if len(waiting[lane]) == size:
            yield LaneBatch(lane, clock, tuple(waiting[lane]), behind=size >= LaneSettings().backlog_records)
            waiting[lane] = []
    for lane, rest in enumerate(waiting):
        mark = Mark(lane, dict.fromkeys(TYPES, orders), dict.fromkeys(TYPES, clock), {})
        yield LaneBatch(lane, clock, tuple(rest))
        yield LaneBatch(lane, clock, (), mark)


def _report(sampler: Sampler, seconds: float, events: int, top: int) -> None:
    cost = seconds / events * 1e6
    print(f"{events:,} events in {seconds:.1f} s of the thread's CPU time: {cost:.1f} us an event, by stage:")
    for stage, samples in sampler.by_stage.most_common():
        part = samples / sampler.samples
        print(f"  {part * cost:6.2f} us {part:6.1%}  {stage}")
    print(f"by function, the {top} with most time of their own:")
    for (module, function), samples in sampler.own.most_common(top):
        part = samples / sampler.samples
        print(f"  {part * cost:6.2f} us {part:6.1%}  {module}.{function}")


if __name__ == "__main__":
    main()
