"""Where a process may die: every step is named, and a plan says at which one the crash comes."""

from collections import Counter
from enum import Enum


class Step(Enum):
    """What has just happened, or is about to, when the process may die."""

    STARTED = "generation settled, nothing read yet"
    READ = "records read from the log"
    ROUTED = "records on their way to the shards"
    STORE_WRITE = "store about to be written"
    STORE_WRITTEN = "store written"
    EPOCH_COMMITTED = "store written with positions"
    SYNC_ASKED = "sync asked for"
    SYNCED = "store synced, nobody told"
    SYNC_REPORTED = "sync reported"
    EMITTED = "emission made, no sink has it"
    OUTBOX_PUBLISHED = "outbox entries handed to the first sink"
    HANDED_OVER = "emission handed to all sinks"
    TOPIC_WRITTEN = "record in its topic, not reported"
    TOPIC_REPORTED = "delivery to a topic reported"
    REDIS_WRITTEN = "written to Redis, not answered"
    REDIS_REPORTED = "writes to Redis answered"
    STOPPING = "told to stop in order"


class Kind(Enum):
    """What dies. A process leaves all its writes behind, a machine a prefix of those that were not synced."""

    PROCESS = "process"
    POWER = "power"


class Crash(Exception):
    """The process is gone. Nothing may catch this but the world."""


class Faults:
    """Counts steps and kills at the one that is planned."""

    def __init__(self) -> None:
        self.seen: Counter[Step] = Counter()
        self.died_at: list[Step] = []
        self._countdown: int | None = None
        self._only: Step | None = None

    def plan(self, steps: int, only: Step | None = None) -> None:
        """Die at the `steps`-th step from now, of any kind or of this one."""
        assert steps > 0
        self._countdown, self._only = steps, only

    def disarm(self) -> None:
        """No more crashes."""
        self._countdown = None

    @property
    def armed(self) -> bool:
        """Whether a crash is planned."""
        return self._countdown is not None

    def reach(self, step: Step) -> None:
        """This step is reached. Raises Crash where it is the planned one."""
        self.seen[step] += 1
        if self._countdown is None or self._only not in (None, step):
            return
        self._countdown -= 1
        if self._countdown == 0:
            self._countdown = None
            self.died_at.append(step)
            raise Crash
