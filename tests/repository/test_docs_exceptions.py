"""docs/exceptions.md against the reason codes, the default policy and what the exceptions themselves say."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, get_args

import pytest

from o2c.flows.correlation.deductions import CODES_OF_FAMILY, OTHER
from o2c.flows.correlation.policy import default_policy
from o2c.flows.correlation.policy_file import DEFAULT_FEED
from o2c.flows.correlation.reason_codes import FEED_SILENT, REASON_CODES, STALL_CODES
from o2c.flows.policy_table import limit_text, selection_text, tolerance_text
from o2c.schemas.outputs import Category
from tests.repository.pages import ROOT, codes, table

PAGE = ROOT / "docs" / "exceptions.md"
CATEGORIES = get_args(Category)

Rule = Mapping[str, Any]


def rows(category: str) -> dict[str, tuple[str, ...]]:
    """The category's rows by code."""
    shown = table(PAGE, category, "means", "opens when", "default tolerance", "owner", "what to do")
    return {codes(code)[0]: row for code, *row in shown}  # type: ignore[misc]  # the rest of a row is its cells


def of_all_categories() -> dict[str, tuple[str, ...]]:
    return {code: row for category in CATEGORIES for code, row in rows(category).items()}


@pytest.mark.parametrize("category", CATEGORIES)
def test_page_has_each_code_under_its_category_in_the_order_of_the_codes(category: str) -> None:
    assert list(rows(category)) == [each.code for each in REASON_CODES.values() if each.category == category]


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_category_is_introduced_to_whom_it_reaches(category: str) -> None:
    before, _, _ = PAGE.read_text().partition(f"| {category} | means |")
    introduction = before.rpartition("\n## ")[2].partition("\n")[2].strip()
    assert introduction
    assert "|" not in introduction


def test_page_has_the_default_policys_tolerances() -> None:
    shown = {code: row[2] for code, row in of_all_categories().items()}
    assert shown == {code: default_tolerance(code) for code in REASON_CODES}


def test_page_has_the_default_policys_owners() -> None:
    shown = {code: row[3] for code, row in of_all_categories().items()}
    assert shown == {code: rule_of(code)["owner"] for code in REASON_CODES}


def test_page_says_what_the_exceptions_say_is_to_be_done() -> None:
    shown = {code: row[4] for code, row in of_all_categories().items()}
    assert shown == {code: each.next_action for code, each in REASON_CODES.items()}


def test_every_code_has_a_meaning_and_a_condition() -> None:
    assert [code for code, (means, opens, *_) in of_all_categories().items() if not (means and opens)] == []


def test_page_has_the_families_of_deductions() -> None:
    _, _, listed = PAGE.read_text().partition("by family: ")
    assert codes(listed.partition(".")[0]) == [*CODES_OF_FAMILY, OTHER]


def default_tolerance(code: str) -> str:
    """What the default policy lets pass, as the page writes it."""
    if code == FEED_SILENT:
        return silences()
    return waits(rule_of(code)) if code in STALL_CODES else differences(code, rule_of(code))


def rule_of(code: str) -> Rule:
    content = default_policy().content
    rule: Rule = content["stalls" if code in STALL_CODES else "exceptions"][code]
    return rule


def waits(rule: Rule) -> str:
    """How long a unit may wait; then whom another time is for."""
    others = defaultdict(list)
    for override in rule.get("overrides", ()):
        others[tolerance_text(override)].append(selection_text(override))
    own = f"{tolerance_text(rule)} ({rule['calendar']})"
    return "; ".join((own, *(f"{', '.join(selected)}: {text}" for text, selected in others.items())))


def differences(code: str, rule: Rule) -> str:
    """When it opens, and beyond which difference; or when it is due."""
    opens = "settled" if REASON_CODES[code].starred else "at once"
    if "after_expected" in rule:
        return f"{opens}; due {limit_text(rule)}, else {rule['sla']} ({rule['calendar']})"
    limit = limit_text(rule).replace(", ", " or ")
    return f"{opens}, beyond {limit}" if limit else opens


def silences() -> str:
    """How long a feed may say nothing, by type; then one that sends heartbeats."""
    feeds = default_policy().content["feeds"]
    declared = sorted(name for name in feeds if name != DEFAULT_FEED)
    by_type = (f"{name} {feeds[name]['silent_after']} ({feeds[name]['calendar']})" for name in declared)
    return f"{', '.join(by_type)}; with heartbeats {feeds[DEFAULT_FEED]['heartbeat_silent_after']}"
