"""Script calls that are sent now and answered later, over one raw connection."""

import re
import time
from collections import deque
from pathlib import Path

import structlog
from redis import exceptions
from redis.exceptions import RedisError, ResponseError

from o2c.connectors.redis.packing import Arguments
from o2c.connectors.redis.place import connection_to, place_of
from o2c.errors import OperatingFault

SCRIPT = Path(__file__).with_name("write.lua").read_text(encoding="utf-8")

_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 2.0

_PASSING = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.ClusterDownError,
    exceptions.NoScriptError,
    exceptions.OutOfMemoryError,
    exceptions.ReadOnlyError,
    exceptions.TryAgainError,
    OSError,
)
_PASSING_CODE = re.compile(r"(?:^|-)(?:BUSY|MISCONF|NOREPLICAS|READONLY|OOM)\b")

_log = structlog.get_logger(__name__)


class ScriptCalls:
    """Calls of the script in the order sent, each kept until it is answered, so that a lost connection loses nothing.

    A call may be made twice: the script compares versions. Used by one thread.
    """

    def __init__(self, url: str, prefix: str, retry_budget_seconds: float) -> None:
        self._connection = connection_to(url)
        self._place = place_of(url)
        self._prefix = prefix
        self._retry_budget_seconds = retry_budget_seconds
        self._digest = ""
        self._unanswered: deque[Arguments] = deque()
        self._refusal_told = False

    @property
    def unanswered(self) -> int:
        """How many calls wait for their answer."""
        return len(self._unanswered)

    def send(self, arguments: Arguments) -> None:
        """Sends a call and returns without its answer. Raises OperatingFault once the retry budget is spent."""
        self._unanswered.append(arguments)
        try:
            if not self._digest:
                self._connect()
            self._send(arguments)
        except (RedisError, OSError) as error:
            self._recover(error)

    def answered(self) -> bool:
        """Whether `settle` would find the next answer there, or a lost connection, without waiting."""
        try:
            return not self._unanswered or self._connection.can_read(0)
        except (RedisError, OSError):
            return True

    def settle(self) -> None:
        """Waits until every call is answered. Raises OperatingFault once the retry budget is spent."""
        try:
            self._read_answers()
        except (RedisError, OSError) as error:
            self._recover(error)

    def close(self) -> None:
        """Ends the connection; what is unanswered stays so."""
        self._connection.disconnect()

    def _connect(self) -> None:
        self._connection.connect()
        self._connection.send_packed_command(self._connection.pack_command("SCRIPT", "LOAD", SCRIPT))
        self._digest = self._connection.read_response().decode()

    def _send(self, arguments: Arguments) -> None:
        key = self._prefix + "generation"
        command = self._connection.pack_command("EVALSHA", self._digest, "1", key, self._prefix, *arguments)
        self._connection.send_packed_command(command)

    def _read_answers(self) -> None:
        while self._unanswered:
            refused = self._connection.read_response()
            self._unanswered.popleft()
            if refused and not self._refusal_told:
                self._refusal_told = True
                _log.warning("redis_holds_newer_versions", place=self._place, refused=refused)

    def _recover(self, error: Exception) -> None:
        """Connects anew and sends all that is unanswered again, until it is answered or the budget is spent."""
        deadline = time.monotonic() + self._retry_budget_seconds
        pause = _FIRST_PAUSE_SECONDS
        while True:
            self._connection.disconnect()
            if not _passes(error):
                raise OperatingFault(f"Redis at {self._place} refused a write: {error}") from error
            if time.monotonic() + pause > deadline:
                raise OperatingFault(
                    f"Redis at {self._place} did not take writes for {self._retry_budget_seconds:g} s: {error}"
                ) from error
            _log.warning("redis_retry", place=self._place, reason=str(error), unanswered=len(self._unanswered))
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            try:
                self._connect()
                for arguments in tuple(self._unanswered):
                    self._send(arguments)
                self._read_answers()
            except (RedisError, OSError) as again:
                error = again
            else:
                return


def _passes(error: Exception) -> bool:
    """Whether the same call may succeed later."""
    if isinstance(error, _PASSING):
        return True
    # Redis 6 puts the place in the script before the code.
    return isinstance(error, ResponseError) and _PASSING_CODE.search(str(error)) is not None
