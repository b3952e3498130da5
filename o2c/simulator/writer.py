"""The simulation's files, written as a stream: what is in memory is only what is still under way to its reader."""

import heapq
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from o2c.errors import ConfigurationError, OperatingFault
from o2c.schemas.times import SECOND_US
from o2c.simulator.chance import Chance
from o2c.simulator.disorder import Delivery, Silence, deliveries_of, heartbeats, silence_from
from o2c.simulator.documents import statements_of
from o2c.simulator.orders import plan_order
from o2c.simulator.plan import Plan
from o2c.simulator.policy import HOUR_S, MARGIN_S, RULES, policy_toml
from o2c.simulator.statements import moment
from o2c.simulator.truth import truth_of
from o2c.simulator.world import build_world

START_S = 1_736_121_600
"""2025-01-06T00:00:00Z: when the first order comes in."""

BETWEEN_ORDERS_S = 172

EVENTS_FILE = "events.jsonl"
TRUTH_FILE = "truth.jsonl"
POLICY_FILE = "policy.toml"
SUMMARY_FILE = "summary.json"


class Tally:
    """What the summary tells."""

    def __init__(self) -> None:
        self.lines = 0
        self.last_us = START_S * SECOND_US
        self.deadline = START_S
        self.faults = {code: Counter[str]() for code in RULES}

    def plan(self, plan: Plan) -> None:
        """Counts an order's faults."""
        for finding in plan.findings:
            self.deadline = max(self.deadline, finding.deadline)
            state = "recorded" if finding.recorded else "open" if finding.cleared_at is None else "cleared"
            self.faults[finding.code][state] += 1

    @property
    def as_of(self) -> int:
        """The full hour at which everything has arrived and every deadline of a fault is long past."""
        return (max(self.last_us // SECOND_US, self.deadline) + MARGIN_S) // HOUR_S * HOUR_S + HOUR_S


def simulate(orders: int, seed: int, out: Path) -> None:
    """Writes `events.jsonl`, `truth.jsonl`, `policy.toml` and `summary.json` into the folder `out`.

    The same `orders` and `seed` give the same bytes, and more orders the same first ones. `events.jsonl` has canonical
    events in the order in which they arrive; `truth.jsonl` one line an order with its faults: under `policy.toml`, read
    up to the summary's `as_of`, exactly those exceptions open. The summary's `silence` is a feed's `FEED_SILENT`, which
    a replay judges only where it is told to.
    Raises ConfigurationError for fewer than one order and OperatingFault where the folder cannot be written.
    """
    if orders < 1:
        raise ConfigurationError(f"orders must be at least 1, not {orders}")
    silence = silence_from(START_S)
    tally = Tally()
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / EVENTS_FILE).open("wb") as events, (out / TRUTH_FILE).open("wb") as truth:
            _write_events(events, _plans(orders, seed, silence, truth, tally), silence, tally)
        (out / POLICY_FILE).write_text(policy_toml(), encoding="utf-8")
        (out / SUMMARY_FILE).write_bytes(_summary(orders, seed, silence, tally))
    except OSError as fault:
        raise OperatingFault(f"cannot write the simulation to {out}: {fault.strerror or fault}") from fault


def _plans(orders: int, seed: int, silence: Silence, truth: BinaryIO, tally: Tally) -> Iterator[list[Delivery]]:
    """Each order's deliveries, orders in the order of their coming in; its truth is written on the way."""
    world = build_world(seed)
    for number in range(orders):
        chance = Chance(seed, "life", number)
        ordered_at = START_S + number * BETWEEN_ORDERS_S + chance.below(BETWEEN_ORDERS_S)
        plan = plan_order(world, seed, number, ordered_at)
        tally.plan(plan)
        truth.write(msgspec.json.encode(truth_of(plan)) + b"\n")
        yield deliveries_of(plan, statements_of(plan, chance), silence, chance)


def _write_events(events: BinaryIO, plans: Iterator[list[Delivery]], silence: Silence, tally: Tally) -> None:
    """Merges the orders' deliveries and the heartbeats by arrival. Nothing of an order arrives before it is placed."""
    waiting: list[Delivery] = []
    beats = heartbeats(START_S, silence)
    beat = next(beats)
    for number, deliveries in enumerate(plans, 1):
        for delivery in deliveries:
            heapq.heappush(waiting, delivery)
        horizon_us = (START_S + number * BETWEEN_ORDERS_S) * SECOND_US
        while beat.arrival_us < horizon_us:
            heapq.heappush(waiting, beat)
            beat = next(beats)
        while waiting and waiting[0].arrival_us < horizon_us:
            _write(events, heapq.heappop(waiting), tally)
    waiting.sort()
    for delivery in waiting:
        while beat < delivery:
            _write(events, beat, tally)
            beat = next(beats)
        _write(events, delivery, tally)


def _write(events: BinaryIO, delivery: Delivery, tally: Tally) -> None:
    events.write(delivery.line)
    tally.lines += 1
    tally.last_us = delivery.arrival_us


def _summary(orders: int, seed: int, silence: Silence, tally: Tally) -> bytes:
    summary: dict[str, Any] = {
        "seed": seed,
        "orders": orders,
        "events": tally.lines,
        "start": moment(START_S),
        "end": moment(-(-tally.last_us // SECOND_US)),
        "as_of": moment(tally.as_of),
        "faults": {
            code: {state: counts[state] for state in ("open", "cleared", "recorded")}
            for code, counts in tally.faults.items()
        },
        "silence": {"feed": silence.feed, "from": moment(silence.begins_at), "until": moment(silence.ends_at)},
    }
    return msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"
