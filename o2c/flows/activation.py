"""What one activation of a shard takes in and says: shared by the deployed shards and those of a replay."""

from o2c.flows.correlation.order import OrderState, merge
from o2c.schemas.documents import Arrival
from o2c.schemas.records import DeadLetter, Emission, ExceptionRecord, FeedRecord, Orphan, StatusRecord


class Output:
    """What one activation has to say so far."""

    __slots__ = ("dead_letters", "exceptions", "feeds", "orphans", "statuses")

    def __init__(self) -> None:
        self.statuses: list[StatusRecord] = []
        self.exceptions: list[ExceptionRecord] = []
        self.dead_letters: list[DeadLetter] = []
        self.orphans: list[Orphan] = []
        self.feeds: list[FeedRecord] = []


def gather(arrivals: tuple[tuple[str, Arrival], ...], grouped: dict[str, list[Arrival]]) -> None:
    """Add arrivals to those of their orders, in their order."""
    for correlation_id, arrival in arrivals:
        of_order = grouped.get(correlation_id)
        if of_order is None:
            grouped[correlation_id] = [arrival]
        else:
            of_order.append(arrival)


def by_order(arrivals: tuple[tuple[str, Arrival], ...]) -> dict[str, list[Arrival]]:
    """The arrivals of each order, in their order."""
    grouped: dict[str, list[Arrival]] = {}
    gather(arrivals, grouped)
    return grouped


def take(state: OrderState, arrivals: list[Arrival]) -> None:
    """Merge an order's arrivals into it."""
    for arrival in arrivals:
        merge(state, arrival.document)
        if arrival.traceparent is not None:
            state.trace = arrival.traceparent


def emission(shard: int, token: int, output: Output) -> Emission:
    """What an activation says, sealed."""
    return Emission(
        shard,
        token,
        tuple(output.statuses),
        tuple(output.exceptions),
        tuple(output.dead_letters),
        tuple(output.orphans),
        tuple(output.feeds),
    )
