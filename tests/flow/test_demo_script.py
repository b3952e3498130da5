"""The demo's script against the dataflow itself, on simulated time: its truth is the whole truth."""

import json
from pathlib import Path
from typing import Any

import pytest

from o2c.demo.policy import demo_policy
from o2c.demo.run import SEED
from o2c.demo.script import Script
from o2c.demo.verdict import PASSING
from o2c.flows.replay import replay
from o2c.flows.settings import ReplayOptions
from o2c.schemas.times import SECOND_US, parse_rfc3339
from o2c.simulator.policy import RULES

BEGINS_AT = 1_800_000_000 * SECOND_US
SECONDS = 180


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_exactly_the_faults_of_the_script_open_at_their_deadlines(seed: int, tmp_path: Path) -> None:
    orders = list(Script(seed, BEGINS_AT, BEGINS_AT + SECONDS * SECOND_US).orders())
    events = tmp_path / "events.jsonl"
    events.write_bytes(b"".join(message.value + b"\n" for order in orders for message in order.messages))
    replay(ReplayOptions(files=(events,), out=tmp_path / "out", policy=demo_policy()))
    changes = [json.loads(line) for line in (tmp_path / "out" / "exceptions.jsonl").read_text().splitlines()]
    opened: dict[tuple[str | None, str, str], dict[str, Any]] = {}
    for change in changes:
        opened.setdefault((change["correlation_id"], change["code"], change["subject"]["document_id"]), change)
    faults = {
        (fault.correlation_id, fault.code, fault.subject.document_id): fault
        for order in orders
        for fault in order.faults
    }
    assert {code for _, code, _ in faults} == RULES.keys()
    assert opened.keys() - {key for key in opened if key[1] == PASSING} == faults.keys() - {
        key for key in faults if key[1] == PASSING
    }
    assert faults.keys() <= opened.keys()
    assert {change["occurrence"] for change in changes} == {1}
    late = [abs(parse_rfc3339(opened[key]["detected_at"]) - fault.deadline) for key, fault in faults.items()]
    assert max(late) <= SECOND_US // 10
