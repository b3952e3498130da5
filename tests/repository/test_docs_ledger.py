"""docs/ledger.md: the worked example is recomputed, the tables are those of the code."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from o2c.flows.cli import main
from o2c.flows.correlation.milestones import HOLD_BLOCKS
from tests.repository.pages import ROOT, codes, table, without_blocks, write_files

PAGE = ROOT / "docs" / "ledger.md"
HEADER = (
    "as of",
    "ordered",
    "allocated",
    "shipped",
    "delivered",
    "invoiced",
    "open",
    "waits: quantity, deadline",
    "health",
)
ROWS = table(PAGE, *HEADER)


@pytest.fixture(scope="module")
def statuses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The status at each time of the example, by the command that the page names."""
    folder: Path = tmp_path_factory.mktemp("ledger")
    write_files(PAGE, folder)
    [command] = [code for code in codes(without_blocks(PAGE)) if code.startswith("o2c replay ")]
    found = {}
    for time, *_ in ROWS:
        places = {"events.jsonl": folder / "events.jsonl", "policy.toml": folder / "policy.toml", "TIME": time}
        places["result"] = folder / time
        arguments = [str(places.get(word, word)) for word in command.split()[1:]]
        assert CliRunner().invoke(main, arguments).exit_code == 0
        found[time] = json.loads((folder / time / "status.jsonl").read_text())
    return found


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_example_has_the_figures_of_a_replay(row: tuple[str, ...], statuses: dict[str, dict[str, Any]]) -> None:
    status = statuses[row[0]]
    quantities = [status["quantities"][name] for name in HEADER[1:6]]
    waits = [
        f"{wait['milestone']}: {wait['quantity']}, {wait['due_at']}" if wait["due_at"] else wait["milestone"]
        for wait in status["waiting_for"]
    ]
    assert row[1:] == (*quantities, status["amounts"]["open"], "; ".join(waits), status["health"])


def test_page_says_what_each_hold_blocks() -> None:
    shown = {
        kind: tuple(codes(blocked))
        for kinds, blocked in table(PAGE, "hold", "blocks, unless it says so itself")
        for kind in codes(kinds)
    }
    assert shown == HOLD_BLOCKS


def test_stalls_open_when_the_example_says(statuses: dict[str, dict[str, Any]]) -> None:
    last = statuses[ROWS[-1][0]]
    named = re.findall(r"`([A-Z_]{4,})`", PAGE.read_text().partition("Line by line:")[2].partition("```")[0])
    assert {each["code"] for each in last["exceptions"]} == set(named)
