"""What a policy comes to."""

from dataclasses import replace

import pytest

from o2c.flows.correlation.calendar import ALWAYS
from o2c.flows.correlation.policy import Policy, load_policy
from o2c.flows.correlation.reason_codes import AT_ONCE_CODES, STALL_CODES
from o2c.flows.correlation.rules import Critical, Rule, Step
from o2c.schemas.times import DAY_US, HOUR_US, MINUTE_US, parse_rfc3339

OFFICE = load_policy(None).calendars["office"]
PATH = '[process]\nmilestones = ["order", "shipment", "invoice", "payment"]\n'


def stall(policy: Policy, code: str, customer: str | None = None, carrier: str | None = None) -> Rule:
    return policy.rules(customer, None, carrier, None, None).codes[code]


def test_default_policy_passes_all_milestones() -> None:
    rules = load_policy(None).rules(None, None, None, None, None)
    assert rules.milestones == ("order", "allocation", "pick", "shipment", "pod", "invoice", "payment")
    assert rules.lead_us == 2 * DAY_US


def test_default_policy_has_every_code_on_with_an_owner() -> None:
    rules = load_policy(None).rules(None, None, None, None, None)
    assert tuple(rules.codes) == (*STALL_CODES, *AT_ONCE_CODES)
    assert all(rule.enabled and rule.owner for rule in rules.codes.values())


def test_default_policy_gives_everything_that_is_more_than_news_an_sla_and_somebody_who_hears_of_it_next() -> None:
    rules = load_policy(None).rules(None, None, None, None, None)
    news = {code for code, rule in rules.codes.items() if rule.severity == "info"} | {"ABANDONED"}
    urgent = {code: rule for code, rule in rules.codes.items() if code not in news}
    assert [code for code, rule in urgent.items() if not rule.sla_us or not rule.escalation] == []


def test_default_tolerances_are_business_time() -> None:
    rules = load_policy(None).rules(None, None, None, None, None)
    around_the_clock = {code for code in STALL_CODES if rules.codes[code].calendar is ALWAYS}
    assert around_the_clock == {"UNRESOLVED_DISPUTE"}


def test_default_limits_are_those_of_the_trade() -> None:
    codes = load_policy(None).rules(None, None, None, None, None).codes
    short = codes["SHORT_PAYMENT"]
    assert (codes["PRICE_MISMATCH"].absolute_amount, short.absolute_amount, short.percent) == (100, 50_000, 10_000)
    assert codes["SHIPPED_NOT_INVOICED"].critical == Critical(27 * HOUR_US, OFFICE, period_end=True)
    assert codes["PAST_DUE"].critical == Critical(30 * DAY_US, ALWAYS)
    dispute = codes["UNRESOLVED_DISPUTE"]
    assert (dispute.tolerance_us, dispute.before_respond_by_us) == (30 * DAY_US, 3 * DAY_US)
    assert codes["MISSING_POD"].after_eta_us == 18 * HOUR_US
    assert codes["BACKORDER"].after_expected_us == 9 * HOUR_US


def test_file_that_says_nothing_is_the_default() -> None:
    assert load_policy("", "empty").version == load_policy(None).version


def test_stated_key_wins_and_the_rest_comes_from_the_default() -> None:
    rule = stall(load_policy('[stalls.PAST_DUE]\ntolerance = "36h"'), "PAST_DUE")
    default = stall(load_policy(None), "PAST_DUE")
    assert rule == replace(default, tolerance_us=36 * HOUR_US)


@pytest.mark.parametrize(
    ("text", "duration_us"), [("90s", 90_000_000), ("45m", 45 * MINUTE_US), ("24h", DAY_US), ("5d", 5 * DAY_US)]
)
def test_durations_count_around_the_clock_where_the_calendar_does(text: str, duration_us: int) -> None:
    policy = load_policy(f'[stalls.PAST_DUE]\ncalendar = "always"\ntolerance = "{text}"')
    assert stall(policy, "PAST_DUE").tolerance_us == duration_us


def test_a_day_is_one_of_the_calendar_and_an_hour_one_of_its_hours() -> None:
    text = '[stalls.PAST_DUE]\ntolerance = "2d"\nsla = "8h"\nescalation = [{ after = "1d", to = "x" }]'
    rule = stall(load_policy(text), "PAST_DUE")
    assert (rule.tolerance_us, rule.sla_us, rule.escalation) == (18 * HOUR_US, 8 * HOUR_US, (Step(9 * HOUR_US, "x"),))


def test_override_of_the_calendar_alone_measures_the_same_days_by_it() -> None:
    text = '[[stalls.STALLED_PICK.overrides]]\nwarehouse = "W"\ncalendar = "always"'
    rule = load_policy(text).rules(None, "W", None, None, None).codes["STALLED_PICK"]
    assert (rule.calendar, rule.tolerance_us) == (ALWAYS, DAY_US)


def test_override_of_the_tolerance_alone_counts_in_the_calendar_of_the_rule() -> None:
    text = '[[stalls.SHIPPED_NOT_INVOICED.overrides]]\ncustomer = "C"\ntolerance = "2d"'
    rule = stall(load_policy(text), "SHIPPED_NOT_INVOICED", "C")
    assert (rule.calendar, rule.tolerance_us) == (OFFICE, 18 * HOUR_US)


def test_critical_age_counts_in_its_own_calendar_else_in_that_of_the_rule() -> None:
    text = '[stalls.PAST_DUE]\ncritical = { after = "2d", amount = "10000 USD" }'
    assert stall(load_policy(text), "PAST_DUE").critical == Critical(18 * HOUR_US, OFFICE, 100_000_000, "USD")
    text = '[stalls.PAST_DUE]\ncritical = { after = "2d", calendar = "always" }'
    assert stall(load_policy(text), "PAST_DUE").critical == Critical(2 * DAY_US, ALWAYS)


def test_critical_is_stated_as_a_whole() -> None:
    assert stall(load_policy("[stalls.SHIPPED_NOT_INVOICED]\ncritical = {}"), "SHIPPED_NOT_INVOICED").critical is None


def test_steps_of_escalation_come_in_the_order_of_their_times() -> None:
    text = '[stalls.PAST_DUE]\nescalation = [{ after = "1d", to = "b" }, { after = "8h", to = "a" }]'
    assert [step.to for step in stall(load_policy(text), "PAST_DUE").escalation] == ["a", "b"]


def test_limits_are_quantities_or_amounts_and_none_is_none() -> None:
    codes = (
        load_policy("""
    [exceptions.OVER_SHIP]
    absolute = "0.5"
    [exceptions.SHORT_PAYMENT]
    percent = "none"
    absolute = "2.5"
    """)
        .rules(None, None, None, None, None)
        .codes
    )
    over, short = codes["OVER_SHIP"], codes["SHORT_PAYMENT"]
    assert (over.absolute_quantity, over.absolute_amount, over.percent) == (500_000, None, None)
    assert (short.absolute_quantity, short.absolute_amount, short.percent) == (None, 25_000, None)


def test_shipment_counts_from_allocation_where_picking_is_not_told() -> None:
    text = '[process]\nmilestones = ["order", "allocation", "shipment"]\n'
    assert stall(load_policy(text), "STALLED_SHIPMENT").tolerance_us == 32 * HOUR_US
    assert stall(load_policy(None), "STALLED_SHIPMENT").tolerance_us == 16 * HOUR_US


def test_who_states_a_tolerance_states_it_for_everybody() -> None:
    policy = load_policy('[stalls.MISSING_POD]\ntolerance = "4d"')
    plain, parcel = stall(policy, "MISSING_POD"), stall(policy, "MISSING_POD", carrier="UPS")
    assert (plain.tolerance_us, plain.after_eta_us, parcel.tolerance_us) == (36 * HOUR_US, None, 36 * HOUR_US)
    policy = load_policy('[[stalls.MISSING_POD.overrides]]\ncustomer = "C"\ntolerance = "4d"')
    assert stall(policy, "MISSING_POD", "C").after_eta_us is None
    assert stall(policy, "MISSING_POD", carrier="UPS").tolerance_us == 45 * HOUR_US


def test_starred_codes_settle_as_long_as_the_process_says() -> None:
    text = '[process]\nsettle = "3h"\n[[process.overrides]]\ncustomer = "C"\nsettle = "1h"'
    policy = load_policy(text)
    assert policy.rules(None, None, None, None, None).settle_us == 3 * HOUR_US
    assert policy.rules("C", None, None, None, None).settle_us == HOUR_US


def test_base_none_switches_on_only_what_the_file_names() -> None:
    policy = load_policy(f'base = "none"\n{PATH}[stalls.PAST_DUE]\ntolerance = "1d"')
    rules = policy.rules(None, None, None, None, None)
    assert [code for code, rule in rules.codes.items() if rule.enabled] == ["PAST_DUE"]
    assert rules.milestones == ("order", "shipment", "invoice", "payment")
    assert not policy.feed_silent.enabled


def test_base_none_takes_values_from_the_default_but_neither_sla_nor_calendar() -> None:
    rule = stall(load_policy(f'base = "none"\n{PATH}[stalls.PAST_DUE]\nenabled = true'), "PAST_DUE")
    assert rule == Rule(True, 3 * DAY_US, "warning", "collections", None, ALWAYS)


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


def test_declared_feed_that_does_not_say_is_held_to_what_its_type_says() -> None:
    rule = load_policy('[feeds."payment/bank-1"]\nwarehouses = []').declared["payment/bank-1"]
    assert (rule.silent_after_us, rule.calendar.name) == (26 * HOUR_US, "bank")
    rule = load_policy('[feeds."payment/bank-1"]\nsilent_after = "1d"').declared["payment/bank-1"]
    assert (rule.silent_after_us, rule.calendar) == (DAY_US, ALWAYS)
    rule = load_policy('[feeds."payment/bank-1"]\nsilent_after = "1d"\ncalendar = "office"').declared["payment/bank-1"]
    assert (rule.silent_after_us, rule.calendar) == (9 * HOUR_US, OFFICE)


def test_retention_is_in_force_and_a_closed_order_is_never_whole_longer_than_it_is_kept() -> None:
    retention = load_policy(None).retention
    assert (retention.open_us, retention.whole_us, retention.closed_us) == (400 * DAY_US, 120 * DAY_US, 180 * DAY_US)
    assert load_policy('[retention]\nclosed = "30d"').retention.whole_us == 30 * DAY_US


def test_calendar_of_the_default_is_changed_key_by_key() -> None:
    policy = load_policy('[calendars.office]\nzone = "Europe/Berlin"\nholidays = "DE"')
    office = stall(policy, "PAST_DUE").calendar
    unity_day, fourth_of_july = parse_rfc3339("2025-10-03T10:00:00Z"), parse_rfc3339("2025-07-04T10:00:00Z")
    assert (office.is_open(unity_day), office.is_open(fourth_of_july)) == (False, True)
    assert office.day_us == 9 * HOUR_US


def test_calendar_of_ones_own_has_no_holidays_unless_it_names_them() -> None:
    policy = load_policy("""
    [stalls.PAST_DUE]
    calendar = "site"
    tolerance = "1d"
    [calendars.site]
    zone = "UTC"
    days = ["sun", "sat"]
    hours = "10:00-14:00"
    """)
    rule = stall(policy, "PAST_DUE")
    christmas = parse_rfc3339("2022-12-25T10:00:00Z")
    assert rule.calendar.add(christmas, rule.tolerance_us) == christmas + 4 * HOUR_US


def test_equal_calendars_are_one_object() -> None:
    assert load_policy("").calendars["office"] is load_policy(None).calendars["office"]
