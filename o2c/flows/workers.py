"""The further worker processes of a job: started, watched, ended; none outlives the first, and all end together."""

import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import NoReturn

import click

from o2c.connectors.store import Store
from o2c.errors import ConfigurationError, OperatingFault
from o2c.flows.settings import Settings
from o2c.flows.start import Start

FAILED = 1
WRONG_USE = 2
PEERS_GONE = 3
"""How a worker exits that has nothing to say but that another one has ended."""

_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.1
NOTICE_SECONDS = 5.0
"""How long the engine has to notice by itself that a process is gone."""


class Workers:
    """The processes that the first one starts; what goes wrong in one of them is told by the first."""

    def __init__(self, settings: Settings, store: Store, start: Start) -> None:
        """Starts them. Raises OperatingFault where a port between processes is taken."""
        self._processes: list[subprocess.Popen[bytes]] = []
        self._ended = False
        if settings.processes == 1:
            return
        for port in range(settings.process_port, settings.process_port + settings.processes):
            _check_port(port)
        with _signals_blocked():
            for number in range(1, settings.processes):
                self._processes.append(_spawn(settings, store, start, number))
        Thread(target=self._watch, name="workers", daemon=True).start()

    def stop(self) -> None:
        """Ask all to end in order; more than once does no harm."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()

    def kill(self) -> None:
        """End all at once: their state is crash-safe."""
        self._ended = True
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()

    def join(self) -> None:
        """Wait for their end in order. Raises what `fault` has."""
        deadline = time.monotonic() + _STOP_SECONDS
        for process in self._processes:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.kill()
                raise OperatingFault(f"a worker process did not end within {_STOP_SECONDS:g} s") from None
        if any(process.returncode for process in self._processes):
            raise self.fault()

    def fault(self) -> ConfigurationError | OperatingFault:
        """What ended them: what one of them has said, else how it ended; those are killed that have not ended yet."""
        deadline = time.monotonic() + NOTICE_SECONDS
        while time.monotonic() < deadline and any(process.poll() is None for process in self._processes):
            time.sleep(_POLL_SECONDS)
        codes = [process.poll() for process in self._processes]
        self.kill()
        for process in self._processes:
            assert process.stdout is not None
            said = process.stdout.read().decode("utf-8", "replace").strip()
            if said:
                return (ConfigurationError if process.returncode == WRONG_USE else OperatingFault)(said)
        for number, code in enumerate(codes, 1):
            if code not in (None, 0, PEERS_GONE):
                return OperatingFault(f"worker process {number} {_how_ended(code)}")
        return OperatingFault("the worker processes have lost each other")

    def _watch(self) -> None:
        """Where the engine does not notice that a process has failed, as at its start, this does."""
        while not self._ended and not any(process.poll() for process in self._processes):
            time.sleep(_POLL_SECONDS)
        time.sleep(0 if self._ended else NOTICE_SECONDS)
        if not self._ended:
            exit_at_once(self.fault())


def exit_at_once(fault: ConfigurationError | OperatingFault) -> NoReturn:
    """Leave from any thread, with the one line."""
    click.echo(f"o2c: {' '.join(str(fault).split())}", err=True)
    os._exit(WRONG_USE if isinstance(fault, ConfigurationError) else FAILED)


def _how_ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"has ended with exit code {code}"


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise OperatingFault(f"port {port}, needed between worker processes, cannot be used: {reason}") from error


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Hold signals back meanwhile, and for good in what is started meanwhile.

    Terminals and supervisors signal all processes of a job, and one that stopped by itself would leave lanes unread:
    the first one alone decides, and tells the others.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _spawn(settings: Settings, store: Store, start: Start, number: int) -> "subprocess.Popen[bytes]":
    """Another worker process. It inherits the store's lock, so that nobody takes it meanwhile.

    Its standard input stays open until it shall end; what it has to say about its end comes by its standard output.
    """
    assert store.lock_descriptor is not None
    process = subprocess.Popen(
        [sys.executable, "-m", "o2c.flows.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(store.lock_descriptor,),
    )
    assert process.stdin is not None
    process.stdin.write(pickle.dumps((settings, start, number, os.getpid())))
    process.stdin.flush()
    return process
