"""Hears when orders' statuses become visible in Redis. A process of its own, so that nothing delays its clock.

Redis announces every write of an order's hash to whoever listens (keyspace notifications, those of hashes alone): one
short message an order, held back while the job's script runs and sent when the script has ended, which is when the new
status can be read. So a message arrives here when the status is visible, or a little later. It costs Redis a few
microseconds an event, which are part of what is measured; polling would cost more and be less exact.
"""

import sys
import time

import msgspec
from msgspec import Struct
from redis import Redis

SILENCE_SECONDS = 20.0
"""Without a message for this long, nothing more will come."""

READY = b"listening\n"


class Heard(Struct, array_like=True):
    """A status of an order became visible `at` (seconds since 1970)."""

    order: str
    at: float


def listen(url: str, expected: int) -> list[Heard]:
    """Listen until `expected` statuses were heard of, or no more come after the first. Tells standard output READY."""
    client = Redis.from_url(url)
    client.config_set("notify-keyspace-events", "Kh")
    database = client.connection_pool.connection_kwargs.get("db", 0)
    prefix = f"__keyspace@{database}__:o2c:order:"
    subscription = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    subscription.psubscribe(prefix + "*")
    subscription.get_message(timeout=1)
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    heard: list[Heard] = []
    while len(heard) < expected:
        message = subscription.get_message(timeout=SILENCE_SECONDS)
        at = time.time()
        if message is not None:
            heard.append(Heard(message["channel"].decode().removeprefix(prefix), at))
        elif heard and at - heard[-1].at >= SILENCE_SECONDS:
            break
    return heard


def main() -> None:
    """Arguments: the Redis URL and how many statuses to expect."""
    heard = listen(sys.argv[1], int(sys.argv[2]))
    sys.stdout.buffer.write(msgspec.json.encode(heard))


if __name__ == "__main__":
    main()
