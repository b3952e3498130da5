"""`FEED_SILENT`: opened once for a feed that has stopped speaking, cleared when it speaks again."""

from collections.abc import Iterable
from typing import Protocol

import msgspec
from msgspec import Struct

from o2c.flows.correlation.audit import Audit, Shown, shown_life
from o2c.flows.correlation.exceptions import exception_id, record
from o2c.flows.correlation.lives import CLEARED, ESCALATED, OPENED, Life, due_at, escalate, next_level_at
from o2c.flows.correlation.policy import Policy
from o2c.schemas.records import AuditRecord, ExceptionRecord, FeedRecord
from o2c.schemas.times import SECOND_US, rfc3339

CODE = "FEED_SILENT"


class FeedLife(Struct, array_like=True):
    """What has become of a feed's exception, and how many changes it has had.

    `heard_at`: the last sign of life that the newest change knew of. A shard that starts again may know of older ones
    alone, since marks are kept later than lives: by those nothing opens and nothing clears.
    """

    life: Life
    sequence: int
    heard_at: int


class KnownFeeds(Protocol):
    """What a report needs to know of the feeds."""

    newest: dict[str, int]

    def read_to(self, document_type: str) -> int:
        """Up to when everything of a type has been read."""
        ...


class LifeStore(Protocol):
    """Where the lives of feeds are kept."""

    def scan(self, start: bytes, end: bytes) -> Iterable[tuple[bytes, bytes]]:
        """Entries from `start` to before `end`."""
        ...


_decoder = msgspec.msgpack.Decoder(FeedLife)


class Silence:
    """The feeds of one shard: the life of each one's exception, and what is reported of them.

    `always`: open it even where policy has it switched off, since the user says that the feed fell silent.
    """

    def __init__(self, store: LifeStore, policy: Policy, generation: int, *, always: bool = False) -> None:
        self._policy = policy
        self._opens = always or policy.feed_silent.enabled
        self._generation = generation
        self._lives = {key[1:].decode(): _decoder.decode(value) for key, value in store.scan(b"l", b"m")}
        self._changed: set[str] = set()
        self._reported: dict[str, tuple[int, int, bool]] = {}
        self._reports = 0

    def judge(self, feed: str, heard_at: int, is_silent: bool, clock: int) -> list[ExceptionRecord | AuditRecord]:
        """The changes that a feed's silence, its end, or its length come to.

        `heard_at` is its last sign of life, or the store's first start. A feed that has spoken and fallen silent again
        unnoticed is silent since then.
        """
        known = self._lives.get(feed)
        is_open = known is not None and known.life.is_open
        said: list[ExceptionRecord | AuditRecord] = []
        before = None if known is None else shown_life(known.life)
        if known is not None and (heard_at < known.heard_at or (is_open and heard_at == known.heard_at)):
            pass
        elif is_silent and (is_open or self._opens):
            known = self._lives[feed] = self._silent(feed, known, heard_at, clock)
            self._say(feed, known, OPENED, known.life.explanation, before, clock, said)
        elif known is not None and is_open and not is_silent:
            known.life.state = CLEARED
            known.life.cleared_at = clock
            known.heard_at = heard_at
            self._say(feed, known, CLEARED, f"feed {feed} speaks again", before, clock, said)
        if known is not None and known.life.is_open:
            before = shown_life(known.life)
            while escalate(known.life, self._policy.feed_silent, clock):
                reason = f"nobody settled it in time: {known.life.escalated_to} is told"
                self._say(feed, known, ESCALATED, reason, before, clock, said)
                before = shown_life(known.life)
        return said

    def next_change_at(self, feed: str) -> int | None:
        """When the clock alone next changes an open exception of this feed."""
        known = self._lives.get(feed)
        if known is None or not known.life.is_open:
            return None
        return next_level_at(known.life, self._policy.feed_silent)

    def _say(
        self,
        feed: str,
        known: FeedLife,
        action: str,
        reason: str,
        before: Shown,
        clock: int,
        said: list[ExceptionRecord | AuditRecord],
    ) -> None:
        known.sequence += 1
        self._changed.add(feed)
        said.append(record(known.life, None, self._policy.version, clock, known.sequence, self._generation))
        audit = Audit(f"feed:{feed}", None, self._policy.version, clock, known.sequence - 1, self._generation)
        audit.decided(action, reason, known.life, before, shown_life(known.life))
        said.extend(audit.records)

    def _silent(self, feed: str, before: FeedLife | None, heard_at: int, clock: int) -> FeedLife:
        if before is None or not before.life.is_open:
            return FeedLife(self._opened(feed, before, heard_at, clock), _sequence(before), heard_at)
        before.life.since = before.heard_at = heard_at
        before.life.explanation = _explanation(feed, heard_at)
        return before

    def _opened(self, feed: str, before: FeedLife | None, silent_since: int, clock: int) -> Life:
        rule = self._policy.feed_silent
        subject = ("", "feed", f"feed:{feed}")
        return Life(
            exception_id=exception_id(None, CODE, subject),
            code=CODE,
            subject=subject,
            occurrence=1 if before is None else before.life.occurrence + 1,
            state=OPENED,
            since=silent_since,
            detected_at=clock,
            due_at=due_at(clock, rule),
            cleared_at=None,
            amount=None,
            currency=None,
            severity=rule.severity,
            owner=rule.owner,
            documents=(),
            explanation=_explanation(feed, silent_since),
        )

    def silent(self) -> dict[str, str]:
        """The feeds that are silent now, each with the severity of its exception."""
        return {feed: known.life.severity for feed, known in self._lives.items() if known.life.is_open}

    def writes(self) -> list[tuple[bytes, bytes | None]]:
        """The writes that bring the store up to these lives."""
        batch: list[tuple[bytes, bytes | None]] = [
            (b"l" + feed.encode(), msgspec.msgpack.encode(self._lives[feed])) for feed in sorted(self._changed)
        ]
        self._changed.clear()
        return batch

    def report(self, feeds: Iterable[str], known: KnownFeeds, clock: int) -> list[FeedRecord]:
        """How each feed is doing, where that has changed since the last report. The lag is that of the reading.

        While a lane has not told how far it has read a type, there is no lag to report yet.
        """
        records = []
        for feed in feeds:
            read_to = known.read_to(feed.partition("/")[0])
            if not read_to:
                continue
            lag = max(0, clock - read_to) // SECOND_US
            life = self._lives.get(feed)
            silent = life is not None and life.life.is_open
            state = (known.newest[feed], lag, silent)
            if self._reported.get(feed) != state:
                self._reported[feed] = state
                self._reports += 1
                version = (self._generation << 32) + self._reports
                records.append(FeedRecord(feed, version, known.newest[feed], lag, silent))
        return records


def _sequence(before: FeedLife | None) -> int:
    return 0 if before is None else before.sequence


def _explanation(feed: str, silent_since: int) -> str:
    return f"Feed {feed} is silent since {rfc3339(silent_since)}: stalls that await it are held back."
