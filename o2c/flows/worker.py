"""A further worker process of a job: `python -m o2c.flows.worker`, told over standard input what to do.

It says on standard output why it ended, if it knows, and ends when the process that started it does.
"""

import os
import pickle
import sys
import time
from threading import Event, Thread

from o2c.connectors.store import Store
from o2c.errors import ConfigurationError, OperatingFault
from o2c.flows.engine import PeersGone
from o2c.flows.job import work
from o2c.flows.telemetry import configure_logging
from o2c.flows.workers import FAILED, NOTICE_SECONDS, PEERS_GONE, WRONG_USE

_POLL_SECONDS = 0.2


def main() -> None:
    """Work until the others end or say so."""
    settings, start, number, parent = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the parent process alone
    stopping = Event()
    Thread(target=_follow, args=(parent, stopping), name="parent", daemon=True).start()
    configure_logging(settings.log_format, settings.log_level)
    store = Store(settings.store, settings.shards, create=False)
    try:
        work(settings, store, start, number, stopping)
    except (ConfigurationError, OperatingFault) as fault:
        print(fault, flush=True)  # noqa: T201  # this is how the parent learns it
        sys.exit(WRONG_USE if isinstance(fault, ConfigurationError) else FAILED)
    except PeersGone:
        sys.exit(PEERS_GONE)


def _follow(parent: int, stopping: Event) -> None:
    """The input ends when the parent stops the job, or has ended; then the engine has a moment to notice it itself."""
    # Not through the buffer: a thread that holds its lock when the interpreter ends would abort the process.
    os.read(sys.stdin.fileno(), 1)
    stopping.set()
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    time.sleep(NOTICE_SECONDS)
    os._exit(PEERS_GONE)


if __name__ == "__main__":
    main()
