"""A simulated distributor's events, and the clock and policy under which they are judged."""

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from o2c.simulator import simulate
from tests.integration.events import Sent

SEED = 20_261

_TYPE = re.compile(rb'\{"type":"(\w+)"')


class Distributor:
    """The simulation's files, read back. Events are in the order in which they arrive."""

    def __init__(self, orders: int, folder: Path) -> None:
        simulate(orders, SEED, folder)
        self._folder = folder
        self.policy = folder / "policy.toml"
        self.as_of: str = json.loads((folder / "summary.json").read_text())["as_of"]

    @cached_property
    def events(self) -> list[Sent]:
        lines = (self._folder / "events.jsonl").read_bytes().splitlines()
        return [(_TYPE.match(line)[1].decode(), line) for line in lines]  # type: ignore[index]  # every line has one

    @cached_property
    def settings(self) -> dict[str, str]:
        """A clock that stands still when all deadlines are long past, so that the same stalls open in every run."""
        return {"O2C_TESTING": "1", "O2C_TEST_CLOCK": self.as_of, "O2C_POLICY": str(self.policy)}

    def open_faults(self) -> set[tuple[str, str, str]]:
        """(order, code, subject) of what must be open in the end, by the simulation's own truth."""
        lines = (self._folder / "truth.jsonl").read_text().splitlines()
        return {
            (order["correlation_id"], fault["code"], fault["subject"]["document_id"])
            for order in map(json.loads, lines)
            for fault in order["faults"]
            if fault["cleared_at"] is None and not fault["recorded"]
        }


def faults_of(exceptions: dict[str, dict[str, Any]]) -> set[tuple[str, str, str]]:
    """The same of open exceptions."""
    return {(each["correlation_id"], each["code"], each["subject"]["document_id"]) for each in exceptions.values()}
