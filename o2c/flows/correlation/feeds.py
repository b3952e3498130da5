"""How far each feed has spoken, and which of them have fallen silent. All times are UTC microseconds.

A feed is `<type>/<source>`. It is judged, that is held to speak, where policy declares it or where it sends heartbeats.
"""

from collections.abc import Iterable

from msgspec import Struct, field

from o2c.flows.correlation.calendar import ALWAYS
from o2c.flows.correlation.order import NEVER
from o2c.flows.correlation.policy import Policy
from o2c.schemas.lanes import Mark

HEARTBEAT = "heartbeat"


class Pause(Struct, array_like=True):
    """A feed that spoke again after a silence: until its connector has caught up its progress stands still.

    `stands_at` is the last sign of life before the silence, `spoke_at` the first one after it.
    """

    stands_at: int
    spoke_at: int


class FeedsState(Struct, array_like=True):
    """What is kept of the feeds between two starts."""

    marks: dict[int, Mark] = field(default_factory=dict)
    pauses: dict[str, Pause] = field(default_factory=dict)


class Feeds:
    """The feeds as one shard knows them, from the progress marks of all lanes.

    `lanes_by_type` says which lanes read each document type; until all of them have spoken, a type has no progress.
    `started_at` is the store's first start: a declared feed that was never seen is silent from then on.
    """

    def __init__(
        self, policy: Policy, lanes_by_type: dict[str, frozenset[int]], started_at: int, state: FeedsState
    ) -> None:
        self.policy = policy
        self.state = state
        self._lanes_by_type = lanes_by_type
        self._started_at = started_at
        self.newest: dict[str, int] = {}
        self.heartbeats: set[str] = set()
        self._by_type: dict[str, list[str]] = {}
        for feed in policy.declared:
            self._know(feed)
        for mark in state.marks.values():
            self.heartbeats.update(mark.heartbeats)
            for feed, spoke_at in mark.newest.items():
                self._know(feed)
                self.newest[feed] = max(spoke_at, self.newest.get(feed, spoke_at))

    def on_mark(self, mark: Mark) -> None:
        """Take a lane's progress in."""
        self.state.marks[mark.lane] = mark
        self.heartbeats.update(mark.heartbeats)
        for feed, spoke_at in mark.newest.items():
            before = self.newest.get(feed)
            if before is None:
                self._know(feed)
            elif spoke_at <= before:
                continue
            elif self._was_silent(feed, before, spoke_at):
                self.state.pauses[feed] = Pause(before, spoke_at)
            self.newest[feed] = spoke_at

    def _know(self, feed: str) -> None:
        known = self._by_type.setdefault(feed.partition("/")[0], [])
        if feed not in known:
            known.append(feed)

    def silent_after_us(self, feed: str) -> int | None:
        """How long this feed may say nothing, in its calendar's time; None for one that is not judged."""
        declared = self.policy.declared.get(feed)
        if declared is not None:
            return declared.silent_after_us
        return self.policy.heartbeat_silent_after_us if feed in self.heartbeats else None

    def _was_silent(self, feed: str, heard_at: int, until: int) -> bool:
        """Whether a judged feed that said nothing between two instants was silent, in its calendar's time."""
        silent_after = self.silent_after_us(feed)
        if silent_after is None:
            return False
        declared = self.policy.declared.get(feed)
        calendar = ALWAYS if declared is None else declared.calendar
        return calendar.elapsed(heard_at, until) > silent_after

    def read_to(self, document_type: str) -> int:
        """The time up to which every lane has read everything of a type; 0 while a lane has not said so."""
        lanes = self._lanes_by_type.get(document_type)
        if not lanes:
            return 0
        marks = self.state.marks
        return min(marks[lane].read_to.get(document_type, 0) if lane in marks else 0 for lane in lanes)

    def progress(self, feed: str) -> int:
        """The time up to which this feed has said what it had to say. A bare type: the least of its known feeds."""
        document_type, separator, _ = feed.partition("/")
        if separator:
            return self._progress_of(feed, document_type)
        known = self._by_type.get(document_type)
        if not known:
            return self.read_to(document_type)
        return min(self._progress_of(each, document_type) for each in known)

    def _progress_of(self, feed: str, document_type: str) -> int:
        read_to = self.read_to(document_type)
        if self.silent_after_us(feed) is None:
            return read_to
        newest = self.newest.get(feed)
        if newest is None:
            return 0
        pause = self.state.pauses.get(feed)
        if pause is not None and read_to < pause.spoke_at + self.grace_us(feed):
            return min(read_to, pause.stands_at)
        return min(read_to, newest)

    def grace_us(self, feed: str) -> int:
        """How far past a deadline this feed must have got."""
        return self.policy.grace_us(feed)

    def judged(self) -> Iterable[str]:
        """The feeds that are held to speak."""
        return sorted({*self.policy.declared, *self.heartbeats})

    def heard_at(self, feed: str) -> int:
        """A feed's last sign of life; the store's first start for one that was never heard."""
        return self.newest.get(feed, self._started_at)

    def silent_since(self, feed: str) -> int | None:
        """The last sign of life of a judged feed that has fallen silent; None for one that speaks.

        Only what has been read can be silent: the time up to which type and heartbeats are read counts, not the clock,
        so that a lane that lags behind never looks like a source that died.
        """
        if self.silent_after_us(feed) is None:
            return None
        read_to = self.read_to(feed.partition("/")[0])
        if HEARTBEAT in self._lanes_by_type:
            read_to = min(read_to, self.read_to(HEARTBEAT))
        last = self.heard_at(feed)
        return last if self._was_silent(feed, last, read_to) else None


class SimulatedFeeds:
    """Feeds of a replay: alive and read to the end, but for those that are said to have fallen silent.

    `silenced` has the time at which the progress of each of them ends.
    """

    def __init__(self, policy: Policy, silenced: dict[str, int]) -> None:
        self._policy = policy
        self.silenced = silenced

    def progress(self, feed: str) -> int:
        """The simulated clock has always got far enough, but for a silenced feed, or a type with one."""
        if not self.silenced:
            return NEVER
        if "/" in feed:
            return self.silenced.get(feed, NEVER)
        ends = [until for name, until in self.silenced.items() if name.partition("/")[0] == feed]
        return min(ends, default=NEVER)

    def grace_us(self, feed: str) -> int:  # noqa: ARG002 -- as every view of the feeds has it
        """Nil: nothing can be on its way any more."""
        return 0
