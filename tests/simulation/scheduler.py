"""One run by a seed: steps in any order, crashes in between; then everything settles."""

from bisect import bisect
from itertools import accumulate
from random import Random

from msgspec import Struct

from o2c.schemas.times import MINUTE_US, SECOND_US
from tests.simulation.faults import Crash, Kind, Step
from tests.simulation.process import EPOCH_S
from tests.simulation.script import EVENTS_UNTIL, HORIZON, Append, other_policy, policy
from tests.simulation.world import World

_MOST_ROUNDS = 60
_SETTLE_US = 5 * MINUTE_US


class Plan(Struct, frozen=True):
    """Which crashes come: `crashes` of them, each within `within` steps of the last, at `only` steps of one name.

    `stops`: how likely, at each turn of the clock, the job is told to stop in order. `policy_changes`: how likely, at
    each start, it is under the other policy; it ends under the usual one.
    """

    crashes: int = 0
    within: int = 1_500
    only: Step | None = None
    kinds: tuple[Kind, ...] = (Kind.PROCESS, Kind.POWER)
    stops: float = 0.0
    policy_changes: float = 0.0


UNDISTURBED = Plan()


class Run:
    """A world, driven to its end."""

    def __init__(self, appends: tuple[Append, ...], seed: int, plan: Plan) -> None:
        self.random = Random(seed)
        self.world = World(appends, self.random)
        self._plan = plan
        self._crashes_left = plan.crashes
        # How eagerly each part moves, so that in one run the sinks are slow, in another the syncs.
        reading = [self.random.choice((2, 4, 8)) for _ in range(2)]
        others = [self.random.choice((0.3, 1, 4)) for _ in range(4)]
        self._eagerness = list(accumulate((*reading, *others, 2)))
        self._patience_us = self.random.choice((10, 30, 90)) * SECOND_US

    def complete(self) -> World:
        """Safety first, under crashes; then liveness, without."""
        self._arm()
        while self.world.now < EVENTS_UNTIL:
            try:
                self._step()
            except Crash:
                self._arm()
                self._restart(self.random.choice(self._plan.kinds))
                self._arm()
        self.world.faults.disarm()
        if self.world.policy is not policy():
            self.world.process.stop()
            self.world.restart(Kind.PROCESS, policy())
        self._settle()
        return self.world

    def _arm(self) -> None:
        """Plan the next crash: soon after the last one now and then, while what it undid is being redone."""
        if self._crashes_left and not self.world.faults.armed:
            self._crashes_left -= 1
            within = self._plan.within if self.random.random() < 0.6 else max(1, self._plan.within // 20)
            self.world.faults.plan(self.random.randint(1, within), self._plan.only)

    def _step(self) -> None:
        """One step of any part."""
        process, random = self.world.process, self.random
        move = bisect(self._eagerness, random.random() * self._eagerness[-1])
        if move == 0:
            process.poll(random.choice(process.lanes), random.randint(1, 12))
        elif move == 1:
            process.activate(random.randrange(len(process.routed)), random.randint(1, 6))
        elif move == 2:
            random.choice(process.syncs).step()
        elif move == 3:
            self._step_topics()
        elif move == 4:
            self._step_redis()
        elif move == 5:
            random.choice(process.lanes).answer()
            if self.world.zombies and random.random() < 0.3:
                self.world.haunt()
        else:
            self._move_clock()

    def _restart(self, kind: Kind) -> None:
        changed = self.random.random() < self._plan.policy_changes
        self.world.restart(kind, other_policy() if changed else policy())

    def _step_topics(self) -> None:
        sink = self.world.process.topic_sink
        for _ in range(self.random.randint(1, 4)):
            if sink.in_flight and (not sink.unreported or self.random.random() < 0.6):
                sink.deliver(self.random)
            elif sink.unreported:
                sink.report(self.random)

    def _step_redis(self) -> None:
        sink = self.world.process.redis_sink
        for _ in range(self.random.randint(1, 3)):
            if sink.in_flight:
                sink.write()
            elif sink.unanswered:
                sink.answer()

    def _move_clock(self) -> None:
        """To the next event, or by some seconds; now and then the job is stopped and started again."""
        if self.random.random() < self._plan.stops:
            self.world.process.stop()
            self._restart(Kind.PROCESS)
            return
        until = self.world.now + self.random.randint(1, self._patience_us)
        upcoming = self.world.next_append
        if upcoming is not None and self.random.random() < 0.5:
            until = min(until, upcoming)
        self.world.advance(until)

    # ---------------------------------------------------------------------- liveness

    def _settle(self) -> None:
        """The clock goes beyond all deadlines; then it stands, until nothing moves any more."""
        while self.world.zombies:
            self.world.haunt()
        while self.world.now < HORIZON:
            self.world.advance(min(HORIZON, self.world.now + _SETTLE_US))
            self._round()
        for _ in range(_MOST_ROUNDS):
            self.world.wait(EPOCH_S)
            self._round()
            if self.world.process.quiet:
                return
        raise AssertionError("the job does not come to rest")

    def _round(self) -> None:
        """Every part moves once, and marks are due."""
        process = self.world.process
        for lane in process.lanes:
            lane.due()
            process.poll(lane, 1_000)
        for shard in range(len(process.routed)):
            process.activate(shard, 1_000)
        process.settle_sinks()
        for syncs in process.syncs:
            while syncs.busy:
                syncs.step()
