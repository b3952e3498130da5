"""One simulation for all tests, and its files read back."""

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from o2c.simulator import simulate

ORDERS = 420
SEED = 11


class Simulation:
    """The files of a simulation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def lines(self) -> list[bytes]:
        return (self.folder / "events.jsonl").read_bytes().splitlines()

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The stream without what arrived a second time."""
        return [json.loads(line) for line in dict.fromkeys(self.lines)]

    def of_type(self, document_type: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == document_type]

    @cached_property
    def truth(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "truth.jsonl").read_bytes().splitlines()]

    @cached_property
    def summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = json.loads((self.folder / "summary.json").read_bytes())
        return summary

    @cached_property
    def policy(self) -> str:
        return (self.folder / "policy.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, int], Simulation]:
    """Simulates so many orders from such a seed."""

    def run(orders: int, seed: int) -> Simulation:
        folder = tmp_path_factory.mktemp("simulation") / "out"
        simulate(orders, seed, folder)
        return Simulation(folder)

    return run


@pytest.fixture(scope="session")
def simulation(simulated: Callable[[int, int], Simulation]) -> Simulation:
    return simulated(ORDERS, SEED)
