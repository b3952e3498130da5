"""The truth file is true: `o2c replay` opens exactly what it says, whether events count as they occurred or arrived."""

import json
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

from o2c.flows.correlation.policy import load_policy
from o2c.flows.replay import replay
from o2c.flows.settings import ReplayOptions
from o2c.schemas.times import parse_rfc3339

_FAULT_FIELDS = ("code", "since", "amount", "currency", "severity", "owner")

Fault = tuple[Any, ...]


class Replayed(NamedTuple):
    """Statuses, and all exceptions that ever opened with when they cleared, by correlation ID."""

    statuses: dict[str, dict[str, Any]]
    faults: dict[str, dict[Fault, str | None]]


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_bytes().splitlines()]


def identity(fault: dict[str, Any], found_at: str) -> Fault:
    return (*(fault[field] for field in _FAULT_FIELDS), *sorted(fault["subject"].items()), found_at)


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
    opened: dict[str, tuple[str, Fault]] = {}
    faults: dict[str, dict[Fault, str | None]] = {}
    for change in read(out, "exceptions.jsonl"):
        if change["state"] == "opened":
            assert change["occurrence"] == 1
            fault = identity(change, change["detected_at"])
            opened[change["exception_id"]] = (change["correlation_id"], fault)
            faults.setdefault(change["correlation_id"], {})[fault] = None
        else:
            correlation_id, fault = opened[change["exception_id"]]
            faults[correlation_id][fault] = change["cleared_at"]
    statuses = {status["correlation_id"]: status for status in read(out, "status.jsonl")}
    return Replayed(statuses, faults)


def true_faults(simulation: Any) -> dict[str, dict[Fault, str | None]]:
    return {
        line["correlation_id"]: {identity(fault, fault["deadline"]): fault["cleared_at"] for fault in line["faults"]}
        for line in simulation.truth
        if line["faults"]
    }


@pytest.fixture(scope="module")
def occurred(simulation: Any, tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    return replayed(simulation, "occurred", tmp_path_factory.mktemp("occurred"))


@pytest.fixture(scope="module")
def received(simulation: Any, tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    return replayed(simulation, "received", tmp_path_factory.mktemp("received"))


def test_replay_opens_and_clears_exactly_the_injected_faults(simulation: Any, occurred: Replayed) -> None:
    assert occurred.faults == true_faults(simulation)


def test_replay_in_the_order_of_arrival_opens_exactly_the_injected_faults(simulation: Any, received: Replayed) -> None:
    def resolved(faults: dict[str, dict[Fault, str | None]]) -> dict[str, dict[Fault, bool]]:
        return {order: {fault: at is not None for fault, at in of.items()} for order, of in faults.items()}

    assert resolved(received.faults) == resolved(true_faults(simulation))


def test_ledger_ends_with_the_true_quantities_and_amounts(simulation: Any, occurred: Replayed) -> None:
    for line in simulation.truth:
        status = occurred.statuses[line["correlation_id"]]
        for table in ("quantities", "amounts"):
            assert {name: status[table][name] for name in line[table]} == line[table], line["correlation_id"]


def test_order_of_arrival_changes_no_status_but_its_bookkeeping(occurred: Replayed, received: Replayed) -> None:
    def shown(status: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in status.items() if name not in {"version", "updated_at", "trace"}}

    assert {order: shown(status) for order, status in received.statuses.items()} == {
        order: shown(status) for order, status in occurred.statuses.items()
    }


def test_every_healthy_order_is_closed(simulation: Any, occurred: Replayed) -> None:
    lasting = {
        line["correlation_id"]
        for line in simulation.truth
        if any(fault["cleared_at"] is None for fault in line["faults"])
    }
    assert {order for order, status in occurred.statuses.items() if not status["closed"]} == lasting
