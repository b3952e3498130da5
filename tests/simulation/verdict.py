"""What must hold of a run that has come to rest."""

import json
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any, TypeVar

from o2c.flows.correlation.milestones import STALL_CODES
from o2c.flows.correlation.silence import CODE
from o2c.schemas.records import AuditRecord, BillingRecord, ExceptionRecord, StatusRecord
from tests.simulation.checks import check_figures, figures_of
from tests.simulation.naive import Naive
from tests.simulation.outcome import Opened, Outcome
from tests.simulation.script import EAST, GRACE_US, TOLERANCE_US
from tests.simulation.sinks import Appended

_DECLARED = {"STALLED_PICK": f"pick/{EAST}", "STALLED_SHIPMENT": f"shipment/{EAST}"}
"""The declared feed that stalls of these codes await, whatever the warehouse: a bare type is the least of its feeds."""

Keyed = TypeVar("Keyed", StatusRecord, ExceptionRecord)


def check(outcome: Outcome, undisturbed: Outcome | None = None) -> None:
    """Everything, against the log itself and against the run that nothing disturbed."""
    naive = Naive(outcome.world.log)
    _check_results(outcome, naive)
    if undisturbed is not None:
        assert _certain_statuses(outcome.statuses, naive) == _certain_statuses(undisturbed.statuses, naive)
        assert _certain(outcome.opened, naive) == _certain(undisturbed.opened, naive)
    _check_last_records(outcome)
    _check_exceptions(outcome, naive)
    _check_counted(outcome)
    _check_store(outcome)


def _check_results(outcome: Outcome, naive: Naive) -> None:
    """The same in the topics, in Redis and in the store, and what the log comes to."""
    assert _certain_statuses(outcome.statuses, naive) == _certain_statuses(naive.statuses, naive)
    assert _certain(outcome.opened, naive) == naive.opened
    assert outcome.statuses_in_redis == outcome.statuses
    assert outcome.opened_in_redis == outcome.opened
    assert outcome.opened_in_store == outcome.opened
    assert outcome.dead_letters == naive.dead_letters
    assert outcome.orphans == naive.orphans
    shown = outcome.world.redis.feeds
    assert {name for name, feed in shown.items() if feed.silent} == naive.silent().keys() & shown.keys()


def _certain(opened: dict[str, Opened], naive: Naive) -> dict[str, Opened]:
    return {identifier: shown for identifier, shown in opened.items() if identifier not in naive.uncertain}


def _certain_statuses(statuses: dict[str, dict[str, Any]], naive: Naive) -> dict[str, dict[str, Any]]:
    """Without what hangs on a stall that may be open or not."""
    left_out = {"health", "exceptions"}
    return {
        key: {name: value for name, value in status.items() if name not in left_out}
        if key in naive.uncertain_orders
        else status
        for key, status in statuses.items()
    }


def _check_last_records(outcome: Outcome) -> None:
    """Compaction keeps the last record of a key: it is the newest, unless a process already succeeded wrote it."""
    topics = outcome.world.topics
    _check_last([(each, record.correlation_id, record) for each, record in topics.statuses()])
    _check_last([(each, record.exception_id, record) for each, record in topics.exceptions()])
    contents: dict[tuple[str, int], bytes] = {}
    for _, record in topics.statuses():
        assert contents.setdefault((record.correlation_id, record.version), record.value) == record.value, (
            f"two statuses of {record.correlation_id} under one version"
        )
    for key, status in outcome.world.last_statuses().items():
        assert outcome.world.redis.statuses[key].version == status.version, f"Redis has another status of {key}"


def _check_last(records: list[tuple[Appended, str, Keyed]]) -> None:
    newest: dict[str, int] = {}
    last: dict[str, int] = {}
    for each, key, record in records:
        newest[key] = max(newest.get(key, 0), record.version)
        if not each.late:
            last[key] = record.version
    assert last == newest


def _check_exceptions(outcome: Outcome, naive: Naive) -> None:
    by_id: dict[str, list[tuple[Appended, ExceptionRecord]]] = defaultdict(list)
    for each, record in outcome.world.topics.exceptions():
        by_id[record.exception_id].append((each, record))
    for written in by_id.values():
        said = _once_said(written)
        for before, after in pairwise(said):
            assert after.changed_at >= before.changed_at, "an exception's changes go back in time"
        assert said[0].is_open or said[0].state == "recorded", "an exception begins with its opening"
        if said[0].code == CODE:
            _check_silence(said, naive)
        elif said[0].code in TOLERANCE_US:
            _check_stall(said, naive)


def _check_counted(outcome: Outcome) -> None:
    """Billing and audit records are numbered without a gap; a repeat says the same, and the last of billing is so."""
    by_order: dict[tuple[type, str], dict[int, BillingRecord | AuditRecord]] = defaultdict(dict)
    for _, record in outcome.world.topics.counted():
        # Those of a feed are numbered feed by feed.
        numbered_by = record.correlation_id or json.loads(record.value)["exception_id"]
        of_order = by_order[type(record), numbered_by]
        assert of_order.setdefault(record.sequence, record) == record, "two contents under one sequence"
    for (kind, correlation_id), of_order in by_order.items():
        complete = list(range(1, len(of_order) + 1))
        assert sorted(of_order) == complete, f"{kind.__name__} of {correlation_id} has a gap"
        if kind is BillingRecord:
            last = json.loads(of_order[max(of_order)].value)
            shown = outcome.statuses[correlation_id]["billing"]
            assert shown == {name: last[name] for name in shown}, f"{correlation_id} is billed otherwise than shown"


def _once_said(written: list[tuple[Appended, ExceptionRecord]]) -> list[ExceptionRecord]:
    """The changes of one exception in sequence; a repeat is byte for byte what was said before."""
    by_sequence: dict[int, ExceptionRecord] = {}
    by_writer: dict[int, int] = {}
    for each, record in written:
        assert by_sequence.setdefault(record.sequence, record) == record, "two contents under one sequence"
        assert record.sequence >= by_writer.get(each.writer, 0), "a process goes back in an exception's sequence"
        by_writer[each.writer] = record.sequence
    return [by_sequence[sequence] for sequence in sorted(by_sequence)]


def _check_silence(said: list[ExceptionRecord], naive: Naive) -> None:
    """A silence is told at most once, and only where there was one."""
    feed = Opened.of_record(said[0]).subject[2].removeprefix("feed:")
    told = [Opened.of_record(record).since for record in _openings(said)]
    assert len(told) == len(set(told)), f"one silence of {feed} is told twice"
    assert set(told) <= naive.silences()[feed], f"{feed} is said to be silent while it spoke"


def _check_stall(said: list[ExceptionRecord], naive: Naive) -> None:
    """A stall opens once its deadline and the grace have passed, and no feed that it awaits stands before that."""
    for record in _openings(said):
        needed = Opened.of_record(record).since + TOLERANCE_US[record.code] + GRACE_US
        assert record.changed_at >= needed, f"{record.code} of {record.correlation_id} opens too early"
        feed = _DECLARED.get(record.code)
        if feed is not None:
            spoke = naive.spoke_last(feed, record.changed_at)
            assert spoke >= needed, f"{record.code} of {record.correlation_id} opens while {feed} is silent"
        if record.code in STALL_CODES:
            assert record.correlation_id is not None
            possible = naive.stalls(record.correlation_id, record.code, record.changed_at, needed)
            assert record.exception_id in possible, f"{record.code} of {record.correlation_id} was refuted already"


def _openings(said: list[ExceptionRecord]) -> list[ExceptionRecord]:
    """The changes that open what was not open."""
    was_open = [False, *(record.is_open for record in said)]
    return [record for before, record in zip(was_open, said, strict=False) if record.is_open and not before]


def _check_store(outcome: Outcome) -> None:
    for shard, disk in enumerate(outcome.world.folder.disks):
        assert not disk.written.between(b"x", b"y"), f"the outbox of shard {shard} does not empty"
        assert disk.durable.values == disk.written.values, f"shard {shard} is not synced though epochs have ended"
        check_figures(disk)
    stages = Counter(
        (status["fulfilment"]["stage"], status["financial"]["stage"]) for status in outcome.statuses.values()
    )
    counted: Counter[tuple[str, str]] = Counter()
    for disk in outcome.world.folder.disks:
        held = figures_of(disk).items()
        counted.update({(first, second): count for (name, first, second), count in held if name == "orders"})
    assert counted == stages, "the orders counted by stage are not those of the statuses"
