"""One order's status as a page: where it is, what it waits for, what is wrong, what it is worth, what has happened."""

from collections.abc import Iterable, Mapping

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from o2c.status.layout import NOTHING, Status, decimal_of, indented, is_something, money, section, table
from o2c.status.words import due_words, duration_words, minute_of, printable, since_words, time_of
from o2c.status.worth import worth_lines
from o2c.status.wrong import on_record, wrong

_HEALTH = {
    "closed": ("closed", "dim"),
    "stalled": ("STALLED", "bold red"),
    "held": ("ON HOLD", "magenta"),
    "at_risk": ("AT RISK", "yellow"),
    "on_track": ("on track", "green"),
}
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
_PARTIES = (("order", "order"), ("customer", "customer_id"), ("channel", "channel"), ("warehouse", "warehouse"))
_LINE_COLUMNS = ("line", "sku", "ordered", "allocated", "picked", "shipped", "delivered", "invoiced", "returned")


def render(status: Status, exceptions: Mapping[str, Status], now_us: int, console: Console) -> None:
    """Prints the page; without a terminal the same lines come without colour."""
    console.print(page(status, exceptions, now_us))


def page(status: Status, exceptions: Mapping[str, Status], now_us: int) -> Group:
    """The page. What a status lacks is left out.

    `exceptions`: by id, what is known of those of the order, open or not.
    """
    open_ones = {exception["exception_id"] for exception in status.get("exceptions") or []}
    others = [known for exception_id, known in exceptions.items() if exception_id not in open_ones]
    sections = (
        section("Waits for", _waits(status, now_us)),
        section("Wrong", wrong(status, exceptions, now_us)),
        section("On record", on_record(others, now_us)),
        section("Reached", _reached(status)),
        section("Lines", _lines(status)),
        section("Timeline", _timeline(status)),
    )
    parts: list[RenderableType] = [_headline(status), *_facts(status)]
    for each in sections:
        parts += each
    return Group(*parts, *_footer(status, now_us))


def overview(statuses: Iterable[Status], now_us: int) -> Table:
    """Several orders, a row each: whoever wants one of them in full asks for it."""
    rows = table("order", "health", "reached", "worth", "waits for", "overdue")
    for status in statuses:
        health, style = _health(status)
        waits = status.get("waiting_for") or []
        worth = (status.get("amounts") or {}).get("ordered")
        rows.add_row(
            Text(printable(status.get("correlation_id", "")), style="bold"),
            Text(health, style=style),
            f"{_fulfilment(status)}, {_financial(status)}",
            money(worth, status.get("currency")) or NOTHING,
            ", ".join(_awaited(wait) for wait in waits) or NOTHING,
            _most_overdue(waits, now_us) or NOTHING,
        )
    return rows


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
    """Whose order it is and how its money stands, a line each."""
    parties = [(word, status.get(key)) for word, key in _PARTIES]
    named = ", ".join(f"{word} {value}" for word, value in parties if value)
    facts = [named[:1].upper() + named[1:]] if named else []
    return [Text(printable(fact)) for fact in (*facts, *worth_lines(status))]


def _waits(status: Status, now_us: int) -> list[RenderableType]:
    found: list[RenderableType] = []
    for wait in status.get("waiting_for") or []:
        awaited = _awaited(wait)
        since, due_at = time_of(wait.get("since")), time_of(wait.get("due_at"))
        sentence = awaited[:1].upper() + awaited[1:]
        if since is not None:
            sentence += f" {'since' if since <= now_us else 'from'} {since_words(since, now_us)}"
        if wait.get("owner"):
            sentence += f"; {wait['owner']} has it"
        found.append(Text(printable(sentence)))
        due = "no deadline runs now" if due_at is None else due_words(due_at, now_us)
        worth = money(wait.get("amount"), status.get("currency"))
        more = [due, *([f"worth {worth}"] if worth else [])]
        if "/" in str(wait.get("feed")):
            more.append(f"word of it comes from {wait['feed']}")
        style = "red" if due_at is not None and due_at <= now_us else ""
        found.append(indented(Text(printable(", ".join(more)), style=style)))
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


def _reached(status: Status) -> list[RenderableType]:
    rows = table()
    for name, milestone in (status.get("milestones") or {}).items():
        first, last = time_of(milestone.get("first_at")), time_of(milestone.get("last_at"))
        if first is None:
            continue
        when = minute_of(first)
        if last is not None and minute_of(last) != when:
            when += f" to {minute_of(last)}"
        rows.add_row(_PASSED.get(name, printable(name)), _percent(milestone.get("fraction")), when)
    return [rows] if rows.row_count else []


def _percent(fraction: object) -> str:
    """A fraction in whole per cent, rounded down, so that 100 % is all; empty for none."""
    return "" if fraction is None else f"{int(decimal_of(fraction) * 100)} %"


def _lines(status: Status) -> list[RenderableType]:
    """Each line at each milestone, all of them where there are several, and what was shipped instead of what."""
    lines = status.get("lines") or []
    if not lines:
        return []
    names = [name for name in _LINE_COLUMNS if name in lines[0]]
    if not any(is_something(line.get("returned")) for line in lines):
        names = [name for name in names if name != "returned"]
    rows = table(*names)
    for line in lines:
        rows.add_row(*(_cell(line.get(name)) for name in names))
    quantities = status.get("quantities")
    if quantities and len(lines) > 1:
        rows.add_row(*(_cell({"line": "all", "sku": "", **quantities}.get(name)) for name in names), style="bold")
    return [rows, *(Text(printable(told)) for line in lines for told in _substitutes(line))]


def _cell(value: object) -> Text:
    return Text(NOTHING if value is None else printable(value))


def _substitutes(line: Status) -> list[str]:
    name = line.get("line") or line.get("sku")
    return [
        f"Line {name}: {each['quantity']} of {each['sku']} shipped instead of {line.get('sku')}"
        for each in line.get("substitutes") or []
    ]


def _timeline(status: Status) -> list[RenderableType]:
    documents = sorted(status.get("documents") or [], key=lambda row: str(row["business_at"]))
    rows = table()
    for row in documents:
        at = time_of(row["business_at"])
        number = "/".join(filter(None, (row["scope"], row["document_id"])))
        remarks = [f"revision {row['revision']}"] * (row["revision"] != 1) + ["cancelled"] * bool(row["cancelled"])
        rows.add_row(
            NOTHING if at is None else minute_of(at),
            printable(row["type"]).replace("_", " "),
            Text(printable(number)),
            Text(printable(f"from {row['source']}")),
            ", ".join(remarks),
        )
    return [rows] if documents else []


def _footer(status: Status, now_us: int) -> list[Text]:
    updated = time_of(status.get("updated_at"))
    if updated is None:
        return []
    told = f"As of {minute_of(now_us)} UTC; last change {since_words(updated, now_us)}"
    version = f", version {status['version']}" if "version" in status else ""
    return [Text(""), Text(f"{told}{version}", style="dim")]
