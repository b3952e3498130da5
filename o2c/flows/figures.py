"""What a shard's orders come to: how many stand at each stage, what of them is open, and what that is worth.

The figures lie in the store and change in the write that changes an order. So after any crash they are what a count
over all orders would give, and no start has to count. Amounts are integers of 10^-4 up to the edge: a gauge is a float.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from o2c.flows.correlation.order import OrderState
from o2c.flows.correlation.snapshot import decode
from o2c.flows.telemetry import OPEN_EXCEPTIONS, OPEN_EXCEPTIONS_AMOUNT, ORDERS
from o2c.schemas.numbers import AMOUNT_PLACES

if TYPE_CHECKING:
    from o2c.flows.orders import ShardStore, Write

Figure = tuple[str, str, str]
"""Which gauge, and the values of its two labels."""

Share = tuple[tuple[Figure, int], ...]
"""What one order adds to the figures."""

BY_STAGE = "orders"
BY_CODE = "exceptions"
WORTH = "amounts"

_GAUGES = {BY_STAGE: ORDERS, BY_CODE: OPEN_EXCEPTIONS, WORTH: OPEN_EXCEPTIONS_AMOUNT}
_UNITS = {BY_STAGE: 1, BY_CODE: 1, WORTH: 10**AMOUNT_PLACES}

_KEY = b"mfigures"
# JSON, as a sum of amounts may have more than the 64 bits that MessagePack holds.
_decoder = msgspec.json.Decoder(list[tuple[str, str, str, int]])


def share_of(state: OrderState) -> Share:
    """What an order adds: one at the stages of its last status, and its open exceptions. Nothing before its status."""
    stage = (((BY_STAGE, state.fulfilment, state.financial), 1),) if state.fulfilment else ()
    return (*stage, *_open(state)) if state.lives else stage


def _open(state: OrderState) -> Iterator[tuple[Figure, int]]:
    for life in state.lives.values():
        if life.is_open:
            yield (BY_CODE, life.code, life.severity), 1
            if life.amount is not None and life.currency is not None:
                yield (WORTH, life.code, life.currency), life.amount


class Figures:
    """The figures of one shard. A store that has none yet, as one of an older version, is counted once."""

    def __init__(self, store: "ShardStore") -> None:
        self._counts: dict[Figure, int] = {}
        self._shown: dict[Figure, int] = {}
        held = store.get(_KEY)
        self._unwritten = held is None
        if held is None:
            for _, value in store.scan(b"o", b"p"):
                self._add(share_of(decode(value)), 1)
        else:
            self._add((((name, first, second), count) for name, first, second, count in _decoder.decode(held)), 1)

    def change(self, before: Share, after: Share) -> None:
        """An order that added `before` is written and adds `after`."""
        self._add(before, -1)
        self._add(after, 1)
        self._unwritten = True

    def writes(self) -> "list[Write]":
        """What goes into the batch of the orders that have changed the figures."""
        if not self._unwritten:
            return []
        self._unwritten = False
        return [figures_write(self._counts)]

    def show(self) -> None:
        """Bring the gauges up to the figures."""
        for figure, count in self._counts.items():
            change = count - self._shown.get(figure, 0)
            if change:
                TOTALS.add(figure, change)
                self._shown[figure] = count

    def _add(self, share: "Iterator[tuple[Figure, int]] | Share", sign: int) -> None:
        counts = self._counts
        for figure, count in share:
            counts[figure] = counts.get(figure, 0) + sign * count


def figures_write(counts: dict[Figure, int]) -> "Write":
    """The entry of the store that holds these figures."""
    return _KEY, msgspec.json.encode([(*figure, count) for figure, count in counts.items() if count])


class Totals:
    """The figures of all shards of this process, exact, as its gauges show them."""

    def __init__(self) -> None:
        self._totals: dict[Figure, int] = {}

    def add(self, figure: Figure, change: int) -> None:
        """A shard has so many more of these."""
        name, *labels = figure
        total = self._totals[figure] = self._totals.get(figure, 0) + change
        _GAUGES[name].labels(*labels).set(total / _UNITS[name])


TOTALS = Totals()
