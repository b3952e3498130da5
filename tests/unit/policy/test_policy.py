"""What a policy comes to."""

import pytest

from o2c.errors import ConfigurationError
from o2c.flows.correlation.calendar import ALWAYS, calendar_named
from o2c.flows.correlation.policy import Policy, load_policy, not_in_force
from o2c.flows.correlation.reason_codes import STALL_CODES
from o2c.flows.correlation.rules import Rule
from o2c.schemas.times import DAY_US, HOUR_US, MINUTE_US

PATH = '[process]\nmilestones = ["order", "shipment", "invoice", "payment"]\n'


def stall(policy: Policy, code: str, customer: str | None = None, carrier: str | None = None) -> Rule:
    return policy.rules(customer, None, carrier, None, None).codes[code]


def test_default_policy_passes_all_milestones() -> None:
    rules = load_policy(None).rules(None, None, None, None, None)
    assert rules.milestones == ("order", "allocation", "pick", "shipment", "pod", "invoice", "payment")
    assert rules.lead_us == 2 * DAY_US


def test_default_policy_has_every_stall_on_with_an_owner_and_an_sla() -> None:
    rules = load_policy(None).rules(None, None, None, None, None)
    assert tuple(rules.codes) == STALL_CODES
    assert all(rule.enabled and rule.owner and rule.sla_us for rule in rules.codes.values())


def test_default_tolerances_outlast_a_weekend() -> None:
    rules = load_policy(None).rules(None, None, None, None, None)
    assert min(rule.tolerance_us for rule in rules.codes.values()) > 2 * DAY_US


def test_file_that_says_nothing_is_the_default() -> None:
    assert load_policy("", "empty").version == load_policy(None).version


def test_stated_key_wins_and_the_rest_comes_from_the_default() -> None:
    rule = stall(load_policy('[stalls.PAST_DUE]\ntolerance = "36h"'), "PAST_DUE")
    assert rule == Rule(True, 36 * HOUR_US, "warning", "collections", 7 * DAY_US, ALWAYS)


@pytest.mark.parametrize(
    ("text", "duration_us"), [("90s", 90_000_000), ("45m", 45 * MINUTE_US), ("24h", DAY_US), ("5d", 5 * DAY_US)]
)
def test_durations_count_around_the_clock(text: str, duration_us: int) -> None:
    assert stall(load_policy(f'[stalls.PAST_DUE]\ntolerance = "{text}"'), "PAST_DUE").tolerance_us == duration_us


def test_base_none_switches_on_only_what_the_file_names() -> None:
    policy = load_policy(f'base = "none"\n{PATH}[stalls.PAST_DUE]\ntolerance = "1d"')
    rules = policy.rules(None, None, None, None, None)
    assert [code for code, rule in rules.codes.items() if rule.enabled] == ["PAST_DUE"]
    assert rules.milestones == ("order", "shipment", "invoice", "payment")
    assert not policy.feed_silent.enabled


def test_base_none_takes_values_but_no_sla_from_the_default() -> None:
    rule = stall(load_policy(f'base = "none"\n{PATH}[stalls.PAST_DUE]\nenabled = true'), "PAST_DUE")
    assert rule == Rule(True, 5 * DAY_US, "warning", "collections", None, ALWAYS)


def test_base_none_with_an_override_alone_is_on_for_that_selection_only() -> None:
    text = f'base = "none"\n{PATH}[[stalls.PAST_DUE.overrides]]\ncustomer = "C-7"\ntolerance = "1h"'
    policy = load_policy(text)
    assert stall(policy, "PAST_DUE", "C-7").enabled
    assert not stall(policy, "PAST_DUE", "C-8").enabled


def test_base_none_judges_the_silence_of_feeds_that_the_file_declares() -> None:
    policy = load_policy(f'base = "none"\n{PATH}[feeds."shipment/wms"]\nsilent_after = "30m"')
    assert policy.feed_silent.enabled


def test_feed_silent_is_handled_as_the_file_says() -> None:
    rule = load_policy('[exceptions.FEED_SILENT]\nowner = "edi"\nsla = "2h"\nenabled = false').feed_silent
    assert (rule.enabled, rule.owner, rule.sla_us, rule.severity) == (False, "edi", 2 * HOUR_US, "critical")


def test_unit_awaits_the_declared_feed_of_its_warehouse() -> None:
    policy = load_policy('[feeds."shipment/wms-east"]\nsilent_after = "30m"\nwarehouses = ["WH-1", "WH-2"]')
    assert policy.feed_of("shipment", "WH-2") == "shipment/wms-east"
    assert policy.feed_of("shipment", "WH-3") == "shipment"
    assert policy.feed_of("shipment", None) == "shipment"
    assert policy.feed_of("pick", "WH-2") == "pick"


def test_grace_of_a_feed_falls_back_to_the_default() -> None:
    text = (
        '[feeds.default]\ngrace = "7m"\n'
        '[feeds."pod/tms"]\nsilent_after = "1h"\ngrace = "1h"\n'
        '[feeds."pick/wms"]\nsilent_after = "1h"'
    )
    policy = load_policy(text)
    assert policy.grace_us("pod/tms") == HOUR_US
    assert policy.grace_us("pick/wms") == 7 * MINUTE_US
    assert policy.grace_us("invoice") == 7 * MINUTE_US


def test_default_policy_declares_no_feed_and_judges_heartbeats() -> None:
    policy = load_policy(None)
    assert policy.declared == {}
    assert policy.heartbeat_silent_after_us == 15 * MINUTE_US


def test_declared_feed_says_how_long_it_may_be_silent() -> None:
    rule = load_policy('[feeds."shipment/wms-east"]\nsilent_after = "30m"').declared["shipment/wms-east"]
    assert (rule.silent_after_us, rule.grace_us, rule.warehouses) == (30 * MINUTE_US, 5 * MINUTE_US, ())


def test_feed_of_a_type_that_is_not_read_yet_is_never_judged() -> None:
    policy = load_policy('[feeds."return/wms"]\nsilent_after = "30m"')
    assert policy.declared == {}
    assert not_in_force(policy) == ['feeds."return/wms"']


def test_everything_valid_that_has_no_effect_yet_is_named() -> None:
    text = """
    [process]
    settle = "2h"
    [[process.overrides]]
    fulfilment = "drop_ship"
    settle = "1h"
    [stalls.PAST_DUE]
    escalation = [{ after = "4h", to = "collections-lead" }]
    [stalls.UNAPPLIED_CASH]
    tolerance = "2d"
    [exceptions.PRICE_MISMATCH]
    percent = "0"
    absolute = "0.01"
    [[exceptions.PRICE_MISMATCH.overrides]]
    min_amount = "10000 USD"
    percent = "1"
    [exceptions.FEED_SILENT]
    owner = "integration"
    escalation = [{ after = "1h", to = "operations" }]
    [retention]
    open = "400d"
    closed = "180d"
    [calendars.us-office]
    zone = "America/New_York"
    days = ["mon", "tue", "wed", "thu", "fri"]
    hours = "08:00-17:00"
    holidays = "US"
    """
    assert not_in_force(load_policy(text)) == [
        "process.settle",
        "process.overrides[0].settle",
        "stalls.PAST_DUE.escalation",
        "stalls.UNAPPLIED_CASH",
        "exceptions.PRICE_MISMATCH",
        "exceptions.FEED_SILENT.escalation",
        "retention.open",
        "retention.closed",
        "calendars.us-office",
    ]


def test_default_policy_states_nothing_that_has_no_effect() -> None:
    assert not_in_force(load_policy(None)) == []


def test_calendar_that_is_not_in_force_is_refused() -> None:
    with pytest.raises(ConfigurationError, match='calendar "us-office" cannot be used: only "always" is in force yet'):
        calendar_named("us-office")


def test_around_the_clock_calendar_adds_time_as_it_passes() -> None:
    assert calendar_named("always").add(5 * DAY_US, HOUR_US) == 5 * DAY_US + HOUR_US
