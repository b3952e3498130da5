"""The truth file is true: `o2c replay` opens exactly what it says, whether events count as they occurred or arrived."""

import json
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

from o2c.flows.correlation.policy import load_policy
from o2c.flows.correlation.reason_codes import FEED_SILENT, REASON_CODES
from o2c.flows.replay import replay
from o2c.flows.settings import ReplayOptions
from o2c.schemas.times import parse_rfc3339

PASSING = "PARTIAL_SHIPMENT"
"""What depends on which of two shipments, or of a shipment and a change of the order, is heard of first."""

Key = tuple[Any, ...]
"""Correlation ID, code and subject."""

Facts = dict[str, Any]


class Replayed(NamedTuple):
    """Statuses by correlation ID; of every exception its first record, its last one, and when it was cleared."""

    statuses: dict[str, dict[str, Any]]
    opened: dict[Key, Facts]
    last: dict[Key, Facts]
    actions: list[dict[str, Any]]


def key_of(correlation_id: str, fault: dict[str, Any]) -> Key:
    return correlation_id, fault["code"], *sorted(fault["subject"].items())


def facts(fault: dict[str, Any], *names: str) -> Facts:
    return {name: fault[name] for name in ("since", "amount", "currency", "severity", "owner", *names)}


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_bytes().splitlines()]


def replayed(simulation: Any, order: Literal["occurred", "received"], out: Path) -> Replayed:
    replay(
        ReplayOptions(
            files=(simulation.folder / "events.jsonl",),
            out=out,
            policy=load_policy(simulation.policy, "policy.toml"),
            as_of_us=parse_rfc3339(simulation.summary["as_of"]),
            order=order,
        )
    )
    opened: dict[Key, Facts] = {}
    last: dict[Key, Facts] = {}
    for change in read(out, "exceptions.jsonl"):
        key = key_of(change["correlation_id"], change)
        assert change["occurrence"] == 1
        opened.setdefault(key, change)
        last[key] = change
    statuses = {status["correlation_id"]: status for status in read(out, "status.jsonl")}
    actions = [each for each in read(out, "audit.jsonl") if each["action"] in ("comment", "acknowledge")]
    return Replayed(statuses, opened, last, actions)


def true_faults(simulation: Any) -> dict[Key, dict[str, Any]]:
    return {key_of(line["correlation_id"], fault): fault for line in simulation.truth for fault in line["faults"]}


@pytest.fixture(scope="module")
def occurred(simulation: Any, tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    return replayed(simulation, "occurred", tmp_path_factory.mktemp("occurred"))


@pytest.fixture(scope="module")
def received(simulation: Any, tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    return replayed(simulation, "received", tmp_path_factory.mktemp("received"))


def test_replay_opens_exactly_the_injected_faults_with_their_figures(simulation: Any, occurred: Replayed) -> None:
    assert {key: facts(change, "detected_at") for key, change in occurred.opened.items()} == {
        key: {**facts(fault), "detected_at": fault["opens_at"]} for key, fault in true_faults(simulation).items()
    }


def test_replay_clears_exactly_what_is_settled_when_it_is(simulation: Any, occurred: Replayed) -> None:
    assert {key: change["cleared_at"] for key, change in occurred.last.items()} == {
        key: fault["cleared_at"] for key, fault in true_faults(simulation).items()
    }


def test_what_nothing_clears_is_recorded(simulation: Any, occurred: Replayed) -> None:
    recorded = {key for key, change in occurred.last.items() if change["state"] == "recorded"}
    assert recorded == {key for key, fault in true_faults(simulation).items() if fault["recorded"]}


def test_replay_in_the_order_of_arrival_opens_and_clears_exactly_the_injected_faults(
    simulation: Any, received: Replayed
) -> None:
    def judged(faults: dict[Key, Facts]) -> dict[Key, tuple[Facts, bool]]:
        return {
            key: (facts(fault), fault["cleared_at"] is not None) for key, fault in faults.items() if key[1] != PASSING
        }

    assert judged(received.last) == judged(true_faults(simulation))


def test_every_code_but_that_of_a_feed_is_injected(simulation: Any) -> None:
    assert {key[1] for key in true_faults(simulation)} == REASON_CODES.keys() - {FEED_SILENT, "ABANDONED"}


def test_healthy_orders_open_nothing_but_partial_shipments(simulation: Any) -> None:
    healthy = [line["faults"] for line in simulation.truth if not line["fault"]]
    assert len(healthy) > len(simulation.truth) * 3 // 4
    assert {fault["code"] for faults in healthy for fault in faults} == {PASSING}


def test_what_people_do_about_an_exception_finds_it(occurred: Replayed, received: Replayed) -> None:
    for replayed_in_order in (occurred, received):
        assert {action["action"] for action in replayed_in_order.actions} == {"comment", "acknowledge"}
    assert {(action["action"], action["outcome"]) for action in occurred.actions} == {
        ("comment", "accepted"),
        ("acknowledge", "accepted"),
    }


def test_ledger_ends_with_the_true_quantities_and_amounts(simulation: Any, occurred: Replayed) -> None:
    for line in simulation.truth:
        status = occurred.statuses[line["correlation_id"]]
        for table in ("quantities", "amounts"):
            assert {name: status[table][name] for name in line[table]} == line[table], line["correlation_id"]


def test_order_of_arrival_changes_no_status_but_its_bookkeeping(occurred: Replayed, received: Replayed) -> None:
    def shown(status: dict[str, Any]) -> dict[str, Any]:
        bookkeeping = {"version", "updated_at", "trace"}
        return {name: value for name, value in status.items() if name not in bookkeeping} | {"exceptions": None}

    assert {order: shown(status) for order, status in received.statuses.items()} == {
        order: shown(status) for order, status in occurred.statuses.items()
    }


def test_every_order_is_closed_but_those_with_a_lasting_fault(simulation: Any, occurred: Replayed) -> None:
    lasting = {
        line["correlation_id"]
        for line in simulation.truth
        if any(fault["cleared_at"] is None and not fault["recorded"] for fault in line["faults"])
    }
    assert {order for order, status in occurred.statuses.items() if not status["closed"]} == lasting
