"""The parts of the live view: tables of figures, each as wide and long as there is room."""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from o2c.demo.figures import CodeFigures, FeedFigures, Figures, Money, OwnerFigures, added, money_text
from o2c.flows.correlation.reason_codes import FEED_SILENT

FULFILMENT = ("none", "ordered", "allocated", "picked", "shipped", "delivered", "cancelled")
FINANCIAL = ("unbilled", "invoiced", "paid")
HEALTH = {"on_track": "green", "at_risk": "yellow", "held": "magenta", "stalled": "bold red", "closed": "dim"}
SEVERITY = {"critical": "bold red", "warning": "yellow", "info": "dim"}

_TITLE_STYLE = "bold cyan"
_AMOUNT = 9
"""Columns of an amount below ten millions, without cents."""


def title(text: str) -> Text:
    """A line that says what follows."""
    return Text(text, style=_TITLE_STYLE, no_wrap=True, overflow="crop")


def _table(title: str, *headings: str, wide: bool = True) -> Table:
    """The first column is text under the table's title, the others are figures."""
    table = Table(box=None, pad_edge=False, padding=(0, 2 if wide else 1, 0, 0), header_style="dim")
    table.add_column(Text(title, style=_TITLE_STYLE), no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def orders(figures: Figures, *, wide: bool) -> Table:
    """How many orders have come how far, by goods and by money."""
    table = _table(f"{figures.orders:,} orders", *FINANCIAL, wide=wide)
    shown = FULFILMENT[1:] if not any(figures.stages.get(("none", each)) for each in FINANCIAL) else FULFILMENT[:-1]
    for stage in shown:
        table.add_row(stage, *(_count(figures.stages.get((stage, financial), 0)) for financial in FINANCIAL))
    return table


def _count(number: int, style: str = "") -> Text:
    return Text(f"{number:,}", style=style) if number else Text("·", style="dim")


def health(figures: Figures) -> Text:
    """How many orders are well, and how many are not."""
    parts = [
        Text(f"{name.replace('_', ' ')} {figures.health[name]}", style=style)
        for name, style in HEALTH.items()
        if figures.health.get(name)
    ]
    return Text(", ").join(parts)


def exceptions(figures: Figures, lines: int, *, wide: bool) -> Table:
    """What is worst first: silent feeds, then by severity and amount. What has no room is one line."""
    headings = ("open", "esc", "at risk", *(("over", "owner") if wide else ()))
    table = _table(f"{figures.open:,} exceptions", *headings, wide=False)
    if wide:
        table.columns[-1].justify = "left"
    home = _home(figures)
    codes = sorted((each for each in figures.codes if each.open), key=_worst_first)
    shown = codes if len(codes) <= lines else codes[: lines - 1]
    rest = codes[len(shown) :]
    for each in [*shown, *([_all_of_codes(rest)] if rest else [])]:
        more = (_count(each.cleared, "green"), Text(each.owner, style="dim")) if wide else ()
        name = Text(each.code, style=SEVERITY[each.severity])
        figure = _figure(each.at_risk, home, wide=wide)
        table.add_row(name, _count(each.open, "bold"), _count(each.escalated, "magenta"), figure, *more)
    return table


def _worst_first(code: CodeFigures) -> tuple[bool, int, float, str]:
    worth = float(max(code.at_risk.values(), default=0))
    return code.code != FEED_SILENT, list(SEVERITY).index(code.severity), -worth, code.code


def _all_of_codes(codes: list[CodeFigures]) -> CodeFigures:
    return CodeFigures(
        code=f"{len(codes)} more codes",
        open=sum(each.open for each in codes),
        cleared=sum(each.cleared for each in codes),
        at_risk=added(each.at_risk for each in codes),
        owner="",
        escalated=sum(each.escalated for each in codes),
    )


def _amount(amount: Money, *, wide: bool) -> str:
    return money_text(amount, 2 if wide else 0)


def exposure(figures: Figures, lines: int, *, wide: bool) -> Group:
    """What is unsettled, bucket by bucket, in as many columns as it takes."""
    whole = Text.assemble(("exposure ", _TITLE_STYLE), money_text(figures.exposed, 2 if wide else 0), no_wrap=True)
    buckets = list(figures.exposure.items())
    columns = [buckets[start : start + lines] for start in range(0, len(buckets), lines)]
    table = Table.grid(padding=(0, 1, 0, 0), pad_edge=False)
    for _ in columns:
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True, min_width=_AMOUNT)
    home = _home(figures)
    for row in range(min(lines, len(buckets))):
        cells = [column[row] for column in columns if row < len(column)]
        table.add_row(
            *(text for name, amount in cells for text in (name.replace("_", " "), _figure(amount, home, wide=wide)))
        )
    return Group(whole, table)


def _home(figures: Figures) -> str:
    """The currency in which most is unsettled: figures without a currency are in it."""
    return max(figures.exposed.items(), key=lambda each: each[1], default=("", 0))[0]


def _figure(amount: Money, home: str, *, wide: bool) -> Text:
    """Where there is little room, without the home currency; a plus says that there is more in others."""
    if wide or not amount:
        return Text(money_text(amount)) if amount else Text("·", style="dim")
    if home not in amount:
        return Text(money_text(amount, 0))
    return Text(f"{amount[home]:,.0f}{'+' if len(amount) > 1 else ''}")


def owners(figures: Figures, lines: int, *, wide: bool) -> Table:
    """Who has most to see to first. What has no room is one line."""
    table = _table(f"{len(figures.owners)} owners", "open", "esc", "at risk", wide=False)
    home = _home(figures)
    shown = figures.owners if len(figures.owners) <= lines else figures.owners[: lines - 1]
    rest = figures.owners[len(shown) :]
    for each in [*shown, *([_all_of_owners(rest)] if rest else [])]:
        figure = _figure(each.at_risk, home, wide=wide)
        table.add_row(each.owner, _count(each.open, "bold"), _count(each.escalated, "magenta"), figure)
    return table


def _all_of_owners(owners: tuple[OwnerFigures, ...]) -> OwnerFigures:
    return OwnerFigures(
        owner=f"{len(owners)} others",
        open=sum(each.open for each in owners),
        escalated=sum(each.escalated for each in owners),
        at_risk=added(each.at_risk for each in owners),
    )


def billing(figures: Figures, width: int, *, wide: bool) -> Text:
    """What can be invoiced now, what cannot, and why: as many reasons as there is room for."""
    billable = figures.billing
    line = Text.assemble(
        ("billing", _TITLE_STYLE),
        f"  {billable.ready} ready, ",
        (_amount(billable.ready_amount, wide=wide), "green"),
        f"; {billable.blocked} blocked, ",
        (_amount(billable.blocked_amount, wide=wide), "yellow"),
        no_wrap=True,
        overflow="crop",
    )
    reasons = sorted(billable.blocked_by.items(), key=lambda each: (-each[1], each[0]))
    for number, (code, orders_blocked) in enumerate(reasons):
        reason = f"{', ' if number else ': '}{code} {orders_blocked}"
        if len(line) + len(reason) + len(_MORE) > width:
            line.append(_MORE)
            break
        line.append(reason)
    return line


_MORE = ", ..."


def feeds(figures: Figures, lines: int) -> Table:
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
