"""The step between the lanes and the shards: decode a record, find its order, send it to that order's shard.

What no order claims, and what cannot be read, travels to a shard too: it is published and confirmed on the same way, so
that a position never passes it unsaid.
"""

from collections.abc import Callable, Collection
from zlib import crc32

import msgspec
import structlog
from msgspec import Raw

from o2c.flows.correlation.identity import correlation_id_of
from o2c.flows.correlation.order import NEVER
from o2c.flows.correlation.snapshot import encode
from o2c.flows.feed_figures import LaneCounts, count_orphan
from o2c.flows.telemetry import ROUNDED_NUMBERS
from o2c.schemas.codecs import Decoder
from o2c.schemas.documents import Arrival, Document, Heartbeat
from o2c.schemas.lanes import LaneBatch, Mark, ShardBatch
from o2c.schemas.numbers import ROUNDINGS
from o2c.schemas.records import DeadLetter, Orphan, Record
from o2c.schemas.times import rfc3339

MOST_FEEDS = 10_000
"""Feeds that a lane keeps the newest record of, beside those declared: made-up sources cannot fill the memory."""

_log = structlog.get_logger(__name__)


class _Parts:
    """What a batch holds for one shard."""

    __slots__ = ("arrivals", "dead_letters", "orphans")

    def __init__(self) -> None:
        self.arrivals: list[tuple[str, bytes]] = []
        self.dead_letters: list[DeadLetter] = []
        self.orphans: list[Orphan] = []


class LaneFeeds:
    """Who has spoken on one lane: the newest Kafka timestamp of each feed, and which feeds send heartbeats."""

    def __init__(self, mark: Mark | None, declared: Collection[str] = ()) -> None:
        self.newest: dict[tuple[str, str], int] = {}
        self._declared = declared
        self.heartbeats: frozenset[str] = frozenset()
        self._full = False
        if mark is not None:
            self.heartbeats = mark.heartbeats
            for feed, spoke_at in mark.newest.items():
                document_type, _, source = feed.partition("/")
                self.newest[document_type, source] = spoke_at

    def spoke(self, document_type: str, source: str, timestamp_us: int) -> None:
        """A record of this feed has been read."""
        feed = (document_type, source)
        before = self.newest.get(feed)
        if before is None:
            if len(self.newest) >= MOST_FEEDS and "/".join(feed) not in self._declared:
                if not self._full:
                    self._full = True
                    _log.warning("too_many_feeds", most=MOST_FEEDS)
                return
            self.newest[feed] = timestamp_us
        elif timestamp_us > before:
            self.newest[feed] = timestamp_us

    def beat(self, heartbeat: Heartbeat, timestamp_us: int) -> None:
        """A source has said for which types it is alive."""
        for document_type in heartbeat.document_types:
            self.spoke(document_type, heartbeat.source, timestamp_us)
        source, known = heartbeat.source, self.newest
        feeds = {f"{each}/{source}" for each in heartbeat.document_types if (each, source) in known}
        if not feeds <= self.heartbeats:
            self.heartbeats |= feeds

    def seal(self, mark: Mark) -> Mark:
        """The lane's mark with what its feeds have said."""
        newest = {f"{document_type}/{source}": time for (document_type, source), time in self.newest.items()}
        return Mark(mark.lane, mark.positions, mark.read_to, newest, self.heartbeats)


class Identify:
    """Turns a lane's batch into one batch a shard. One instance serves all lanes of a process.

    `grace_us`: by feed, after how many microseconds an event counts as late; without it none does. `declared`: the
    feeds that policy names, which are known however many others there are.
    """

    def __init__(
        self,
        decoder: Decoder,
        shards: int,
        restored: dict[int, Mark],
        grace_us: Callable[[str], int] = lambda _: NEVER,
        declared: Collection[str] = (),
    ) -> None:
        self._declared = declared
        self._decode = decoder.decode
        self._decoder = decoder
        self._shards = shards
        self._keys = [shard_key(shard) for shard in range(shards)]
        self._restored = restored
        self._feeds: dict[int, LaneFeeds] = {}
        self._rounded = ROUNDINGS.rounded
        self._counts = LaneCounts(grace_us)

    def __call__(self, batch: LaneBatch) -> list[tuple[str, ShardBatch]]:
        """(shard key, what the batch has for it), for every shard where the batch carries a mark."""
        feeds = self._feeds.get(batch.lane)
        if feeds is None:
            feeds = self._feeds[batch.lane] = LaneFeeds(self._restored.get(batch.lane), self._declared)
        parts = self._split(batch, feeds)
        mark = feeds.seal(batch.mark) if batch.mark is not None else None
        keys, clock, behind = self._keys, batch.clock, batch.behind
        shards = range(self._shards) if mark is not None else parts
        sent = []
        for shard in shards:
            part = parts.get(shard)
            if part is None:
                sent.append((keys[shard], ShardBatch(shard, clock, mark=mark, behind=behind)))
            else:
                arrivals, dead_letters = tuple(part.arrivals), tuple(part.dead_letters)
                held = ShardBatch(shard, clock, arrivals, dead_letters, tuple(part.orphans), mark, behind)
                sent.append((keys[shard], held))
        return sent

    def _split(self, batch: LaneBatch, feeds: LaneFeeds) -> dict[int, _Parts]:
        parts: dict[int, _Parts] = {}
        counts = self._counts
        decode, shards, home = self._decode, self._shards, batch.lane % self._shards
        for record in batch.records:
            event = decode(record)
            if isinstance(event, Arrival):
                document = event.document
                counts.arrival(event, record.timestamp_us)
                correlation_id = correlation_id_of(document)
                if correlation_id is not None:
                    shard = crc32(correlation_id.encode()) % shards
                    part = parts.get(shard)
                    if part is None:
                        part = parts[shard] = _Parts()
                    part.arrivals.append((correlation_id, encode(event)))
                    continue
                parts.setdefault(home, _Parts()).orphans.append(self._orphan(document, record, batch.clock))
                count_orphan(document)
            elif isinstance(event, Heartbeat):
                feeds.beat(event, record.timestamp_us)
                counts.heartbeat(event)
            else:
                counts.dead_letter(event)
                parts.setdefault(home, _Parts()).dead_letters.append(event)
        counts.tell(feeds.spoke)
        if ROUNDINGS.rounded != self._rounded:
            ROUNDED_NUMBERS.inc(ROUNDINGS.rounded - self._rounded)
            self._rounded = ROUNDINGS.rounded
        return parts

    def _orphan(self, document: Document, record: Record, clock: int) -> Orphan:
        value = {
            "reason": "NO_ORDER",
            "scope": document.scope,
            "type": document.type,
            "document_id": document.document_id,
            "event": Raw(self._decoder.event_json(record)),
            "orphaned_at": rfc3339(clock),
        }
        return Orphan(
            document.scope,
            document.type,
            document.document_id,
            document.revision,
            document.event_id,
            msgspec.json.encode(value),
        )


def shard_key(shard: int) -> str:
    """A shard as the engine's key."""
    return f"{shard:04d}"
