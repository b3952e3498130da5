"""How long after it was produced an event's status stands in Redis, at a steady rate.

    python -m benchmarks.live [--rate 1000] [--seconds 30] [--stored 1000000]

Without `--stored`: new orders and their events, a second apart. With it: payments of random orders of a store that
holds so many open ones of about 2 KB.
"""

import argparse
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator

import msgspec
from redis import Redis

from benchmarks.listener import READY, Heard
from benchmarks.machine import CpuWatch, peak_megabytes
from benchmarks.orders import EVENTS_AN_ORDER, TYPES, order_id, value
from benchmarks.preload import fill, payment
from benchmarks.sending import Sender
from benchmarks.services import services
from o2c.schemas.times import HOUR_US
from tests.services.job import Job

RATE = 1_000
SECONDS = 30
WARM_UP_SECONDS = 5
"""Sent before, and not counted: the first events of a fresh process find everything cold."""

_STEP_SECONDS = 1.0
_LIVE: dict[str, str | int] = {"linger.ms": 0, "acks": "all"}

Sendable = tuple[str, int, bytes]
"""(type, order, value)."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=RATE, help="events a second")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for so long")
    parser.add_argument("--stored", type=int, default=0, help="open orders in the store beforehand")
    arguments = parser.parse_args()
    with services() as running:
        job = running.job()
        if arguments.stored:
            began = time.monotonic()
            size = fill(job.folder / "store", arguments.stored)
            seconds = time.monotonic() - began
            print(f"store: {arguments.stored:,} open orders of {size:,} B, written in {seconds:.0f} s")
        events = _events(arguments.rate, arguments.seconds + WARM_UP_SECONDS, arguments.stored)
        measure(job, events, arguments.rate)


def _events(rate: int, seconds: int, stored: int) -> Iterator[Sendable]:
    """What to send, at an even pace. No order has two events within half a second, so that none shares a status."""
    if stored:
        for number in random.Random(7).sample(range(stored), rate * seconds):
            yield "payment", number, payment(number)
        return
    chance = random.Random(7)
    taken_at = time.time_ns() // 1_000 - 2 * HOUR_US
    planned = []
    for number in range(rate * seconds // EVENTS_AN_ORDER):
        at = number * EVENTS_AN_ORDER / rate
        for step in range(EVENTS_AN_ORDER):
            planned.append((at, number, step))
            at += _STEP_SECONDS * chance.uniform(0.75, 1.25)
    for _, number, step in sorted(planned):
        yield TYPES[step], number, value(number, step, taken_at)


def measure(job: Job, events: Iterator[Sendable], rate: int) -> None:
    """Send all events, hear of their statuses, and say how long each took."""
    planned = list(events)
    job.start()
    assert job.process is not None
    pid = job.process.pid
    command = [sys.executable, "-m", "benchmarks.listener", job.redis_url, str(len(planned))]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == READY
        with CpuWatch(pid) as watch:
            sent, latest = _send(job, planned, rate)
            heard = msgspec.json.decode(listener.stdout.read(), type=list[Heard])
    peak = peak_megabytes(pid)
    counted_from = sent[0][1] + WARM_UP_SECONDS
    latencies, unmatched = _latencies(sent, heard, counted_from)
    busy = watch.between(counted_from, sent[-1][1]) / (sent[-1][1] - counted_from)
    _report(latencies, unmatched, busy, peak, latest, rate)
    _verify(job, planned)
    job.stop()


def _send(job: Job, planned: list[Sendable], rate: int) -> tuple[list[tuple[str, float]], float]:
    """(order, when), in the order sent, and by how many seconds the sender was late at most."""
    sender = Sender(job, _LIVE)
    sent: list[tuple[str, float]] = []
    latest = 0.0
    began = time.time()
    for count, (document_type, number, content) in enumerate(planned):
        due = began + count / rate
        now = time.time()
        if now < due:
            sender.poll()
            time.sleep(max(0.0, due - time.time()))
            now = time.time()
        latest = max(latest, now - due)
        sender.send(document_type, number, content)
        sent.append((order_id(number), now))
    sender.finish()
    return sent, latest


def _latencies(sent: list[tuple[str, float]], heard: list[Heard], counted_from: float) -> tuple[list[float], int]:
    """Seconds of each event sent from then on; and how many could not be matched, an order's statuses being fewer."""
    statuses: dict[str, list[float]] = defaultdict(list)
    for message in heard:
        statuses[message.order].append(message.at)
    sendings: dict[str, list[float]] = defaultdict(list)
    for order, at in sent:
        sendings[order].append(at)
    latencies, unmatched = [], 0
    for order, times in sendings.items():
        seen = statuses[order]
        if len(seen) != len(times):
            unmatched += len(times)
            continue
        latencies += [seen_at - at for at, seen_at in zip(times, seen, strict=True) if at >= counted_from]
    return sorted(latencies), unmatched


def _report(latencies: list[float], unmatched: int, busy: float, peak: float, latest: float, rate: int) -> None:
    def percentile(part: float) -> float:
        return latencies[min(len(latencies) - 1, int(part * len(latencies)))] * 1_000

    figures = ", ".join(f"p{100 * part:g} {percentile(part):.1f}" for part in (0.5, 0.9, 0.99, 0.999))
    print(f"live: {len(latencies):,} events at {rate:,}/s, milliseconds from produce to the status in Redis:")
    print(f"      {figures}, max {percentile(1):.1f}")
    print(f"      the job used {busy:.2f} of a core and {peak:.0f} MB at most")
    print(f"      the sender was {latest * 1e3:.1f} ms late at most")
    if unmatched:
        print(f"      {unmatched} events of orders with another number of statuses than events are not counted")


def _verify(job: Job, planned: list[Sendable]) -> None:
    """Every order that was sent its payment must be paid."""
    paid = [number for document_type, number, _ in planned if document_type == "payment"]
    with Redis.from_url(job.redis_url) as client:
        pipeline = client.pipeline(transaction=False)
        for number in paid:
            pipeline.hget(f"o2c:order:{order_id(number)}", "financial")
        right = sum(stage == b"paid" for stage in pipeline.execute())
    print(f"verified: {right:,} of {len(paid):,} orders ended right")
    if right < len(paid):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
