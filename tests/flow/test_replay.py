"""`o2c replay`: the same events and options give the same bytes, and simulated time does what real time would."""

import json
import random
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from o2c.flows.correlation.policy import Policy, load_policy
from o2c.flows.replay import FILES, ReplayReport, replay
from o2c.flows.settings import ReplayOptions
from o2c.schemas.times import DAY_US, parse_rfc3339
from o2c.simulator import simulate

POLICY = """
version = 1
base = "none"
[process]
milestones = ["order", "shipment", "invoice"]
[stalls.STALLED_SHIPMENT]
tolerance = "1d"
severity = "warning"
owner = "warehouse"
sla = "4h"
[stalls.SHIPPED_NOT_INVOICED]
tolerance = "1d"
severity = "critical"
owner = "billing"
[retention]
open = "400d"
whole = "90d"
closed = "180d"
"""


def event(document_type: str, number: str, at: str, **more: Any) -> dict[str, Any]:
    """An event of order SO-1 by default."""
    order = {} if document_type == "order" else {"refs": {"order": ["SO-1"]}}
    return {
        "type": document_type,
        "event_id": f"{number}@{at}",
        "source": "erp" if document_type in ("order", "invoice") else "wms",
        "occurred_at": at,
        "document_id": number,
        **order,
        **more,
    }


ORDER = event(
    "order",
    "SO-1",
    "2026-03-02T08:00:00Z",
    currency="EUR",
    lines=[{"line": 1, "sku": "A", "quantity": "4", "unit_price": "2.50"}],
)
SHIPMENT = event("shipment", "S-1", "2026-03-05T08:00:00Z", lines=[{"line": "1", "quantity": 4}])
INVOICE = event(
    "invoice", "I-1", "2026-03-05T10:00:00Z", currency="EUR", lines=[{"line": "1", "quantity": 4}], total="10"
)


class Outcome:
    """What a replay wrote."""

    def __init__(self, folder: Path, report: ReplayReport) -> None:
        self.report = report
        self.bytes = {name: (folder / name).read_bytes() for name in FILES}
        parsed = {name: [json.loads(line) for line in text.splitlines()] for name, text in self.bytes.items()}
        self.statuses, self.exceptions, self.dead_letters, self.orphans, self.billings, self.audits = (
            parsed[name] for name in FILES
        )


def run(folder: Path, lines: list[Any], **options: Any) -> Outcome:
    """Replay lines: dicts become JSON, bytes stay as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "events.jsonl"
    file.write_bytes(
        b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    )
    policy = options.pop("policy", None) or load_policy(POLICY)
    out = folder / "out"
    return Outcome(out, replay(ReplayOptions(files=(file,), out=out, policy=policy, **options)))


def at(text: str) -> int:
    """A time of the test."""
    return parse_rfc3339(text)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Policy, int]:
    """A simulated distributor: its folder, policy and the end of its time."""
    folder = tmp_path_factory.mktemp("simulated")
    simulate(orders=120, seed=11, out=folder)
    summary = json.loads((folder / "summary.json").read_text())
    return folder, load_policy((folder / "policy.toml").read_text()), at(summary["as_of"])


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_bytes_do_not_depend_on_shuffling_or_workers(
    simulated: tuple[Path, Policy, int], tmp_path: Path, workers: int
) -> None:
    folder, policy, as_of = simulated
    lines = (folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    one = tmp_path / "one"
    straight = replay(ReplayOptions(files=(folder / "events.jsonl",), out=one, policy=policy, as_of_us=as_of))
    random.Random(workers).shuffle(lines)
    files = []
    for part in range(3):
        file = tmp_path / f"part-{part}.jsonl"
        file.write_bytes(b"".join(lines[part::3]))
        files.append(file)
    other = tmp_path / "other"
    options = ReplayOptions(files=tuple(files), out=other, policy=policy, as_of_us=as_of, workers=workers)
    assert replay(options) == straight
    assert straight.exceptions > 0
    for name in FILES:
        assert (other / name).read_bytes() == (one / name).read_bytes()


def test_deadlines_before_the_next_event_fire_first_at_their_own_time(tmp_path: Path) -> None:
    outcome = run(tmp_path, [ORDER, SHIPMENT, INVOICE])
    assert [(change["code"], change["state"], change["changed_at"]) for change in outcome.exceptions] == [
        ("STALLED_SHIPMENT", "opened", "2026-03-03T08:00:00Z"),
        ("STALLED_SHIPMENT", "cleared", "2026-03-05T08:00:00Z"),
    ]
    opened = outcome.exceptions[0]
    assert (opened["since"], opened["due_at"]) == ("2026-03-02T08:00:00Z", "2026-03-03T12:00:00Z")
    assert (opened["amount"], opened["currency"], opened["owner"]) == ("10", "EUR", "warehouse")
    assert outcome.statuses[0]["health"] == "closed"


def test_an_event_at_the_very_deadline_is_judged_together_with_it(tmp_path: Path) -> None:
    in_time = {**SHIPMENT, "occurred_at": "2026-03-03T08:00:00Z"}
    assert run(tmp_path, [ORDER, in_time, INVOICE]).exceptions[0]["code"] == "SHIPPED_NOT_INVOICED"


def test_the_clock_stops_at_as_of_and_later_events_are_left_out(tmp_path: Path) -> None:
    outcome = run(tmp_path, [ORDER, SHIPMENT, INVOICE], as_of_us=at("2026-03-03T08:00:00Z"))
    assert outcome.report.later_than_as_of == 2
    assert outcome.statuses[0]["fulfilment"] == {"stage": "ordered", "complete": True}
    assert [change["state"] for change in outcome.exceptions] == ["opened"]


def test_a_byte_equal_re_delivery_counts_once(tmp_path: Path) -> None:
    outcome = run(tmp_path, [ORDER, ORDER, SHIPMENT, {**SHIPMENT, "event_id": "again"}])
    assert outcome.report.repeated == 1
    assert outcome.statuses[0]["version"] == 3


def test_received_order_sorts_by_received_at_where_present(tmp_path: Path) -> None:
    late = {**SHIPMENT, "received_at": "2026-03-09T00:00:00Z"}
    outcome = run(tmp_path, [ORDER, late, INVOICE], order="received")
    cleared = [change for change in outcome.exceptions if change["state"] == "cleared"]
    assert [(change["code"], change["changed_at"]) for change in cleared] == [
        ("STALLED_SHIPMENT", "2026-03-09T00:00:00Z")
    ]


def test_a_silenced_feed_holds_its_stalls_back_and_is_reported(tmp_path: Path) -> None:
    silenced = {"shipment/wms": at("2026-03-03T00:00:00Z")}
    outcome = run(tmp_path, [ORDER, SHIPMENT, INVOICE], silenced=silenced)
    assert outcome.report.silenced == 1
    silent = outcome.exceptions[0]
    assert (silent["code"], silent["changed_at"], silent["correlation_id"]) == (
        "FEED_SILENT",
        "2026-03-03T00:00:00Z",
        None,
    )
    assert silent["subject"]["document_id"] == "feed:shipment/wms"
    assert [change["code"] for change in outcome.exceptions] == ["FEED_SILENT"]


def test_a_stall_whose_deadline_the_silenced_feed_still_saw_opens(tmp_path: Path) -> None:
    silenced = {"shipment/wms": at("2026-03-03T08:00:00Z")}
    outcome = run(tmp_path, [ORDER, SHIPMENT, INVOICE], silenced=silenced)
    assert {change["code"] for change in outcome.exceptions} == {"FEED_SILENT", "STALLED_SHIPMENT"}


def test_dead_letters_are_sorted_and_equal_ones_repeated(tmp_path: Path) -> None:
    outcome = run(tmp_path, [b"zebra", ORDER, b"apple", b"zebra", {**SHIPMENT, "occurred_at": "2026-03-05T08:00:00"}])
    values = [letter["value"] for letter in outcome.dead_letters]
    assert values == sorted(values)
    assert [b64decode(value) for value in values].count(b"zebra") == 2
    assert {letter["code"] for letter in outcome.dead_letters} == {"NOT_JSON", "NO_OFFSET"}


def test_orphans_are_sorted_by_what_names_them(tmp_path: Path) -> None:
    nobody = [{**SHIPMENT, "document_id": number, "event_id": number, "refs": {}} for number in ("S-9", "S-10", "S-2")]
    several = {**SHIPMENT, "document_id": "S-3", "refs": {"order": ["SO-1", "SO-2"]}}
    outcome = run(tmp_path, [ORDER, *nobody, several])
    assert [orphan["document_id"] for orphan in outcome.orphans] == ["S-10", "S-2", "S-3", "S-9"]
    assert {orphan["reason"] for orphan in outcome.orphans} == {"NO_ORDER"}
    assert outcome.orphans[0]["event"]["document_id"] == "S-10"


def test_an_empty_input_gives_empty_files(tmp_path: Path) -> None:
    assert run(tmp_path, []).bytes == dict.fromkeys(FILES, b"")


CANCELLED = {**ORDER, "cancelled": True}
KEPT_WHOLE_UNTIL = "2026-05-31T08:00:00Z"
"""90 days after the order was cancelled; 180 days after it is forgotten."""


@pytest.mark.parametrize("late_at", ["2026-06-02T00:00:00Z", "2026-08-31T00:00:00Z"])
def test_what_comes_after_retention_is_an_orphan_and_changes_nothing(tmp_path: Path, late_at: str) -> None:
    late = event("shipment", "S-1", late_at, lines=[{"line": "1", "quantity": "1.5"}])
    alone = run(tmp_path, [CANCELLED], as_of_us=at("2026-12-31T00:00:00Z"))
    outcome = run(tmp_path, [CANCELLED, late], as_of_us=at("2026-12-31T00:00:00Z"))
    [orphan] = outcome.orphans
    assert (orphan["reason"], orphan["document_id"], orphan["orphaned_at"]) == ("AFTER_RETENTION", "S-1", late_at)
    assert orphan["event"]["lines"] == [{"line": "1", "quantity": "1.5"}]
    assert outcome.bytes["status.jsonl"] == alone.bytes["status.jsonl"]
    assert [status["updated_at"] for status in outcome.statuses] == ["2026-03-02T08:00:00Z"]


def test_what_comes_within_retention_is_counted(tmp_path: Path) -> None:
    late = event("shipment", "S-1", KEPT_WHOLE_UNTIL, lines=[{"line": "1", "quantity": "1.5"}])
    outcome = run(tmp_path, [CANCELLED, late], as_of_us=at("2026-12-31T00:00:00Z"))
    assert outcome.orphans == []
    assert [document["document_id"] for document in outcome.statuses[0]["documents"]] == ["SO-1", "S-1"]


def test_an_order_that_nobody_remembers_begins_anew(tmp_path: Path) -> None:
    again = {**ORDER, "occurred_at": "2027-12-01T00:00:00Z", "event_id": "again"}
    outcome = run(tmp_path, [CANCELLED, again])
    assert outcome.orphans == []
    assert [status["fulfilment"]["stage"] for status in outcome.statuses] == ["ordered"]


def test_retention_is_the_same_with_any_number_of_workers(tmp_path: Path) -> None:
    numbers = [f"SO-{number}" for number in range(1, 20)]
    orders = [{**CANCELLED, "document_id": number, "event_id": f"{number}@1"} for number in numbers]
    late = [
        event("pick", f"P-{number}", "2026-07-01T00:00:00Z", refs={"order": [number]}, lines=[]) for number in numbers
    ]
    one = run(tmp_path, orders + late, as_of_us=at("2027-06-01T00:00:00Z"))
    three = run(tmp_path, late[::-1] + orders[::-1], as_of_us=at("2027-06-01T00:00:00Z"), workers=3)
    assert one.bytes == three.bytes
    assert len(one.orphans) == len(numbers)


OPEN_SINCE = "2026-03-05T08:00:00Z"
ABANDONED_BY = "2027-04-10T00:00:00Z"
"""400 days later, and what is left of the day."""


def abandoning(folder: Path, lines: list[Any], **options: Any) -> Outcome:
    """A replay under a policy that puts it on record."""
    return run(folder, lines, policy=load_policy(POLICY + "[exceptions.ABANDONED]\nenabled = true\n"), **options)


def changes_of(outcome: Outcome, code: str) -> list[tuple[str, str]]:
    return [(change["state"], change["changed_at"]) for change in outcome.exceptions if change["code"] == code]


def test_an_open_order_that_nobody_touches_is_closed_as_abandoned_once(tmp_path: Path) -> None:
    events = [ORDER, SHIPMENT]
    before = abandoning(tmp_path, events, as_of_us=at(ABANDONED_BY) - 1)
    assert changes_of(before, "ABANDONED") == []
    assert [status["health"] for status in before.statuses] == ["stalled"]
    outcome = abandoning(tmp_path, events, as_of_us=at(ABANDONED_BY) + 30 * DAY_US)
    assert changes_of(outcome, "ABANDONED") == [("recorded", ABANDONED_BY)]
    assert changes_of(outcome, "SHIPPED_NOT_INVOICED")[-1] == ("cleared", ABANDONED_BY)
    [status] = outcome.statuses
    assert (status["health"], status["closed"], status["exceptions"], status["waiting_for"]) == ("closed", True, [], [])
    [recorded] = [change for change in outcome.exceptions if change["code"] == "ABANDONED"]
    assert (recorded["since"], recorded["amount"], recorded["category"]) == (OPEN_SINCE, "10", "stall")
    assert recorded["explanation"] == (
        f"Nothing has come for this order since {OPEN_SINCE}: it is closed as abandoned, with 10 EUR unsettled."
    )


def test_an_abandoned_order_that_is_touched_lives_again_and_may_be_abandoned_again(tmp_path: Path) -> None:
    touched = event("pick", "P-1", "2027-05-01T00:00:00Z", lines=[])
    outcome = abandoning(tmp_path, [ORDER, SHIPMENT, touched], as_of_us=at("2027-05-02T00:00:00Z"))
    assert [status["health"] for status in outcome.statuses] == ["stalled"]
    stalls = [state for state, _ in changes_of(outcome, "SHIPPED_NOT_INVOICED")]
    assert [state for state in stalls if state != "escalated"] == ["opened", "cleared", "opened"]
    again = abandoning(tmp_path, [ORDER, SHIPMENT, touched], as_of_us=at("2028-06-06T00:00:00Z"))
    assert [state for state, _ in changes_of(again, "ABANDONED")] == ["recorded", "recorded"]
    assert [status["health"] for status in again.statuses] == ["closed"]


def test_a_closed_order_is_not_abandoned(tmp_path: Path) -> None:
    outcome = abandoning(tmp_path, [ORDER, SHIPMENT, INVOICE], as_of_us=at("2028-01-01T00:00:00Z"))
    assert changes_of(outcome, "ABANDONED") == []


def test_abandoning_may_be_switched_off_and_the_order_still_ends(tmp_path: Path) -> None:
    outcome = run(tmp_path, [ORDER, SHIPMENT], as_of_us=at(ABANDONED_BY))
    assert changes_of(outcome, "ABANDONED") == []
    assert [status["health"] for status in outcome.statuses] == ["closed"]
