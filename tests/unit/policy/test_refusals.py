"""Every wrong policy is refused in one line that names the file, the key and what to do."""

import pytest

from o2c.errors import ConfigurationError
from o2c.flows.correlation.policy import load_policy

DURATION = 'must be a duration in quotes such as "90s", "45m", "24h" or "5d"'

WRONG = [
    ("x =", "not TOML: Invalid value (at end of document)"),
    ("version = 2", "version: 2 is not one of 1"),
    ('base = "mine"', 'base: "mine" is not one of "default" or "none"'),
    ('proces = "x"', "proces: unknown key; did you mean process?"),
    ('process = "x"', "process: must be a table"),
    ('[process]\nmilestone = ["order"]', "process.milestone: unknown key; did you mean milestones?"),
    ('[process]\nmilestones = "order"', "process.milestones: must be a list"),
    ("[process]\nmilestones = []", 'process.milestones: must start with "order"'),
    ('[process]\nmilestones = ["pick"]', 'process.milestones: must start with "order"'),
    (
        '[process]\nmilestones = ["order", "shipmnt"]',
        'process.milestones: unknown milestone "shipmnt"; did you mean shipment?',
    ),
    (
        '[process]\nmilestones = ["order", "shipment", "pick"]',
        (
            "process.milestones: must be in the order of the chain, each once:"
            " order, allocation, pick, shipment, pod, invoice, payment"
        ),
    ),
    (
        '[process]\nmilestones = ["order", "order"]',
        (
            "process.milestones: must be in the order of the chain, each once:"
            " order, allocation, pick, shipment, pod, invoice, payment"
        ),
    ),
    ("[process]\nlead = 2", f"process.lead: {DURATION}"),
    ('[process]\nlead = "2w"', f"process.lead: {DURATION}"),
    ('[process]\nlead = "-2d"', f"process.lead: {DURATION}"),
    (
        '[[process.overrides]]\ncustomers = "C-7"\nlead = "1d"',
        "process.overrides[0].customers: unknown key; did you mean customer?",
    ),
    (
        '[[process.overrides]]\nlead = "1d"',
        (
            "process.overrides[0]: selects nothing; give at least one of "
            "customer, warehouse, carrier, channel, fulfilment, min_amount"
        ),
    ),
    ('[[process.overrides]]\ncustomer = "C-7"', "process.overrides[0]: changes nothing: it has selectors alone"),
    (
        '[stalls.SHIPED_NOT_INVOICED]\ntolerance = "1d"',
        "stalls.SHIPED_NOT_INVOICED: unknown reason code; did you mean SHIPPED_NOT_INVOICED?",
    ),
    ('[stalls.past_due]\ntolerance = "1d"', "stalls.past_due: unknown reason code; did you mean PAST_DUE?"),
    ('[stalls.QQQ]\ntolerance = "1d"', "stalls.QQQ: unknown reason code"),
    (
        "[stalls.PRICE_MISMATCH]\nenabled = true",
        "stalls.PRICE_MISMATCH: opens at once and has no clock; it belongs under exceptions.PRICE_MISMATCH",
    ),
    ("[stalls]\nPAST_DUE = 1", "stalls.PAST_DUE: must be a table"),
    ('[stalls.PAST_DUE]\ntolerence = "1d"', "stalls.PAST_DUE.tolerence: unknown key; did you mean tolerance?"),
    (
        '[stalls.PAST_DUE]\ntolerance = "99999d"',
        'stalls.PAST_DUE.tolerance: 99999d is out of bounds: from "0s" to "3650d"',
    ),
    ('[stalls.PAST_DUE]\nenabled = "yes"', "stalls.PAST_DUE.enabled: must be true or false"),
    (
        '[stalls.PAST_DUE]\nseverity = "fatal"',
        'stalls.PAST_DUE.severity: "fatal" is not one of "info", "warning" or "critical"',
    ),
    ('[stalls.PAST_DUE]\nowner = ""', "stalls.PAST_DUE.owner: must not be empty"),
    ("[stalls.PAST_DUE]\nowner = 7", "stalls.PAST_DUE.owner: must be a string in quotes"),
    ('[stalls.PAST_DUE]\nsla = "0s"', 'stalls.PAST_DUE.sla: 0s is out of bounds: from "1s" to "3650d"'),
    (
        '[stalls.PAST_DUE]\ncalendar = "us-office"',
        'stalls.PAST_DUE.calendar: unknown calendar "us-office"; did you mean office?',
    ),
    ('[stalls.PAST_DUE]\nescalation = [{ after = "4h" }]', "stalls.PAST_DUE.escalation[0].to: is missing"),
    (
        '[[stalls.PAST_DUE.overrides]]\nfulfilment = "drop_ship"\ntolerance = "1d"',
        "stalls.PAST_DUE.overrides[0].fulfilment: unknown key",
    ),
    (
        '[[stalls.PAST_DUE.overrides]]\ncustomer = "C-7"\ncalendar = "us-office"',
        'stalls.PAST_DUE.overrides[0].calendar: unknown calendar "us-office"; did you mean office?',
    ),
    (
        (
            '[[stalls.PAST_DUE.overrides]]\ncustomer = "C-7"\ncarrier = "UPS"\ntolerance = "1h"\n'
            '[[stalls.PAST_DUE.overrides]]\ncarrier = "UPS"\ncustomer = "C-7"\nowner = "x"'
        ),
        'stalls.PAST_DUE.overrides[1]: selects the same as overrides[0]: customer = "C-7", carrier = "UPS"',
    ),
    ("[exceptions.PAST_DUE]\nenabled = true", "exceptions.PAST_DUE: is a stall; it belongs under stalls.PAST_DUE"),
    (
        "[exceptions.FEED_SILNT]\nenabled = true",
        "exceptions.FEED_SILNT: unknown reason code; did you mean FEED_SILENT?",
    ),
    ('[exceptions.FEED_SILENT]\ntolerance = "1d"', "exceptions.FEED_SILENT.tolerance: unknown key"),
    (
        "[exceptions.PRICE_MISMATCH]\npercent = 0.5",
        'exceptions.PRICE_MISMATCH.percent: must be a decimal in quotes such as "0.01", not negative, or "none"',
    ),
    (
        '[exceptions.PRICE_MISMATCH]\nabsolute = "NaN"',
        'exceptions.PRICE_MISMATCH.absolute: must be a decimal in quotes such as "0.01", not negative, or "none"',
    ),
    (
        '[[exceptions.PRICE_MISMATCH.overrides]]\nmin_amount = "lots"\npercent = "1"',
        'exceptions.PRICE_MISMATCH.overrides[0].min_amount: must be an amount with its currency such as "10000 USD"',
    ),
    (
        '[feeds.default]\nsilent_after = "1h"',
        (
            "feeds.default.silent_after: silence is judged only for declared feeds;"
            " for those known by heartbeats: heartbeat_silent_after"
        ),
    ),
    ('[feeds.default]\nwarehouses = ["W"]', "feeds.default.warehouses: belongs to a declared feed"),
    (
        '[feeds."allocation/a"]\ngrace = "1h"',
        'feeds."allocation/a".silent_after: is missing: a feed is declared by how long it may be silent',
    ),
    (
        '[feeds."shipment/a"]\nheartbeat_silent_after = "1h"',
        'feeds."shipment/a".heartbeat_silent_after: belongs under feeds.default; a declared feed has silent_after',
    ),
    (
        '[feeds."shipmnt/a"]\nsilent_after = "1h"',
        'feeds."shipmnt/a": unknown document type "shipmnt"; did you mean shipment?',
    ),
    (
        '[feeds.defalt]\ngrace = "1h"',
        'feeds.defalt: must be named by type and source, such as "shipment/wms-east"; did you mean default?',
    ),
    (
        (
            '[feeds."pick/a"]\nsilent_after = "1h"\nwarehouses = ["W"]\n'
            '[feeds."pick/b"]\nsilent_after = "1h"\nwarehouses = ["W"]'
        ),
        'feeds."pick/b".warehouses: "W" is already listed by feeds."pick/a"',
    ),
    (
        '[feeds."transit/tms"]\ngrace = "1h"',
        'feeds."transit/tms".silent_after: is missing: a feed is declared by how long it may be silent',
    ),
    (
        '[feeds.transit]\ncalendar = "office"',
        "feeds.transit.silent_after: is missing: it is all that a type has to say",
    ),
    ('[feeds.pod]\nwarehouses = ["W"]', "feeds.pod.warehouses: belongs to a declared feed"),
    ('[feeds."pod/"]\ngrace = "1h"', 'feeds."pod/": must be named by type and source, such as "shipment/wms-east"'),
    (
        '[feeds."pod/tms"]\ncalendar = "bnak"',
        'feeds."pod/tms".calendar: unknown calendar "bnak"; did you mean bank?',
    ),
    (
        '[stalls.PAST_DUE]\ncritical = { after = "1d", calendar = "xyz" }',
        ('stalls.PAST_DUE.critical.calendar: unknown calendar "xyz"; there are always, office, warehouse, bank'),
    ),
    ('[stalls.PAST_DUE]\ncritical = { age = "1d" }', "stalls.PAST_DUE.critical.age: unknown key"),
    ('[stalls.PAST_DUE]\nafter_eta = "1d"', "stalls.PAST_DUE.after_eta: PAST_DUE has none; it belongs to MISSING_POD"),
    (
        '[[exceptions.CREDIT_HOLD.overrides]]\ncustomer = "C"\npercent = "1"',
        (
            "exceptions.CREDIT_HOLD.overrides[0].percent: CREDIT_HOLD has none; it belongs to"
            " SHORT_SHIP, OVER_SHIP, DELIVERY_SHORT, DELIVERY_DAMAGED, QUANTITY_MISMATCH, PRICE_MISMATCH,"
            " TOTAL_MISMATCH, SHORT_PAYMENT, UNEARNED_DISCOUNT, DEDUCTION, OVERPAYMENT"
        ),
    ),
    (
        '[exceptions.SHORT_PAYMENT]\nabsolute = "0.00001"',
        "exceptions.SHORT_PAYMENT.absolute: must have at most 4 decimal places",
    ),
    (
        '[exceptions.SHORT_PAYMENT]\npercent = "0.0000001"',
        "exceptions.SHORT_PAYMENT.percent: must be less than 10^15 and have at most 6 decimal places",
    ),
    (
        '[[stalls.PAST_DUE.overrides]]\nmin_amount = "10000 EUE"\nowner = "x"',
        'stalls.PAST_DUE.overrides[0].min_amount: unknown currency "EUE"; did you mean EUR?',
    ),
    (
        (
            '[[stalls.PAST_DUE.overrides]]\nmin_amount = "100 USD"\nowner = "x"\n'
            '[[stalls.PAST_DUE.overrides]]\nmin_amount = "100.00 USD"\nowner = "y"'
        ),
        'stalls.PAST_DUE.overrides[1]: selects the same as overrides[0]: min_amount = "100 USD"',
    ),
    ('[roles.clerk]\naction = ["comment"]', "roles.clerk.action: unknown key; did you mean actions?"),
    ('[roles.clerk]\nactions = ["coment"]', 'roles.clerk.actions: unknown action "coment"; did you mean comment?'),
    ('[roles.clerk]\ncodes = ["PASTDUE"]', 'roles.clerk.codes: unknown reason code "PASTDUE"; did you mean PAST_DUE?'),
    ('[roles.owner]\nowners = ["x"]', "roles.owner.owners: follow from the exception itself here"),
    ('[retention]\nopened = "400d"', "retention.opened: unknown key; did you mean open?"),
    ('[calendars.us]\ndays = ["mon"]\nhours = "08:00-17:00"', "calendars.us.zone: is missing"),
    (
        '[calendars.us]\nzone = "UTC"\ndays = ["mon"]\nhours = "17:00-08:00"',
        'calendars.us.hours: must be opening hours such as "08:00-17:00"',
    ),
    (
        '[calendars.office]\nzone = "America/NewYork"',
        ('calendars.office.zone: unknown time zone "America/NewYork"; did you mean America/New_York?'),
    ),
    (
        '[calendars.office]\nzone = "America"',
        'calendars.office.zone: unknown time zone "America"; did you mean America/Nuuk?',
    ),
    ('[calendars.office]\nholidays = "XX"', 'calendars.office.holidays: no public holidays are known for "XX"'),
    (
        '[calendars.office]\nholidays = "Germany"',
        'calendars.office.holidays: no public holidays are known for "Germany"; did you mean DE?',
    ),
    ('[calendars.office]\nholidays = "US-NX"', 'calendars.office.holidays: "US" has no subdivision "NX"'),
    ("[calendars.office]\ndays = []", "calendars.office.days: must name a day at least, such as mon"),
    ('[calendars.office]\ndays = ["tues"]', 'calendars.office.days: unknown day "tues"; did you mean tue?'),
    ('[calendars.always]\nzone = "UTC"', "calendars.always: is around the clock and cannot be another"),
    ('base = "none"', 'process.milestones: is missing; with base = "none" the file has to say what is observed'),
]


@pytest.mark.parametrize(("text", "line"), WRONG, ids=[line.partition(" ")[0] for _, line in WRONG])
def test_wrong_policy_is_refused_in_one_line(text: str, line: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_policy(text, "mine.toml")
    assert str(refused.value) == f"mine.toml: {line}"
