"""What is counted by feed: on the lanes what is read, in the shards what comes of it.

A feed is `<type>/<source>`. Whoever sends makes sources up, so only so many feeds have a name in the metrics.
"""

from collections.abc import Callable, Iterable, Mapping

from o2c.flows.correlation.silence import CODE
from o2c.flows.figures import BY_CODE, TOTALS
from o2c.flows.telemetry import (
    DEAD_LETTERS,
    DUPLICATE_EVENTS,
    EVENTS,
    FEED_LAG,
    FEED_LAST_EVENT,
    FEED_SILENT,
    LATE_EVENTS,
    ORPHANS,
)
from o2c.schemas.documents import Arrival, Document, Heartbeat
from o2c.schemas.records import DeadLetter, FeedRecord
from o2c.schemas.times import SECOND_US

MOST_NAMED_FEEDS = 1_000
"""Feeds that a process names in its metrics; those of the policy come on top."""

LONGEST_NAME = 200
"""Characters of a feed's name; a longer one is not shown."""

OTHER_FEEDS = "other"
"""Under this name the rest is counted."""

Feed = tuple[str, str]
"""Document type and source."""


class FeedNames:
    """The feeds that metrics name: those of the policy, and those that came first."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._known: set[str] = set()

    def reserve(self, feeds: Iterable[str]) -> None:
        """These are always named."""
        self._known.update(feeds)

    def of(self, feed: str) -> str:
        """The name under which a feed is counted."""
        if feed in self._known:
            return feed
        if self._left <= 0 or len(feed) > LONGEST_NAME:
            return OTHER_FEEDS
        self._left -= 1
        self._known.add(feed)
        return feed


NAMES = FeedNames(MOST_NAMED_FEEDS)


def count_orphan(document: Document) -> None:
    """No order claims this document."""
    ORPHANS.labels(NAMES.of(f"{document.type}/{document.source}")).inc()


class _Tally:
    """What a batch holds of one feed, and where it is counted: to look that up costs more than to count."""

    __slots__ = ("events", "events_counter", "feed", "late", "late_after", "name", "newest")

    def __init__(self, feed: Feed, late_after: int) -> None:
        self.feed = feed
        self.name = NAMES.of("/".join(feed))
        self.events_counter = EVENTS.labels(self.name)
        self.late_after = late_after
        self.events = 0
        self.late = 0
        self.newest = 0


class LaneCounts:
    """What one batch of a lane holds; counted as it is read, told once when it is through.

    `grace_us`: by feed, after how many microseconds an event that reaches the log is late.
    """

    def __init__(self, grace_us: Callable[[str], int]) -> None:
        self._grace_us = grace_us
        self._tallies: dict[Feed, _Tally] = {}
        self._touched: list[_Tally] = []

    def arrival(self, arrival: Arrival, timestamp_us: int) -> None:
        """A document's event has been read, of this Kafka timestamp."""
        document = arrival.document
        feed = (document.type, document.source)
        tally = self._tallies.get(feed)
        if tally is None:
            tally = self._tallies[feed] = _Tally(feed, self._grace_us("/".join(feed)))
        if not tally.events:
            self._touched.append(tally)
            tally.newest = timestamp_us
        elif timestamp_us > tally.newest:
            tally.newest = timestamp_us
        tally.events += 1
        if arrival.received_at - document.occurred_at > tally.late_after:
            tally.late += 1

    def heartbeat(self, heartbeat: Heartbeat) -> None:
        """A heartbeat has been read."""
        EVENTS.labels(NAMES.of(f"heartbeat/{heartbeat.source}")).inc()

    def dead_letter(self, letter: DeadLetter) -> None:
        """A record could not be read."""
        DEAD_LETTERS.labels(letter.code, letter.record.topic).inc()

    def tell(self, spoke: Callable[[str, str, int], None]) -> None:
        """The batch is through; `spoke` hears the newest timestamp of each of its feeds."""
        for tally in self._touched:
            spoke(*tally.feed, tally.newest)
            tally.events_counter.inc(tally.events)
            if tally.late:
                LATE_EVENTS.labels(tally.name).inc(tally.late)
            tally.events = tally.late = 0
        self._touched.clear()
        if len(self._tallies) > MOST_NAMED_FEEDS:
            self._tallies.clear()


class FeedFigures:
    """What one shard knows of feeds. `repeats`: events that changed no document, told with the next `show`."""

    def __init__(self) -> None:
        self.repeats: dict[Feed, int] = {}
        self._severities: dict[str, str | None] = {}

    def show(self, judged: Iterable[str], silent: Mapping[str, str], reported: Iterable[FeedRecord]) -> None:
        """Bring the metrics up to date.

        `judged`: the feeds of this shard that are held to speak. `silent`: those that have fallen silent, with the
        severity of their exceptions. `reported`: those of which something is new.
        """
        for (document_type, source), count in self.repeats.items():
            DUPLICATE_EVENTS.labels(NAMES.of(f"{document_type}/{source}")).inc(count)
        self.repeats.clear()
        for feed in {*judged, *silent}:
            self._show_silence(feed, silent.get(feed))
        for record in reported:
            name = NAMES.of(record.feed)
            if name != OTHER_FEEDS:
                FEED_LAG.labels(name).set(record.lag_seconds)
                FEED_LAST_EVENT.labels(name).set(record.last_event_at / SECOND_US)

    def _show_silence(self, feed: str, severity: str | None) -> None:
        before = self._severities.get(feed)
        if feed in self._severities and severity == before:
            return
        self._severities[feed] = severity
        if before is not None:
            TOTALS.add((BY_CODE, CODE, before), -1)
        if severity is not None:
            TOTALS.add((BY_CODE, CODE, severity), 1)
        name = NAMES.of(feed)
        if name != OTHER_FEEDS:
            FEED_SILENT.labels(name).set(severity is not None)
