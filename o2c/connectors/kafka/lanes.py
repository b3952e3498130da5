"""The source: one lane a partition number, over all input topics.

Lane n reads partition n of every topic that has it, with one consumer of its own and no group to rebalance. Records
come in the order read, and once an interval a progress mark behind the records that it covers.
"""

from collections.abc import Callable, Mapping
from threading import Event, Lock
from typing import Any

from bytewax.inputs import FixedPartitionedSource

from o2c.connectors.kafka.lane import Lane, LaneContext, LaneSettings, SharedAdmin
from o2c.connectors.kafka.offsets import Loss
from o2c.schemas.lanes import LaneBatch


class KafkaLanes(FixedPartitionedSource[LaneBatch, None]):
    """Reads `types_by_topic` (topic -> document type) in as many lanes as the topic with most partitions has.

    `positions`: next offset by lane and topic; a lane or topic that is absent starts at `settings.first_start`.
    `clock`: UTC microseconds. `stopping`: once set, every lane ends behind a last mark. `losses` hears of all records
    that were deleted before they were read. A document type of which a lane has no partition is absent from its marks.
    Lanes raise OperatingFault with one line.
    """

    def __init__(  # noqa: PLR0913 by keyword alone, and each is a thing of its own
        self,
        *,
        client: Mapping[str, Any],
        group_id: str,
        types_by_topic: Mapping[str, str],
        partitions_by_topic: Mapping[str, int],
        positions: Mapping[int, Mapping[str, int]],
        clock: Callable[[], int],
        losses: Callable[[Loss], None],
        stopping: Event,
        settings: LaneSettings | None = None,
    ) -> None:
        self._positions = positions
        self._context = LaneContext(
            client=client,
            group_id=group_id,
            types_by_topic=types_by_topic,
            partitions_by_topic={topic: partitions_by_topic[topic] for topic in types_by_topic},
            clock=clock,
            losses=losses,
            stopping=stopping,
            settings=settings or LaneSettings(),
        )
        self._admin: SharedAdmin | None = None
        self._lanes: list[Lane] = []
        self._lock = Lock()

    def list_parts(self) -> list[str]:
        """The lanes' names, in order: `lane-000`, ..."""
        return [f"lane-{lane:03d}" for lane in range(max(self._context.partitions_by_topic.values(), default=0))]

    def build_part(self, step_id: str, for_part: str, resume_state: None) -> Lane:  # noqa: ARG002 the engine's signature
        """Opens a lane at its positions. Raises OperatingFault."""
        number = int(for_part.removeprefix("lane-"))
        lane = Lane(self._context, self._shared_admin(), number, self._positions.get(number, {}))
        with self._lock:
            self._lanes.append(lane)
        return lane

    def lags(self) -> dict[tuple[str, int], int]:
        """By (topic, partition) of this process's lanes: offsets between the position and the end last heard of."""
        return {(topic, lane.number): lag for lane in tuple(self._lanes) for topic, lag in lane.lags().items()}

    def quiet_seconds(self) -> float:
        """For how long at most a lane of this process has heard nothing of the brokers; for readiness."""
        return max((lane.quiet_seconds() for lane in tuple(self._lanes)), default=0.0)

    def failed_commits(self) -> int:
        """How many commits of offsets failed: the lag that the group shows may be too high, nothing else suffers."""
        return sum(lane.failed_commits() for lane in tuple(self._lanes))

    def _shared_admin(self) -> SharedAdmin:
        """Made with the first lane: a client's threads do not survive a fork."""
        with self._lock:
            if self._admin is None:
                self._admin = SharedAdmin(self._context.client)
            return self._admin
