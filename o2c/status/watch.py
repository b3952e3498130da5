"""Looks at orders again and again: a page that stays up to date in a terminal, new pages elsewhere."""

import time
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from rich.console import Console, RenderableType
from rich.live import Live

from o2c.errors import OperatingFault

EVERY_SECONDS = 1.0
PATIENCE_SECONDS = 60.0
"""How long Redis may be away before a watch ends."""

_Seen = TypeVar("_Seen")


class View(NamedTuple, Generic[_Seen]):
    """What was seen last, and why it is not newer where a look has failed since."""

    seen: _Seen
    fault: str | None


class Watch(Generic[_Seen]):
    """Looks every second. `look` raises OperatingFault where it cannot see; `clock` is in seconds."""

    def __init__(
        self,
        look: Callable[[], _Seen],
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._wait = wait
        self._clock = clock

    def views(self) -> Iterator[View[_Seen]]:
        """Without end. Raises OperatingFault where the first look fails, or all for as long as patience lasts."""
        seen = self._look()
        seen_at = self._clock()
        yield View(seen, None)
        while True:
            self._wait(EVERY_SECONDS)
            try:
                seen = self._look()
            except OperatingFault as fault:
                if self._clock() - seen_at >= PATIENCE_SECONDS:
                    raise OperatingFault(f"{fault}; not for {PATIENCE_SECONDS:g} s") from fault
                yield View(seen, f"{fault}; trying again for up to {PATIENCE_SECONDS:g} s")
            else:
                seen_at = self._clock()
                yield View(seen, None)


def watch_in_place(watch: Watch[_Seen], page: Callable[[View[_Seen]], RenderableType], console: Console) -> None:
    """Shows the page on a screen of its own, anew every second, until KeyboardInterrupt; then prints it a last time."""
    views = watch.views()
    view = next(views)
    try:
        with Live(page(view), console=console, screen=True, auto_refresh=False) as live:
            for view in views:
                live.update(page(view), refresh=True)
    except KeyboardInterrupt:
        console.print(page(view))


def watch_changes(watch: Watch[_Seen], tell: Callable[[_Seen], None], warn: Callable[[str], None]) -> None:
    """Tells what is seen, and again whenever it has changed, until KeyboardInterrupt; warns once a failure."""
    before: View[_Seen] | None = None
    try:
        for view in watch.views():
            if view.fault is not None and (before is None or before.fault is None):
                warn(view.fault)
            if before is None or view.seen != before.seen:
                tell(view.seen)
            before = view
    except KeyboardInterrupt:
        return
