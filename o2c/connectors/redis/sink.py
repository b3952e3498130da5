"""The Redis sink: a batch of emissions goes out as a few script calls, answered while the next batch is worked on."""

import time
from collections.abc import Callable

from bytewax.outputs import DynamicSink, StatelessSinkPartition

from o2c.connectors.deliveries import Deliveries
from o2c.connectors.redis.calls import ScriptCalls
from o2c.connectors.redis.packing import Gathered
from o2c.connectors.redis.place import DEFAULT_PREFIX, settings_of
from o2c.schemas.records import Emission

SINK = "redis"
RETRY_BUDGET_SECONDS = 30.0


class RedisSink(DynamicSink[Emission]):
    """Writes statuses, exceptions and feeds as the contract's Redis section has them.

    Raises OperatingFault when Redis takes no writes for `retry_budget_seconds`, or refuses one for good.
    `waited` is told for how many seconds the sink has waited for the answers to a batch.
    """

    def __init__(
        self,
        *,
        url: str,
        deliveries: Deliveries,
        prefix: str = DEFAULT_PREFIX,
        retry_budget_seconds: float = RETRY_BUDGET_SECONDS,
        waited: Callable[[float], object] = lambda _: None,
    ) -> None:
        settings_of(url)
        self._url = url
        self._deliveries = deliveries
        self._prefix = prefix
        self._retry_budget_seconds = retry_budget_seconds
        self._waited = waited

    def build(self, _step_id: str, _worker_index: int, _worker_count: int) -> "RedisSinkPartition":
        """The sink of one worker, with a connection of its own."""
        calls = ScriptCalls(self._url, self._prefix, self._retry_budget_seconds)
        return RedisSinkPartition(calls, self._deliveries, self._waited)


class RedisSinkPartition(StatelessSinkPartition[Emission]):
    """One worker's sink. Between two batches at most one batch is unanswered."""

    def __init__(self, calls: ScriptCalls, deliveries: Deliveries, waited: Callable[[float], object]) -> None:
        self._calls = calls
        self._deliveries = deliveries
        self._waited = waited
        self._tokens: dict[int, int] = {}

    def write_batch(self, items: list[Emission]) -> None:
        """Sends what is new; confirms the batch before it. A batch with nothing to write waits for nobody."""
        gathered = Gathered(items)
        if gathered.empty and not self._calls.answered():
            self._tokens.update(gathered.tokens)
            return
        self._settle()
        self._tokens = gathered.tokens
        for arguments in gathered.calls():
            self._calls.send(arguments)
        if not self._calls.unanswered:
            self._confirm()

    def close(self) -> None:
        """Waits for all answers, confirms and ends the connection."""
        self._settle()
        self._calls.close()

    def _settle(self) -> None:
        if self._calls.unanswered:
            began = time.monotonic()
            self._calls.settle()
            self._waited(time.monotonic() - began)
        self._confirm()

    def _confirm(self) -> None:
        for shard, token in self._tokens.items():
            self._deliveries.delivered(SINK, shard, token)
        self._tokens = {}
