"""Where the view goes: a terminal, redrawn in place, or plain lines now and then."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click
from rich.console import Console
from rich.live import Live

from o2c.demo.figures import Figures
from o2c.demo.view import plain_line, view

_BETWEEN_LINES_SECONDS = 5.0


class Screen(Protocol):
    """Takes the figures as often as they are gathered."""

    def show(self, figures: Figures) -> None:
        """Shows them, where it is time to."""


class _Terminal:
    def __init__(self, live: Live) -> None:
        self._live = live

    def show(self, figures: Figures) -> None:
        width, height = self._live.console.size
        self._live.update(view(figures, width, height), refresh=True)


class _Lines:
    def __init__(self) -> None:
        self._next_at = time.monotonic()

    def show(self, figures: Figures) -> None:
        now = time.monotonic()
        if now >= self._next_at:
            self._next_at = now + _BETWEEN_LINES_SECONDS
            click.echo(plain_line(figures))


@contextmanager
def screen() -> Iterator[Screen]:
    """Standard output for the length of a demo. A terminal is left as it was found."""
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal or console.is_dumb_terminal:
        yield _Lines()
        return
    with Live(console=console, screen=True, auto_refresh=False) as live:
        yield _Terminal(live)
