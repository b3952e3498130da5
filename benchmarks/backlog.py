"""How fast a backlog is worked off: the floor and the job over the same events, one after the other.

python -m benchmarks.backlog [--orders 150000] [--open 50000] [--rounds 1] [--against ../before/.venv/bin/python]
"""

import argparse
import subprocess
import sys
import time
from collections import Counter

import msgspec
from confluent_kafka import Consumer, TopicPartition
from msgspec import Struct
from redis import Redis

from benchmarks.core import status_of
from benchmarks.floor import Done, Work
from benchmarks.machine import CpuWatch, cpu_seconds, peak_megabytes
from benchmarks.orders import EVENTS_AN_ORDER, TYPES, mistakes, order_id, spread, value
from benchmarks.sending import send_all
from benchmarks.services import PARTITIONS, Services, services
from o2c.schemas.times import HOUR_US
from tests.services.job import Job

ORDERS = 150_000
OPEN_ORDERS = 50_000
PATIENCE_SECONDS = 600.0

_AGE_US = 2 * HOUR_US
_READ_AT_ONCE = 2_000
_SHOWN_MISTAKES = 3


class Figures(Struct, frozen=True):
    """One run: seconds by the clock and of the process' own time, over `events`."""

    events: int
    seconds: float
    cpu_seconds: float

    @property
    def a_second(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def a_cpu_second(self) -> float:
        """Events a second of the process' own time."""
        return self.events / self.cpu_seconds

    def line(self, name: str) -> str:
        """The figures, in words."""
        cost = self.cpu_seconds / self.events * 1e6
        return (
            f"{name:6} {self.seconds:7.2f} s {self.a_second:9,.0f} events/s"
            f" {self.a_cpu_second:9,.0f} events/CPU-second {cost:6.1f} us/event"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders of six events each")
    parser.add_argument("--open", type=int, default=OPEN_ORDERS, help="orders that are open at any time")
    parser.add_argument("--rounds", type=int, default=1, help="how often both are run, in turns")
    parser.add_argument("--no-floor", action="store_true", help="the job alone")
    parser.add_argument("--against", metavar="PYTHON", help="run the job of this interpreter's o2c too, before its own")
    arguments = parser.parse_args()
    with services() as running:
        for number in range(arguments.rounds):
            other = None
            if arguments.against is not None:
                other = measure(running, f"other-{number}", arguments.orders, arguments.open, python=arguments.against)
            own = measure(
                running, f"round-{number}", arguments.orders, arguments.open, with_floor=not arguments.no_floor
            )
            if other is not None:
                print(
                    f"this / other version: {own.a_second / other.a_second:.2f} by the clock,"
                    f" {own.a_cpu_second / other.a_cpu_second:.2f} by CPU-seconds"
                )


def measure(
    running: Services,
    name: str,
    orders: int,
    open_orders: int,
    *,
    with_floor: bool = False,
    python: str = sys.executable,
) -> Figures:
    """The floor where it is asked for, then the job, over the same fresh backlog."""
    job = running.job(name)
    job.python = python
    # What an older version does not know it does not read; nothing is in the other topics.
    job.settings["O2C_INPUTS"] = ",".join(TYPES)
    events = orders * EVENTS_AN_ORDER
    taken_at = time.time_ns() // 1_000 - _AGE_US
    began = time.monotonic()
    backlog = ((TYPES[step], order, value(order, step, taken_at)) for order, step in spread(orders, open_orders))
    size = send_all(job, backlog)
    print(
        f"backlog: {events:,} events of {orders:,} orders, {open_orders:,} open at a time, {size / events:.0f} B each,"
        f" {PARTITIONS} partitions a topic, produced in {time.monotonic() - began:.0f} s"
    )
    print("         all within the last two hours: nothing is overdue under the default policy")
    floor = _floor(running, job, name, events, taken_at) if with_floor else None
    if floor is not None:
        print(floor.line("floor"), flush=True)
    others = _others(running)
    measured = _job(job, events)
    print(measured.line("job"), flush=True)
    spent = ", ".join(f"{name} {now - others[name]:.1f}" for name, now in _others(running).items())
    print(f"       beside it, in CPU-seconds: {spent}")
    if floor is not None:
        print(
            f"job / floor: {measured.a_second / floor.a_second:.2f} by the clock,"
            f" {measured.a_cpu_second / floor.a_cpu_second:.2f} by CPU-seconds"
        )
    _verify(job, orders)
    return measured


def _others(running: Services) -> dict[str, float]:
    return {name: cpu_seconds(pid) for name, pid in running.pids().items()}


def _floor(running: Services, job: Job, name: str, events: int, taken_at: int) -> Figures:
    output = f"floor-{name}"
    running.broker.create_topics({output: PARTITIONS})
    work = Work(
        bootstrap=job.broker.bootstrap,
        redis_url=f"{running.redis.url}/1",
        topics={job.topic(name): name for name in TYPES},
        partitions=PARTITIONS,
        events=events,
        output=output,
        status=status_of(0, taken_at, taken_at + _AGE_US),
    )
    command = [sys.executable, "-m", "benchmarks.floor"]
    run = subprocess.run(command, input=msgspec.json.encode(work), stdout=subprocess.PIPE, check=True)
    done = msgspec.json.decode(run.stdout, type=Done)
    assert done.sent == events, f"{done.sent} of {events} records were confirmed"
    with Redis.from_url(work.redis_url) as client:
        client.flushdb(asynchronous=True)
    return Figures(events, done.seconds, done.cpu_seconds)


def _job(job: Job, events: int) -> Figures:
    """From the moment the job says that it consumes to the last status that the broker has."""
    started = time.time()
    job.start(ready=False)
    assert job.process is not None
    pid = job.process.pid
    with CpuWatch(pid) as watch:
        while not job.is_ready():
            job.wait(lambda: True, "ready")
            time.sleep(0.01)
        ready = time.time()
        job.wait(lambda: job.lag() == 0, "through with its input", PATIENCE_SECONDS)
        job.settle()
    ended, statuses = _last_status(job)
    peak = peak_megabytes(pid)
    job.stop()
    print(f"job    ready {ready - started:.2f} s after its start, {statuses:,} statuses, {peak:.0f} MB at most")
    return Figures(events, ended - ready, watch.between(ready, ended))


def _last_status(job: Job) -> tuple[float, int]:
    """When the last status was handed to the producer (seconds since 1970), and how many the topic has."""
    consumer = Consumer({"bootstrap.servers": job.broker.bootstrap, "group.id": "benchmark"})
    newest, count = 0.0, 0
    for partition in range(PARTITIONS):
        place = TopicPartition(job.topic("status"), partition)
        _, end = consumer.get_watermark_offsets(place, timeout=10)
        count += end
        consumer.assign([TopicPartition(place.topic, partition, end - 1)])
        message = consumer.poll(10)
        assert message is not None, "a partition of the status topic is empty"
        newest = max(newest, message.timestamp()[1] / 1_000)
    consumer.close()
    return newest, count


def _verify(job: Job, orders: int) -> None:
    """What part of the orders stand in Redis as their events say. A fast wrong answer is worth nothing."""
    wrong: Counter[str] = Counter()
    right = 0
    with Redis.from_url(job.redis_url) as client:
        for first in range(0, orders, _READ_AT_ONCE):
            numbers = range(first, min(first + _READ_AT_ONCE, orders))
            pipeline = client.pipeline(transaction=False)
            for number in numbers:
                pipeline.hget(f"o2c:order:{order_id(number)}", "json")
            for number, found in zip(numbers, pipeline.execute(), strict=True):
                errors = ["absent"] if found is None else mistakes(number, msgspec.json.decode(found))
                wrong.update(errors)
                right += not errors
        client.flushdb(asynchronous=True)
    print(f"verified: {right:,} of {orders:,} orders ended right ({right / orders:.2%})")
    if wrong:
        print(f"wrong: {dict(wrong.most_common(_SHOWN_MISTAKES))}")
        raise SystemExit(1)


if __name__ == "__main__":
    main()
