"""A command in a pseudo-terminal, and its screen as a person would see it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

_READ_BYTES = 65_536
_POLL_SECONDS = 0.1
CTRL_C = b"\x03"
_LEADER = """import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])"""


class Terminal:
    """A terminal of `columns` by `lines` in which one command runs, as the leader of the terminal's session."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], columns: int, lines: int
    ) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        # The command's own terminal: only then does Ctrl-C reach it as a signal.
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LEADER, *command],
            cwd=folder,
            env={**environment, "TERM": "xterm-256color"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)
        self._seen = b""

    @property
    def rows(self) -> list[str]:
        """The screen, row by row."""
        return [row.rstrip() for row in self._screen.display]

    def row_with(self, words: str) -> str:
        """The first row with these words, its blanks single; empty where there is none."""
        return " ".join(next((row for row in self.rows if words in row), "").split())

    def wait(self, condition: Callable[[], object], what: str, seconds: float = 90.0) -> None:
        """Read on until `condition()` holds. Raises AssertionError with the screen where it does not come to that."""
        deadline = time.monotonic() + seconds
        while not condition():
            shown = "\n".join(self.rows)
            assert self._process.poll() is None, f"ended before {what}:\n{shown}"
            assert time.monotonic() < deadline, f"no {what} after {seconds} s:\n{shown}"
            self._read()

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._master, keys)

    def ended(self, seconds: float = 60.0) -> int:
        """Read on until the command has ended; its exit code."""
        deadline = time.monotonic() + seconds
        while self._process.poll() is None:
            assert time.monotonic() < deadline, "\n".join(self.rows)
            self._read()
        self._read()
        return self._process.returncode

    def _read(self) -> None:
        if not select.select([self._master], [], [], _POLL_SECONDS)[0]:
            return
        try:
            self._stream.feed(os.read(self._master, _READ_BYTES))
        except OSError:
            """Linux' way to say that the other end is closed."""

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)
