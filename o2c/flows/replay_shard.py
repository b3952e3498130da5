"""A shard of a replay: simulated time, every change said at the instant at which it happens."""

from zlib import crc32

from o2c.flows.activation import Output, by_order, emission, take, too_late
from o2c.flows.correlation import retention
from o2c.flows.correlation.feeds import SimulatedFeeds
from o2c.flows.correlation.order import judge
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.silence import Silence
from o2c.flows.correlation.status import render
from o2c.flows.orders import Hot, Orders, ShardStore
from o2c.schemas.lanes import ShardBatch
from o2c.schemas.records import Emission


class ReplayShard:
    """Takes sorted instants in. `shards` of them share the orders; `hot_orders` of each stay decoded."""

    def __init__(
        self, number: int, store: ShardStore, policy: Policy, feeds: SimulatedFeeds, *, shards: int, hot_orders: int
    ) -> None:
        self.number = number
        self._store = store
        self._policy = policy
        self._feeds = feeds
        self._shards = shards
        self._orders = Orders(store, hot_orders)
        self._silence = Silence(store, policy, generation=0, always=True)
        self._token = 0

    def on_batch(self, batches: list[ShardBatch]) -> list[Emission]:
        """Take in one instant after the other; an order's deadlines before its next event fire first."""
        output = Output()
        for batch in batches:
            if batch.arrivals:
                self._arrive(batch, output)
            output.dead_letters.extend(batch.dead_letters)
            output.orphans.extend(batch.orphans)
            if batch.mark is not None:
                self._finish(batch.clock, output)
        if self._orders.crowded:
            self._write()
        self._token += 1
        return [emission(self.number, self._token, output)]

    def _arrive(self, batch: ShardBatch, output: Output) -> None:
        arrivals = by_order(batch.arrivals)
        for correlation_id, order in self._orders.load(arrivals).items():
            self._advance(order, batch.clock - 1, output)
            if order.state.retired is not None:
                output.orphans += too_late(order.state.retired, arrivals[correlation_id], {}, batch.clock)
                continue
            take(order.state, arrivals[correlation_id], {}, batch.clock)
            self._judge(order, batch.clock, output)

    def _advance(self, order: Hot, until: int, output: Output) -> None:
        """Fire what the clock brings up to `until`, each at its own instant."""
        while (clock := order.state.wake_at) <= until:
            if retention.is_due(order.state, self._policy.retention, clock):
                order.state = retention.shrunk(order.state, self._policy.retention, clock)
                self._orders.touch(order)
            else:
                self._judge(order, clock, output)

    def _judge(self, order: Hot, clock: int, output: Output) -> None:
        state = order.state
        judgement = judge(state, self._policy, clock, self._feeds)
        retention.note(state, self._policy.retention, clock, closed=judgement.closed)
        self._orders.touch(order)
        output.exceptions.extend(judgement.changes)
        output.audits.extend(judgement.audits)
        if judgement.billing is not None:
            output.billings.append(judgement.billing)
        output.statuses.append(render(state, judgement, clock, state.events))

    def _finish(self, as_of: int, output: Output) -> None:
        """The end of the input: move every order's clock to `as_of`, and judge the feeds."""
        self._write()
        for order in self._orders.all():
            self._advance(order, as_of, output)
            if self._orders.crowded:
                self._write()
        for feed, silent_from in sorted(self._feeds.silenced.items()):
            if crc32(feed.encode()) % self._shards == self.number:
                at: int | None = silent_from
                while at is not None and at <= as_of:
                    for said in self._silence.judge(feed, silent_from, True, at):
                        output.add(said)
                    at = self._silence.next_change_at(feed)

    def _write(self) -> None:
        self._store.write(self._orders.writes(self._orders.dirty()))
        self._orders.trim()
