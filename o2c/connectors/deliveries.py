"""Which emissions every sink has confirmed: a lane's position never passes what may not have been published."""

from threading import Lock


class Deliveries:
    """The highest confirmed token of each shard, by sink.

    Sinks of all workers of a process report here, from their own threads; a shard asks before it writes positions.
    """

    def __init__(self, sinks: tuple[str, ...]) -> None:
        assert sinks, "without a sink nothing is ever confirmed"
        self._confirmed: dict[str, dict[int, int]] = {sink: {} for sink in sinks}
        self._lock = Lock()

    def delivered(self, sink: str, shard: int, token: int) -> None:
        """All of the shard's emissions up to `token` have been confirmed by the outside of `sink`."""
        with self._lock:
            tokens = self._confirmed[sink]
            assert token >= tokens.get(shard, 0), "confirmations of a shard come in order"
            tokens[shard] = token

    def upto(self, shard: int) -> int:
        """The highest token of `shard` that every sink has confirmed; 0 before the first."""
        with self._lock:
            return min(tokens.get(shard, 0) for tokens in self._confirmed.values())
