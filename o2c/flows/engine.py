"""Running the dataflow on the engine so that what went wrong is told once, in its own words.

Left to itself the engine closes sinks while it is already failing, and a second failure there aborts the process
without a word; and with several processes it loses the first failure behind a panic about a lost connection. So sinks
are closed after the engine, and only if it ended in order; and the first failure is remembered on its way in.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, TypeVar

from bytewax.dataflow import Dataflow
from bytewax.inputs import FixedPartitionedSource, StatefulSourcePartition
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import cluster_main

from o2c.flows.operators import ShardLike
from o2c.flows.order_to_cash import order_to_cash
from o2c.schemas.lanes import LaneBatch, ShardBatch
from o2c.schemas.records import Emission

_LOST_CONNECTION = "timely communication error"

_Result = TypeVar("_Result")


class PeersGone(Exception):
    """Another process of the job has ended, and so the engine of this one too."""


def run_on_engine(
    lanes: FixedPartitionedSource[LaneBatch, None],
    identify: Callable[[LaneBatch], list[tuple[str, ShardBatch]]],
    open_shard: Callable[[int], ShardLike],
    sinks: Mapping[str, DynamicSink[Emission]],
    addresses: list[str],
    number: int,
) -> None:
    """Run until every lane has ended and all is published and confirmed; this process is `addresses[number]`.

    Raises the first failure of what was handed over, as it was raised there, or PeersGone.
    """
    failures = _Failures()
    held = {name: _HeldSink(sink, failures) for name, sink in sinks.items()}
    flow = order_to_cash(
        _WatchedLanes(lanes, failures),
        failures.watching(identify),
        lambda shard: _WatchedShard(open_shard(shard), failures),
        held,
    )
    _drive(flow, addresses, number, failures)
    for sink in held.values():
        sink.close()


def _drive(flow: Dataflow, addresses: list[str], number: int, failures: "_Failures") -> None:
    if addresses:
        sys.excepthook = _silent_about_lost_connections
    try:
        cluster_main(flow, addresses, number)
    except BaseException as error:
        if failures.first is not None:
            raise failures.first from None
        # The engine's panics are no Exceptions; the one about its connections comes with several processes alone.
        if addresses and not isinstance(error, Exception | KeyboardInterrupt):
            raise PeersGone from error
        raise


def _silent_about_lost_connections(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """The engine's threads print their panic when a peer is gone: why it went is said in one line, elsewhere."""
    if _LOST_CONNECTION not in str(error):
        sys.__excepthook__(kind, error, trace)


class _Failures:
    """The first failure of the process."""

    def __init__(self) -> None:
        self.first: Exception | None = None

    def watching(self, call: Callable[[Any], _Result]) -> Callable[[Any], _Result]:
        """`call`, with an eye on what it raises."""

        def watched(argument: Any) -> _Result:
            try:
                return call(argument)
            except Exception as error:
                self.keep(error)
                raise

        return watched

    def keep(self, error: Exception) -> None:
        """Remember it if it is the first."""
        if self.first is None:
            self.first = error


class _WatchedLanes(FixedPartitionedSource[LaneBatch, None]):
    def __init__(self, lanes: FixedPartitionedSource[LaneBatch, None], failures: _Failures) -> None:
        self._lanes = lanes
        self._failures = failures

    def list_parts(self) -> list[str]:
        return self._lanes.list_parts()

    def build_part(self, step_id: str, for_part: str, resume_state: None) -> "_WatchedLane":
        try:
            return _WatchedLane(self._lanes.build_part(step_id, for_part, resume_state), self._failures)
        except Exception as error:
            self._failures.keep(error)
            raise


class _WatchedLane(StatefulSourcePartition[LaneBatch, None]):
    def __init__(self, lane: StatefulSourcePartition[LaneBatch, None], failures: _Failures) -> None:
        self._lane = lane
        self._failures = failures

    def next_batch(self) -> "list[LaneBatch]":
        try:
            return list(self._lane.next_batch())
        except StopIteration:
            raise
        except Exception as error:
            self._failures.keep(error)
            raise

    def next_awake(self) -> datetime | None:
        return self._lane.next_awake()

    def snapshot(self) -> None:
        return self._lane.snapshot()

    def close(self) -> None:
        self._lane.close()


class _WatchedShard:
    def __init__(self, shard: ShardLike, failures: _Failures) -> None:
        self.on_batch = failures.watching(shard.on_batch)


class _HeldSink(DynamicSink[Emission]):
    """A sink whose partitions outlive the engine."""

    def __init__(self, sink: DynamicSink[Emission], failures: _Failures) -> None:
        self._sink = sink
        self._failures = failures
        self._partitions: list[StatelessSinkPartition[Emission]] = []

    def build(self, step_id: str, worker_index: int, worker_count: int) -> "_HeldPartition":
        try:
            partition = self._sink.build(step_id, worker_index, worker_count)
        except Exception as error:
            self._failures.keep(error)
            raise
        self._partitions.append(partition)
        return _HeldPartition(self._failures.watching(partition.write_batch))

    def close(self) -> None:
        """Wait until all is confirmed, and give up what the partitions hold."""
        for partition in self._partitions:
            partition.close()


class _HeldPartition(StatelessSinkPartition[Emission]):
    """Its end is no business of the engine."""

    def __init__(self, write: Callable[[list[Emission]], None]) -> None:
        self._write = write

    def write_batch(self, items: list[Emission]) -> None:
        self._write(items)
