"""`o2c replay`: the same dataflow over files of events, on simulated time.

The input is decoded once to sort it as a whole, then flows instant by instant. The same events and options give the
same bytes, however the lines are shuffled over files and however many workers run.
"""

import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import msgspec
from bytewax.testing import cluster_main

from o2c.connectors.files import FileLanes, Sorter, SorterSink, lines_of, sorter
from o2c.connectors.store import Store
from o2c.errors import OperatingFault
from o2c.flows.correlation.feeds import SimulatedFeeds
from o2c.flows.identify import Identify
from o2c.flows.order_to_cash import order_to_cash
from o2c.flows.orders import time_key, time_of_key
from o2c.flows.replay_shard import ReplayShard
from o2c.flows.settings import ReplayOptions
from o2c.schemas.canonical import content_hash
from o2c.schemas.codecs import Decoder
from o2c.schemas.documents import Arrival, Heartbeat
from o2c.schemas.lanes import LaneBatch, Mark
from o2c.schemas.records import AuditRecord, BillingRecord, DeadLetter, Emission, Record

SHARDS = 8
HOT_ORDERS = 32_768
_TIME_BYTES = 8
_NOT_SAID = -(2**62)
_END = b"\x00"
FILES = (
    "status.jsonl",
    "exceptions.jsonl",
    "dead-letters.jsonl",
    "orphans.jsonl",
    "billing.jsonl",
    "audit.jsonl",
)


@dataclass
class ReplayReport:
    """What a replay read and wrote."""

    events: int = 0
    repeated: int = 0
    later_than_as_of: int = 0
    silenced: int = 0
    dead_letters: int = 0
    orders: int = 0
    exceptions: int = 0
    orphans: int = 0

    def __str__(self) -> str:
        """One line a figure."""
        return "\n".join(
            (
                f"{self.events} events, {self.repeated} of them byte-equal re-deliveries",
                f"{self.later_than_as_of} left out as later than the clock, {self.silenced} of silent feeds",
                f"{self.orders} orders, {self.exceptions} exception changes",
                f"{self.dead_letters} dead letters, {self.orphans} orphans",
            )
        )


class Input:
    """The events of all files in one order: time, event id, content hash."""

    def __init__(self, options: ReplayOptions, events: Sorter, results: "Results", report: ReplayReport) -> None:
        self._options = options
        self._events = events
        self._results = results
        self._report = report
        self.latest = _NOT_SAID
        self._arrivals = 0

    def read(self) -> None:
        """Sort every line in, or put it with the dead letters and say on standard error where it stands."""
        decoder = Decoder({})
        for file, number, line in lines_of(self._options.files):
            event = decoder.decode(line_record(line, _NOT_SAID))
            if isinstance(event, DeadLetter):
                sys.stderr.write(f"{file}:{number}: {event.code}: {event.message}\n")
                self._results.take_dead_letter(event)
                continue
            self._report.events += 1
            time = self._sort_time(event)
            self.latest = max(self.latest, time)
            if isinstance(event, Arrival):
                self._arrivals += 1
                document = event.document
                key = time_key(time) + document.event_id.encode() + _END + content_hash(document)
                feed = f"{document.type}/{document.source}".encode()
                self._events.put(key + sha256(line).digest(), feed + _END + line)

    def _sort_time(self, event: Arrival | Heartbeat) -> int:
        if isinstance(event, Heartbeat):
            return event.occurred_at
        if self._options.order == "received" and event.received_at != _NOT_SAID:
            return event.received_at
        return event.document.occurred_at

    def batches(self, as_of: int) -> Iterator[LaneBatch]:
        """One batch an instant, and behind the last a mark that moves every clock to `as_of`."""
        instant = _NOT_SAID
        records: list[Record] = []
        sent = 0
        for key, value in self._events.items():
            time = time_of_key(key)
            feed, _, line = value.partition(_END)
            sent += 1
            if time > as_of:
                self._report.later_than_as_of += 1
                continue
            if time > self._options.silenced.get(feed.decode(), time):
                self._report.silenced += 1
                continue
            if time != instant and records:
                yield LaneBatch(0, instant, tuple(records))
                records = []
            instant = time
            records.append(line_record(line, time))
        self._report.repeated = self._arrivals - sent
        if records:
            yield LaneBatch(0, instant, tuple(records))
        yield LaneBatch(0, as_of, (), Mark(0, {}, {}, {}))


class Results:
    """What the flow says, sorted, then written."""

    def __init__(self, sorters: dict[str, Sorter], report: ReplayReport) -> None:
        self._statuses, self._exceptions, self._dead_letters, self._orphans, self._billings, self._audits = (
            sorters[name] for name in FILES
        )
        self._sorters = sorters
        self._report = report
        self._lock = Lock()

    def take(self, emission: Emission) -> None:
        """Keep what a shard says; of an order's statuses the last."""
        with self._lock:
            for status in emission.statuses:
                self._statuses.put(status.correlation_id.encode(), status.value)
            for change in emission.exceptions:
                self._report.exceptions += 1
                sequence = change.sequence.to_bytes(_TIME_BYTES, "big")
                self._exceptions.put(
                    time_key(change.changed_at) + change.exception_id.encode() + sequence, change.value
                )
            for billing in emission.billings:
                self._billings.put(_in_time(billing), billing.value)
            for audit in emission.audits:
                self._audits.put(_in_time(audit), audit.value)
            for letter in emission.dead_letters:
                self.take_dead_letter(letter)
            for orphan in emission.orphans:
                self._report.orphans += 1
                names = _END.join(name.encode() for name in (orphan.scope, orphan.type, orphan.document_id, ""))
                told_apart = orphan.revision.to_bytes(_TIME_BYTES, "big") + orphan.event_id.encode() + _END
                self._orphans.put(names + told_apart + sha256(orphan.value).digest(), orphan.value)

    def take_dead_letter(self, letter: DeadLetter) -> None:
        """Keep a rejected line; equal ones each."""
        self._report.dead_letters += 1
        text = b64encode(letter.record.value or b"").decode()
        value = msgspec.json.encode({"code": letter.code, "message": letter.message, "value": text})
        self._dead_letters.put(text.encode() + _END + self._report.dead_letters.to_bytes(_TIME_BYTES, "big"), value)

    def write(self, folder: Path) -> None:
        """Write the files. Raises OperatingFault."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, sorting in self._sorters.items():
                with (folder / name).open("wb") as stream:
                    for value in sorting.values():
                        stream.write(value + b"\n")
                        self._report.orders += name == FILES[0]
        except OSError as error:
            raise OperatingFault(f"{folder} cannot be written: {error.strerror}") from error


def replay(options: ReplayOptions) -> ReplayReport:
    """Replay files of events; writes FILES.

    Raises OperatingFault where a file cannot be read or written.
    """
    report = ReplayReport()
    with ExitStack() as stack:
        results = Results({name: stack.enter_context(sorter()) for name in FILES}, report)
        events = stack.enter_context(sorter())
        source = Input(options, events, results, report)
        source.read()
        as_of = options.as_of_us if options.as_of_us is not None else source.latest
        _flow(options, source, results, as_of, Path(stack.enter_context(TemporaryDirectory(prefix="o2c-replay-"))))
        results.write(options.out)
    return report


def _flow(options: ReplayOptions, source: Input, results: Results, as_of: int, folder: Path) -> None:
    store = Store(folder, SHARDS)
    store.prepare(0)
    feeds = SimulatedFeeds(options.policy, options.silenced)
    flow = order_to_cash(
        FileLanes(lambda: source.batches(as_of)),
        Identify(Decoder({}), SHARDS, {}),
        lambda number: ReplayShard(
            number, store.open(number), options.policy, feeds, shards=SHARDS, hot_orders=HOT_ORDERS // SHARDS
        ),
        {"files": SorterSink(results.take)},
    )
    cluster_main(flow, [], 0, worker_count_per_proc=options.workers)


def _in_time(record: BillingRecord | AuditRecord) -> bytes:
    """By time, then by correlation ID and id, then by sequence."""
    names = _END.join((*(name.encode() for name in (record.correlation_id or "", record.key)), b""))
    return time_key(record.changed_at) + names + record.sequence.to_bytes(_TIME_BYTES, "big")


def line_record(line: bytes, timestamp_us: int) -> Record:
    """A line as if it had come from a topic."""
    return Record(topic="", partition=0, offset=0, timestamp_us=timestamp_us, key=None, value=line)
