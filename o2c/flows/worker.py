"""A further worker process of a job: `python -m o2c.flows.worker`, told over standard input what to do."""

import pickle
import sys

from o2c.connectors.store import Store
from o2c.flows.job import work
from o2c.flows.telemetry import configure_logging


def main() -> None:
    """Work until the others end or say so."""
    settings, start, number = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the parent process alone
    configure_logging(settings.log_format, settings.log_level)
    work(settings, Store(settings.store, settings.shards, create=False), start, number, [])


if __name__ == "__main__":
    main()
