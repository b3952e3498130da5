"""What outlives a process: log, output topics, Redis, disks and the clock. Processes start, die, start again."""

from collections import deque
from random import Random
from typing import cast

from o2c.connectors.store import Store
from o2c.flows.correlation.policy import Policy
from o2c.flows.shard import VERSION_SHIFT
from o2c.flows.start import resume_marks
from o2c.schemas.records import StatusRecord
from o2c.schemas.times import SECOND_US
from tests.simulation.checks import check_figures
from tests.simulation.faults import Crash, Faults, Kind, Step
from tests.simulation.log import Log
from tests.simulation.process import Process
from tests.simulation.script import PARTITIONS_BY_TOPIC, STARTED_AT, TYPES_BY_TOPIC, Append, policy
from tests.simulation.sinks import Appended, Kept, Said, SimulatedRedis, Topics
from tests.simulation.store import Folder

SHARDS = 3


class World:
    """The outside of the job, and at most one process of it that lives."""

    def __init__(self, appends: tuple[Append, ...], random: Random) -> None:
        self.random = random
        self.faults = Faults()
        self.log = Log(TYPES_BY_TOPIC, PARTITIONS_BY_TOPIC)
        self.lanes_by_type = {
            name: frozenset(range(PARTITIONS_BY_TOPIC[topic])) for topic, name in TYPES_BY_TOPIC.items()
        }
        self.topics = Topics()
        self.redis = SimulatedRedis()
        self.folder = Folder(SHARDS)
        self.hot_orders, self.backlog_bytes = random.choice(((1, 3_000), (3, 10_000_000), (100, 0)))
        self.policy = policy()
        self.now = STARTED_AT
        self._seconds = 0.0
        self._to_come = deque(appends)
        self._late_records: list[tuple[int, deque[Said]]] = []
        self._late_calls: list[deque[Kept]] = []
        self.process: Process
        self.start()

    def clock(self) -> int:
        """UTC microseconds."""
        return self.now

    def monotonic(self) -> float:
        """Seconds since the world began; goes on where the clock is held."""
        return self._seconds

    def advance(self, until: int) -> None:
        """Move the clock; what the sources have said by then is in the log."""
        assert until >= self.now, "time goes forward"
        self._seconds += (until - self.now) / SECOND_US
        self.now = until
        while self._to_come and self._to_come[0].at <= until:
            each = self._to_come.popleft()
            self.log.append(each.topic, each.partition, each.at, each.value)

    def wait(self, seconds: float) -> None:
        """Time passes for the machine alone."""
        self._seconds += seconds

    @property
    def next_append(self) -> int | None:
        """When the log next grows."""
        return self._to_come[0].at if self._to_come else None

    # ----------------------------------------------------------------- life and death

    def start(self) -> None:
        """Settle as `o2c.flows.start` does, and begin to read."""
        for disk in self.folder.disks:
            check_figures(disk)
        marks = resume_marks(cast("Store", self.folder))
        versions = [record.version for _, record in self.topics.statuses()]
        in_topic = max((version >> VERSION_SHIFT for version in versions), default=0)
        generation = 1 + max(self.folder.generation, self.redis.generation, in_topic)
        self.folder.generation = self.redis.generation = generation
        self.process = Process(self, generation, marks)

    def die(self, kind: Kind) -> None:
        """The process is gone: what it had in flight arrives now, late or never; the disks keep what they must."""
        sinks = self.process.topic_sink, self.process.redis_sink
        self._late_records += [(self.folder.generation, queue) for queue in sinks[0].die(self.random)]
        late_calls = sinks[1].die(self.random)
        if late_calls:
            self._late_calls.append(late_calls)
        if kind is Kind.POWER:
            for disk in self.folder.disks:
                disk.lose_power(self.random)

    def restart(self, kind: Kind, under: Policy) -> None:
        """Die and start again under a policy, perhaps more than once, since a start may die as well."""
        self.die(kind)
        self.policy = under
        while True:
            self.start()
            try:
                self.faults.reach(Step.STARTED)
            except Crash:
                self.die(kind)
            else:
                return

    @property
    def zombies(self) -> bool:
        """Whether something of a process that has died may still arrive."""
        return bool(self._late_records or self._late_calls)

    def haunt(self) -> None:
        """Something that a dead process had sent arrives."""
        if self._late_calls and (not self._late_records or self.random.random() < 0.5):
            calls = self.random.choice(self._late_calls)
            self.redis.write(calls.popleft())
        else:
            writer, records = self.random.choice(self._late_records)
            self.topics.written.append(Appended(records.popleft(), writer, True))
        self._late_records = [late for late in self._late_records if late[1]]
        self._late_calls = [calls for calls in self._late_calls if calls]

    def last_statuses(self) -> dict[str, StatusRecord]:
        """By order the status with the highest version in the topic, as its consumers keep it."""
        found: dict[str, StatusRecord] = {}
        for _, record in self.topics.statuses():
            if record.correlation_id not in found or found[record.correlation_id].version <= record.version:
                found[record.correlation_id] = record
        return found
