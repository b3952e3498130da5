"""What `o2c policy check` prints: everything that a policy comes to, as tables."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from o2c.flows.correlation.calendar import ALWAYS_NAME
from o2c.flows.correlation.policy import Policy, not_in_force
from o2c.flows.correlation.policy_file import DEFAULT_FEED, SELECTORS
from o2c.flows.correlation.reason_codes import FEED_SILENT, STALL_CODES
from o2c.schemas.times import DAY_US, HOUR_US, MINUTE_US, SECOND_US

_UNITS = ((DAY_US, "d"), (HOUR_US, "h"), (MINUTE_US, "m"), (SECOND_US, "s"))
_WIDTH_WITHOUT_TERMINAL = 160


def plain_console() -> Console:
    """Standard output: what a file says is never read as markup, and without a terminal there is no colour."""
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH_WITHOUT_TERMINAL
    return console


def duration_text(duration_us: int | None) -> str:
    """A duration in the largest unit that divides it: "2d", "90s"; "-" for none."""
    if duration_us is None:
        return "-"
    unit_us, letter = next(
        ((unit_us, letter) for unit_us, letter in _UNITS if duration_us % unit_us == 0 and duration_us), _UNITS[-1]
    )
    return f"{duration_us // unit_us}{letter}"


def print_policy(policy: Policy, name: str, console: Console) -> None:
    """Prints what `policy` resolves to, and what of the file has no effect yet."""
    console.print(f"{name}: valid, version {policy.version}, base {policy.stated.base}")
    for table in (_process_table(policy), _rules_table(policy), _feeds_table(policy)):
        console.print(table)
    unused = not_in_force(policy)
    if unused:
        console.print("Valid, but not in force yet:")
        for key in unused:
            console.print(f"  {key}", soft_wrap=True)


def _process_table(policy: Policy) -> Table:
    table = _table("Process", ("for", "milestones", "lead"))
    process = policy.content["process"]
    table.add_row("every order", _path(process), duration_text(process["lead"]))
    for override in process.get("overrides", ()):
        table.add_row(_selection(override), _path(override), _stated_duration(override, "lead"))
    return table


def _rules_table(policy: Policy) -> Table:
    table = _table("Stalls and exceptions", ("code", "enabled", "tolerance", "calendar", "severity", "owner", "sla"))
    for code in STALL_CODES[:7]:
        rule = policy.content["stalls"][code]
        table.add_row(code, *_rule_cells(rule, duration_text(rule.get("sla"))))
        for override in rule.get("overrides", ()):
            table.add_row(f"  {_selection(override)}", *_rule_cells(override, _stated_duration(override, "sla")))
    silent = policy.content["exceptions"][FEED_SILENT]
    table.add_row(FEED_SILENT, *_rule_cells(silent, duration_text(silent.get("sla"))))
    return table


def _feeds_table(policy: Policy) -> Table:
    table = _table("Feeds", ("feed", "silent after", "grace", "calendar", "warehouses"))
    for name, rule in policy.declared.items():
        cells = (duration_text(rule.silent_after_us), duration_text(rule.grace_us), rule.calendar.name)
        table.add_row(name, *cells, ", ".join(rule.warehouses))
    heartbeats = f"{duration_text(policy.heartbeat_silent_after_us)} (heartbeats)"
    table.add_row(DEFAULT_FEED, heartbeats, duration_text(policy.grace_us(DEFAULT_FEED)), ALWAYS_NAME, "")
    return table


def _table(title: str, columns: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _rule_cells(rule: Mapping[str, Any], sla: str) -> tuple[str, ...]:
    """A cell that an override leaves out is empty: the row above holds."""
    enabled = {True: "yes", False: "no", None: ""}[rule.get("enabled")]
    stated = (str(rule.get(key, "")) for key in ("calendar", "severity", "owner"))
    return (enabled, _stated_duration(rule, "tolerance"), *stated, sla)


def _stated_duration(table: Mapping[str, Any], key: str) -> str:
    return duration_text(table[key]) if key in table else ""


def _path(process: Mapping[str, Any]) -> str:
    return " > ".join(process.get("milestones", ()))


def _selection(override: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {override[name]}" for name in SELECTORS if name in override)
