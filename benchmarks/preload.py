"""A store with many open orders, written as the job writes them, but without the events that would lead there.

Orders are made from a few templates that the core has judged; only their numbers differ. They are shipped and invoiced
and wait for payment and proof of delivery. Each has its entry in the index of what falls due, and the store says that
its orders were judged by the default policy, so that a start judges none of them anew.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from benchmarks.core import judged_order
from benchmarks.orders import EVENTS_AN_ORDER, order_id, value
from o2c.connectors.store import Store
from o2c.flows.correlation.order import NEVER
from o2c.flows.correlation.policy import load_policy
from o2c.flows.correlation.snapshot import encode
from o2c.flows.figures import figures_write, share_of
from o2c.flows.orders import order_key, wake_key
from o2c.schemas.times import HOUR_US, MINUTE_US

SHARDS = 64
LINES = 6
"""With so many an order's state has about 2 KB."""

_STEPS = EVENTS_AN_ORDER - 1
_TEMPLATES = 60
_TEMPLATE_NUMBER = 77_777_777
_TEMPLATE_DIGITS = b"77777777"
_POLICY_KEY = b"mpolicy"
_WRITTEN_AT_ONCE = 500


def fill(folder: Path, orders: int) -> int:
    """Write a store of so many orders. Returns an order's bytes."""
    clock = time.time_ns() // 1_000
    taken = clock - 2 * HOUR_US
    templates = [judged_order(_TEMPLATE_NUMBER, taken - n * MINUTE_US, clock, _STEPS, LINES) for n in range(_TEMPLATES)]
    states = [encode(template) for template in templates]
    wakes = [template.wake_at for template in templates]
    assert NEVER not in wakes, "an open order waits for something"
    standing = {figure for template in templates for figure, _ in share_of(template)}
    assert len(standing) == 1, "all stand at the same stages and have no exception"
    version = load_policy(None).version.encode()
    store = Store(folder, SHARDS)
    store.prepare(clock)
    by_shard = _by_shard(orders)
    for shard, numbers in enumerate(by_shard):
        opened = store.open(shard)
        opened.write([(_POLICY_KEY, version), figures_write(dict.fromkeys(standing, len(numbers)))])
        for first in range(0, len(numbers), _WRITTEN_AT_ONCE):
            opened.write(_entries(numbers[first : first + _WRITTEN_AT_ONCE], states, wakes))
        opened.sync()
        opened.close()
    return len(states[0])


def payment(number: int) -> bytes:
    """The event that settles an order of the store, now."""
    now = time.time_ns() // 1_000
    written = value(_TEMPLATE_NUMBER, _STEPS, now - _STEPS * 15 * MINUTE_US, LINES)
    return written.replace(_TEMPLATE_DIGITS, b"%08d" % number)


def _by_shard(orders: int) -> list[list[int]]:
    by_shard: list[list[int]] = [[] for _ in range(SHARDS)]
    for number in range(orders):
        by_shard[crc32(order_id(number).encode()) % SHARDS].append(number)
    return by_shard


def _entries(numbers: list[int], states: list[bytes], wakes: list[int]) -> Iterator[tuple[bytes, bytes]]:
    for number in numbers:
        name = order_id(number)
        template = number % len(states)
        yield order_key(name), states[template].replace(_TEMPLATE_DIGITS, b"%08d" % number)
        yield wake_key(wakes[template], name.encode()), b""
