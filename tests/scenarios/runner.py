"""Plays a story: canonical JSON through the codec, the step that finds the order, and a shard of a replay.

What a shard says is kept as a reader of its topics would keep it: the last status an order, every exception change.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby

from o2c.flows.correlation.feeds import SimulatedFeeds
from o2c.flows.correlation.policy import Policy, load_policy
from o2c.flows.identify import Identify
from o2c.flows.replay_shard import ReplayShard
from o2c.schemas.codecs import Decoder
from o2c.schemas.lanes import LaneBatch, Mark
from o2c.schemas.records import Emission, Record
from tests.equal import Json
from tests.scenarios.calendar import UTC, in_json, instant
from tests.scenarios.claims import Look
from tests.scenarios.documents import Event, Silence, Story
from tests.unit.core.memory_store import MemoryStore


@dataclass
class Seen:
    """All that was said up to a moment: the last status by correlation ID, every change of an exception, in order."""

    statuses: dict[str, Json] = field(default_factory=dict)
    changes: list[Json] = field(default_factory=list)
    audit: list[Json] = field(default_factory=list)
    billing: list[Json] = field(default_factory=list)
    orphans: list[Json] = field(default_factory=list)
    dead_letters: list[str] = field(default_factory=list)

    def take(self, emissions: Iterable[Emission]) -> None:
        """Keep what a shard says."""
        for emission in emissions:
            for status in emission.statuses:
                self.statuses[status.correlation_id] = json.loads(status.value)
            self.changes.extend(json.loads(change.value) for change in emission.exceptions)
            self.audit.extend(json.loads(entry.value) for entry in emission.audits)
            self.billing.extend(json.loads(entry.value) for entry in emission.billings)
            self.orphans.extend(json.loads(orphan.value) for orphan in emission.orphans)
            self.dead_letters.extend(letter.message for letter in emission.dead_letters)

    def last_changes(self) -> dict[str, Json]:
        """The last record of every exception."""
        return {change["exception_id"]: change for change in self.changes}

    def copy(self) -> "Seen":
        """As it is now."""
        return Seen(
            dict(self.statuses),
            list(self.changes),
            list(self.audit),
            list(self.billing),
            list(self.orphans),
            list(self.dead_letters),
        )


class Player:
    """One order book, its clock moved by hand."""

    def __init__(self, policy: Policy, silenced: dict[str, int]) -> None:
        feeds = SimulatedFeeds(policy, silenced)
        self._identify = Identify(Decoder({}), 1, {})
        self._shard = ReplayShard(0, MemoryStore(), policy, feeds, shards=1, hot_orders=1_000)
        self.seen = Seen()

    def events(self, clock: int, values: Iterable[bytes]) -> None:
        """What is known at an instant, all of it judged together."""
        records = tuple(Record("", 0, 0, clock, None, value) for value in values)
        self._take(LaneBatch(0, clock, records))

    def clock(self, clock: int) -> None:
        """Time passes."""
        self._take(LaneBatch(0, clock, (), Mark(0, {}, {}, {})))

    def _take(self, batch: LaneBatch) -> None:
        self.seen.take(self._shard.on_batch([part for _, part in self._identify(batch)]))


@lru_cache
def policy_of(text: str) -> Policy:
    """The policy, read once; an empty text is the packaged default."""
    return load_policy(text or None, "policy.toml")


def looks_of(story: Story) -> list[Look]:
    """The looks in their order of time."""
    looks = [step for step in story.steps if isinstance(step, Look)]
    assert looks == sorted(looks, key=lambda each: instant(each.at, story.zone)), "looks stand in the order of time"
    return looks


def heard(story: Story) -> list[tuple[int, bytes]]:
    """(when it was known, the event as JSON) of all events of the story, but those of a feed gone silent."""
    events = [step for step in story.steps if isinstance(step, Event)]
    known = sorted(
        (_known_at(event, story.zone), event.body["event_id"], event_json(event, story.zone)) for event in events
    )
    silenced = silences(story)
    return [(at, value) for at, _, value in known if at <= silenced.get(_feed(value), at)]


def silences(story: Story) -> dict[str, int]:
    """When each silenced feed was heard last."""
    return {step.feed: instant(step.after, story.zone) for step in story.steps if isinstance(step, Silence)}


def _feed(value: bytes) -> str:
    body = json.loads(value)
    return f"{body['type']}/{body['source']}"


def _known_at(event: Event, zone: str) -> int:
    return instant(event.arrives or event.at, zone)


def event_json(event: Event, zone: str = UTC) -> bytes:
    """The canonical event as a source would write it."""
    body = event.body if event.arrives is None else {**event.body, "received_at": event.arrives}
    return json.dumps(in_json(body, zone)).encode()


def play(story: Story) -> list[Seen]:
    """What had been said at each look."""
    player = Player(policy_of(story.policy), silences(story))
    instants = [(at, [value for _, value in group]) for at, group in groupby(heard(story), key=lambda each: each[0])]
    seen = []
    for each in looks_of(story):
        until = instant(each.at, story.zone)
        while instants and instants[0][0] <= until:
            player.events(*instants.pop(0))
        player.clock(until)
        seen.append(player.seen.copy())
    assert not instants, "a story ends with a look at what its last document has changed"
    return seen


def play_at_once(story: Story, values: list[bytes], clock: int) -> Seen:
    """What is said where these events come all together, at this time."""
    player = Player(policy_of(story.policy), silences(story))
    player.events(clock, values)
    player.clock(clock)
    return player.seen


def without_people(story: Story) -> Story:
    """The story as it would have been had nobody acted on an exception."""
    kept = (step for step in story.steps if not (isinstance(step, Event) and step.body["type"] == "action"))
    return replace(story, steps=tuple(kept))
