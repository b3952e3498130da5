"""The live view: figures in, something to print out, as large as the terminal is. And the same as one plain line."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from o2c.demo.figures import FeedFigures, Figures, money_text
from o2c.demo.panels import billing, exceptions, exposure, feeds, health, orders, owners, title
from o2c.flows.correlation.reason_codes import REASON_CODES
from o2c.status.render import render

_WIDE = 110
"""Columns from which on there is room for owners, cents and what is over."""

_NARROW_ORDERS, _WIDE_ORDERS = 37, 45
_MONEY = 45
CATEGORIES = ("feed", "stall", "hold", "failure", "mismatch", "cash", "identity")
_STATUS_WIDTH = 132
_STATUS_HEIGHT = 60


@dataclass(frozen=True, slots=True)
class _Room:
    """How many lines each part has, its title aside; `followed` at least."""

    buckets: int
    feeds: int
    followed: int


_ROOMS = ((36, _Room(8, 4, 10)), (30, _Room(4, 3, 7)), (0, _Room(4, 2, 5)))
"""By the least height of the terminal."""


def view(figures: Figures, width: int, height: int) -> RenderableType:
    """What a terminal of `width` columns and `height` lines shows."""
    wide = width >= _WIDE
    room = next(room for least, room in _ROOMS if height >= least)
    above = max(_LEAST_ABOVE, height - room.buckets - room.feeds - room.followed - _TITLES)
    screen = Layout()
    screen.split_column(
        Layout(_head(figures), size=1),
        Layout(_above(figures, above, wide=wide), size=above),
        Layout(_money(figures, room.buckets, wide=wide), size=room.buckets + 1),
        Layout(billing(figures, width, wide=wide), size=1),
        Layout(feeds(figures, room.feeds), size=room.feeds + 1),
        Layout(_followed(figures, width), minimum_size=2),
    )
    return screen


_LEAST_ABOVE = 9
_TITLES = 4
"""The head, the line of billing, the titles of money and feeds."""


def plain_line(figures: Figures) -> str:
    """The same for a reader without a terminal."""
    billable = figures.billing
    parts = [
        f"{_clock(figures.elapsed_s)} {figures.doing}",
        f"{figures.orders} orders",
        f"{figures.events} events ({figures.events_a_second}/s)",
        f"open exceptions: {_by_category(figures)}",
        f"escalated: {figures.escalated}",
        f"exposure: {money_text(figures.exposed)}",
        f"ready to bill: {money_text(billable.ready_amount)}",
        f"blocked: {money_text(billable.blocked_amount)}",
        *(_silence(feed) for feed in figures.feeds if feed.silent),
        f"dead letters: {sum(figures.dead_letters.values())}",
    ]
    return "; ".join(parts)


def _silence(feed: FeedFigures) -> str:
    return f"{feed.name} silent for {feed.heard_s} s, stalls held back: {feed.held_back}"


def _by_category(figures: Figures) -> str:
    """There are too many codes for a line."""
    counts = dict.fromkeys(CATEGORIES, 0)
    for each in figures.codes:
        counts[REASON_CODES[each.code].category] += each.open
    told = ", ".join(f"{category} {count}" for category, count in counts.items() if count)
    return f"{figures.open} ({told})" if told else "none"


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _head(figures: Figures) -> RenderableType:
    line = Table.grid(expand=True)
    line.add_column(no_wrap=True)
    line.add_column(justify="right", no_wrap=True)
    left = Text.assemble(("o2c demo", "bold"), f"  {_clock(figures.elapsed_s)}  ", (figures.doing, "cyan"))
    dead = sum(figures.dead_letters.values())
    right = Text.assemble(
        f"{figures.events:,} events, ",
        (f"{figures.events_a_second}/s", "bold"),
        ", ",
        (f"{dead} dead letter{'' if dead == 1 else 's'}", "yellow" if dead else ""),
    )
    line.add_row(left, right)
    return line


def _above(figures: Figures, lines: int, *, wide: bool) -> Layout:
    """Where the orders are, and what is wrong with them."""
    above = Layout()
    above.split_row(
        Layout(
            Padding(Group(orders(figures, wide=wide), health(figures)), (0, 1, 0, 0)),
            size=_WIDE_ORDERS if wide else _NARROW_ORDERS,
        ),
        Layout(exceptions(figures, lines - 1, wide=wide)),
    )
    return above


def _money(figures: Figures, lines: int, *, wide: bool) -> Layout:
    """What is unsettled, and who has to see to what."""
    money = Layout()
    money.split_row(
        Layout(exposure(figures, lines, wide=wide), size=_MONEY),
        Layout(owners(figures, lines, wide=wide)),
    )
    return money


def _followed(figures: Figures, width: int) -> RenderableType:
    if figures.followed is None:
        return title("No order yet")
    command = f"O2C_REDIS_URL={figures.redis_url} o2c status {figures.followed['correlation_id']}"
    return Group(title(command), *_status_lines(figures, width))


def _status_lines(figures: Figures, width: int) -> Sequence[Text]:
    """As `o2c status` prints it, line by line, cut off where the terminal ends and without empty lines."""
    assert figures.followed is not None
    text = io.StringIO()
    printed = Console(
        file=text,
        width=_STATUS_WIDTH,
        height=_STATUS_HEIGHT,
        force_terminal=True,
        color_system="standard",
        markup=False,
        highlight=False,
    )
    render(figures.followed, figures.exceptions, figures.now, printed)
    lines = Text.from_ansi(text.getvalue()).split("\n")
    for line in lines:
        line.no_wrap = True
        line.overflow = "crop"
        line.rstrip()
        line.truncate(width, overflow="crop")
    return [line for line in lines if line.plain]
