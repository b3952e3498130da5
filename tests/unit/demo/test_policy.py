"""The demo's policy is the simulator's, in a day of three seconds."""

import pytest

from o2c.demo.outage import FEED
from o2c.demo.pace import DAY_US
from o2c.demo.policy import demo_policy, policy_text
from o2c.flows.correlation.policy_fields import parse_duration
from o2c.flows.correlation.reason_codes import FEED_SILENT
from o2c.simulator.policy import AFTER_ETA_DAYS, EXCEPTIONS, LEAD_DAYS, RULES, STALLS
from o2c.simulator.world import WAREHOUSES


@pytest.mark.parametrize("code", STALLS)
def test_every_tolerance_is_that_of_the_plan(code: str) -> None:
    stall = STALLS[code]
    stated = demo_policy().content["stalls"][code]
    overrides = [
        (*[pair for pair in each.items() if pair[0] != "tolerance"], parse_duration(each["tolerance"]))
        for each in _of(code)
    ]
    assert (stated["enabled"], parse_duration(stated["tolerance"])) == (True, stall.days * DAY_US)
    assert (stated["severity"], stated["owner"]) == (stall.severity, stall.owner)
    expected = [] if stall.override is None else [((stall.override[0], stall.override[1]), stall.override[2] * DAY_US)]
    assert overrides == expected


@pytest.mark.parametrize("code", EXCEPTIONS)
def test_every_code_belongs_to_the_team_of_the_plan(code: str) -> None:
    stated = demo_policy().content["exceptions"][code]
    planned = EXCEPTIONS[code]
    assert (stated["enabled"], stated["severity"], stated["owner"]) == (True, planned.severity, planned.owner)


def test_nothing_is_left_out() -> None:
    rules = demo_policy().rules(None, None, None, None, None).codes
    assert {code for code, rule in rules.items() if rule.enabled} == {*RULES, FEED_SILENT}


def test_what_is_more_than_worth_knowing_is_escalated() -> None:
    rules = demo_policy().rules(None, None, None, None, None).codes
    assert {code for code, rule in rules.items() if rule.enabled and not rule.escalation} == {
        code for code, each in RULES.items() if each.severity == "info"
    }


def _of(code: str) -> list[dict[str, object]]:
    return list(demo_policy().content["stalls"][code].get("overrides", ()))


def test_the_process_is_that_of_the_plan() -> None:
    process = demo_policy().content["process"]
    assert parse_duration(process["lead"]) == LEAD_DAYS * DAY_US
    after_eta = demo_policy().content["stalls"]["MISSING_POD"]["after_eta"]
    assert parse_duration(after_eta) == AFTER_ETA_DAYS * DAY_US
    assert [each["channel"] for each in process["overrides"]] == ["drop_ship"]


def test_each_warehouse_awaits_its_own_feed() -> None:
    feeds = {warehouse.code: demo_policy().feed_of("shipment", warehouse.code) for warehouse in WAREHOUSES}
    assert feeds == {warehouse.code: f"shipment/{warehouse.source}" for warehouse in WAREHOUSES}
    assert FEED in feeds.values()


def test_it_says_that_its_days_are_seconds() -> None:
    assert "tolerances and SLAs are in seconds" in policy_text()
