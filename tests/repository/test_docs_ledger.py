"""docs/ledger.md: the worked examples are recomputed, the tables are those of the code."""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from o2c.flows.cli import main
from o2c.flows.correlation.billing import _BLOCKING_INCIDENTS
from o2c.flows.correlation.exposure import BUCKETS
from o2c.flows.correlation.milestones import HOLD_BLOCKS
from o2c.flows.correlation.reason_codes import INCIDENT_CODES, REASON_CODES
from o2c.schemas.currencies import minor_unit
from o2c.schemas.events import EVENT_CLASSES
from tests.repository.pages import ROOT, codes, table, without_blocks, write_files

PAGE = ROOT / "docs" / "ledger.md"
WAITS = (
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
GOODS = ("shipped", "delivered", "invoiced", "returned")
BOOKS = ("billed", "paid", "credited", "deducted", "written off", "open")
STORY = ("as of", *GOODS, "to invoice", *BOOKS, "credit due", "refunded", "open exceptions")
WAITS_ROWS = table(PAGE, *WAITS)
STORY_ROWS = table(PAGE, *STORY)


def replayed(folder: Path, events: str, policy: str, rows: Sequence[tuple[str, ...]]) -> dict[str, dict[str, Any]]:
    """The status at each time of an example, by the command that the page names."""
    write_files(PAGE, folder)
    [command] = [code for code in codes(without_blocks(PAGE)) if code.startswith("o2c replay ")]
    found = {}
    for time, *_ in rows:
        places = {"events.jsonl": folder / events, "policy.toml": folder / policy, "TIME": time}
        places["result"] = folder / time
        arguments = [str(places.get(word, word)) for word in command.split()[1:]]
        assert CliRunner().invoke(main, arguments).exit_code == 0
        found[time] = json.loads((folder / time / "status.jsonl").read_text())
    return found


@pytest.fixture(scope="module")
def waits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return replayed(tmp_path_factory.mktemp("waits"), "events.jsonl", "policy.toml", WAITS_ROWS)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return replayed(tmp_path_factory.mktemp("story"), "story.jsonl", "story.toml", STORY_ROWS)


@pytest.mark.parametrize("row", WAITS_ROWS, ids=[row[0] for row in WAITS_ROWS])
def test_what_waits_has_the_figures_of_a_replay(row: tuple[str, ...], waits: dict[str, dict[str, Any]]) -> None:
    status = waits[row[0]]
    quantities = [status["quantities"][name] for name in WAITS[1:6]]
    told = [
        f"{wait['milestone']}: {wait['quantity']}, {wait['due_at']}" if wait["due_at"] else wait["milestone"]
        for wait in status["waiting_for"]
    ]
    assert row[1:] == (*quantities, status["amounts"]["open"], "; ".join(told), status["health"])


def test_stalls_open_when_the_example_says(waits: dict[str, dict[str, Any]]) -> None:
    last = waits[WAITS_ROWS[-1][0]]
    named = re.findall(r"`([A-Z_]{4,})`", PAGE.read_text().partition("Line by line:")[2].partition("```")[0])
    assert {each["code"] for each in last["exceptions"]} == set(named)


@pytest.mark.parametrize("row", STORY_ROWS, ids=[row[0] for row in STORY_ROWS])
def test_the_story_has_the_figures_of_a_replay(row: tuple[str, ...], story: dict[str, dict[str, Any]]) -> None:
    status = story[row[0]]
    amounts = status["amounts"] | {"billed": status["amounts"]["invoiced"]}
    billing = status["billing"]
    open_ones = sorted(each["code"] for each in status["exceptions"])
    assert dict(zip(STORY, row, strict=True)) == {
        "as of": row[0],
        **{name: status["quantities"][name] for name in GOODS},
        "to invoice": billing["amount"] if billing["ready"] else "0",
        **{name: amounts[name.replace(" ", "_")] for name in (*BOOKS, "credit due", "refunded")},
        "open exceptions": ", ".join(f"`{code}`" for code in open_ones),
    }


def test_the_books_of_the_story_balance() -> None:
    for row in STORY_ROWS:
        told = dict(zip(STORY, row, strict=True))
        assert Decimal(told["billed"]) == sum(Decimal(told[name]) for name in BOOKS[1:]), row[0]


def test_the_story_tells_of_every_exception_in_it() -> None:
    told = without_blocks(PAGE).partition("- **Shipped short.**")[2].partition("## What counts")[0]
    shown = {code for row in STORY_ROWS for code in codes(row[-1])}
    assert {code for code in codes(told) if code in REASON_CODES} == shown


def test_page_says_of_every_document_what_it_counts_for() -> None:
    named = [name for row in table(PAGE, "document", "counts", "moves") for name in row[0].split(", ")]
    assert sorted(named) == sorted({"any", *EVENT_CLASSES} - {"heartbeat"})


def test_page_says_what_each_hold_blocks() -> None:
    shown = {
        kind: tuple(codes(blocked))
        for kinds, blocked in table(PAGE, "hold", "blocks, unless it says so itself")
        for kind in codes(kinds)
    }
    assert shown == HOLD_BLOCKS


def test_page_names_the_buckets_in_their_order() -> None:
    assert tuple(codes(row[0])[0] for row in table(PAGE, "bucket", "holds")) == BUCKETS


def test_page_names_what_blocks_an_invoice() -> None:
    named = {code for row in table(PAGE, "blocked by", "as long as") for code in codes(row[0])}
    incidents = {INCIDENT_CODES[kind] for kind in _BLOCKING_INCIDENTS}
    assert named == incidents | {"<KIND>_HOLD", "PRICE_MISMATCH", "MISSING_POD"}


def test_page_names_the_minor_units_of_currencies() -> None:
    assert "2 places for EUR, none for JPY, 3 for KWD" in " ".join(PAGE.read_text().split())
    assert [minor_unit(currency) for currency in ("EUR", "JPY", "KWD")] == [2, 0, 3]
