"""docs/policy.md against the policy's code: every key, every rule of the default."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from o2c.flows.correlation import policy_file
from o2c.flows.correlation.policy import default_policy, load_policy
from o2c.flows.correlation.policy_fields import AMOUNT_DIFFERENCES, QUANTITY_DIFFERENCES, parse_duration
from o2c.flows.correlation.reason_codes import AT_ONCE_CODES, STALL_CODES
from o2c.flows.policy_table import critical_text, escalation_text, limit_text, tolerance_text
from tests.repository.pages import ROOT, blocks, codes, table

PAGE = ROOT / "docs" / "policy.md"
SECTIONS: dict[str, type[BaseModel]] = {
    "top level": policy_file.PolicyFile,
    "`[process]`": policy_file.Process,
    "`[stalls.<CODE>]`": policy_file.Stall,
    "`[exceptions.<CODE>]`": policy_file.AtOnce,
    "`[feeds.<name>]`": policy_file.Feed,
    "`[retention]`": policy_file.Retention,
    "`[roles.<role>]`": policy_file.Role,
    "`[calendars.<name>]`": policy_file.CalendarTable,
}
CONTENT = default_policy().content
RULES = {
    "tolerance": ("stalls", STALL_CODES, tolerance_text),
    "limit": ("exceptions", AT_ONCE_CODES, limit_text),
}


@pytest.mark.parametrize("section", SECTIONS)
def test_page_has_every_key(section: str) -> None:
    shown = [codes(key)[0] for key, _ in table(PAGE, section, "means")]
    assert sorted(shown) == sorted(SECTIONS[section].model_fields)


def test_page_has_every_key_of_what_makes_critical() -> None:
    shown = [codes(key)[0] for key, _ in table(PAGE, "key", "critical once")]
    assert sorted(shown) == sorted(policy_file.CriticalTable.model_fields)


def test_page_has_the_selectors_of_overrides_in_their_order() -> None:
    rows = table(PAGE, "selector", "in `process`", "in `stalls` and `exceptions`", "fits")
    assert tuple(codes(row[0])[0] for row in rows) == policy_file.SELECTORS
    for selector, in_process, in_rules, _ in rows:
        name = codes(selector)[0]
        assert (in_process == "yes") == (name in policy_file.ProcessOverride.model_fields)
        assert (in_rules == "yes") == (name in policy_file.StallOverride.model_fields)
        assert (in_rules == "yes") == (name in policy_file.ExceptionOverride.model_fields)


def test_page_says_which_codes_have_a_limit() -> None:
    text = PAGE.read_text().partition("`percent` and `absolute` are limits of ")[2].partition("(amounts)")[0]
    quantities, _, amounts = text.partition("(quantities)")
    assert (tuple(codes(quantities)), tuple(codes(amounts))) == (QUANTITY_DIFFERENCES, AMOUNT_DIFFERENCES)


def test_example_shows_every_kind_of_table() -> None:
    [example] = blocks(PAGE, "toml")
    stated = load_policy(example.body).stated
    assert {*stated.model_fields_set, "base"} == {*policy_file.PolicyFile.model_fields}


@pytest.mark.parametrize("limit", RULES)
def test_page_has_the_rules_of_the_default(limit: str) -> None:
    kind, known, limit_of = RULES[limit]
    header = ("code", limit, "calendar", "severity", "critical when", "owner", "sla", "escalation")
    shown = {codes(code)[0]: cells for code, *cells in table(PAGE, *header)}
    assert shown == {code: cells_of(CONTENT[kind][code], limit_of) for code in known}


def cells_of(rule: Mapping[str, Any], limit_of: Callable[[Mapping[str, Any]], str]) -> list[str]:
    stated = (limit_of(rule), rule["calendar"], rule["severity"], critical_text(rule), rule["owner"])
    return [text or "-" for text in (*stated, rule.get("sla", ""), escalation_text(rule))]


def test_page_has_the_process_the_feeds_and_the_retention_of_the_default() -> None:
    process, feeds, retention = CONTENT["process"], CONTENT["feeds"]["default"], CONTENT["retention"]
    stated = codes(PAGE.read_text().partition("## The default")[2].partition(" The reason")[0])
    tables = ((process, ("lead", "settle")), (feeds, ("grace", "heartbeat_silent_after")))
    durations = [values[key] for values, keys in tables for key in keys]
    assert stated == [*process["milestones"], *durations, *(retention[key] for key in ("open", "whole", "closed"))]
    assert all(parse_duration(duration) for duration in durations)


def test_page_has_the_carriers_of_the_default() -> None:
    text = PAGE.read_text().partition("`MISSING_POD` has overrides")[2].partition("\n\n")[0]
    named = {override["carrier"] for override in CONTENT["stalls"]["MISSING_POD"]["overrides"]}
    assert set(codes(text)) == named


def test_page_has_the_calendars_the_feeds_and_the_roles_of_the_default() -> None:
    calendars = {codes(name)[0]: cells for name, *cells in table(PAGE, "calendar", "zone", "days", "hours", "holidays")}
    assert calendars == {
        name: [each["zone"], " ".join(each["days"]), each["hours"], each["holidays"]]
        for name, each in CONTENT["calendars"].items()
    }
    feeds = {codes(name)[0]: cells for name, *cells in table(PAGE, "feed", "silent after", "calendar")}
    types = {name: each for name, each in CONTENT["feeds"].items() if name != "default"}
    assert feeds == {name: [each["silent_after"], each["calendar"]] for name, each in types.items()}
    roles = {codes(name)[0]: may for name, may in table(PAGE, "role", "may")}
    assert roles == {name: ", ".join(each["actions"]) for name, each in CONTENT["roles"].items()}
