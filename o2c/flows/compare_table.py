"""What `o2c replay --compare` prints: how two policies differ, by code, owner and currency."""

from decimal import Decimal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from o2c.flows.compare import KINDS, Comparison

_HEADS = {
    "only_a": "only A",
    "only_b": "only B",
    "earlier": "B earlier",
    "later": "B later",
    "changed": "otherwise",
}


def print_comparison(comparison: Comparison, names: tuple[str, str], console: Console) -> None:
    """Prints the figures of both replays and a row for each code, owner and currency that differs."""
    for letter, name, report in zip("AB", names, comparison.reports, strict=True):
        console.print(f"{letter}: {name}: {report.orders} orders, {report.exceptions} exception changes")
    differing = sum(count for row in comparison.sums.values() for count, _ in row.values())
    console.print(f"{comparison.same} exceptions alike, {differing} not")
    if not differing:
        return
    table = Table(
        title="Exceptions that differ, and what they are worth", title_justify="left", box=SIMPLE_HEAD, pad_edge=False
    )
    for column in ("code", "owner", "currency"):
        table.add_column(column, overflow="fold")
    for kind in KINDS:
        table.add_column(_HEADS[kind], justify="right")
    for (code, owner, currency), row in sorted(comparison.sums.items()):
        table.add_row(code, owner, currency, *(_cell(row.get(kind)) for kind in KINDS))
    totals = [sum(row[kind][0] for row in comparison.sums.values() if kind in row) for kind in KINDS]
    table.add_section()
    table.add_row("all", "", "", *(str(count) if count else "" for count in totals))
    console.print(table)


def _cell(figures: tuple[int, Decimal] | None) -> str:
    if figures is None:
        return ""
    count, amount = figures
    return f"{count} ({amount:,.2f})" if amount else str(count)
