"""The composition root of the deployed job: settle, start the workers, stop them in order.

One process is a worker itself; with several, the first starts the others and all end together.
"""

import gc
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from types import FrameType

import structlog
from bytewax.outputs import DynamicSink

from o2c import __version__
from o2c.connectors.deliveries import Deliveries
from o2c.connectors.kafka.lane import LaneSettings
from o2c.connectors.kafka.lanes import KafkaLanes
from o2c.connectors.kafka.offsets import Loss
from o2c.connectors.kafka.sink import KafkaSink, SinkSettings
from o2c.connectors.redis.service import reachable
from o2c.connectors.redis.sink import RedisSink
from o2c.connectors.store import Store
from o2c.flows.clock import clock_of
from o2c.flows.engine import PeersGone, run_on_engine
from o2c.flows.feed_figures import NAMES
from o2c.flows.health import HealthServer
from o2c.flows.identify import Identify
from o2c.flows.registry import encoders_of, registry_of
from o2c.flows.settings import Settings, read_policy
from o2c.flows.shard import Shard, ShardOptions
from o2c.flows.start import Start, lanes_by_type, output_topics, settle
from o2c.flows.telemetry import EPOCH_SYNC, KAFKA_DELIVERY, LOST_RECORDS, REDIS_WAIT
from o2c.flows.workers import Workers
from o2c.schemas.codecs import Decoder
from o2c.schemas.records import Emission
from o2c.schemas.times import SECOND_US

HOT_ORDERS = 16_384
"""Orders that all shards of a job keep decoded, together."""

SYNC_THREADS = 2
QUIET_SECONDS = 15.0
"""A job whose brokers have said nothing for this long is not ready."""

_log = structlog.get_logger(__name__)


def run_job(settings: Settings) -> None:
    """Run the job until it is told to stop. Raises ConfigurationError or OperatingFault, one line each."""
    policy = read_policy(settings.policy)
    store = Store(settings.store, settings.shards)
    store.lock()
    try:
        start = settle(settings, store, clock_of(settings)())
        _log.info(
            "job_started",
            version=__version__,
            generation=start.generation,
            processes=settings.processes,
            shards=settings.shards,
            policy=policy.version,
            lanes_resumed=len(start.marks),
        )
        _run_processes(settings, store, start)
        _log.info("job_stopped")
    finally:
        store.release()


def _run_processes(settings: Settings, store: Store, start: Start) -> None:
    """Be the first worker; start the others, and end when they do."""
    readiness = Readiness(settings.redis_url)
    with HealthServer(settings.http_host, settings.http_port, readiness):
        workers = Workers(settings, store, start)
        stopping = _stop_on_signal(workers)
        try:
            work(settings, store, start, 0, stopping, readiness)
            workers.join()
        except PeersGone:
            raise workers.fault() from None
        finally:
            workers.kill()


def work(
    settings: Settings,
    store: Store,
    start: Start,
    number: int,
    stopping: Event,
    readiness: "Readiness | None" = None,
) -> None:
    """Run worker process `number` of the job until `stopping` is set. Raises PeersGone when another one has ended."""
    deliveries = Deliveries(("kafka", "redis"))
    lanes = _lanes(settings, start, stopping)
    shards = Shards(settings, store, start, deliveries)
    decoder = Decoder(settings.input_topics(), registry_of(settings), max_bytes=settings.max_message_bytes)
    policy = shards.policy
    identify = Identify(decoder, settings.shards, start.marks, policy.grace_us, policy.declared)
    if readiness is not None:
        readiness.begin(lanes, shards)
    _calm_collector()
    addresses = list(settings.process_addresses) if settings.processes > 1 else []
    run_on_engine(lanes, identify, shards.open, _sinks(settings, start, deliveries), addresses, number)
    shards.close()


def _sinks(settings: Settings, start: Start, deliveries: Deliveries) -> dict[str, DynamicSink[Emission]]:
    retry_seconds = settings.retry_budget_us / SECOND_US
    kafka = KafkaSink(
        client=settings.kafka_client(),
        deliveries=deliveries,
        settings=SinkSettings(
            exception_partitions=start.exception_partitions,
            topics=output_topics(settings),
            delivery_timeout_seconds=retry_seconds,
            batch_bytes=start.batch_bytes,
        ),
        delivered=KAFKA_DELIVERY.observe,
        encoders=encoders_of(start.schema_ids),
    )
    redis = RedisSink(
        url=settings.redis_url,
        prefix=settings.redis_prefix,
        deliveries=deliveries,
        retry_budget_seconds=retry_seconds,
        waited=REDIS_WAIT.observe,
    )
    return {"kafka": kafka, "redis": redis}


class Shards:
    """The shards of one process, opened as the engine routes to them."""

    def __init__(self, settings: Settings, store: Store, start: Start, deliveries: Deliveries) -> None:
        self._store = store
        self.policy = read_policy(settings.policy)
        NAMES.reserve(self.policy.declared)
        self._deliveries = deliveries
        self._options = ShardOptions(
            shards=settings.shards,
            generation=start.generation,
            epoch_s=settings.epoch_us / SECOND_US,
            hot_orders=max(1, HOT_ORDERS // settings.shards),
            lanes_by_type=lanes_by_type(settings, start.partitions_by_topic),
            started_at=start.started_at,
        )
        self._syncs = ThreadPoolExecutor(SYNC_THREADS, thread_name_prefix="sync")
        self.opened: list[Shard] = []

    def open(self, number: int) -> Shard:
        """Open a shard; once, by whichever worker owns it."""
        shard = Shard(
            number,
            self._store.open(number),
            self.policy,
            self._options,
            self._deliveries.upto,
            self._submit,
            time.monotonic,
        )
        self.opened.append(shard)
        return shard

    def _submit(self, sync: Callable[[], None]) -> "Future[None]":
        def timed() -> None:
            with EPOCH_SYNC.time():
                sync()

        return self._syncs.submit(timed)

    def close(self) -> None:
        """The stream has ended in order: write back and close what is open."""
        self._syncs.shutdown()
        for shard in self.opened:
            shard.close()


def _lanes(settings: Settings, start: Start, stopping: Event) -> KafkaLanes:
    return KafkaLanes(
        client=settings.kafka_client(),
        group_id=settings.group,
        types_by_topic=settings.input_topics(),
        partitions_by_topic=start.partitions_by_topic,
        positions={lane: mark.positions for lane, mark in start.marks.items()},
        clock=clock_of(settings),
        losses=_count_loss,
        stopping=stopping,
        settings=LaneSettings(
            first_start="earliest" if settings.start_us is None else settings.start_us,
            fault_budget_seconds=settings.retry_budget_us / SECOND_US,
        ),
    )


def _count_loss(loss: Loss) -> None:
    LOST_RECORDS.labels(loss.topic).inc(loss.records)


class Readiness:
    """Why the job is not ready, in a few words; None while it is."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._consuming: tuple[KafkaLanes, Shards] | None = None

    def begin(self, lanes: KafkaLanes, shards: Shards) -> None:
        """From now on it is about these."""
        self._consuming = lanes, shards

    def __call__(self) -> str | None:
        """Ask now."""
        if self._consuming is None or not self._consuming[1].opened:
            return "not consuming yet"
        # First: while the sink waits for Redis, nobody asks the brokers.
        if not reachable(self._redis_url):
            return "Redis does not answer"
        if self._consuming[0].quiet_seconds() > QUIET_SECONDS:
            return "the brokers do not answer"
        return None


def _stop_on_signal(workers: Workers) -> Event:
    """A first signal ends the lanes of all processes, and so the flow, in order; a second one ends all as they are."""
    stopping = Event()

    def stop(number: int, _: FrameType | None) -> None:
        if stopping.is_set():
            workers.kill()
            os._exit(128 + number)
        stopping.set()
        workers.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopping


def _calm_collector() -> None:
    """The heap is large and has no cycles to speak of: searching it for some would cost half of the throughput."""
    gc.collect()
    gc.freeze()
    gc.disable()
