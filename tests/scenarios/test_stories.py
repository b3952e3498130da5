"""Every story of the table, played; and what must hold of all of them however their documents arrive."""

import random

import pytest

from o2c.flows.correlation.reason_codes import REASON_CODES
from tests.equal import comparable_exception, comparable_status
from tests.scenarios.calendar import in_json, instant
from tests.scenarios.checks import NOT_OPEN, differences, life_of
from tests.scenarios.claims import Life, Look, Recorded
from tests.scenarios.documents import SOURCES, Event, Story
from tests.scenarios.runner import Seen, heard, looks_of, play, play_at_once, without_people
from tests.scenarios.table import STORIES

LEAST_STORIES = 130
EVERY_CODE = set(REASON_CODES)
FACTS = {"LATE_DELIVERY", "ABANDONED"}
"""Recorded once, never open."""

IN_A_RUNNING_JOB = {"FEED_SILENT"}
"""Cleared by `test_live_feeds`: in a replay a silent feed stays silent."""

OPEN_BEFORE_A_FACT = {"DELIVERY_EXCEPTION"}
"""Recorded only where it was first heard of when it was over: before, it opens and is cleared."""

stories = pytest.mark.parametrize("story", STORIES, ids=[story.name for story in STORIES])
shuffling = [story for story in STORIES if story.shuffles]


@stories
def test_story(story: Story) -> None:
    seen = play(story)
    wrong = [
        f"{look.at}: {difference}"
        for look, then in zip(looks_of(story), seen, strict=True)
        for difference in differences(story, look, then)
    ]
    for claim in story.steps:
        if isinstance(claim, Life):
            lived = life_of(story, claim, seen[-1])
            wanted = [_in_utc(stage, story.zone) for stage in claim.stages]
            wrong += [] if lived == wanted else [f"{claim.code} lived {lived}, claimed {wanted}"]
    assert not wrong, "\n".join(["", story.told, *wrong])


@pytest.mark.parametrize("story", shuffling, ids=[story.name for story in shuffling])
def test_a_story_shuffled_and_doubled_comes_to_the_same_at_each_look(story: Story) -> None:
    """What people do is left out: it answers to what they saw, and when."""
    told = without_people(story)
    chance = random.Random(story.name)
    for look, seen in zip(looks_of(told), play(told), strict=True):
        clock = instant(look.at, told.zone)
        values = [value for at, value in heard(told) if at <= clock]
        shuffled = chance.sample(values * 2, 2 * len(values))
        assert _open_and_known(play_at_once(told, shuffled, clock)) == _open_and_known(seen), look.at


def _open_and_known(seen: Seen) -> tuple[object, ...]:
    """What is open, what was recorded, and the statuses, without what tells one run from another."""
    last = seen.last_changes()
    is_open = {key: comparable_exception(each) for key, each in last.items() if each["state"] not in NOT_OPEN}
    recorded = (each for each in seen.changes if each["state"] == "recorded")
    facts = sorted((each["code"], each["exception_id"]) for each in recorded if each["code"] not in OPEN_BEFORE_A_FACT)
    return is_open, facts, {name: comparable_status(status) for name, status in seen.statuses.items()}


def _in_utc(stage: str, zone: str) -> str:
    state, _, time = stage.partition(" ")
    return f"{state} {in_json(time, zone)}"


def _problems(story: Story) -> list[set[str]]:
    """The codes that are claimed open, a set a look."""
    return [{each.code for each in look.problems} for look in looks_of(story)]


def test_every_reason_code_opens_in_some_story() -> None:
    claimed = {
        each.code for story in STORIES for step in story.steps if isinstance(step, Look) for each in step.problems
    }
    assert EVERY_CODE - FACTS - claimed == set()


def test_every_reason_code_clears_in_some_story() -> None:
    cleared: set[str] = set()
    for story in STORIES:
        looks = _problems(story)
        for position, codes in enumerate(looks):
            cleared |= codes - set().union(*looks[position + 1 :]) if position + 1 < len(looks) else set()
    assert EVERY_CODE - FACTS - IN_A_RUNNING_JOB - cleared == set()


def test_every_fact_is_recorded_in_some_story() -> None:
    claims = [
        each for story in STORIES for look in looks_of(story) for each in look.others if isinstance(each, Recorded)
    ]
    assert {code for claim in claims for code, _ in claim.facts} >= {*FACTS, "DELIVERY_EXCEPTION", "DUPLICATE_ORDER"}


def test_every_document_type_is_in_some_story() -> None:
    types = {step.body["type"] for story in STORIES for step in story.steps if isinstance(step, Event)}
    assert types == set(SOURCES)


def test_there_are_enough_stories_and_each_has_a_name_of_its_own() -> None:
    assert len(STORIES) >= LEAST_STORIES
    assert len({story.name for story in STORIES}) == len(STORIES)


def test_every_story_looks_at_least_once_and_says_what_happened() -> None:
    assert [story.name for story in STORIES if not looks_of(story) or len(story.told) < 20] == []
