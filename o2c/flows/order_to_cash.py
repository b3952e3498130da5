"""The dataflow, from the lanes to the sinks: wiring only. `o2c run` and `o2c replay` bring their own ends.

Kafka ─▶ read ─▶ identify ═══▶ correlate ─▶ publish ─▶ Kafka, Redis
(a lane)      (a shard)
"""

from collections.abc import Callable, Mapping

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from bytewax.inputs import Source
from bytewax.outputs import Sink

from o2c.flows.operators import ShardLike, correlate
from o2c.schemas.lanes import LaneBatch, ShardBatch
from o2c.schemas.records import Emission


def order_to_cash(
    lanes: Source[LaneBatch],
    identify: Callable[[LaneBatch], list[tuple[str, ShardBatch]]],
    open_shard: Callable[[int], ShardLike],
    sinks: Mapping[str, Sink[Emission]],
) -> Dataflow:
    """The whole job. `sinks` by the name of what they write to."""
    flow = Dataflow("order_to_cash")
    read = op.input("read", flow, lanes)
    batches = op.flat_map("identify", read, identify)
    emissions = correlate("correlate", batches, open_shard)
    for name, sink in sinks.items():
        op.output(f"publish_to_{name}", emissions, sink)
    return flow
