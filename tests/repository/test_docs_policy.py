"""docs/policy.md against the policy's code: every key, what is in force, the defaults."""

import re

import pytest
from pydantic import BaseModel

from o2c.errors import ConfigurationError
from o2c.flows.correlation import policy_file
from o2c.flows.correlation.policy import default_policy, load_policy, not_in_force
from o2c.flows.correlation.reason_codes import FEED_SILENT, STALL_CODES
from o2c.flows.policy_table import duration_text
from tests.repository.pages import ROOT, codes, table

PAGE = ROOT / "docs" / "policy.md"
SECTIONS: dict[str, type[BaseModel]] = {
    "top level": policy_file.PolicyFile,
    "`[process]`": policy_file.Process,
    "`[stalls.<CODE>]`": policy_file.Stall,
    "`[exceptions.<CODE>]`": policy_file.AtOnce,
    "`[feeds.<name>]`": policy_file.Feed,
    "`[retention]`": policy_file.Retention,
}
NOT_IN_FORCE = f"""
[process]
settle = "2h"

[stalls.PAST_DUE]
escalation = [{{ after = "4h", to = "lead" }}]

[exceptions.{FEED_SILENT}]
escalation = [{{ after = "4h", to = "lead" }}]
percent = "0"
absolute = "0.01"

[[exceptions.{FEED_SILENT}.overrides]]
customer = "C-7"
owner = "them"

[retention]
open = "400d"
closed = "180d"

[calendars.office]
zone = "America/New_York"
days = ["mon"]
hours = "08:00-17:00"
"""


@pytest.mark.parametrize("section", SECTIONS)
def test_page_has_every_key(section: str) -> None:
    shown = [codes(key)[0] for key, *_ in table(PAGE, section, "means", "in force")]
    assert sorted(shown) == sorted(SECTIONS[section].model_fields)


def test_page_says_which_keys_are_not_in_force() -> None:
    shown = set()
    for section in SECTIONS:
        for key, _, in_force in table(PAGE, section, "means", "in force"):
            assert in_force in ("yes", "not yet")
            if in_force == "not yet":
                shown.add((section.strip("`[]").partition(".")[0], codes(key)[0]))
    stated = {tuple(re.split(r"\.[A-Z_]+\.|\.", key)) for key in not_in_force(load_policy(NOT_IN_FORCE))}
    found = {("top level", key[0]) if key[0] in ("retention", "calendars") else key for key in stated}
    found |= {key for key in stated if key[0] == "retention"}
    assert shown == found


def test_page_has_the_selectors_of_overrides() -> None:
    rows = table(PAGE, "selector", "in `process`", "in `stalls`", "fits")
    assert [codes(row[0])[0] for row in rows] == [name for name in policy_file.SELECTORS if name != "min_amount"]
    for selector, in_process, in_stalls, _ in rows:
        name = codes(selector)[0]
        assert (in_process == "yes") == (name in policy_file.ProcessOverride.model_fields)
        assert (in_stalls == "yes") == (name in policy_file.StallOverride.model_fields)


def test_selecting_by_amount_is_refused_as_the_page_says() -> None:
    text = '[[stalls.PAST_DUE.overrides]]\nmin_amount = "10000 USD"\ntolerance = "1d"\n'
    with pytest.raises(ConfigurationError, match="min_amount"):
        load_policy(text)


def test_page_has_the_default_policy() -> None:
    policy = default_policy()
    rules = policy.rules(None, None, None, None, None)
    shown = {codes(row[0])[0]: row[1:] for row in table(PAGE, "code", "tolerance", "severity", "owner", "sla")}
    stalls = {code: rules.codes[code] for code in STALL_CODES}
    expected = {code: (duration_text(rule.tolerance_us), *handling(rule)) for code, rule in stalls.items()}
    assert shown == expected | {FEED_SILENT: ("-", *handling(policy.feed_silent))}
    stated = codes(PAGE.read_text().partition("## The default")[2].partition("\n\n|")[0])
    lead, grace, heartbeats = rules.lead_us, policy.grace_us("order"), policy.heartbeat_silent_after_us
    assert stated == [*rules.milestones, *map(duration_text, (lead, grace, heartbeats))]


def handling(rule: object) -> tuple[str, str, str]:
    severity, owner, sla_us = (getattr(rule, name) for name in ("severity", "owner", "sla_us"))
    return severity, owner, duration_text(sla_us)
