"""Shows one order's status to a person: where it is, what it waits for, what is wrong, what it is worth."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Status = Mapping[str, Any]

_HEALTH_STYLES = {"closed": "dim", "stalled": "bold red", "held": "magenta", "at_risk": "yellow", "on_track": "green"}
_SEVERITY_STYLES = {"critical": "bold red", "warning": "yellow", "info": "dim"}
_NOTHING = "-"


def render(status: Status, console: Console) -> None:
    """Prints the status; without a terminal the same lines come without colour. What a status lacks is left out."""
    console.print(_headline(status), soft_wrap=True)
    console.print(_facts(status), soft_wrap=True)
    for section in (_waiting, _wrong, _milestones, _lines, _timeline):
        table = section(status)
        if table is not None:
            console.print()
            console.print(table)


def _headline(status: Status) -> Text:
    health = _printable(status.get("health", "unknown"))
    fulfilment, financial = _stage(status, "fulfilment"), _stage(status, "financial")
    headline = Text(_printable(status.get("correlation_id", "")), style="bold")
    headline.append("  ")
    headline.append(health.replace("_", " "), style=_HEALTH_STYLES.get(health, ""))
    headline.append(f"  {fulfilment}, {financial}", style="not bold")
    return headline


def _stage(status: Status, side: str) -> str:
    state = status.get(side) or {"stage": "unknown", "complete": True}
    stage = _printable(state.get("stage"))
    return stage if state.get("complete") or stage in {"none", "unbilled"} else f"{stage} in part"


def _facts(status: Status) -> Text:
    """Who has it and what it is worth, one line each."""
    parties = [f"{name.replace('_id', '')} {status[name]}" for name in _PARTIES if status.get(name)]
    amounts = status.get("amounts") or {}
    currency = status.get("currency") or ""
    money = [f"{name} {_amount(value, currency)}" for name, value in amounts.items() if value not in (None, "0")]
    updated = [f"version {status['version']}, {status.get('updated_at')}"] if "version" in status else []
    return Text("\n".join(_printable(", ".join(facts)) for facts in (parties, money, updated) if facts))


_PARTIES = ("order", "customer_id", "channel", "warehouse")


def _waiting(status: Status) -> Table | None:
    rows = status.get("waiting_for") or []
    currency = status.get("currency") or ""
    return _table(
        "Waits for",
        rows,
        {
            "milestone": lambda row: row["milestone"],
            "since": lambda row: row["since"],
            "due": lambda row: row["due_at"],
            "quantity": lambda row: row["quantity"],
            "worth": lambda row: _amount(row["amount"], currency),
            "owner": lambda row: row["owner"],
            "feed": lambda row: row["feed"],
        },
    )


def _wrong(status: Status) -> Table | None:
    rows = status.get("exceptions") or []
    return _table(
        "Wrong",
        rows,
        {
            "code": lambda row: Text(row["code"], style=_SEVERITY_STYLES.get(row["severity"], "")),
            "severity": lambda row: row["severity"],
            "owner": lambda row: row["owner"],
            "due": lambda row: row["due_at"],
            "exception": lambda row: row["exception_id"],
        },
    )


def _milestones(status: Status) -> Table | None:
    rows = [{"milestone": name, **reached} for name, reached in (status.get("milestones") or {}).items()]
    return _table(
        "Reached",
        rows,
        {
            "milestone": lambda row: row["milestone"],
            "first": lambda row: row["first_at"],
            "last": lambda row: row["last_at"],
            "fraction": lambda row: row["fraction"],
        },
    )


def _lines(status: Status) -> Table | None:
    rows = status.get("lines") or []
    names = list(rows[0]) if rows else []
    return _table("Lines", rows, {name: _field(name) for name in names})


def _timeline(status: Status) -> Table | None:
    rows = sorted(status.get("documents") or [], key=lambda row: row["business_at"])
    return _table(
        "Documents",
        rows,
        {
            "at": lambda row: row["business_at"],
            "type": lambda row: row["type"],
            "number": lambda row: "/".join(filter(None, (row["scope"], row["document_id"]))),
            "revision": lambda row: row["revision"],
            "source": lambda row: row["source"],
            "": lambda row: "cancelled" if row["cancelled"] else "",
        },
    )


def _field(name: str) -> Callable[[Status], object]:
    return lambda row: row.get(name)


def _table(title: str, rows: Sequence[Status], columns: Mapping[str, Callable[[Status], object]]) -> Table | None:
    """A table of the rows, None where there are none; a null stands as a dash."""
    if not rows:
        return None
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(show(row)) for show in columns.values()))
    return table


def _cell(value: object) -> Text:
    if isinstance(value, Text):
        return value
    return Text(_NOTHING if value is None else _printable(value))


def _printable(value: object) -> str:
    """The text without control characters: a document's number must not steer the reader's terminal."""
    text = str(value)
    return (
        text
        if text.isprintable()
        else "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    )


def _amount(amount: str | None, currency: str) -> str | None:
    return None if amount is None else f"{amount} {currency}".rstrip()
