"""Where each key of a rule comes from."""

from o2c.flows.correlation.policy import Policy, load_policy
from o2c.flows.correlation.provenance import BASE_NONE, DEFAULT, FILE, Origin

FILE_TEXT = """
[process]
lead = "1d"
[[process.overrides]]
fulfilment = "drop_ship"
milestones = ["order", "shipment"]
[stalls.MISSING_POD]
owner = "logistics"
[[stalls.MISSING_POD.overrides]]
customer = "C-7"
carrier = "UPS"
tolerance = "2d"
[[stalls.MISSING_POD.overrides]]
carrier = "UPS"
severity = "critical"
"""


def explained(policy: Policy, code: str, customer: str | None = None, carrier: str | None = None) -> dict[str, Origin]:
    rule = policy.rules(customer, None, carrier, None, None).codes[code]
    return {origin.key: origin for origin in policy.explain(code, rule)}


def test_each_key_is_traced_to_who_states_it() -> None:
    found = explained(load_policy(FILE_TEXT), "MISSING_POD", carrier="UPS")
    assert found["owner"] == Origin("owner", "logistics", FILE)
    assert found["calendar"] == Origin("calendar", "office", DEFAULT)
    assert found["tolerance"] == Origin("tolerance", "5d", DEFAULT, (("carrier", "UPS"),))
    assert found["severity"] == Origin("severity", "critical", FILE, (("carrier", "UPS"),))


def test_the_strongest_override_is_named() -> None:
    found = explained(load_policy(FILE_TEXT), "MISSING_POD", customer="C-7", carrier="UPS")
    assert found["tolerance"] == Origin("tolerance", "2d", FILE, (("customer", "C-7"), ("carrier", "UPS")))
    assert found["severity"].selectors == (("carrier", "UPS"),)
    assert "after_eta" not in found


def test_a_path_without_picks_takes_the_tolerance_from_allocation() -> None:
    policy = load_policy('[process]\nmilestones = ["order", "allocation", "shipment"]')
    assert explained(policy, "STALLED_SHIPMENT")["tolerance"] == Origin("tolerance", "2d", DEFAULT)


def test_what_base_none_changes_is_told_from_the_default() -> None:
    policy = load_policy('base = "none"\n[process]\nmilestones = ["order"]\n[stalls.PAST_DUE]\nenabled = true')
    found = explained(policy, "PAST_DUE")
    assert [found[key].stated_by for key in ("enabled", "calendar", "tolerance")] == [FILE, BASE_NONE, DEFAULT]
    assert explained(policy, "STALLED_PICK")["enabled"] == Origin("enabled", False, BASE_NONE)


def test_the_process_is_traced_too() -> None:
    policy = load_policy(FILE_TEXT)
    found = {each.key: each for each in policy.explain_process(policy.rules(None, None, None, None, "drop_ship"))}
    assert found["milestones"].selectors == (("fulfilment", "drop_ship"),)
    assert (found["lead"].stated_by, found["settle"].stated_by) == (FILE, DEFAULT)
