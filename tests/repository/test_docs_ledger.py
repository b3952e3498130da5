"""docs/ledger.md: the worked example is recomputed, the tables are those of the code."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from o2c.flows.correlation.milestones import HOLD_BLOCKS
from tests.repository.pages import ROOT, codes, run, table, write_files

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
    """The status at each time of the example, by one run of the shell."""
    folder: Path = tmp_path_factory.mktemp("ledger")
    write_files(PAGE, folder)
    [line] = {f"`{code}`" for code in codes(PAGE.read_text()) if code.startswith("o2c replay ")}
    replay = line.strip("`").replace("--out result", "--out $time").replace("TIME", "$time")
    times = " ".join(row[0] for row in ROWS)
    run(f"for time in {times}; do {replay} & done; wait", folder)
    return {row[0]: json.loads((folder / row[0] / "status.jsonl").read_text()) for row in ROWS}


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
