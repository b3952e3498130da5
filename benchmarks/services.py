"""The broker and the Redis that a benchmark runs against: its own, in a folder that goes with it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from tests.services.job import Job
from tests.services.kafka import Broker
from tests.services.redis import RedisServer

PARTITIONS = 4
"""Of every topic, and so the job's lanes."""

DEPLOYED = {"O2C_SHARDS": "64", "O2C_EPOCH": "10s"}
"""The defaults of `o2c run`, where the tests' own differ."""


class Services(Struct, frozen=True):
    """A broker and a Redis that run, and a folder to work in."""

    broker: Broker
    redis: RedisServer
    folder: Path

    def pids(self) -> dict[str, int]:
        """The processes of the services, by name."""
        assert self.broker._process is not None
        assert self.redis._process is not None
        return {"broker": self.broker._process.pid, "redis": self.redis._process.pid}

    def job(self, name: str = "job") -> Job:
        """A deployment of the job with its defaults: one process, 64 shards, all inputs, both sinks."""
        folder = self.folder / name
        folder.mkdir()
        settings = {**DEPLOYED, "O2C_PARTITIONS": str(PARTITIONS)}
        return Job(self.broker, f"{self.redis.url}/0", folder, settings, partitions=PARTITIONS)


@contextmanager
def services() -> Iterator[Services]:
    """Both run inside the block; nothing of them is left behind it."""
    folder = Path(tempfile.mkdtemp(prefix="o2c-benchmark-"))
    try:
        with Broker(folder / "kafka") as broker, RedisServer(folder / "redis") as redis:
            yield Services(broker, redis, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
