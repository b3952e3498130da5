"""What the simulator writes: reproducible, valid, and as untidy as the world."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from o2c.errors import ConfigurationError, OperatingFault
from o2c.flows.correlation.policy import load_policy
from o2c.schemas.codecs import Decoder
from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.records import DeadLetter, Record
from o2c.schemas.times import HOUR_US, parse_rfc3339
from o2c.simulator import simulate
from o2c.simulator.chance import Chance
from o2c.simulator.faults import FAULTS
from o2c.simulator.policy import RULES

FILES = ("events.jsonl", "truth.jsonl", "policy.toml", "summary.json")


def test_draws_of_a_seed_are_the_same_on_every_machine_and_python() -> None:
    chance = Chance(7, "order", 1)
    assert [chance.between(1, 100) for _ in range(6)] == [75, 59, 7, 19, 40, 91]


def test_same_seed_gives_the_same_bytes(simulated: Callable[[int, int], Any]) -> None:
    first, second = simulated(50, 3), simulated(50, 3)
    assert [(first.folder / name).read_bytes() for name in FILES] == [
        (second.folder / name).read_bytes() for name in FILES
    ]


def test_another_seed_gives_another_business(simulated: Callable[[int, int], Any]) -> None:
    assert simulated(5, 3).truth != simulated(5, 4).truth


def test_more_orders_begin_with_the_same_ones(simulated: Callable[[int, int], Any]) -> None:
    assert simulated(60, 3).truth[:20] == simulated(20, 3).truth


def test_truth_has_a_line_for_every_order(simulation: Any) -> None:
    assert len(simulation.truth) == simulation.summary["orders"]
    assert len({line["correlation_id"] for line in simulation.truth}) == len(simulation.truth)


def test_every_event_is_valid(simulation: Any) -> None:
    decoder = Decoder({})
    decoded = [decoder.decode(Record("", 0, 0, 0, None, line)) for line in simulation.lines]
    assert [one for one in decoded if isinstance(one, DeadLetter)] == []


def test_summary_counts_the_lines_of_the_stream(simulation: Any) -> None:
    assert simulation.summary["events"] == len(simulation.lines)


def test_every_kind_of_document_and_heartbeats_occur(simulation: Any) -> None:
    assert {event["type"] for event in simulation.events} == set(EVENT_CLASSES)


def test_healthy_orders_alone_have_every_kind_of_document(simulation: Any) -> None:
    healthy = {int(line["order"].removeprefix("SO-")) for line in simulation.truth if line["fault"] is None}
    kinds = {
        event["type"]
        for event in simulation.events
        if event["type"] != "heartbeat" and int(event["event_id"].partition("-")[0]) in healthy
    }
    assert kinds == EVENT_CLASSES.keys() - {"heartbeat"}


@pytest.mark.parametrize(
    "words",
    [
        '"parent_line"',
        '"uom":"PR"',
        '"reverses"',
        '"kind":"remittance"',
        '"kind":"refund"',
        '"kind":"authorized"',
        '"instalments"',
        '"discounts"',
        '"outcome":"written_off"',
        '"eta"',
        '"package"',
        '"posted":false',
    ],
)
def test_what_distributors_write_occurs(simulation: Any, words: str) -> None:
    assert any(words.encode() in line for line in simulation.lines)


def test_stream_is_in_the_order_of_arrival(simulation: Any) -> None:
    arrivals = [parse_rfc3339(event["received_at"]) for event in simulation.events]
    assert arrivals == sorted(arrivals)


def test_nothing_arrives_before_it_occurred(simulation: Any) -> None:
    assert all(
        parse_rfc3339(event["occurred_at"]) <= parse_rfc3339(event["received_at"]) for event in simulation.events
    )


def test_some_events_arrive_twice_byte_by_byte(simulation: Any) -> None:
    assert 0.01 < 1 - len(simulation.events) / len(simulation.lines) < 0.05


def test_some_events_are_hours_late_and_overtaken(simulation: Any) -> None:
    late = [
        event
        for event in simulation.events
        if parse_rfc3339(event["received_at"]) - parse_rfc3339(event["occurred_at"]) > HOUR_US
    ]
    occurred = [parse_rfc3339(event["occurred_at"]) for event in simulation.events]
    assert 0.01 < len(late) / len(simulation.events) < 0.05
    assert any(later < earlier for earlier, later in pairwise(occurred))


def test_event_ids_are_unique(simulation: Any) -> None:
    assert len({event["event_id"] for event in simulation.events}) == len(simulation.events)


def test_silent_feed_says_nothing_and_then_what_it_held_back(simulated: Callable[[int, int], Any]) -> None:
    simulation = simulated(1_500, 5)
    silence = simulation.summary["silence"]
    begins, ends = parse_rfc3339(silence["from"]), parse_rfc3339(silence["until"])
    arrivals = [
        (parse_rfc3339(event["occurred_at"]), parse_rfc3339(event["received_at"]))
        for event in simulation.of_type("shipment")
        if f"shipment/{event['source']}" == silence["feed"]
    ]
    assert not [arrived for _, arrived in arrivals if begins <= arrived < ends]
    assert [occurred for occurred, arrived in arrivals if begins <= occurred < ends <= arrived]


def test_orders_are_named_by_id_or_by_order_number_but_never_by_both(simulation: Any) -> None:
    styles: dict[str, set[bool]] = {}
    for event in simulation.events:
        if event["type"] not in ("heartbeat", "action"):
            styles.setdefault(event["event_id"].partition("-")[0], set()).add("correlation_id" in event)
    assert Counter(map(tuple, styles.values())).keys() == {(True,), (False,)}


def test_orders_have_one_to_six_lines(simulation: Any) -> None:
    lines = ([line for line in event["lines"] if "parent_line" not in line] for event in simulation.of_type("order"))
    assert {len(each) for each in lines} == set(range(1, 7))


@pytest.mark.parametrize("document_type", ["shipment", "invoice", "payment"])
def test_some_orders_ship_bill_and_pay_in_parts(simulation: Any, document_type: str) -> None:
    parts = Counter(
        document_id.split("-")[1]
        for document_id in {event["document_id"] for event in simulation.of_type(document_type)}
    )
    assert max(parts.values()) > 1


def test_some_payments_settle_several_invoices(simulation: Any) -> None:
    assert max(len(event["applications"]) for event in simulation.of_type("payment")) > 1


def test_some_documents_are_revised_and_some_void(simulation: Any) -> None:
    assert {event["type"] for event in simulation.events if event.get("revision", 1) > 1} >= {
        "order",
        "shipment",
        "hold",
    }
    void = {event["type"] for event in simulation.events if event.get("cancelled")}
    assert void >= {"order", "invoice"}
    assert any(event.get("reverses") for event in simulation.of_type("invoice"))


def test_several_companies_warehouses_and_carriers_take_part(simulation: Any) -> None:
    assert {event.get("scope", "") for event in simulation.of_type("order")} == {"", "eu"}
    assert len({event["source"] for event in simulation.of_type("pick")}) == 3
    assert len({event["source"] for event in simulation.of_type("pod")}) == 4


def test_every_fault_occurs_lasting_and_resolved(simulated: Callable[[int, int], Any]) -> None:
    faults = simulated(1_800, 1).summary["faults"]
    assert faults.keys() == RULES.keys()
    resolved = {code for code, counts in faults.items() if counts["cleared"]}
    assert resolved == RULES.keys() - {"LATE_DELIVERY"}
    assert faults["LATE_DELIVERY"]["recorded"]
    lasting = {code for code, kind in FAULTS.items() if kind.may_last}
    assert {code for code, counts in faults.items() if counts["open"]} >= lasting


def test_policy_is_valid(simulation: Any) -> None:
    assert set(load_policy(simulation.policy, "policy.toml").declared) == {
        "shipment/wms-central",
        "shipment/wms-east",
        "shipment/wms-west",
    }


def test_fewer_than_one_order_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="at least 1, not 0"):
        simulate(0, 1, tmp_path)


def test_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OperatingFault, match=r"cannot write the simulation to .*file"):
        simulate(1, 1, tmp_path / "file")
