"""What is settled before any worker starts: topics, Redis, the store's lock, the generation, where to resume."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from o2c.connectors.kafka.generation import highest_generation
from o2c.connectors.kafka.names import OutputTopics
from o2c.connectors.kafka.topic_rules import OutputSettings
from o2c.connectors.kafka.topics import START_TIMEOUT_SECONDS, batch_bytes, check_inputs, ensure_outputs
from o2c.connectors.redis.service import check_redis, read_generation, write_generation
from o2c.connectors.store import Store
from o2c.flows.registry import register_outputs
from o2c.flows.settings import Settings
from o2c.flows.shard import stored_marks
from o2c.schemas.lanes import Mark
from o2c.schemas.times import SECOND_US


class Start(Struct, frozen=True):
    """What every worker process begins with. `marks`: by lane, where to resume; absent, the first start.

    `schema_ids`: by output topic the schema that it is written by, where it is Avro.
    """

    generation: int
    started_at: int
    partitions_by_topic: dict[str, int]
    exception_partitions: int
    batch_bytes: int
    marks: dict[int, Mark]
    schema_ids: dict[str, int] = {}


def output_topics(settings: Settings) -> OutputTopics:
    """The job's own topics under the prefix of the settings."""
    return OutputTopics(
        status=settings.topic("status"),
        exceptions=settings.topic("exceptions"),
        dead_letters=settings.topic("dead-letters"),
        orphans=settings.topic("orphans"),
        billing=settings.topic("billing"),
        audit=settings.topic("audit"),
    )


def settle(settings: Settings, store: Store, now_us: int) -> Start:
    """Check everything that a job needs, in the order in which it is cheap, and fence off earlier generations.

    The store must be locked. Raises ConfigurationError or OperatingFault, one line each, before any event is read.
    """
    store.prepare(now_us)
    check_redis(settings.redis_url, settings.redis_prefix)
    client = settings.kafka_client()
    topics = settings.input_topics()
    patience_seconds = min(START_TIMEOUT_SECONDS, settings.retry_budget_us / SECOND_US)
    partitions = check_inputs(client, topics, patience_seconds)
    names = output_topics(settings)
    outputs = ensure_outputs(
        client,
        names=names,
        inputs=topics,
        settings=OutputSettings(partitions=settings.partitions, replication=settings.replication),
        admin=settings.topic_admin,
        timeout_seconds=patience_seconds,
    )
    schema_ids = register_outputs(settings)
    marks = resume_marks(store)
    generation = 1 + max(
        store.read_generation(),
        read_generation(settings.redis_url, settings.redis_prefix),
        highest_generation(client, names.status, outputs[names.status].partitions, settings.group),
    )
    store.write_generation(generation)
    write_generation(settings.redis_url, settings.redis_prefix, generation)
    return Start(
        generation=generation,
        started_at=store.started_at,
        partitions_by_topic=partitions,
        exception_partitions=outputs[names.exceptions].partitions,
        batch_bytes=batch_bytes(outputs),
        marks=marks,
        schema_ids=schema_ids,
    )


def resume_marks(store: Store) -> dict[int, Mark]:
    """Where each lane resumes: at the least position over all shards, so that no shard misses an event."""
    by_shard: list[dict[int, Mark]] = []
    for shard in range(store.shards):
        opened = store.open(shard)
        by_shard.append({mark.lane: mark for mark in stored_marks(opened)})
        opened.close()
    lanes = set.intersection(*(set(marks) for marks in by_shard))
    return {lane: _least([marks[lane] for marks in by_shard]) for lane in sorted(lanes)}


def _least(marks: list[Mark]) -> Mark:
    return Mark(
        lane=marks[0].lane,
        positions=_least_of(mark.positions for mark in marks),
        read_to=_least_of(mark.read_to for mark in marks),
        newest=_least_of(mark.newest for mark in marks),
        heartbeats=frozenset[str]().union(*(mark.heartbeats for mark in marks)),
    )


def _least_of(values: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """By key the least value, for the keys that all have."""
    every = list(values)
    keys = set.intersection(*(set(each) for each in every))
    return {key: min(each[key] for each in every) for key in sorted(keys)}


def lanes_by_type(settings: Settings, partitions_by_topic: Mapping[str, int]) -> dict[str, frozenset[int]]:
    """Which lanes read each document type."""
    return {
        document_type: frozenset(range(partitions_by_topic[topic]))
        for topic, document_type in settings.input_topics().items()
    }
