"""The distributor in business: sends what the script has, when its time has come, and writes down the truth."""

import heapq
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

from o2c.demo.broker import EmbeddedBroker
from o2c.demo.faults import InjectedFault, write_faults
from o2c.demo.messages import Message, heartbeats
from o2c.demo.script import Placed, Script
from o2c.schemas.times import SECOND_US

_HEARTBEAT_EVERY_US = SECOND_US
_POLL_SECONDS = 0.02


class Distributor:
    """Its warehouses are heard from the start; orders come in once it is open. `faults` are those put in so far.

    `topic` names the topic of a document type, `clock` is in UTC microseconds. Works in a thread of its own until it is
    stopped; after the script's last order, what is under way is still completed.
    """

    def __init__(
        self, broker: EmbeddedBroker, topic: Callable[[str], str], truth: Path, clock: Callable[[], int]
    ) -> None:
        self._broker = broker
        self._topic = topic
        self._truth = truth
        self._clock = clock
        self._script: Script | None = None
        self._orders: Iterator[Placed] = iter(())
        self._next: Placed | None = None
        self._waiting: list[Message] = []
        self._beats = 0
        self._beat_at = clock()
        self._stopping = Event()
        self._fault: BaseException | None = None
        self.faults: list[InjectedFault] = []
        self._thread = Thread(target=self._run, name="distributor", daemon=True)
        self._thread.start()

    def open(self, script: Script) -> None:
        """From now on orders come in."""
        self._inject(script.faults())
        self._orders = script.orders()
        self._next = next(self._orders, None)
        self._script = script

    def check(self) -> None:
        """Raises what has ended its work, if anything has."""
        if self._fault is not None:
            raise self._fault

    def stop(self) -> None:
        """Ends it; what is under way stays unsaid."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stopping.wait(_POLL_SECONDS):
                self._work(self._clock())
        except BaseException as fault:  # noqa: BLE001 -- told by `check`, on the thread that the user sees
            self._fault = fault

    def _work(self, now: int) -> None:
        if self._script is not None:
            self._take_orders(now)
        while self._waiting and self._waiting[0].at <= now:
            self._send(heapq.heappop(self._waiting))
        if now >= self._beat_at:
            self._beats += 1
            self._beat_at = now + _HEARTBEAT_EVERY_US
            for beat in heartbeats(self._beats, now, None if self._script is None else self._script.outage):
                self._send(beat)

    def _take_orders(self, now: int) -> None:
        while self._next is not None and self._next.at <= now:
            for message in self._next.messages:
                heapq.heappush(self._waiting, message)
            if self._next.faults:
                self._inject(self._next.faults)
            self._next = next(self._orders, None)

    def _inject(self, faults: list[InjectedFault]) -> None:
        write_faults(self._truth, faults)
        self.faults = [*self.faults, *faults]

    def _send(self, message: Message) -> None:
        self._broker.send(self._topic(message.document_type), message.name, message.value)
