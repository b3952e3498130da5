"""`FEED_SILENT`: opened once for a feed that has stopped speaking, cleared when it speaks again."""

from collections.abc import Iterable
from typing import Protocol

import msgspec
from msgspec import Struct

from o2c.flows.correlation.exceptions import Life, due_at, exception_id, record
from o2c.flows.correlation.policy import Policy
from o2c.schemas.records import ExceptionRecord, FeedRecord
from o2c.schemas.times import SECOND_US, rfc3339

CODE = "FEED_SILENT"


class FeedLife(Struct, array_like=True):
    """What has become of a feed's exception, and how many changes it has had."""

    life: Life
    sequence: int


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

    def judge(self, feed: str, silent_since: int | None, clock: int) -> ExceptionRecord | None:
        """The change that a feed's silence, or its end, comes to; None where nothing changes."""
        known = self._lives.get(feed)
        is_open = known is not None and known.life.is_open
        if (silent_since is not None) == is_open or not (is_open or self._opens):
            return None
        if known is None or silent_since is not None:
            assert silent_since is not None
            known = self._lives[feed] = FeedLife(self._opened(feed, known, silent_since, clock), _sequence(known))
        else:
            known.life.is_open = False
            known.life.cleared_at = clock
        known.sequence += 1
        self._changed.add(feed)
        return record(known.life, None, self._policy.version, clock, known.sequence, self._generation)

    def _opened(self, feed: str, before: FeedLife | None, silent_since: int, clock: int) -> Life:
        rule = self._policy.feed_silent
        subject = ("", "feed", f"feed:{feed}")
        return Life(
            exception_id=exception_id(None, CODE, subject),
            code=CODE,
            subject=subject,
            occurrence=1 if before is None else before.life.occurrence + 1,
            is_open=True,
            since=silent_since,
            detected_at=clock,
            due_at=due_at(clock, rule),
            cleared_at=None,
            amount=None,
            currency=None,
            severity=rule.severity,
            owner=rule.owner,
            documents=(),
            explanation=f"Feed {feed} is silent since {rfc3339(silent_since)}: stalls that await it are held back.",
        )

    def writes(self) -> list[tuple[bytes, bytes | None]]:
        """The writes that bring the store up to these lives."""
        batch: list[tuple[bytes, bytes | None]] = [
            (b"l" + feed.encode(), msgspec.msgpack.encode(self._lives[feed])) for feed in sorted(self._changed)
        ]
        self._changed.clear()
        return batch

    def report(self, feeds: Iterable[str], known: KnownFeeds, clock: int) -> list[FeedRecord]:
        """How each feed is doing, where that has changed since the last report. The lag is that of the reading."""
        records = []
        for feed in feeds:
            lag = max(0, clock - known.read_to(feed.partition("/")[0])) // SECOND_US
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
