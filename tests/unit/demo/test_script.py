"""What happens in a demo, before it happens."""

import json
from collections import Counter
from itertools import islice

import pytest

from o2c.demo import SHORTEST_SECONDS
from o2c.demo.faults import InjectedFault
from o2c.demo.messages import Message
from o2c.demo.outage import FEED
from o2c.demo.policy import demo_policy
from o2c.demo.run import SEED
from o2c.demo.script import FOUND_WITHIN_US, Placed, Script
from o2c.flows.correlation.reason_codes import READ_TYPES
from o2c.schemas.codecs import Decoder
from o2c.schemas.documents import Arrival
from o2c.schemas.records import DeadLetter, Record
from o2c.schemas.times import DAY_US, SECOND_US, parse_rfc3339
from o2c.simulator.policy import RULES
from tests.unit.demo.builders import BEGINS_AT, at

DECODER = Decoder({name: name for name in READ_TYPES})


def orders(seconds: int, seed: int = SEED) -> list[Placed]:
    return list(script(seconds, seed).orders())


def faults(seconds: int, seed: int = SEED) -> list[InjectedFault]:
    return [fault for order in orders(seconds, seed) for fault in order.faults]


def script(seconds: int, seed: int = SEED) -> Script:
    return Script(seed, BEGINS_AT, at(seconds))


def decoded(message: Message) -> object:
    return DECODER.decode(Record(message.document_type, 0, 0, message.at, message.name.encode(), message.value))


@pytest.mark.parametrize("seed", [SEED, 1, 2])
def test_even_the_shortest_run_has_a_fault_of_every_kind(seed: int) -> None:
    assert {fault.code for fault in faults(SHORTEST_SECONDS, seed)} == RULES.keys()


@pytest.mark.parametrize("seed", [SEED, 1])
def test_nothing_is_put_in_that_nobody_sees_to(seed: int) -> None:
    lasting = [fault for fault in faults(120, seed) if fault.resolved_at <= fault.expected_by]
    assert lasting == []


@pytest.mark.parametrize("seconds", [SHORTEST_SECONDS, 60])
def test_every_fault_can_be_found_before_the_end(seconds: int) -> None:
    injected = faults(seconds) + script(seconds).faults()
    assert max(fault.expected_by for fault in injected) <= at(seconds) - FOUND_WITHIN_US


def test_a_fault_is_resolved_some_time_after_it_is_found() -> None:
    waits = [fault.resolved_at - fault.expected_by for fault in faults(60)]
    assert min(waits) == 5 * SECOND_US
    assert max(waits) == 15 * SECOND_US


def test_holds_and_disputes_are_over_before_they_become_stalls() -> None:
    tolerances = {code: rule.tolerance_us for code, rule in demo_policy().rules(*[None] * 5).codes.items()}
    stalls = {"DISPUTE": "UNRESOLVED_DISPUTE", **{code: "STALLED_RELEASE" for code in RULES if code.endswith("_HOLD")}}
    for order in orders(60):
        stall = None if not order.faults else stalls.get(order.faults[0].code)
        if stall is not None:
            [fault] = order.faults
            assert fault.resolved_at < fault.deadline + tolerances[stall]


def test_the_same_seed_gives_the_same_run() -> None:
    assert orders(60) == orders(60)
    assert orders(60) != orders(60, SEED + 1)


def test_a_run_without_an_end_has_faults_for_good() -> None:
    endless = Script(SEED, BEGINS_AT, None).orders()
    last = list(islice(endless, 5_000))[-100:]
    assert sum(bool(order.faults) for order in last) == 25


def test_the_rate_is_modest() -> None:
    messages = [message for order in orders(120) for message in order.messages]
    a_minute = sum(at(60) <= message.at < at(120) for message in messages)
    assert 20 <= a_minute / 60 <= 50


def test_nothing_is_sent_before_its_order_comes_in_nor_much_after_it_happened() -> None:
    for order in orders(60):
        for message in order.messages:
            event = decoded(message)
            if isinstance(event, Arrival) and event.document.type != "shipment":
                assert (
                    order.at - SECOND_US
                    <= event.document.occurred_at
                    <= message.at
                    <= event.document.occurred_at + 6 * SECOND_US
                )


def test_a_dead_connector_sends_nothing_and_all_of_it_when_it_is_back() -> None:
    outage = script(60).outage
    held: list[int] = []
    others: list[int] = []
    for message in (message for order in orders(60) for message in order.messages):
        event = decoded(message)
        if isinstance(event, Arrival) and f"{event.document.type}/{event.document.source}" == FEED:
            inside = outage.begins_at <= event.document.occurred_at < outage.ends_at - SECOND_US
            (held if inside else others).append(message.at)
    assert len(held) > 5
    assert all(outage.ends_at <= sent < outage.ends_at + 5 * SECOND_US for sent in held)
    assert not any(outage.begins_at <= sent < outage.ends_at for sent in [*held, *others])


def test_a_true_stall_is_held_back_by_the_outage() -> None:
    outage = script(60).outage
    held = [fault for fault in faults(60) if outage.begins_at <= fault.deadline < outage.ends_at - 6 * SECOND_US]
    stalled = [fault for fault in held if fault.code == "STALLED_SHIPMENT"]
    assert stalled
    assert all(fault.expected_by == outage.ends_at + demo_policy().grace_us(FEED) for fault in stalled)


def test_the_outage_is_itself_a_fault() -> None:
    outage = script(60).outage
    [fault] = script(60).faults()
    assert (fault.code, fault.subject.document_id) == ("FEED_SILENT", f"feed:{FEED}")
    assert outage.begins_at < fault.deadline < fault.expected_by < outage.ends_at


def test_some_messages_are_rejected_for_different_reasons_and_some_come_twice() -> None:
    messages = [message for order in orders(60) for message in order.messages]
    letters = [event for event in map(decoded, messages) if isinstance(event, DeadLetter)]
    assert len({letter.code for letter in letters}) >= 4
    assert len(letters) == sum(message.name.endswith("-spoiled") for message in messages)
    assert max(Counter(message.name for message in messages).values()) == 2


def test_an_invoice_says_when_it_is_due_in_the_demo_s_days() -> None:
    invoices = [
        json.loads(message.value)
        for order in orders(60)
        if not order.faults
        for message in order.messages
        if message.document_type == "invoice"
    ]
    lengths = {parse_rfc3339(each["due_at"]) - parse_rfc3339(each["business_at"]) for each in invoices}
    assert lengths == {6 * SECOND_US}
    assert not any("net_days" in each.get("terms", {}) for each in invoices)


def test_promises_are_as_many_real_days_away_as_in_the_plan() -> None:
    promised = {
        (bool({fault.code for fault in order.faults} & {"LATE_DELIVERY"}), event["promised_at"])
        for order in orders(60)
        for message in order.messages
        if message.document_type == "order" and not message.name.endswith("-spoiled")
        for event in [json.loads(message.value)]
    }
    assert {late for late, at_time in promised if parse_rfc3339(at_time) < at(0) - DAY_US // 2} == {True}
    assert {late for late, at_time in promised if parse_rfc3339(at_time) > at(0) + 30 * DAY_US} == {False}
