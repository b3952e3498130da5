"""How much waits in the outboxes of a process, and for how long."""

from collections import deque

from o2c.flows.outbox import Outbox
from o2c.flows.telemetry import OUTBOX_AGE, OUTBOX_DEPTH

_ages: dict[int, float] = {}
"""By shard of this process, how long the first entry of its outbox has waited, in seconds."""


class OutboxFigures:
    """Depth and age of one shard's outbox. What a start finds there counts as put in at the start."""

    def __init__(self, shard: int, outbox: Outbox) -> None:
        self._shard = shard
        self._outbox = outbox
        self._depth = 0
        self._seen = 0
        self._put_in: deque[tuple[int, float]] = deque()

    def count(self, now: float) -> None:
        """Show the depth; notice at `now` (seconds) what has been put in since the last call."""
        depth = self._outbox.depth
        if depth != self._depth:
            OUTBOX_DEPTH.inc(depth - self._depth)
            self._depth = depth
        if self._outbox.next != self._seen:
            self._put_in.append((self._seen, now))
            self._seen = self._outbox.next

    def show_age(self, now: float) -> None:
        """Show the age of the oldest entry of all shards."""
        _ages[self._shard] = self.age(now)
        OUTBOX_AGE.set(max(_ages.values()))

    def age(self, now: float) -> float:
        """For how many seconds the oldest entry has waited; 0 where none does."""
        first, put_in = self._outbox.first, self._put_in
        if first is None:
            put_in.clear()
            return 0.0
        while len(put_in) > 1 and put_in[1][0] <= first:
            put_in.popleft()
        return now - put_in[0][1]
