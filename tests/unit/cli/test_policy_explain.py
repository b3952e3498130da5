"""`o2c policy explain` says which rules apply to an order, and who states them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from o2c.flows.cli import main

ORDER = (
    '{"type":"order","event_id":"%(id)s","source":"erp","occurred_at":"2026-05-20T14:00:00Z","document_id":"%(id)s",'
    '"customer_id":"C-7","currency":"USD","channel":"edi","lines":[{"line":"1","sku":"A","quantity":"10",'
    '"unit_price":"5"},{"line":"2","sku":"B","quantity":"1","unit_price":"3","fulfilment":"drop_ship"}]}'
)
SHIPMENT = (
    '{"type":"shipment","event_id":"2","source":"wms","occurred_at":"2026-05-21T15:00:00Z","document_id":"SH-1",'
    '"carrier":"UPS","refs":{"order":["SO-1"]},"lines":[{"line":"1","quantity":"8"}]}'
)
POLICY = """
[[process.overrides]]
fulfilment = "drop_ship"
milestones = ["order", "shipment", "invoice", "payment"]
[stalls.MISSING_POD]
owner = "[logistics]"
[[stalls.SHIPPED_NOT_INVOICED.overrides]]
customer = "C-7"
tolerance = "8d"
"""


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join([ORDER % {"id": "SO-1"}, SHIPMENT, ORDER % {"id": "SO-2"}]))
    (tmp_path / "policy.toml").write_text(POLICY)
    return file


def explain(events: Path, *options: str) -> Result:
    policy = str(events.parent / "policy.toml")
    return CliRunner().invoke(main, ["policy", "explain", str(events), "--policy", policy, *options])


def rows(result: Result) -> list[str]:
    assert result.exit_code == 0, result.stderr
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_each_process_is_shown_with_the_override_that_selects_it(events: Path) -> None:
    shown = rows(explain(events, "--order", "SO-1"))
    assert "SO-1: customer C-7, channel edi" in shown
    chain = "order > allocation > pick > shipment > pod > invoice > payment"
    assert f"1 milestones {chain} the default policy" in shown
    assert "2 milestones order > shipment > invoice > payment file, for fulfilment drop_ship" in shown


def test_what_waits_is_shown_with_its_deadline_in_its_calendar(events: Path) -> None:
    shown = rows(explain(events, "--order", "SO-1"))
    pod = "MISSING_POD shipment/SH-1 2026-05-21T15:00:00Z 2026-05-29T15:00:00Z office warning [logistics] in time"
    assert pod in shown


def test_what_is_wrong_is_shown_with_its_exception(events: Path) -> None:
    shown = rows(explain(events, "--order", "SO-1", "--as-of", "2026-05-27T12:00:00Z"))
    [partial] = [row for row in shown if row.startswith("PARTIAL_SHIPMENT order/SO-1 2026")]
    assert partial.endswith("warehouse info warehouse opened")
    assert any(row.startswith("STALLED_ALLOCATION order/SO-1 2026-05-20") and " sla ends " in row for row in shown)


def test_each_key_is_shown_with_who_states_it(events: Path) -> None:
    shown = rows(explain(events, "--order", "SO-1"))
    assert "tolerance 8d file, for customer C-7" in shown
    assert "tolerance 5d the default policy, for carrier UPS" in shown
    assert "owner [logistics] file" in shown


def test_all_orders_of_the_file_are_explained(events: Path) -> None:
    shown = rows(explain(events))
    assert [row for row in shown if row.endswith(": customer C-7, channel edi")] == [
        "SO-1: customer C-7, channel edi",
        "SO-2: customer C-7, channel edi",
    ]


def test_documents_without_an_order_age_under_the_policy_without_overrides(events: Path) -> None:
    events.write_text(SHIPMENT)
    shown = rows(explain(events))
    assert "SO-1: no order document, so the policy holds without overrides" in shown
    assert "tolerance 1d the default policy" in shown


def test_what_cannot_be_read_or_names_no_order_is_said(events: Path) -> None:
    events.write_text('{"type":"order"}\n' + SHIPMENT.replace('"order":["SO-1"]', '"po":["7"]'))
    result = explain(events)
    assert result.exit_code == 0
    first, second = result.stderr.splitlines()
    assert first.startswith(f"{events}:1: ")
    assert second == f"{events}:2: names no order, or several"


def test_unknown_order_is_one_line_and_exit_code_1(events: Path) -> None:
    result = explain(events, "--order", "SO-22")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"o2c: {events} has no event of the order SO-22; did you mean SO-2?\n"


def test_no_line_is_wider_than_160_columns(events: Path) -> None:
    assert max(map(len, explain(events).stdout.splitlines())) <= 160
