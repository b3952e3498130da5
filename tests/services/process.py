"""A server process for tests: started in a group of its own, stopped by its process id, and never left behind."""

import atexit
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

READY_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 30.0
POLL_SECONDS = 0.05
PORTS = range(12_000, 32_000)
LOG_TAIL_CHARACTERS = 4_000

# Ends the server's group once the tests' end of the pipe closes, however the tests ended.
_WATCHDOG = 'read -r _; kill -9 "-$1"'


class ServiceError(RuntimeError):
    """A server that did not start; the message holds the end of its log."""


def free_port() -> int:
    """A free port of 127.0.0.1, below those the system gives to outgoing connections.

    A server that is down for a while thus finds its port free when it comes back, and a client that keeps trying to
    connect cannot by chance be given that very port and so connect to itself.
    """
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def accepts(port: int) -> bool:
    """Whether something listens on `port` of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class ServerProcess:
    """One run of a server. Its output is appended to the file `log`."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **(environment or {})},
            )
        self.pid = self._process.pid
        self._watchdog = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHDOG, "watchdog", str(self.pid)], stdin=subprocess.PIPE, start_new_session=True
        )
        atexit.register(self.kill)

    def wait_until(self, is_ready: Callable[[], bool], timeout_seconds: float = READY_TIMEOUT_SECONDS) -> None:
        """Returns once `is_ready` holds. When it exits or does not get there, ends it and raises ServiceError."""
        deadline = time.monotonic() + timeout_seconds
        while not is_ready():
            exit_code = self._process.poll()
            if exit_code is None and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
                continue
            self.kill()
            reason = f"not ready after {timeout_seconds:.0f} s" if exit_code is None else f"exit code {exit_code}"
            raise ServiceError(f"{self._process.args!r}: {reason}; its log ends:\n{self._log_tail()}")

    def stop(self) -> None:
        """Asks the process to end, waits, and kills its group if it does not."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the process group at once."""
        self._end(signal.SIGKILL)

    def _end(self, signal_number: int) -> None:
        atexit.unregister(self.kill)
        if self._process.poll() is None:
            os.killpg(self.pid, signal_number)
            try:
                self._process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
                self._process.wait()
        if self._watchdog.poll() is None:
            self._watchdog.kill()
        self._watchdog.wait()
        assert self._watchdog.stdin is not None
        self._watchdog.stdin.close()

    def _log_tail(self) -> str:
        return self.log.read_text(errors="replace")[-LOG_TAIL_CHARACTERS:]
