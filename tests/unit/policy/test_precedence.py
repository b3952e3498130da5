"""Overrides: more selectors win, then the earlier kind of selector; each key by itself."""

from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from o2c.flows.correlation import policy as policy_module
from o2c.flows.correlation.policy import load_policy
from o2c.schemas.times import HOUR_US

KINDS = ("customer", "warehouse", "carrier", "channel", "min_amount")
VALUES = ("A", "B")
AMOUNTS = ("100 USD", "200 USD", "100 EUR")
WORTH = (None, (50, "USD"), (100, "USD"), (250, "USD"), (250, "EUR"), (250, "JPY"))

Selection = dict[str, str]


def render(overrides: list[tuple[Selection, dict[str, str]]]) -> str:
    lines = ['[stalls.PAST_DUE]\ncalendar = "always"\ntolerance = "1000h"\nowner = "nobody"']
    for selection, values in overrides:
        lines.append("[[stalls.PAST_DUE.overrides]]")
        lines += [f'{key} = "{value}"' for key, value in {**selection, **values}.items()]
    return "\n".join(lines)


def beats(challenger: Selection, holder: Selection) -> bool:
    if len(challenger) != len(holder):
        return len(challenger) > len(holder)
    for kind in KINDS:
        if (kind in challenger) != (kind in holder):
            return kind in challenger
    return int(challenger["min_amount"].split()[0]) > int(holder["min_amount"].split()[0])


def fits(selection: Selection, unit: Selection, worth: tuple[int, str] | None) -> bool:
    for kind, value in selection.items():
        if kind != "min_amount":
            if unit.get(kind) != value:
                return False
        elif worth is None or worth[1] != value.split()[1] or worth[0] < int(value.split()[0]):
            return False
    return True


def expected(
    overrides: list[tuple[Selection, dict[str, str]]],
    unit: Selection,
    worth: tuple[int, str] | None,
    key: str,
    default: str,
) -> str:
    holder: tuple[Selection, str] | None = None
    for selection, values in overrides:
        if key in values and fits(selection, unit, worth) and (holder is None or beats(selection, holder[0])):
            holder = selection, values[key]
    return default if holder is None else holder[1]


SELECTIONS = st.fixed_dictionaries(
    {},
    optional={kind: st.sampled_from(AMOUNTS) if kind == "min_amount" else st.sampled_from(VALUES) for kind in KINDS},
).filter(bool)
VALUES_STATED = st.fixed_dictionaries(
    {},
    optional={"tolerance": st.integers(0, 99).map("{}h".format), "owner": st.sampled_from(["credit", "billing", "x"])},
).filter(bool)
OVERRIDES = st.lists(
    st.tuples(SELECTIONS, VALUES_STATED), max_size=8, unique_by=lambda entry: tuple(sorted(entry[0].items()))
)


@given(overrides=OVERRIDES)
def test_strongest_override_that_states_a_key_gives_it(overrides: list[tuple[Selection, dict[str, str]]]) -> None:
    policy = load_policy(render(overrides))
    for customer, warehouse, carrier, channel in product((None, *VALUES), repeat=4):
        values = (customer, warehouse, carrier, channel)
        unit = {kind: value for kind, value in zip(KINDS, values, strict=False) if value}
        for worth in WORTH:
            amount, currency = (worth[0] * 10_000, worth[1]) if worth else (None, None)
            rule = policy.rules(customer, warehouse, carrier, channel, None, amount, currency).codes["PAST_DUE"]
            tolerance = expected(overrides, unit, worth, "tolerance", "1000h")
            assert rule.tolerance_us == int(tolerance[:-1]) * HOUR_US
            assert rule.owner == expected(overrides, unit, worth, "owner", "nobody")


@given(overrides=OVERRIDES, shuffle=st.randoms())
def test_order_of_overrides_in_the_file_does_not_count(
    overrides: list[tuple[Selection, dict[str, str]]], shuffle: Random
) -> None:
    shuffled = shuffle.sample(overrides, len(overrides))
    assert load_policy(render(overrides)).version == load_policy(render(shuffled)).version


def test_process_follows_fulfilment_and_each_key_its_own_override() -> None:
    policy = load_policy("""
    [[process.overrides]]
    fulfilment = "drop_ship"
    milestones = ["order", "shipment", "invoice", "payment"]
    [[process.overrides]]
    customer = "C-7"
    lead = "3h"
    """)
    rules = policy.rules("C-7", None, None, None, "drop_ship")
    assert rules.milestones == ("order", "shipment", "invoice", "payment")
    assert rules.lead_us == 3 * HOUR_US


def test_whether_order_values_matter_is_known() -> None:
    assert not load_policy("").selects_by_amount
    policy = load_policy('[[exceptions.SHORT_PAYMENT.overrides]]\nmin_amount = "100.50 USD"\nowner = "x"')
    assert policy.selects_by_amount
    owners = [
        policy.rules("C", None, None, None, None, amount, "USD").codes["SHORT_PAYMENT"].owner
        for amount in (None, 1_004_999, 1_005_000)
    ]
    assert owners == ["collections", "collections", "x"]


def test_process_follows_the_value_of_the_order() -> None:
    policy = load_policy('[[process.overrides]]\nmin_amount = "1000 USD"\nlead = "5d"')
    assert policy.rules(None, None, None, None, None, 10_000_000, "USD").lead_us == 5 * 24 * HOUR_US


def test_codes_that_open_at_once_have_overrides_too() -> None:
    policy = load_policy('[[exceptions.OVER_SHIP.overrides]]\ncustomer = "C"\npercent = "5"')
    rules = policy.rules("C", None, None, None, None)
    assert rules.codes["OVER_SHIP"].percent == 50_000
    assert rules.codes["SHORT_SHIP"] is policy.rules(None, None, None, None, None).codes["SHORT_SHIP"]


def test_customers_without_overrides_share_their_rules() -> None:
    policy = load_policy('[[stalls.PAST_DUE.overrides]]\ncustomer = "C-7"\ntolerance = "1h"')
    first = policy.rules("C-1", "WH-1", "SAIA", "web", None)
    assert policy.rules("C-2", "WH-2", None, None, "stock") is first
    assert policy.rules("C-7", None, None, None, None) is not first


def test_remembered_rules_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_module, "_REMEMBERED_RULES", 10)
    policy = load_policy("")
    for number in range(100):
        policy.rules(f"C-{number}", None, None, None, None)
    assert len(policy._by_unit) <= 10
