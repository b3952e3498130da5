"""One order's status as a page: where it is, what it waits for, what is wrong, what it is worth, what has happened."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from o2c.status.words import due_words, duration_words, minute_of, printable, since_words, time_of, times_readable

Status = Mapping[str, Any]

_HEALTH = {
    "closed": ("closed", "dim"),
    "stalled": ("STALLED", "bold red"),
    "held": ("ON HOLD", "magenta"),
    "at_risk": ("AT RISK", "yellow"),
    "on_track": ("on track", "green"),
}
_SEVERITY_STYLES = {"critical": "bold red", "warning": "yellow", "info": "dim"}
_FINANCIAL = {
    ("unbilled", False): "not invoiced",
    ("invoiced", False): "invoiced, not paid",
    ("paid", False): "paid, not all invoiced",
    ("paid", True): "paid",
}
_AWAITED = {
    "allocation": "allocation",
    "pick": "picking",
    "shipment": "shipment",
    "pod": "proof of delivery",
    "invoice": "invoice",
    "payment": "payment",
}
_PASSED = {
    "order": "ordered",
    "allocation": "allocated",
    "pick": "picked",
    "shipment": "shipped",
    "pod": "delivered",
    "invoice": "invoiced",
    "payment": "paid",
}
_INDENT = 2
_NOTHING = "-"
_SHOWN_MONEY = ("invoiced", "paid", "open", "unapplied")


def render(status: Status, exceptions: Mapping[str, Status], now_us: int, console: Console) -> None:
    """Prints the page; without a terminal the same lines come without colour."""
    console.print(page(status, exceptions, now_us))


def page(status: Status, exceptions: Mapping[str, Status], now_us: int) -> Group:
    """The page. `exceptions`: by id, what is known of those that are open. What a status lacks is left out."""
    sections = (
        _section("Waits for", _waits(status, now_us)),
        _section("Wrong", _wrong(status, exceptions, now_us)),
        _section("Reached", _reached(status)),
        _section("Lines", _lines(status)),
        _section("Timeline", _timeline(status)),
    )
    parts: list[RenderableType] = [_headline(status), *_facts(status)]
    for section in sections:
        parts += section
    return Group(*parts, *_footer(status, now_us))


def overview(statuses: Iterable[Status], now_us: int) -> Table:
    """Several orders, a row each: whoever wants one of them in full asks for it."""
    table = _table("order", "health", "reached", "worth", "waits for", "overdue")
    for status in statuses:
        health, style = _health(status)
        waits = status.get("waiting_for") or []
        worth = (status.get("amounts") or {}).get("ordered")
        table.add_row(
            Text(printable(status.get("correlation_id", "")), style="bold"),
            Text(health, style=style),
            f"{_fulfilment(status)}, {_financial(status)}",
            _money(worth, status) or _NOTHING,
            ", ".join(_awaited(wait) for wait in waits) or _NOTHING,
            _most_overdue(waits, now_us) or _NOTHING,
        )
    return table


def _headline(status: Status) -> Text:
    health, style = _health(status)
    headline = Text(printable(status.get("correlation_id", "")), style="bold")
    headline.append("  ")
    headline.append(health, style=style)
    headline.append(f"  {_fulfilment(status)}, {_financial(status)}", style="not bold")
    return headline


def _health(status: Status) -> tuple[str, str]:
    health = status.get("health", "unknown")
    return _HEALTH.get(health, (printable(health), ""))


def _fulfilment(status: Status) -> str:
    state = status.get("fulfilment") or {"stage": "unknown", "complete": True}
    stage = printable(state.get("stage"))
    if stage == "none":
        return "no order document yet"
    return stage if state.get("complete") else f"{stage} in part"


def _financial(status: Status) -> str:
    state = status.get("financial") or {"stage": "unknown"}
    stage = state.get("stage")
    return _FINANCIAL.get((str(stage), bool(state.get("complete"))), printable(stage))


def _facts(status: Status) -> list[Text]:
    """Whose order it is and what it is worth, a line each."""
    parties = [(word, status.get(key)) for word, key in _PARTIES]
    named = ", ".join(f"{word} {value}" for word, value in parties if value)
    amounts = status.get("amounts") or {}
    facts = []
    if named:
        facts.append(named[:1].upper() + named[1:])
    if amounts:
        facts.append(_worth(amounts, status))
    return [Text(printable(fact)) for fact in facts]


_PARTIES = (("order", "order"), ("customer", "customer_id"), ("channel", "channel"), ("warehouse", "warehouse"))


def _worth(amounts: Status, status: Status) -> str:
    ordered = amounts.get("ordered")
    worth = "Worth unknown, as a price is missing" if ordered is None else f"Worth {_money(ordered, status)}"
    moved = [f"{amounts[name]} {name}" for name in _SHOWN_MONEY if amounts.get(name) not in (None, "0")]
    return f"{worth}: {', '.join(moved)}" if moved else f"{worth}, nothing invoiced yet"


def _waits(status: Status, now_us: int) -> list[RenderableType]:
    found: list[RenderableType] = []
    for wait in status.get("waiting_for") or []:
        awaited = _awaited(wait)
        since, due_at = time_of(wait.get("since")), time_of(wait.get("due_at"))
        sentence = awaited[:1].upper() + awaited[1:]
        if since is not None:
            sentence += f" since {since_words(since, now_us)}"
        if wait.get("owner"):
            sentence += f"; {wait['owner']} has it"
        found.append(Text(printable(sentence)))
        due = "no deadline runs now" if due_at is None else due_words(due_at, now_us)
        worth = _money(wait.get("amount"), status)
        more = [due, *([f"worth {worth}"] if worth else [])]
        if "/" in str(wait.get("feed")):
            more.append(f"word of it comes from {wait['feed']}")
        style = "red" if due_at is not None and due_at <= now_us else ""
        found.append(_indented(Text(printable(", ".join(more)), style=style)))
    return found


def _awaited(wait: Status) -> str:
    """What is awaited and how much: "shipment of 4"."""
    name = _AWAITED.get(str(wait.get("milestone")), str(wait.get("milestone")))
    quantity = wait.get("quantity")
    return printable(name if quantity is None else f"{name} of {quantity}")


def _most_overdue(waits: Iterable[Status], now_us: int) -> str | None:
    late = [now_us - due_at for wait in waits if (due_at := time_of(wait.get("due_at"))) is not None]
    most = max(late, default=-1)
    return duration_words(most) if most >= 0 else None


def _wrong(status: Status, exceptions: Mapping[str, Status], now_us: int) -> list[RenderableType]:
    found: list[RenderableType] = []
    for exception in status.get("exceptions") or []:
        known = exceptions.get(exception["exception_id"], {})
        headline = Text(printable(exception["code"]), style=_SEVERITY_STYLES.get(exception["severity"], ""))
        due_at = time_of(exception.get("due_at"))
        due = "" if due_at is None else f", {due_words(due_at, now_us)}"
        told = f"  {exception['severity']}; {exception['owner']} has it{due}"
        found.append(headline.append(printable(told), style="default not bold not dim"))
        found += [
            _indented(Text(printable(times_readable(known[name]))))
            for name in ("explanation", "next_action")
            if known.get(name)
        ]
        found.append(_indented(Text(f"exception {printable(exception['exception_id'])}", style="dim")))
    return found


def _reached(status: Status) -> list[RenderableType]:
    table = _table()
    for name, milestone in (status.get("milestones") or {}).items():
        first, last = time_of(milestone.get("first_at")), time_of(milestone.get("last_at"))
        if first is None:
            continue
        when = minute_of(first)
        if last is not None and minute_of(last) != when:
            when += f" to {minute_of(last)}"
        table.add_row(_PASSED.get(name, printable(name)), _percent(milestone.get("fraction")), when)
    return [table] if table.row_count else []


def _percent(fraction: object) -> str:
    """A fraction in whole per cent, rounded down, so that 100 % is all."""
    try:
        return f"{int(Decimal(str(fraction)) * 100)} %"
    except InvalidOperation:
        return ""


def _lines(status: Status) -> list[RenderableType]:
    rows = status.get("lines") or []
    if not rows:
        return []
    names = list(rows[0])
    table = _table(*names)
    for row in rows:
        table.add_row(*(Text(_NOTHING if row.get(name) is None else printable(row[name])) for name in names))
    return [table]


def _timeline(status: Status) -> list[RenderableType]:
    documents = sorted(status.get("documents") or [], key=lambda row: str(row["business_at"]))
    table = _table()
    for row in documents:
        at = time_of(row["business_at"])
        number = "/".join(filter(None, (row["scope"], row["document_id"])))
        remarks = [f"revision {row['revision']}"] * (row["revision"] != 1) + ["cancelled"] * bool(row["cancelled"])
        table.add_row(
            _NOTHING if at is None else minute_of(at),
            printable(row["type"]).replace("_", " "),
            Text(printable(number)),
            Text(printable(f"from {row['source']}")),
            ", ".join(remarks),
        )
    return [table] if documents else []


def _footer(status: Status, now_us: int) -> list[Text]:
    updated = time_of(status.get("updated_at"))
    if updated is None:
        return []
    told = f"As of {minute_of(now_us)} UTC; last change {since_words(updated, now_us)}"
    version = f", version {status['version']}" if "version" in status else ""
    return [Text(""), Text(f"{told}{version}", style="dim")]


def _section(title: str, content: Sequence[RenderableType]) -> list[RenderableType]:
    """An empty line, the title and the content; nothing where there is no content."""
    return [Text(""), Text(title, style="bold underline"), *content] if content else []


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, _INDENT), expand=False)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", show_header=bool(columns))
    for name in columns or [""] * 3:
        table.add_column(name, overflow="fold")
    return table


def _money(amount: object, status: Status) -> str:
    """An amount with the order's currency; empty for none."""
    return "" if amount is None else f"{amount} {status.get('currency') or ''}".rstrip()
