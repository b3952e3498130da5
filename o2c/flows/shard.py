"""One shard of the orders: takes batches in, judges what they touch, and says what is to be published.

The engine is a shell around this class; simulated time drives it the same way in tests and in a replay.
"""

from collections.abc import Callable
from concurrent.futures import Future
from zlib import crc32

import msgspec
from msgspec import Struct

from o2c.flows.activation import Output, by_order, emission, take, too_late
from o2c.flows.backlog import Backlog
from o2c.flows.correlation import retention
from o2c.flows.correlation.feeds import Feeds, FeedsState, Pause
from o2c.flows.correlation.order import Judgement, OrderState, judge, view
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.silence import Silence
from o2c.flows.correlation.status import render
from o2c.flows.feed_figures import FeedFigures
from o2c.flows.figures import Figures
from o2c.flows.orders import Hot, Orders, ShardStore, Write
from o2c.flows.outbox import Outbox
from o2c.flows.outbox_figures import OutboxFigures
from o2c.flows.telemetry import (
    AUDIT_ENTRIES,
    BILLING_CHANGES,
    EPOCH_WRITE,
    EXCEPTION_CHANGES,
    FORGOTTEN_ORDERS,
    STATUSES,
)
from o2c.schemas.events import DOCUMENT_TYPES
from o2c.schemas.lanes import Mark, ShardBatch
from o2c.schemas.records import Emission, StatusRecord

VERSION_SHIFT = 32
DUE_AT_ONCE = 500
"""How many orders a shard judges by the clock in one activation, so that events never wait long behind them."""
OUTBOX_INTERVAL_S = 1.0
TICK_INTERVAL_S = 0.2
BACKLOG_BYTES = 256 * 1024 * 1024
"""Memory in which all shards of a job keep a backlog's events before they judge the first of their orders."""

BACKLOG_S = 30.0
"""Seconds after which a backlog's events are judged however few they are, so that positions move."""

BACKLOG_SLICE_S = 2.0
"""For how long (seconds) all shards of a job judge what has waited before they look at what has come since."""

WRITTEN_AT_ONCE = 32
"""Orders of a backlog that are judged, then written while the processor's caches still hold them."""

_REVIEWED_AT_ONCE = 1_000

_mark_decoder = msgspec.msgpack.Decoder(Mark)
_pauses_decoder = msgspec.msgpack.Decoder(dict[str, Pause])
_encode = msgspec.msgpack.encode
_POLICY_KEY = b"mpolicy"
_PAUSES_KEY = b"mpauses"


class ShardOptions(Struct, frozen=True):
    """What all shards of a job share.

    `epoch_s`: the longest time (seconds) between two write-backs. `hot_orders`: how many a shard keeps decoded.
    `lanes_by_type`: which lanes read each document type. `started_at`: the store's first start, UTC microseconds.
    """

    shards: int
    generation: int
    epoch_s: float
    hot_orders: int
    lanes_by_type: dict[str, frozenset[int]]
    started_at: int
    backlog_bytes: int = BACKLOG_BYTES


class Shard:
    """A shard that is deployed: its clock is the batch's, its exceptions go through the outbox."""

    def __init__(
        self,
        number: int,
        store: ShardStore,
        policy: Policy,
        options: ShardOptions,
        confirmed: Callable[[int], int],
        submit: Callable[[Callable[[], None]], "Future[None]"],
        monotonic: Callable[[], float],
    ) -> None:
        self.number = number
        self._store = store
        self._policy = policy
        self._options = options
        self._confirmed = confirmed
        self._monotonic = monotonic
        self._figures = Figures(store)
        self._feed_figures = FeedFigures()
        self._orders = Orders(store, options.hot_orders, self._figures)
        self.outbox = Outbox(store, submit)
        self._outbox_figures = OutboxFigures(number, self.outbox)
        marks = {mark.lane: mark for mark in stored_marks(store)}
        pauses = store.get(_PAUSES_KEY)
        state = FeedsState(marks, {} if pauses is None else _pauses_decoder.decode(pauses))
        self._feeds = Feeds(policy, options.lanes_by_type, options.started_at, state)
        self._silence = Silence(store, policy, options.generation)
        self._gated_feeds = (*DOCUMENT_TYPES, *policy.declared)
        self._token = 0
        self._backlog = Backlog(options.backlog_bytes // options.shards, BACKLOG_S)
        self._behind: set[int] = set()
        self._unconfirmed_marks: list[tuple[int, Mark]] = []
        self._positions: dict[int, Mark] = {}
        self._to_write: list[Hot] = []
        self._clock = self._began_at = 0
        self._is_read = False
        self._postponed: list[str] = []
        self._ticked_at = float("-inf")
        # Shards close their epochs one after the other, not all at once.
        self._epoch_ends = monotonic() + options.epoch_s * (number + 1) / options.shards
        self._sync_owed_at = self._epoch_ends
        self._reviewed = store.get(_POLICY_KEY) == policy.version.encode()

    def on_batch(self, batches: list[ShardBatch]) -> list[Emission]:
        """Take in what the lanes have sent, in their order, and say what is to be published."""
        output = Output()
        # The batch of a slower lane is older, but what was judged is never judged at an earlier time.
        clock = self._clock = max(self._clock, *(batch.clock for batch in batches))
        now = self._monotonic()
        self._began_at = self._began_at or clock
        if not self._reviewed:
            self._review(clock)
        marked = behind = False
        for batch in batches:
            if batch.behind:
                behind = True
                self._backlog.add(batch.arrivals, now)
            elif batch.arrivals:
                self._arrive(by_order(batch.arrivals), clock, output)
            output.dead_letters.extend(batch.dead_letters)
            output.orphans.extend(batch.orphans)
            if batch.mark is not None:
                marked = True
                self._backlog.hold(batch.mark, now)
                if batch.behind:
                    self._behind.add(batch.mark.lane)
                else:
                    self._behind.discard(batch.mark.lane)
        self._judge_backlog(now, clock, output, caught_up=not (behind or self._behind))
        epoch_over = now >= self._epoch_ends or self._orders.crowded
        self._take_marks()
        ticks = marked and now - self._ticked_at >= TICK_INTERVAL_S
        if ticks:
            self._ticked_at = now
            self._tick(clock, output)
        self._token += 1
        self._publish_outbox(clock, output)
        self._write_back(now, epoch_over)
        self._count(output, now)
        if ticks:
            self._show(output, now)
        return [emission(self.number, self._token, output)]

    def close(self) -> None:
        """The stream has ended and the sinks have confirmed what they could: leave the store at that."""
        self._write_epoch()
        self._store.sync()
        self._store.close()

    def _take_marks(self) -> None:
        """What a mark covers is judged: now it proves something, and is confirmed with this activation's emission."""
        for mark in self._backlog.covered():
            self._feeds.on_mark(mark)
            self._unconfirmed_marks.append((self._token + 1, mark))

    def _judge_backlog(self, now: float, clock: int, output: Output, *, caught_up: bool) -> None:
        """Judge what has waited long enough, and write it while it is at hand: nobody will ask for it soon."""
        until = now + BACKLOG_SLICE_S / self._options.shards
        while due := self._backlog.due(now, WRITTEN_AT_ONCE, caught_up=caught_up):
            judged = self._arrive(due, clock, output)
            self._write_with_outbox(judged)
            self._orders.forget(judged)
            if self._monotonic() >= until and not self._backlog.full:
                break

    def _arrive(self, arrivals: dict[str, list[bytes]], clock: int, output: Output) -> list[Hot]:
        """Merge what has arrived and judge each order once."""
        judged = self._orders.load(arrivals)
        for correlation_id, order in judged.items():
            state = order.state
            packed = self._backlog.take(correlation_id) + arrivals[correlation_id]
            if state.retired is not None:
                output.orphans += too_late(state.retired, packed, self._feed_figures.repeats, clock)
                continue
            take(state, packed, self._feed_figures.repeats, clock)
            judgement = self._judge(order, clock)
            if judgement.changes or correlation_id in self.outbox.status_due:
                self._hand_to_outbox(state, judgement)
            else:
                # What billing is told must be durable; what the status says of it the documents say again.
                self._hand_records_to_outbox(judgement)
                output.statuses.append(self._render(state, judgement, clock))
        return list(judged.values())

    def _hand_to_outbox(self, state: OrderState, judgement: Judgement) -> None:
        self._hand_records_to_outbox(judgement)
        self.outbox.add(state.correlation_id)

    def _hand_records_to_outbox(self, judgement: Judgement) -> None:
        for change in judgement.changes:
            self.outbox.add(change)
        if judgement.billing is not None:
            self.outbox.add(judgement.billing)
        for audit in judgement.audits:
            self.outbox.add(audit)

    def _render(self, state: OrderState, judgement: Judgement, clock: int) -> StatusRecord:
        state.version += 1
        status = render(state, judgement, clock, (self._options.generation << VERSION_SHIFT) + state.version)
        state.fulfilment, state.financial = status.fulfilment, status.financial
        return status

    def _tick(self, clock: int, output: Output) -> None:
        """What the clock and the feeds' progress change by themselves."""
        for order in self._orders.due(clock, self._feeds, self._gated_feeds, DUE_AT_ONCE):
            self._judge_by_clock(order, clock)
        if self._postponed and self._read_since_start():
            again, self._postponed = self._postponed[:DUE_AT_ONCE], self._postponed[DUE_AT_ONCE:]
            for order in self._orders.load(again).values():
                self._judge_by_clock(order, clock)
        for feed in self._feeds.judged():
            if self._owns(feed):
                is_silent = self._feeds.silent_since(feed) is not None
                for said in self._silence.judge(feed, self._feeds.heard_at(feed), is_silent, clock):
                    self.outbox.add(said)
        owned = [feed for feed in self._feeds.newest if self._owns(feed)]
        if owned:
            output.feeds.extend(self._silence.report(owned, self._feeds, clock))

    def _owns(self, feed: str) -> bool:
        return crc32(feed.encode()) % self._options.shards == self.number

    def _judge(self, order: Hot, clock: int) -> Judgement:
        judgement = judge(order.state, self._policy, clock, self._feeds, self._options.generation)
        retention.note(order.state, self._policy.retention, clock, closed=judgement.closed)
        self._orders.touch(order)
        return judgement

    def _judge_by_clock(self, order: Hot, clock: int, *, under_new_policy: bool = False) -> None:
        self._to_write.append(order)
        if not under_new_policy and retention.is_due(order.state, self._policy.retention, clock):
            self._shrink(order, clock)
        elif order.state.retired is not None:
            retention.reschedule(order.state, self._policy.retention)
            self._orders.touch(order)
        else:
            judgement = self._judge(order, clock)
            if _outbox_needed(judgement) or judgement.turned or (under_new_policy and not judgement.closed):
                self._hand_to_outbox(order.state, judgement)

    def _shrink(self, order: Hot, clock: int) -> None:
        """Keep less of a closed order whose time has come; say so where nobody is to see it any more."""
        state = order.state
        if self.outbox.owes_status(state.correlation_id) or not self._read_since_start():
            # What may have to be said again can only be told while the order is whole.
            self._postponed.append(state.correlation_id)
            return
        self._orders.touch(order)
        order.state = retention.shrunk(state, self._policy.retention, clock)
        if retention.is_forgotten(order.state):
            version = (self._options.generation << VERSION_SHIFT) + state.version + 1
            self.outbox.add(retention.forgotten_order(state, version))

    def _read_since_start(self) -> bool:
        """Whether all that lay in the topics at the start has been judged: what a crash had left unsaid is said."""
        if not self._is_read:
            types = self._options.lanes_by_type
            self._is_read = all(self._feeds.read_to(document_type) >= self._began_at for document_type in types)
        return self._is_read

    def _review(self, clock: int) -> None:
        """Another policy than the last: judge every order anew, before the first event.

        Every open order's status is due: whose business its waits are, and until when, are policy's to say.
        """
        for count, order in enumerate(self._orders.all(), 1):
            self._judge_by_clock(order, clock, under_new_policy=True)
            if count % _REVIEWED_AT_ONCE == 0:
                self._write_dirty([])
                self._to_write.clear()
                self._orders.trim()
        self._write_dirty([(_POLICY_KEY, self._policy.version.encode())])
        self._to_write.clear()
        self._reviewed = True

    def _publish_outbox(self, clock: int, output: Output) -> None:
        """Say what has become durable: what was found of an order, then its status as it is now.

        The order is written with what takes its entry out of the outbox, at the latest.
        """
        due: list[str] = []
        for entry in self.outbox.take(self._token):
            if isinstance(entry, str):
                due.append(entry)
            else:
                output.add(entry)
        for order in self._orders.load(due).values():
            judgement = view(order.state, self._policy, clock)
            output.statuses.append(self._render(order.state, judgement, clock))
            self._orders.touch(order)
            self._to_write.append(order)

    def _write_back(self, now: float, epoch_over: bool) -> None:
        """Write what must be durable before it is said; at an epoch's end, all; then start the sync."""
        if epoch_over:
            self._write_epoch()
            self._epoch_ends = now + self._options.epoch_s
        elif self.outbox.unwritten or self._to_write:
            self._write_with_outbox(self._to_write)
        self._to_write.clear()
        owed = now >= self._sync_owed_at
        if owed:
            self._sync_owed_at = now + self._options.epoch_s
        self.outbox.sync(now, OUTBOX_INTERVAL_S, owed=owed)

    def _write_with_outbox(self, orders: list[Hot]) -> None:
        """Write these orders, and the outbox with every order that caused an entry of it."""
        waiting = {order.state.correlation_id: order for order in orders}
        waiting.update(self._orders.load(self.outbox.unwritten_orders()))
        self._store.write(self._orders.writes(waiting.values()) + self._outbox_writes())

    def _outbox_writes(self) -> list[Write]:
        return self.outbox.writes(self._confirmed(self.number)) + self._silence.writes()

    def _write_epoch(self) -> None:
        """Close the epoch: every changed order, and the positions up to which all that was said is confirmed."""
        confirmed = self._confirmed(self.number)
        while self._unconfirmed_marks and self._unconfirmed_marks[0][0] <= confirmed:
            mark = self._unconfirmed_marks.pop(0)[1]
            self._positions[mark.lane] = mark
        meta: list[Write] = [(mark_key(lane), _encode(mark)) for lane, mark in self._positions.items()]
        self._positions.clear()
        meta.append((_PAUSES_KEY, _encode(self._feeds.state.pauses)))
        self._write_dirty(meta)
        self._orders.trim()

    def _write_dirty(self, more: list[Write]) -> None:
        with EPOCH_WRITE.time():
            self._store.write(self._orders.writes(self._orders.dirty()) + self._outbox_writes() + more)

    def _show(self, output: Output, now: float) -> None:
        """Bring the gauges up to date: with the clock, not with every event."""
        self._figures.show()
        self._outbox_figures.show_age(now)
        judged = [feed for feed in self._feeds.judged() if self._owns(feed)]
        self._feed_figures.show(judged, self._silence.silent(), output.feeds)

    def _count(self, output: Output, now: float) -> None:
        """Count what this activation says."""
        if output.statuses:
            STATUSES.inc(len(output.statuses))
        if output.billings:
            BILLING_CHANGES.inc(len(output.billings))
        if output.audits:
            AUDIT_ENTRIES.inc(len(output.audits))
        if output.forgotten:
            FORGOTTEN_ORDERS.inc(len(output.forgotten))
        for change in output.exceptions:
            EXCEPTION_CHANGES.labels(change.code, change.state).inc()
        self._outbox_figures.count(now)


def _outbox_needed(judgement: Judgement) -> bool:
    """Whether something was found that may only be said once it is durable."""
    return bool(judgement.changes or judgement.billing is not None or judgement.audits)


def mark_key(lane: int) -> bytes:
    """Where a lane's confirmed position is kept."""
    return b"p" + lane.to_bytes(4, "big")


def stored_marks(store: ShardStore) -> list[Mark]:
    """The last confirmed mark of every lane."""
    return [_mark_decoder.decode(value) for _, value in store.scan(b"p", b"q")]
