"""A look that is repeated until somebody ends it, or Redis has been away for too long."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from o2c.errors import OperatingFault
from o2c.status.watch import EVERY_SECONDS, PATIENCE_SECONDS, View, Watch, watch_changes, watch_in_place


def watch(*looks: str | OperatingFault, seconds_a_look: float = 1.0) -> Watch[str]:
    """Sees these one after the other, or fails with them; then Ctrl-C."""
    left = iter(looks)
    now = 0.0

    def look() -> str:
        nonlocal now
        now += seconds_a_look
        seen = next(left, None)
        if seen is None:
            raise KeyboardInterrupt
        if isinstance(seen, OperatingFault):
            raise seen
        return seen

    def wait(seconds: float) -> None:
        assert seconds == EVERY_SECONDS

    return Watch(look, wait, lambda: now)


def told_of(watched: Watch[str]) -> tuple[list[str], list[str]]:
    told: list[str] = []
    warned: list[str] = []
    watch_changes(watched, told.append, warned.append)
    return told, warned


def test_only_changes_are_told() -> None:
    assert told_of(watch("a", "a", "b", "b", "a")) == (["a", "b", "a"], [])


def test_an_outage_is_told_once_and_outlasted() -> None:
    away = OperatingFault("Redis is away")
    note = f"Redis is away; trying again for up to {PATIENCE_SECONDS:g} s"
    assert told_of(watch("a", away, away, "a", away, "b")) == (["a", "b"], [note, note])


def test_an_outage_that_lasts_ends_the_watch() -> None:
    away = OperatingFault("Redis is away")
    with pytest.raises(OperatingFault, match=f"Redis is away; not for {PATIENCE_SECONDS:g} s"):
        told_of(watch("a", away, away, "b", seconds_a_look=PATIENCE_SECONDS / 2))


def test_patience_begins_anew_with_every_look_that_succeeds() -> None:
    away = OperatingFault("Redis is away")
    looks = ("a", away, "a", away, "a", away, "b")
    assert told_of(watch(*looks, seconds_a_look=PATIENCE_SECONDS * 0.6))[0] == ["a", "b"]


def test_a_first_look_that_fails_ends_the_watch() -> None:
    with pytest.raises(OperatingFault, match=r"^Redis is away$"):
        told_of(watch(OperatingFault("Redis is away")))


def in_place(watched: Watch[str], page: Callable[[View[str]], str]) -> str:
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, color_system=None, width=80, height=10, legacy_windows=False)
    watch_in_place(watched, page, console)
    return text.getvalue()


def test_a_screen_of_its_own_is_left_and_the_last_page_stays() -> None:
    before, _, after = in_place(watch("first", "second", "third"), lambda view: view.seen).partition("\x1b[?1049l")
    assert "\x1b[?1049h" in before
    assert "second" in before
    assert after.strip().endswith("third")


def test_a_screen_keeps_what_was_seen_last_beside_what_is_wrong() -> None:
    away = OperatingFault("Redis is away")
    shown = in_place(watch("first", away), lambda view: f"{view.seen}, {view.fault}")
    assert shown.strip().endswith("first, Redis is away; trying again for up to 60 s")
