"""Some stories by `o2c replay` itself: what the player says is what the command writes."""

import json
from pathlib import Path

import pytest

from o2c.flows.replay import replay
from o2c.flows.settings import ReplayOptions
from tests.scenarios import actions, allocation, billing, disputes, silence
from tests.scenarios.calendar import instant
from tests.scenarios.documents import Story
from tests.scenarios.runner import heard, looks_of, play, policy_of, silences

REPLAYED = [theme.STORIES[0] for theme in (allocation, billing, disputes, actions, silence)]
"""A replay takes as long as a hundred stories."""


@pytest.mark.parametrize("story", REPLAYED, ids=[story.name for story in REPLAYED])
def test_the_command_tells_the_same_story(story: Story, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_bytes(b"".join(value + b"\n" for _, value in heard(story)))
    options = ReplayOptions(
        files=(events,),
        out=tmp_path,
        policy=policy_of(story.policy),
        as_of_us=instant(looks_of(story)[-1].at, story.zone),
        order="received",
        silenced=silences(story),
    )
    replay(options)
    told = {name: _lines(tmp_path / name) for name in ("status.jsonl", "exceptions.jsonl")}
    seen = play(story)[-1]
    assert told["status.jsonl"] == [seen.statuses[name] for name in sorted(seen.statuses)]
    assert _in_order(told["exceptions.jsonl"]) == _in_order(seen.changes)


def _lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def _in_order(changes: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(changes, key=lambda change: (str(change["changed_at"]), str(change["exception_id"])))
