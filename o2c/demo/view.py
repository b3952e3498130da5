"""The live view: figures in, something to print out, as large as the terminal is. And the same as one plain line."""

import io
from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from o2c.demo.figures import FeedFigures, Figures, money_text
from o2c.status.render import render

FULFILMENT = ("none", "ordered", "allocated", "picked", "shipped", "delivered", "cancelled")
FINANCIAL = ("unbilled", "invoiced", "paid")
HEALTH = {"on_track": "green", "at_risk": "yellow", "held": "magenta", "stalled": "bold red", "closed": "dim"}

_TITLE_STYLE = "bold cyan"
_WIDE = 110
"""Columns from which on there is room for owners and for what was cleared."""

_TALL = 36
"""Lines from which on there is room for the feeds that are not held to speak."""

_BODY_LINES = 9
_NARROW_ORDERS, _WIDE_ORDERS = 38, 48
_FEW_FEEDS, _MANY_FEEDS = 4, 9
_STATUS_WIDTH = 132
_STATUS_HEIGHT = 60


def view(figures: Figures, width: int, height: int) -> RenderableType:
    """What a terminal of `width` columns and `height` lines shows."""
    feeds = _MANY_FEEDS if height >= _TALL else _FEW_FEEDS
    screen = Layout()
    screen.split_column(
        Layout(_head(figures), size=1),
        Layout(_body(figures, wide=width >= _WIDE), size=_BODY_LINES),
        Layout(_feeds(figures, feeds), size=feeds + 1),
        Layout(_followed(figures, width), minimum_size=2),
    )
    return screen


def plain_line(figures: Figures) -> str:
    """The same for a reader without a terminal."""
    parts = [
        f"{_clock(figures.elapsed_s)} {figures.doing}",
        f"{figures.orders} orders",
        f"{figures.events} events ({figures.events_a_second}/s)",
        f"open exceptions: {_counts((each.code, each.open) for each in figures.codes)}",
        f"at risk: {money_text(figures.at_risk)}",
        *(_silence(feed) for feed in figures.feeds if feed.silent),
        f"dead letters: {sum(figures.dead_letters.values())}",
    ]
    return "; ".join(parts)


def _silence(feed: FeedFigures) -> str:
    return f"{feed.name} silent for {feed.heard_s} s, stalls held back: {feed.held_back}"


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts if count) or "none"


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


def _body(figures: Figures, *, wide: bool) -> Layout:
    body = Layout()
    body.split_row(
        Layout(
            Padding(Group(_orders(figures, wide=wide), _health(figures)), (0, 1, 0, 0)),
            size=_WIDE_ORDERS if wide else _NARROW_ORDERS,
        ),
        Layout(_exceptions(figures, wide=wide)),
    )
    return body


def _title(text: str) -> Text:
    return Text(text, style=_TITLE_STYLE, no_wrap=True, overflow="crop")


def _table(title: str, *headings: str, wide: bool = True) -> Table:
    """The first column is text under the table's title, the others are figures."""
    table = Table(box=None, pad_edge=False, padding=(0, 2 if wide else 1, 0, 0), header_style="dim")
    table.add_column(Text(title, style=_TITLE_STYLE), no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _orders(figures: Figures, *, wide: bool) -> Table:
    table = _table(f"{figures.orders:,} orders", *FINANCIAL, wide=wide)
    shown = FULFILMENT[1:] if not any(figures.stages.get(("none", each)) for each in FINANCIAL) else FULFILMENT[:-1]
    for stage in shown:
        table.add_row(stage, *(_count(figures.stages.get((stage, financial), 0)) for financial in FINANCIAL))
    return table


def _count(number: int, style: str = "") -> Text:
    return Text(f"{number:,}", style=style) if number else Text("·", style="dim")


def _health(figures: Figures) -> Text:
    parts = [
        Text(f"{health.replace('_', ' ')} {figures.health[health]}", style=style)
        for health, style in HEALTH.items()
        if figures.health.get(health)
    ]
    return Text(", ").join(parts)


def _exceptions(figures: Figures, *, wide: bool) -> Table:
    table = _table(
        f"{figures.open:,} exceptions", "open", "at risk", *(("cleared", "owner") if wide else ()), wide=wide
    )
    for each in figures.codes:
        code = Text(each.code, style="bold red" if each.open else "dim")
        more = (_count(each.cleared, "green"), Text(each.owner, style="dim")) if wide else ()
        table.add_row(code, _count(each.open, "bold"), money_text(each.at_risk), *more)
    return table


def _feeds(figures: Figures, lines: int) -> Table:
    """The silent ones and those that are held to speak first; the rest as one line where there is no room."""
    table = _table(f"{len(figures.feeds)} feeds", "lag", "heard", "")
    table.columns[-1].justify = "left"
    feeds = sorted(figures.feeds, key=lambda feed: (not feed.silent, not feed.judged))
    shown = feeds if len(feeds) <= lines else feeds[: lines - 1]
    for feed in shown:
        table.add_row(feed.name, f"{feed.lag_s} s", f"{feed.heard_s} s ago", _silence_cell(feed))
    others = feeds[len(shown) :]
    if others:
        lag_s = max(feed.lag_s for feed in others)
        table.add_row(Text(f"{len(others)} others", style="dim"), f"{lag_s} s", "", "")
    return table


def _silence_cell(feed: FeedFigures) -> Text:
    if not feed.silent:
        return Text("alive" if feed.judged else "", style="green")
    held = f"holds back {feed.held_back} stall{'' if feed.held_back == 1 else 's'}"
    worth = f", {money_text(feed.held_amount)}" if feed.held_amount else ""
    return Text.assemble(("SILENT", "bold red"), f"  {held}{worth}")


def _followed(figures: Figures, width: int) -> RenderableType:
    if figures.followed is None:
        return _title("No order yet")
    command = f"O2C_REDIS_URL={figures.redis_url} o2c status {figures.followed['correlation_id']}"
    return Group(_title(command), *_status_lines(figures, width))


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
