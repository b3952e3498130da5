"""The core without the job around it: for what is written before a run, and for profiles."""

from benchmarks.orders import EVENTS_AN_ORDER, LINES, TYPES, order_id, value
from o2c.flows.correlation.order import OrderState, judge, merge
from o2c.flows.correlation.policy import Policy, load_policy
from o2c.flows.correlation.status import render
from o2c.schemas.codecs import Decoder
from o2c.schemas.documents import Arrival
from o2c.schemas.records import Record


class LiveFeeds:
    """Feeds of which everything up to the clock has been read."""

    def __init__(self, policy: Policy, clock: int) -> None:
        self.grace_us = policy.grace_us
        self._clock = clock

    def progress(self, _: str) -> int:
        """Up to the clock."""
        return self._clock


def judged_order(number: int, taken_at: int, clock: int, steps: int, lines: int = LINES) -> OrderState:
    """An order after its first `steps` events, judged at `clock` by the default policy."""
    return _judged(number, taken_at, clock, steps, lines)[0]


def status_of(number: int, taken_at: int, clock: int) -> bytes:
    """A finished order's status as it is published."""
    return _judged(number, taken_at, clock, EVENTS_AN_ORDER, LINES)[1]


def _judged(number: int, taken_at: int, clock: int, steps: int, lines: int) -> tuple[OrderState, bytes]:
    decoder = Decoder({name: name for name in TYPES})
    policy = load_policy(None)
    state = OrderState(order_id(number))
    for step in range(steps):
        record = Record(TYPES[step], 0, step, clock, None, value(number, step, taken_at, lines))
        arrival = decoder.decode(record)
        assert isinstance(arrival, Arrival), arrival
        merge(state, arrival.document)
    judgement = judge(state, policy, clock, LiveFeeds(policy, clock))
    assert not judgement.changes, "a healthy order has no exception"
    status = render(state, judgement, clock, 1)
    state.fulfilment, state.financial = status.fulfilment, status.financial
    return state, status.value
