"""Puts the figures together the way any user of the job would: from its topics, its Redis and its metrics."""

import json
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import Message

from o2c.connectors.redis import asking
from o2c.connectors.redis.place import DEFAULT_PREFIX
from o2c.demo.books import Books
from o2c.demo.broker import EmbeddedBroker
from o2c.demo.figures import FeedFigures, Figures
from o2c.demo.job import Job, Sample
from o2c.demo.policy import demo_policy
from o2c.demo.script import Script
from o2c.errors import OperatingFault
from o2c.schemas.times import SECOND_US, parse_rfc3339
from o2c.status.lookup import find, find_exceptions

_RATE_SECONDS = 5.0
_MOST_RECORDS = 5_000
_FEED_KEY = f"{DEFAULT_PREFIX}feed:"


class Gathering:
    """Reads on at every look. `topics`: the status topic and the exceptions topic."""

    def __init__(self, broker: EmbeddedBroker, topics: tuple[str, str], redis_url: str, job: Job) -> None:
        self.books = Books()
        status, exceptions = topics
        self._take = {status: self.books.on_status, exceptions: self.books.on_exception}
        self._reader = broker.reader(topics)
        self._redis_url = redis_url
        self._job = job
        self._events: deque[tuple[float, int]] = deque()

    def read(self) -> None:
        """Take in what has been published since."""
        for message in self._reader.consume(_MOST_RECORDS, 0.0):
            self._on_message(message)

    def _on_message(self, message: Message) -> None:
        error = message.error()
        if error is not None:
            raise OperatingFault(f"the demo cannot read what the job publishes: {error}")
        value = message.value()
        if value is not None:
            self._take[str(message.topic())](value)

    def look(self, script: Script, now: int, doing: str, followed: str | None) -> Figures:
        """The figures at `now` (UTC microseconds). `followed`: the order that is looked up in Redis."""
        samples = self._job.samples()
        events = _total(samples, "o2c_events_total")
        status = None if followed is None else self._status(followed)
        return Figures(
            elapsed_s=max(0, now - script.begins_at) // SECOND_US,
            doing=doing,
            events=events,
            events_a_second=self._rate(events),
            stages=self.books.stages(),
            health=self.books.health(),
            codes=self.books.codes(),
            owners=self.books.owners(),
            exposure=self.books.exposure(),
            billing=self.books.billing(),
            feeds=tuple(self._feeds(now)),
            dead_letters=_by_code(samples),
            followed=status,
            exceptions={} if status is None else self._exceptions(status),
            now=now,
            redis_url=self._redis_url,
        )

    def _rate(self, events: int) -> int:
        """Events a second over the last seconds."""
        now = time.monotonic()
        self._events.append((now, events))
        while now - self._events[0][0] > _RATE_SECONDS:
            self._events.popleft()
        since, before = self._events[0]
        return round((events - before) / (now - since)) if now > since else 0

    def _feeds(self, now: int) -> Iterable[FeedFigures]:
        """Those that are held to speak first."""
        with asking(self._redis_url) as client:
            keys = sorted(client.scan_iter(f"{_FEED_KEY}*"))
            pipeline = client.pipeline(transaction=False)
            for key in keys:
                pipeline.hgetall(key)
            hashes = pipeline.execute()
        feeds = [
            self._feed(_text(key).removeprefix(_FEED_KEY), fields, now)
            for key, fields in zip(keys, hashes, strict=True)
        ]
        return sorted(feeds, key=lambda feed: (not feed.judged, feed.name))

    def _feed(self, name: str, fields: Mapping[bytes, bytes], now: int) -> FeedFigures:
        silent = fields[b"silent"] == b"1"
        count, amount = self.books.held_back(name, now) if silent else (0, {})
        heard_at = parse_rfc3339(_text(fields[b"last_event_at"]))
        return FeedFigures(
            name=name,
            lag_s=int(fields[b"lag_seconds"]),
            heard_s=max(0, now - heard_at) // SECOND_US,
            silent=silent,
            judged=name in demo_policy().declared,
            held_back=count,
            held_amount=amount,
        )

    def _status(self, reference: str) -> Mapping[str, Any] | None:
        found = find(self._redis_url, DEFAULT_PREFIX, reference, limit=1)
        status: Mapping[str, Any] | None = json.loads(found[0]) if found else None
        return status

    def _exceptions(self, status: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        named = [str(each["exception_id"]) for each in status["exceptions"]]
        found = find_exceptions(self._redis_url, DEFAULT_PREFIX, named)
        return {exception_id: json.loads(value) for exception_id, value in found.items()}

    def close(self) -> None:
        """Ends the connection."""
        self._reader.close()


def _total(samples: Iterable[Sample], metric: str) -> int:
    return int(sum(value for name, _, value in samples if name == metric))


def _by_code(samples: Iterable[Sample]) -> dict[str, int]:
    """Dead letters of all topics by their code."""
    counts: dict[str, int] = {}
    for name, labels, value in samples:
        if name == "o2c_dead_letters_total":
            counts[labels["code"]] = counts.get(labels["code"], 0) + int(value)
    return counts


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
