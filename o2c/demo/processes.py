"""The processes that the demo starts: none of them outlives it, however it ends."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from o2c.errors import OperatingFault

READY_SECONDS = 60.0
STOP_SECONDS = 15.0
_POLL_SECONDS = 0.05

# Ends the process' group once the demo's end of the pipe closes, however the demo has ended.
_GUARD = 'read -r _; kill -9 "-$1"'


class Child:
    """A process in a group of its own, so that what the terminal signals reaches the demo alone.

    `name` is what messages call it. Its output goes to the file `log`.
    """

    def __init__(self, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 -- the command is the demo's own
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
            )
        self._guard = subprocess.Popen(  # noqa: S603 -- as above
            ["/bin/sh", "-c", _GUARD, "guard", str(self._process.pid)], stdin=subprocess.PIPE, start_new_session=True
        )

    def wait_until(self, is_ready: Callable[[], bool], is_stopped: Callable[[], bool]) -> None:
        """Returns once it is ready, or the user has had enough. Raises OperatingFault where it does not get there."""
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready() and not is_stopped():
            self.check()
            if time.monotonic() > deadline:
                raise OperatingFault(f"{self.name} is not ready after {READY_SECONDS:g} s{self._last_words()}")
            time.sleep(_POLL_SECONDS)

    def check(self) -> None:
        """Raises OperatingFault where it has ended."""
        code = self._process.poll()
        if code is not None:
            raise OperatingFault(f"{self.name} has ended with exit code {code}{self._last_words()}")

    def stop(self) -> None:
        """Asks it to end, waits, and ends its group if it does not."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._guard.kill()
        self._guard.wait()
        assert self._guard.stdin is not None
        self._guard.stdin.close()

    def _last_words(self) -> str:
        """The last line of its log, as the end of a message."""
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""


def free_port() -> int:
    """A port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
