"""A look that is repeated until somebody ends it."""

import io
from collections.abc import Callable

from rich.console import Console

from o2c.status.watch import EVERY_SECONDS, watch_changes, watch_in_place


def ending_after(times: int) -> Callable[[float], None]:
    """Waits that often without delay; then Ctrl-C."""
    left = iter(range(times))

    def wait(seconds: float) -> None:
        assert seconds == EVERY_SECONDS
        if next(left, None) is None:
            raise KeyboardInterrupt

    return wait


def test_only_changes_are_told() -> None:
    seen = iter(["a", "a", "b", "b", "a"])
    told: list[str] = []
    watch_changes(lambda: next(seen), told.append, ending_after(4))
    assert told == ["a", "b", "a"]


def test_a_screen_of_its_own_is_left_and_the_last_page_stays() -> None:
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=40, height=10, legacy_windows=False)
    seen = iter(["first", "second", "third"])
    watch_in_place(lambda: next(seen), str, console, ending_after(2))
    before, _, after = text.getvalue().partition("\x1b[?1049l")
    assert "\x1b[?1049h" in before
    assert "second" in before
    assert after.strip().endswith("third")
