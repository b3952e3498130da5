"""Looks at orders again and again: a page that stays up to date in a terminal, new pages elsewhere."""

from collections.abc import Callable
from typing import TypeVar

from rich.console import Console, RenderableType
from rich.live import Live

EVERY_SECONDS = 1.0

_Seen = TypeVar("_Seen")


def watch_in_place(
    look: Callable[[], _Seen], page: Callable[[_Seen], RenderableType], console: Console, wait: Callable[[float], None]
) -> None:
    """Shows the page on a screen of its own, anew every second, until KeyboardInterrupt; then prints it a last time."""
    seen = look()
    try:
        with Live(page(seen), console=console, screen=True, auto_refresh=False) as live:
            while True:
                live.update(page(seen), refresh=True)
                wait(EVERY_SECONDS)
                seen = look()
    except KeyboardInterrupt:
        console.print(page(seen))


def watch_changes(look: Callable[[], _Seen], tell: Callable[[_Seen], None], wait: Callable[[float], None]) -> None:
    """Tells what is seen, and again whenever it has changed, until KeyboardInterrupt."""
    try:
        seen = look()
        tell(seen)
        while True:
            wait(EVERY_SECONDS)
            before, seen = seen, look()
            if seen != before:
                tell(seen)
    except KeyboardInterrupt:
        return
