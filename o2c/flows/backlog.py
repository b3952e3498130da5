"""What a shard has been sent of a backlog and has not judged yet.

Of an order's states in a row only the last is of use to anybody, so while nobody waits for an event it waits for the
order's next ones, and all are judged at once. First come, first judged; a mark counts once all that came before it is.
"""

from collections import OrderedDict, deque

from o2c.schemas.lanes import Mark

ORDER_BYTES = 400
EVENT_BYTES = 120
"""What an order and an event that wait take in memory beside the packed event itself."""


class Backlog:
    """Packed arrivals by order, those first that have waited longest, and the marks behind them.

    `most_bytes`: how much may wait. `most_seconds`: how long the first may, so that positions move.
    """

    def __init__(self, most_bytes: int, most_seconds: float) -> None:
        self._most_bytes = most_bytes
        self._most_seconds = most_seconds
        self._waiting: OrderedDict[str, tuple[float, list[bytes]]] = OrderedDict()
        self._bytes = 0
        self._marks: deque[tuple[float, Mark]] = deque()

    def add(self, arrivals: tuple[tuple[str, bytes], ...], now: float) -> None:
        """Let arrivals wait, from `now` (seconds)."""
        waiting = self._waiting
        for correlation_id, packed in arrivals:
            self._bytes += len(packed) + EVENT_BYTES
            entry = waiting.get(correlation_id)
            if entry is None:
                self._bytes += ORDER_BYTES
                waiting[correlation_id] = (now, [packed])
            else:
                entry[1].append(packed)

    def hold(self, mark: Mark, now: float) -> None:
        """Keep a mark until all that came before it is judged."""
        self._marks.append((now, mark))

    def take(self, correlation_id: str) -> list[bytes]:
        """What waits of one order, in its order: it is judged now."""
        entry = self._waiting.pop(correlation_id, None)
        if entry is None:
            return []
        self._bytes -= _size(entry[1])
        return entry[1]

    @property
    def full(self) -> bool:
        """Whether more waits than may."""
        return self._bytes > self._most_bytes

    def due(self, now: float, most: int, *, caught_up: bool) -> dict[str, list[bytes]]:
        """What is to be judged now, of up to `most` orders: any that waits once the lanes have caught up."""
        waiting = self._waiting
        until = now - self._most_seconds
        due: dict[str, list[bytes]] = {}
        while waiting and len(due) < most:
            correlation_id, (since, packed) = waiting.popitem(last=False)
            if not (caught_up or self.full or since <= until):
                waiting[correlation_id] = (since, packed)
                waiting.move_to_end(correlation_id, last=False)
                break
            self._bytes -= _size(packed)
            due[correlation_id] = packed
        return due

    def covered(self) -> list[Mark]:
        """The marks that nothing waits before any more; each is told once."""
        first = next(iter(self._waiting.values()))[0] if self._waiting else float("inf")
        covered: list[Mark] = []
        while self._marks and self._marks[0][0] < first:
            covered.append(self._marks.popleft()[1])
        return covered


def _size(events: list[bytes]) -> int:
    return ORDER_BYTES + EVENT_BYTES * len(events) + sum(map(len, events))
