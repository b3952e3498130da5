"""What `o2c policy explain` prints: an order's process, what waits or is wrong, and who stated which key."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from o2c.flows.correlation.provenance import DEFAULT, Origin
from o2c.flows.correlation.stalls import Subject
from o2c.flows.explain import CodeExplained, Explanation, OrderExplained, PathExplained
from o2c.flows.policy_table import critical_text, escalation_text, plain_table
from o2c.schemas.times import rfc3339

_TEXTS: dict[str, Callable[[Any], str]] = {
    "enabled": lambda value: "yes" if value else "no",
    "milestones": " > ".join,
    "critical": lambda value: critical_text({"critical": value}),
    "escalation": lambda value: escalation_text({"escalation": value}),
}
"""Values that are more than their own text."""


def print_explanation(explanation: Explanation, orders: Iterable[str], console: Console) -> None:
    """Prints what applies to each of the orders."""
    console.print(f"Policy {explanation.policy.version}, judged at {rfc3339(explanation.as_of)}")
    for correlation_id in orders:
        explained = explanation.explain(correlation_id)
        console.print(f"\n{_headline(explained)}", soft_wrap=True)
        console.print(_paths_table(explained.paths))
        if explained.codes:
            console.print(_codes_table(explained.codes, explanation.as_of))
            console.print(_origins_table(explained.codes))
        else:
            console.print("Nothing waits and nothing is wrong.")


def _headline(explained: OrderExplained) -> str:
    order, header = explained.judgement.ledger.order_document, explained.judgement.ledger.header
    if order is None or header is None:
        return f"{explained.correlation_id}: no order document, so the policy holds without overrides"
    said = (("customer", order.customer_id), ("channel", header.channel), ("warehouse", header.warehouse))
    return f"{explained.correlation_id}: " + ", ".join(f"{name} {value}" for name, value in said if value)


def _paths_table(paths: tuple[PathExplained, ...]) -> Table:
    table = plain_table("Process", ("lines", "key", "value", "stated by"))
    for path in paths:
        for position, origin in enumerate(path.origins):
            lines = ", ".join(path.lines) if position == 0 else ""
            table.add_row(lines, *_cells(origin), end_section=position == len(path.origins) - 1)
    return table


def _codes_table(codes: tuple[CodeExplained, ...], as_of: int) -> Table:
    columns = ("code", "about", "since", "deadline", "calendar", "severity", "owner", "now")
    table = plain_table("What waits and what is wrong", columns)
    for each in codes:
        rule = each.rule
        deadline = "-" if each.deadline is None else rfc3339(each.deadline)
        severity = rule.severity_at(each.since, as_of, each.amount, each.currency)
        cells = (rfc3339(each.since), deadline, rule.calendar.name, severity, rule.owner, _now(each, as_of))
        table.add_row(each.code, _about(each.subject), *cells)
    return table


def _now(each: CodeExplained, as_of: int) -> str:
    """How it stands: its exception's state, else what it waits for."""
    life = each.life
    if life is not None and (life.is_open or life.settled):
        return life.state if life.due_at is None else f"{life.state}, sla ends {rfc3339(life.due_at)}"
    if not each.rule.enabled:
        return "switched off"
    if each.deadline is None:
        return "no clock runs"
    return "in time" if as_of < each.deadline else "not opened"


def _origins_table(codes: tuple[CodeExplained, ...]) -> Table:
    """Each rule once, however much waits under it."""
    table = plain_table("Which rules apply", ("code", "about", "key", "value", "stated by"))
    for rule_id in dict.fromkeys(id(each.rule) for each in codes):
        alike = [each for each in codes if id(each.rule) == rule_id]
        about = ", ".join(dict.fromkeys(_about(each.subject) for each in alike))
        origins = alike[0].origins
        for position, origin in enumerate(origins):
            first = (alike[0].code, about) if position == 0 else ("", "")
            table.add_row(*first, *_cells(origin), end_section=position == len(origins) - 1)
    return table


def _cells(origin: Origin) -> Iterator[str]:
    yield origin.key
    yield _TEXTS.get(origin.key, str)(origin.value)
    override = " and ".join(f"{name} {value}" for name, value in origin.selectors)
    by = "the default policy" if origin.stated_by == DEFAULT else origin.stated_by
    yield f"{by}, for {override}" if override else by


def _about(subject: Subject) -> str:
    scope, document_type, document_id = subject
    named = f"{document_type}/{document_id}"
    return f"{scope}/{named}" if scope else named
