"""What a lane hands on: records in the order read, and progress marks behind what they cover."""

from msgspec import Struct

from o2c.schemas.records import DeadLetter, Orphan, Record


class Mark(Struct, frozen=True, gc=False):
    """A lane's progress. It travels in band: all that it covers was sent before it.

    `positions`: next offset to read, by topic. `read_to`: by document type, the time (UTC microseconds) up to which all
    has been read. `newest`: by feed (`<type>/<source>`), the newest Kafka timestamp of a record or heartbeat.
    `heartbeats`: the feeds known by heartbeats.
    """

    lane: int
    positions: dict[str, int]
    read_to: dict[str, int]
    newest: dict[str, int]
    heartbeats: frozenset[str] = frozenset()


class LaneBatch(Struct, frozen=True, gc=False):
    """Records of one lane, and the clock (UTC microseconds) at which they are judged.

    `behind`: the lane reads a backlog, nobody waits for these events.
    """

    lane: int
    clock: int
    records: tuple[Record, ...]
    mark: Mark | None = None
    behind: bool = False


class ShardBatch(Struct, frozen=True, gc=False):
    """What a lane has for one shard. `behind`: see LaneBatch.

    `arrivals`: correlation ID and the packed arrival (`flows.correlation.snapshot`): what waits stays small, and what
    is unpacked again is close to the processor.
    """

    shard: int
    clock: int
    arrivals: tuple[tuple[str, bytes], ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    mark: Mark | None = None
    behind: bool = False
