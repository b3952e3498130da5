"""How soon a job with many open orders works again.

    python -m benchmarks.start [--stored 1000000] [--times 3]

Measured from the start of the process to /readyz, and to the status of an event that waits in the topic.
"""

import argparse
import time
from collections.abc import Callable

from redis import Redis

from benchmarks.machine import cpu_seconds
from benchmarks.orders import order_id
from benchmarks.preload import fill, payment
from benchmarks.sending import send_all
from benchmarks.services import services
from tests.services.job import Job

STORED = 1_000_000
TIMES = 3

_POLL_SECONDS = 0.01


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stored", type=int, default=STORED, help="open orders in the store")
    parser.add_argument("--times", type=int, default=TIMES, help="how often to start")
    arguments = parser.parse_args()
    with services() as running:
        job = running.job()
        size = fill(job.folder / "store", arguments.stored)
        print(f"store: {arguments.stored:,} open orders of {size:,} B")
        for number in range(arguments.times):
            _start(job, number)


def _start(job: Job, number: int) -> None:
    send_all(job, [("payment", number, payment(number))])
    began = time.monotonic()
    job.start(ready=False)
    assert job.process is not None
    ready = _seconds_until(job.is_ready, began)
    cpu = cpu_seconds(job.process.pid)
    with Redis.from_url(job.redis_url) as client:
        answered = _seconds_until(lambda: bool(client.exists(f"o2c:order:{order_id(number)}")), began)
    print(f"start {number + 1}: ready after {ready:.2f} s ({cpu:.2f} CPU-seconds), first status after {answered:.2f} s")
    stopping = time.monotonic()
    job.stop()
    print(f"         stopped in {time.monotonic() - stopping:.2f} s")


def _seconds_until(condition: Callable[[], bool], began: float) -> float:
    while not condition():
        time.sleep(_POLL_SECONDS)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
