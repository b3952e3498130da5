"""The demo's policy is the simulator's, in a day of three seconds."""

import pytest

from o2c.demo.outage import FEED
from o2c.demo.pace import DAY_US
from o2c.demo.policy import demo_policy, policy_text
from o2c.flows.correlation.policy_fields import parse_duration
from o2c.simulator.policy import LEAD_DAYS, STALLS
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


def _of(code: str) -> list[dict[str, object]]:
    return list(demo_policy().content["stalls"][code].get("overrides", ()))


def test_the_process_is_that_of_the_plan() -> None:
    process = demo_policy().content["process"]
    assert parse_duration(process["lead"]) == LEAD_DAYS * DAY_US
    assert [each["channel"] for each in process["overrides"]] == ["drop_ship"]


def test_each_warehouse_awaits_its_own_feed() -> None:
    feeds = {warehouse.code: demo_policy().feed_of("shipment", warehouse.code) for warehouse in WAREHOUSES}
    assert feeds == {warehouse.code: f"shipment/{warehouse.source}" for warehouse in WAREHOUSES}
    assert FEED in feeds.values()


def test_it_says_that_its_days_are_seconds() -> None:
    assert "tolerances and SLAs are in seconds" in policy_text()
