"""The shell between the core and the engine: one stateful step, keyed by shard."""

from collections.abc import Callable
from operator import itemgetter
from typing import Protocol

import bytewax.operators as op
from bytewax.dataflow import Stream, operator
from bytewax.operators import KeyedStream, StatefulBatchLogic

from o2c.schemas.lanes import ShardBatch
from o2c.schemas.records import Emission


class ShardLike(Protocol):
    """What the engine drives: a deployed shard, or one of a replay."""

    def on_batch(self, batches: list[ShardBatch]) -> list[Emission]:
        """Take batches in and say what is to be published."""
        ...


class ShardLogic(StatefulBatchLogic[ShardBatch, Emission, None]):
    """A shard as the engine sees it.

    Progress marks are its tick, so no engine timer is ever armed; its state lies in the store, so the engine's snapshot
    is empty. The engine does not tell a logic its key: the first batch says which shard to open.
    """

    def __init__(self, open_shard: Callable[[int], ShardLike]) -> None:
        self._open_shard = open_shard
        self._shard: ShardLike | None = None

    def on_batch(self, values: list[ShardBatch]) -> tuple[list[Emission], bool]:
        """Drive the shard; it is never discarded."""
        if self._shard is None:
            self._shard = self._open_shard(values[0].shard)
        return self._shard.on_batch(values), StatefulBatchLogic.RETAIN

    def snapshot(self) -> None:
        """Nothing: see the class."""


@operator
def correlate(
    step_id: str,  # noqa: ARG001  # the engine's decorator takes it
    batches: KeyedStream[ShardBatch],
    open_shard: Callable[[int], ShardLike],
) -> Stream[Emission]:
    """Join the batches of every shard into its orders; `open_shard` opens a shard where its first batch arrives."""
    emissions = op.stateful_batch("shard", batches, lambda _: ShardLogic(open_shard))
    return op.map("drop_key", emissions, itemgetter(1))
