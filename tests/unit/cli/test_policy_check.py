"""`o2c policy check` prints what a policy comes to."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from o2c.flows.cli import main
from o2c.flows.correlation.policy import load_policy
from o2c.flows.correlation.reason_codes import AT_ONCE_CODES, STALL_CODES

POLICY = """
[process]
lead = "1d"
settle = "2h"
[[process.overrides]]
fulfilment = "drop_ship"
milestones = ["order", "shipment", "invoice", "payment"]
[stalls.PAST_DUE]
tolerance = "36h"
owner = "[collections]"
[[stalls.PAST_DUE.overrides]]
customer = "C-7"
carrier = "UPS"
severity = "critical"
enabled = false
[feeds."shipment/wms-east"]
silent_after = "30m"
warehouses = ["WH-1", "WH-2"]
[retention]
open = "400d"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "policy.toml"
    file.write_text(POLICY)
    return file


def check(path: Path) -> Result:
    return CliRunner().invoke(main, ["policy", "check", str(path)])


def rows(path: Path) -> list[list[str]]:
    return [line.split() for line in check(path).stdout.splitlines()]


def test_valid_policy_is_named_with_its_version(path: Path) -> None:
    result = check(path)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{path}: valid, version {load_policy(POLICY).version}, base default\n")


def test_process_is_shown_with_its_overrides(path: Path) -> None:
    chain = "order > allocation > pick > shipment > pod > invoice > payment"
    assert ["every", "order", *chain.split(), "1d", "2h"] in rows(path)
    assert ["fulfilment", "drop_ship", *["order", ">", "shipment", ">", "invoice", ">", "payment"]] in rows(path)


def test_stalls_are_shown_with_what_overrides_change(path: Path) -> None:
    after = ["5d", "collections-lead,", "15d", "credit"]
    past_due = ["PAST_DUE", "yes", "36h", "office", "warning", "after", "30d", "always", "[collections]", "5d", *after]
    assert past_due in rows(path)
    assert ["customer", "C-7,", "carrier", "UPS", "no", "critical"] in rows(path)
    assert ["carrier", "UPS", "5d,", "eta", "+", "2d"] in rows(path)


def test_exceptions_are_shown_with_their_limits(path: Path) -> None:
    after = ["3d", "collections-lead,", "10d", "manager"]
    assert ["SHORT_PAYMENT", "yes", "1", "%,", "5", "office", "warning", "collections", "3d", *after] in rows(path)
    assert ["PARTIAL_SHIPMENT", "yes", "warehouse", "info", "warehouse"] in rows(path)


def test_roles_retention_and_calendars_are_shown(path: Path) -> None:
    assert ["agent", "acknowledge,", "comment", "all", "all"] in rows(path)
    assert ["400d", "120d", "180d"] in rows(path)
    days = ["mon", "tue", "wed", "thu", "fri"]
    assert ["office", "America/New_York", *days, "08:00-17:00", "US"] in rows(path)


def test_no_line_is_wider_than_160_columns_and_every_code_has_one(path: Path) -> None:
    assert max(map(len, check(path).stdout.splitlines())) <= 160
    assert {*STALL_CODES, *AT_ONCE_CODES} <= {row[0] for row in rows(path) if row}


def test_feeds_are_shown(path: Path) -> None:
    assert ["shipment/wms-east", "30m", "always", "5m", "WH-1,", "WH-2"] in rows(path)
    assert ["default", "15m", "(heartbeats)", "always", "5m"] in rows(path)
    assert ["payment", "(where", "a", "feed", "does", "not", "say)", "26h", "bank"] in rows(path)


def test_output_without_a_terminal_has_no_escapes(path: Path) -> None:
    assert "\x1b" not in check(path).stdout


def test_wrong_policy_is_one_line_and_exit_code_2(path: Path) -> None:
    path.write_text('[stalls.SHIPED_NOT_INVOICED]\ntolerance = "1d"')
    result = check(path)
    line = "stalls.SHIPED_NOT_INVOICED: unknown reason code; did you mean SHIPPED_NOT_INVOICED?"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"o2c: {path}: {line}\n")


def test_file_that_is_not_text_is_one_line_and_exit_code_2(path: Path) -> None:
    path.write_bytes(b"\xff")
    result = check(path)
    assert (result.exit_code, result.stderr) == (2, f"o2c: {path}: is not UTF-8 text\n")
