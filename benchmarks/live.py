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
WARM_UP_SECONDS = 7
"""Not counted: the first events of a fresh process find everything cold, and the first orders have no later events."""

_STEP_SECONDS = 1.0
_LIVE: dict[str, str | int] = {"linger.ms": 0, "acks": "all"}

Sendable = tuple[float, str, int, bytes]
"""(seconds from the beginning, type, order, value)."""


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
        measure(job, list(_events(arguments.rate, arguments.seconds, arguments.stored)), arguments.seconds)


def _events(rate: int, seconds: int, stored: int) -> Iterator[Sendable]:
    """What to send and when, `rate` a second while it counts.

    No order has two events within three quarters of a second, so that each has a status of its own.
    """
    until = WARM_UP_SECONDS + seconds
    if stored:
        for count, number in enumerate(random.Random(7).sample(range(stored), rate * until)):
            yield count / rate, "payment", number, payment(number)
        return
    chance = random.Random(7)
    taken_at = time.time_ns() // 1_000 - 2 * HOUR_US
    planned = []
    for number in range(rate * until // EVENTS_AN_ORDER):
        at = number * EVENTS_AN_ORDER / rate
        for step in range(EVENTS_AN_ORDER):
            planned.append((at, number, step))
            at += _STEP_SECONDS * chance.uniform(0.75, 1.25)
    for at, number, step in sorted(planned):
        yield at, TYPES[step], number, value(number, step, taken_at)


def measure(job: Job, planned: list[Sendable], seconds: int) -> None:
    """Send all events, hear of their statuses, and say how long each took."""
    job.start()
    assert job.process is not None
    pid = job.process.pid
    command = [sys.executable, "-m", "benchmarks.listener", job.redis_url, str(len(planned))]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == READY
        with CpuWatch(pid) as watch:
            sent, latest = _send(job, planned)
            heard = msgspec.json.decode(listener.stdout.read(), type=list[Heard])
    start = sent[0][1] + WARM_UP_SECONDS
    _report(_latencies(sent, heard, start, start + seconds), seconds)
    busy = watch.between(start, start + seconds) / seconds
    print(f"      the job used {busy:.2f} of a core and {peak_megabytes(pid):.0f} MB at most")
    print(f"      the sender was {latest * 1e3:.1f} ms late at most")
    _verify(job, planned)
    job.stop()


def _send(job: Job, planned: list[Sendable]) -> tuple[list[tuple[str, float]], float]:
    """(order, when), in the order sent, and by how many seconds the sender was late at most."""
    sender = Sender(job, _LIVE)
    sent: list[tuple[str, float]] = []
    latest = 0.0
    began = time.time()
    for at, document_type, number, content in planned:
        due = began + at
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


def _latencies(sent: list[tuple[str, float]], heard: list[Heard], start: float, end: float) -> list[float]:
    """Seconds of each event that was sent between two times, in rising order.

    A job that falls behind conflates: of an order's events the first ones then share the first status.
    """
    statuses: dict[str, list[float]] = defaultdict(list)
    for message in heard:
        statuses[message.order].append(message.at)
    sendings: dict[str, list[float]] = defaultdict(list)
    for order, at in sent:
        sendings[order].append(at)
    latencies, shared = [], 0
    for order, times in sendings.items():
        seen = statuses[order]
        missing = len(times) - len(seen)
        assert missing >= 0, f"{order} has more statuses than events"
        shared += missing
        for count, at in enumerate(times):
            if start <= at < end and seen:
                latencies.append(seen[max(0, count - missing)] - at)
    if shared:
        print(f"      {shared} statuses were conflated or not heard of in time")
    return sorted(latencies)


def _report(latencies: list[float], seconds: int) -> None:
    def percentile(part: float) -> float:
        return latencies[min(len(latencies) - 1, int(part * len(latencies)))] * 1_000

    figures = ", ".join(f"p{100 * part:g} {percentile(part):.1f}" for part in (0.5, 0.9, 0.99, 0.999))
    rate = len(latencies) / seconds
    print(f"live: {len(latencies):,} events at {rate:,.0f}/s, milliseconds from produce to the status in Redis:")
    print(f"      {figures}, max {percentile(1):.1f}")


def _verify(job: Job, planned: list[Sendable]) -> None:
    """Every order that was sent its payment must be paid."""
    paid = [number for _, document_type, number, _ in planned if document_type == "payment"]
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
