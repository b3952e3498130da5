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
        "process.overrides[0]: selects nothing; give at least one of customer, warehouse, carrier, channel, fulfilment",
    ),
    ('[[process.overrides]]\ncustomer = "C-7"', "process.overrides[0]: changes nothing: it has selectors alone"),
    (
        '[[process.overrides]]\ncustomer = "C-7"\nmin_amount = "10000 USD"\nlead = "1d"',
        "process.overrides[0].min_amount: selecting by order value comes later; remove it",
    ),
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
        'stalls.PAST_DUE.calendar: calendar "us-office" cannot be used: only "always" is in force yet',
    ),
    ('[stalls.PAST_DUE]\nescalation = [{ after = "4h" }]', "stalls.PAST_DUE.escalation[0].to: is missing"),
    (
        '[[stalls.PAST_DUE.overrides]]\nfulfilment = "drop_ship"\ntolerance = "1d"',
        "stalls.PAST_DUE.overrides[0].fulfilment: unknown key",
    ),
    (
        '[[stalls.PAST_DUE.overrides]]\ncustomer = "C-7"\ncalendar = "us-office"',
        'stalls.PAST_DUE.overrides[0].calendar: calendar "us-office" cannot be used: only "always" is in force yet',
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
        'exceptions.PRICE_MISMATCH.percent: must be a decimal in quotes such as "0.01", not negative',
    ),
    (
        '[exceptions.PRICE_MISMATCH]\nabsolute = "NaN"',
        'exceptions.PRICE_MISMATCH.absolute: must be a decimal in quotes such as "0.01", not negative',
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
        '[feeds."shipment/a"]\ngrace = "1h"',
        'feeds."shipment/a".silent_after: is missing: a feed is declared by how long it may be silent',
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
    ('[retention]\nopened = "400d"', "retention.opened: unknown key; did you mean open?"),
    ('[calendars.us]\ndays = ["mon"]\nhours = "08:00-17:00"', "calendars.us.zone: is missing"),
    (
        '[calendars.us]\nzone = "UTC"\ndays = ["mon"]\nhours = "17:00-08:00"',
        'calendars.us.hours: must be opening hours such as "08:00-17:00"',
    ),
    ('base = "none"', 'process.milestones: is missing; with base = "none" the file has to say what is observed'),
]


@pytest.mark.parametrize(("text", "line"), WRONG, ids=[line.partition(" ")[0] for _, line in WRONG])
def test_wrong_policy_is_refused_in_one_line(text: str, line: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_policy(text, "mine.toml")
    assert str(refused.value) == f"mine.toml: {line}"
