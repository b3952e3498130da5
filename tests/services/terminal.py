"""The command as a person at a terminal meets it."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pexpect

COLUMNS, ROWS = 80, 24
_PATIENCE_SECONDS = 60


@contextmanager
def at_terminal(
    environment: Mapping[str, str], *arguments: str, cwd: Path | None = None
) -> "Iterator[pexpect.spawn[str]]":
    """`o2c` with these arguments in a pseudo-terminal of 80 by 24; ended when the block is left."""
    session: pexpect.spawn[str] = pexpect.spawn(
        sys.executable,
        ["-m", "o2c", *arguments],
        env={**environment, "TERM": "xterm-256color"},
        cwd=None if cwd is None else str(cwd),
        dimensions=(ROWS, COLUMNS),
        timeout=_PATIENCE_SECONDS,
        encoding="utf-8",
    )
    try:
        yield session
    finally:
        session.close(force=True)


def shown_at_terminal(
    environment: Mapping[str, str], *arguments: str, cwd: Path | None = None
) -> tuple[int | None, str]:
    """Exit code, and all that a command that ends by itself shows."""
    with at_terminal(environment, *arguments, cwd=cwd) as session:
        session.expect(pexpect.EOF)
        shown = session.before or ""
    return session.exitstatus, shown.replace("\r\n", "\n")
