"""What `o2c policy check` prints: everything that a policy comes to, as tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from o2c.flows.correlation.calendar import ALWAYS_NAME
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.policy_file import DEFAULT_FEED, ESCALATION_ROLE, OWNER_ROLE, SELECTORS
from o2c.flows.correlation.reason_codes import AT_ONCE_CODES, STALL_CODES
from o2c.schemas.times import DAY_US, HOUR_US, MINUTE_US, SECOND_US

_UNITS = ((DAY_US, "d"), (HOUR_US, "h"), (MINUTE_US, "m"), (SECOND_US, "s"))
_WIDTH_WITHOUT_TERMINAL = 160

Values = Mapping[str, Any]


def plain_console() -> Console:
    """Standard output: what a file says is never read as markup, and without a terminal there is no colour."""
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH_WITHOUT_TERMINAL
    return console


def duration_text(duration_us: int | None) -> str:
    """A duration around the clock in the largest unit that divides it: "2d", "90s"; "-" for none."""
    if duration_us is None:
        return "-"
    unit_us, letter = next(
        ((unit_us, letter) for unit_us, letter in _UNITS if duration_us % unit_us == 0 and duration_us), _UNITS[-1]
    )
    return f"{duration_us // unit_us}{letter}"


def print_policy(policy: Policy, name: str, console: Console) -> None:
    """Prints what `policy` resolves to."""
    console.print(f"{name}: valid, version {policy.version}, base {policy.stated.base}")
    content = policy.content
    for table in (
        _process_table(content["process"]),
        _rules_table("Stalls", "tolerance", tolerance_text, content["stalls"], STALL_CODES),
        _rules_table("Exceptions", "limit", limit_text, content["exceptions"], AT_ONCE_CODES),
        _feeds_table(content["feeds"]),
        _roles_table(content["roles"]),
        _retention_table(content["retention"]),
        _calendars_table(content["calendars"]),
    ):
        console.print(table)


def _process_table(process: Values) -> Table:
    table = plain_table("Process", ("for", "milestones", "lead", "settle"))
    table.add_row("every order", *_process_cells(process))
    for override in process.get("overrides", ()):
        table.add_row(selection_text(override), *_process_cells(override))
    return table


def _process_cells(process: Values) -> Iterator[str]:
    yield " > ".join(process.get("milestones", ()))
    yield from (process.get(key, "") for key in ("lead", "settle"))


def _rules_table(
    title: str, limit: str, limit_of: Callable[[Values], str], rules: Values, codes: Iterable[str]
) -> Table:
    table = plain_table(
        title,
        ("code", "on", limit, "calendar", "severity", "critical when", "owner", "sla", "escalation after the sla"),
    )
    for code in codes:
        table.add_row(code, *_rule_cells(rules[code], limit_of))
        for override in rules[code].get("overrides", ()):
            table.add_row(f"  {selection_text(override)}", *_rule_cells(override, limit_of))
    return table


def _rule_cells(rule: Values, limit_of: Callable[[Values], str]) -> Iterator[str]:
    """A cell that an override leaves out is empty: the row above holds."""
    yield {True: "yes", False: "no", None: ""}[rule.get("enabled")]
    yield limit_of(rule)
    yield from (rule.get(key, "") for key in ("calendar", "severity"))
    yield critical_text(rule)
    yield from (rule.get(key, "") for key in ("owner", "sla"))
    yield escalation_text(rule)


def tolerance_text(rule: Values) -> str:
    """How long a unit may wait: "7d, eta + 2d"."""
    return _listed(
        rule,
        (
            ("tolerance", "{}"),
            ("from_allocation", "{} from allocation"),
            ("after_eta", "eta + {}"),
            ("before_respond_by", "respond_by - {}"),
        ),
    )


def limit_text(rule: Values) -> str:
    """How large a difference may be: "1 %, 5"; or how long after the date that was named."""
    return _listed(rule, (("percent", "{} %"), ("absolute", "{}"), ("after_expected", "expected_at + {}")))


def critical_text(rule: Values) -> str:
    """What makes it critical: "after 3d, at the month's end"."""
    critical = rule.get("critical", {})
    after = f"after {{}} {critical['calendar']}" if "calendar" in critical else "after {}"
    text = _listed(critical, (("after", after), ("amount", "from {}")))
    return ", ".join(part for part in (text, "at month end" if critical.get("period_end") else "") if part)


def escalation_text(rule: Values) -> str:
    """Who hears of it next: "4h billing-lead, 1d manager"."""
    return ", ".join(f"{step['after']} {step['to']}" for step in rule.get("escalation", ()))


def _listed(values: Values, formats: Iterable[tuple[str, str]]) -> str:
    return ", ".join(text.format(values[key]) for key, text in formats if key in values)


def _feeds_table(feeds: Values) -> Table:
    table = plain_table("Feeds", ("feed", "silent after", "calendar", "grace", "warehouses"))
    default = feeds[DEFAULT_FEED]
    table.add_row(
        DEFAULT_FEED,
        f"{default['heartbeat_silent_after']} (heartbeats)",
        ALWAYS_NAME,
        default["grace"],
        "",
        end_section=True,
    )
    for name, feed in sorted(feeds.items(), key=lambda item: ("/" in item[0], item[0])):
        if name == DEFAULT_FEED:
            continue
        document_type, slash, _ = name.partition("/")
        silence = feed if "silent_after" in feed else feeds[document_type]
        calendar = feed.get("calendar") or silence.get("calendar") or ALWAYS_NAME
        grace = feed.get("grace", default["grace"]) if slash else ""
        shown = name if slash else f"{name} (where a feed does not say)"
        table.add_row(shown, silence["silent_after"], calendar, grace, ", ".join(feed.get("warehouses", ())))
    return table


_GENERAL_ROLES = {OWNER_ROLE: "(whoever owns it)", ESCALATION_ROLE: "(whoever it is escalated to)"}


def _roles_table(roles: Values) -> Table:
    table = plain_table("Roles", ("role", "may", "owners", "codes"))
    for name, role in sorted(roles.items(), key=lambda item: (item[0] in _GENERAL_ROLES, item[0])):
        actions = ", ".join(role.get("actions", ())) or "nothing"
        limits = (", ".join(role[key]) if key in role else "all" for key in ("owners", "codes"))
        table.add_row(_GENERAL_ROLES.get(name, name), actions, *limits)
    return table


def _retention_table(retention: Values) -> Table:
    table = plain_table("Retention", ("open, untouched", "closed, whole", "closed, stub"))
    table.add_row(*(retention[key] for key in ("open", "whole", "closed")))
    return table


def _calendars_table(calendars: Values) -> Table:
    table = plain_table("Calendars", ("calendar", "zone", "days", "hours", "holidays"))
    table.add_row(ALWAYS_NAME, "UTC", "every day", "00:00-24:00", "none")
    for name, calendar in sorted(calendars.items()):
        days, holidays = " ".join(calendar["days"]), calendar.get("holidays", "none")
        table.add_row(name, calendar["zone"], days, calendar["hours"], holidays)
    return table


def plain_table(title: str, columns: Iterable[str]) -> Table:
    """A table as all that these commands print: a rule under its header, long cells folded."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def selection_text(override: Values) -> str:
    """Whom an override is for: "customer C-7, carrier UPS"."""
    return ", ".join(f"{name} {override[name]}" for name in SELECTORS if name in override)
