"""What the log comes to, computed at once at the end: no batches, no feeds in motion, no store, no crash."""

from itertools import pairwise
from typing import Any

from o2c.flows.correlation.exceptions import exception_id
from o2c.flows.correlation.feeds import SimulatedFeeds
from o2c.flows.correlation.identity import correlation_id_of
from o2c.flows.correlation.milestones import ALLOCATION, INDEX, ORDER, PAYMENT, STALL_CODES
from o2c.flows.correlation.order import NEVER, OrderState, judge, merge
from o2c.flows.correlation.silence import CODE
from o2c.flows.correlation.snapshot import decode, encode
from o2c.flows.correlation.status import render
from o2c.schemas.codecs import Decoder
from o2c.schemas.documents import Arrival, Document, Heartbeat
from o2c.schemas.records import DeadLetter, Record
from tests.simulation.log import Log
from tests.simulation.outcome import Opened, comparable_status
from tests.simulation.script import GRACE_US, HORIZON, SILENT_AFTER_US, STARTED_AT, policy


class Naive:
    """The whole log, read once."""

    def __init__(self, log: Log) -> None:
        self.orders: dict[str, OrderState] = {}
        self.dead_letters: set[tuple[str, int, int]] = set()
        self.orphans: set[str] = set()
        self._appended: dict[str, list[tuple[int, Document]]] = {}
        self._spoke: dict[str, list[int]] = {feed: [] for feed in policy().declared}
        self._heartbeats: set[str] = set()
        decoder = Decoder(log.types_by_topic)
        for records in log.records.values():
            for record in records:
                self._take(decoder.decode(record), record)
        self.statuses: dict[str, dict[str, Any]] = {}
        self.opened: dict[str, Opened] = {}
        self.uncertain: set[str] = set()
        """Past their deadline, their feed silent before it proved them: open where a unit before them was proved."""
        self.uncertain_orders: set[str] = set()
        for correlation_id, state in self.orders.items():
            unproved = decode(encode(state))
            judge(unproved, policy(), HORIZON, SimulatedFeeds(policy(), {}))
            judgement = judge(state, policy(), HORIZON, self)
            if uncertain := unproved.lives.keys() - state.lives.keys():
                self.uncertain |= uncertain
                self.uncertain_orders.add(correlation_id)
            status = render(state, judgement, HORIZON, 1)
            self.statuses[correlation_id] = comparable_status(status.value)
            self.opened |= {life.exception_id: Opened.of_life(life) for life in state.lives.values() if life.is_open}
        rule = policy().feed_silent
        for feed, since in self.silent().items():
            subject = ("", "feed", f"feed:{feed}")
            opened = Opened(CODE, subject, since, None, None, rule.severity, rule.owner, ())
            self.opened[exception_id(None, CODE, subject)] = opened

    def _take(self, event: Arrival | Heartbeat | DeadLetter, record: Record) -> None:
        if isinstance(event, DeadLetter):
            self.dead_letters.add((record.topic, record.partition, record.offset))
        elif isinstance(event, Heartbeat):
            for name in event.document_types:
                self._spoke.setdefault(f"{name}/{event.source}", []).append(record.timestamp_us)
                self._heartbeats.add(f"{name}/{event.source}")
        else:
            document = event.document
            self._spoke.setdefault(f"{document.type}/{document.source}", []).append(record.timestamp_us)
            self._file(document, record.timestamp_us)

    def _file(self, document: Document, appended_at: int) -> None:
        correlation_id = correlation_id_of(document)
        if correlation_id is None:
            self.orphans.add(document.document_id)
        else:
            merge(self.orders.setdefault(correlation_id, OrderState(correlation_id)), document)
            self._appended.setdefault(correlation_id, []).append((appended_at, document))

    def stalls(self, correlation_id: str, code: str, clock: int, proved: int) -> set[str]:
        """Which exceptions of a stall's code there could be at `clock`: what it awaits is read up to `proved`.

        Of the milestones before it all that there was counts, for it may have been read; of those after it nothing. The
        order itself may not have been read: then nothing limits what waits.
        """
        awaited = STALL_CODES.index(code)
        found: set[str] = set()
        for first in (ORDER, ALLOCATION):
            state = OrderState(correlation_id)
            for appended_at, document in self._appended[correlation_id]:
                reached = INDEX.get(document.type, PAYMENT + 1)
                until = clock if first <= reached < awaited else proved if reached == awaited else 0
                if appended_at <= until:
                    merge(state, document)
            judge(state, policy(), clock, SimulatedFeeds(policy(), {}))
            found |= {life.exception_id for life in state.lives.values() if life.code == code}
        return found

    def judged(self, feed: str) -> bool:
        """Whether the feed is held to speak."""
        return feed in policy().declared or feed in self._heartbeats

    def progress(self, feed: str) -> int:
        """Everything is read; a feed that is judged has got as far as it last spoke."""
        names = [feed] if "/" in feed else [name for name in self._spoke if name.startswith(feed + "/")]
        return min((self.spoke_last(name, NEVER) for name in names if self.judged(name)), default=NEVER)

    def spoke_last(self, feed: str, until: int) -> int:
        """When the feed last spoke, up to a time."""
        return max((at for at in self._spoke[feed] if at <= until), default=0)

    def grace_us(self, _: str) -> int:
        """The same for all."""
        return GRACE_US

    def silences(self) -> dict[str, set[int]]:
        """By judged feed the last signs of life before each of its silences."""
        return {
            feed: {
                before
                for before, after in pairwise([*(sorted(times) or [STARTED_AT]), HORIZON])
                if after - before > SILENT_AFTER_US
            }
            for feed, times in self._spoke.items()
            if self.judged(feed)
        }

    def silent(self) -> dict[str, int]:
        """The feeds that are silent at the end, with their last signs of life."""
        last = {feed: max(self._spoke[feed], default=STARTED_AT) for feed in self.silences()}
        return {feed: at for feed, at in last.items() if HORIZON - at > SILENT_AFTER_US}
