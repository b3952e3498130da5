"""`o2c replay --compare`: what another policy would do with the same events, occurrence by occurrence."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from o2c.flows.cli import main
from o2c.flows.compare import DIFFERENCES_FILE, FOLDERS, Comparison, compare
from o2c.flows.correlation.policy import load_policy
from o2c.flows.replay import FILES
from o2c.flows.settings import ReplayOptions
from o2c.schemas.times import parse_rfc3339
from tests.flow.test_replay import INVOICE, ORDER, POLICY, SHIPMENT

EVENTS = [ORDER, SHIPMENT, INVOICE]
AS_OF = "2026-03-10T00:00:00Z"


def compared(tmp_path: Path, other: str) -> tuple[Comparison, list[dict[str, Any]]]:
    """POLICY against another over an order that ships a day late and is invoiced in time."""
    events = tmp_path / "events.jsonl"
    events.write_text("".join(json.dumps(each) + "\n" for each in EVENTS))
    options = ReplayOptions(
        files=(events,), out=tmp_path / "out", policy=load_policy(POLICY), as_of_us=parse_rfc3339(AS_OF)
    )
    comparison = compare(options, load_policy(other))
    return comparison, [json.loads(line) for line in (options.out / DIFFERENCES_FILE).read_text().splitlines()]


def test_equal_policies_differ_in_nothing(tmp_path: Path) -> None:
    comparison, differences = compared(tmp_path, POLICY)
    assert not differences
    assert not comparison.sums
    assert comparison.same == 1


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ('tolerance = "1d"\nseverity = "warning"', 'tolerance = "2d"\nseverity = "warning"', "later"),
        ('tolerance = "1d"\nseverity = "warning"', 'tolerance = "12h"\nseverity = "warning"', "earlier"),
        ('tolerance = "1d"\nseverity = "warning"', 'tolerance = "9d"\nseverity = "warning"', "only_a"),
        ('tolerance = "1d"\nseverity = "critical"', 'tolerance = "1h"\nseverity = "critical"', "only_b"),
        ('owner = "warehouse"', 'owner = "logistics"', "changed"),
    ],
)
def test_each_way_to_differ_is_told_apart(tmp_path: Path, before: str, after: str, kind: str) -> None:
    assert before in POLICY
    comparison, differences = compared(tmp_path, POLICY.replace(before, after))
    assert [each["difference"] for each in differences] == [kind]
    found = differences[0]
    assert (found["a"] is None, found["b"] is None) == (kind == "only_b", kind == "only_a")
    owner = (found["b"] or found["a"])["owner"]
    assert comparison.sums == {(found["code"], owner, "EUR"): {kind: (1, Decimal(10))}}


def test_both_results_stand_beside_the_differences_and_the_table_says_whose_is_whose(tmp_path: Path) -> None:
    events, one, other = tmp_path / "events.jsonl", tmp_path / "one.toml", tmp_path / "other.toml"
    events.write_text("".join(json.dumps(each) + "\n" for each in EVENTS))
    one.write_text(POLICY)
    other.write_text(POLICY.replace('tolerance = "1d"\nseverity = "warning"', 'tolerance = "9d"\nseverity = "warning"'))
    arguments = ["replay", str(events), "--policy", str(one), "--compare", str(other)]
    result = CliRunner().invoke(main, [*arguments, "--as-of", AS_OF, "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*FOLDERS, DIFFERENCES_FILE}
    assert all({path.name for path in (tmp_path / "out" / name).iterdir()} == set(FILES) for name in FOLDERS)
    lines = result.output.splitlines()
    assert lines[0] == f"A: {one}: 1 orders, 2 exception changes"
    assert lines[1] == f"B: {other}: 1 orders, 0 exception changes"
    assert lines[2] == "0 exceptions alike, 1 not"
    assert any(line.split() == ["STALLED_SHIPMENT", "warehouse", "EUR", "1", "(10.00)"] for line in lines)
