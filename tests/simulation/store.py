"""Simulated disks: what was written survives the process, what was synced survives the machine."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from random import Random

from o2c.flows.orders import Write
from tests.simulation.faults import Faults, Step


class _Image:
    """Keys and values in the order of the keys."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.keys: list[bytes] = []

    def apply(self, batch: list[Write]) -> None:
        for key, value in batch:
            if value is None:
                if self.values.pop(key, None) is not None:
                    del self.keys[bisect_left(self.keys, key)]
            else:
                if key not in self.values:
                    insort(self.keys, key)
                self.values[key] = value

    def between(self, start: bytes, end: bytes) -> list[tuple[bytes, bytes]]:
        first, last = bisect_left(self.keys, start), bisect_left(self.keys, end)
        return [(key, self.values[key]) for key in self.keys[first:last]]


class Disk:
    """One shard's store. `durable` is what is left if the machine stops now, at the least."""

    def __init__(self) -> None:
        self.written = _Image()
        self.durable = _Image()
        self._unsynced: list[list[Write]] = []
        self._synced_batches = 0

    @property
    def batches(self) -> int:
        """How many batches have been written so far."""
        return self._synced_batches + len(self._unsynced)

    def write(self, batch: list[Write]) -> None:
        self.written.apply(batch)
        self._unsynced.append(list(batch))

    def make_durable(self, batches: int) -> None:
        """Batches up to the `batches`-th one ever written are on the disk."""
        while self._synced_batches < batches:
            self.durable.apply(self._unsynced.pop(0))
            self._synced_batches += 1

    def lose_power(self, random: Random) -> None:
        """A prefix of what was not synced survives."""
        self.make_durable(self._synced_batches + random.randint(0, len(self._unsynced)))
        self._unsynced.clear()
        self.written = _Image()
        self.written.apply(list(self.durable.values.items()))


class SimulatedStore:
    """A disk as a shard opens it; `watch` sees every batch before it is written."""

    def __init__(self, disk: Disk, faults: Faults, watch: Callable[[list[Write]], None]) -> None:
        self.disk = disk
        self._faults = faults
        self._watch = watch

    def get(self, key: bytes) -> bytes | None:
        return self.disk.written.values.get(key)

    def get_many(self, keys: list[bytes]) -> list[bytes | None]:
        return [self.get(key) for key in keys]

    def write(self, batch: list[Write]) -> None:
        self._faults.reach(Step.STORE_WRITE)
        self._watch(batch)
        self.disk.write(batch)
        committed = any(key.startswith(b"p") for key, _ in batch)
        self._faults.reach(Step.EPOCH_COMMITTED if committed else Step.STORE_WRITTEN)

    def scan(self, start: bytes, end: bytes) -> Iterator[tuple[bytes, bytes]]:
        return iter(self.disk.written.between(start, end))

    def sync(self) -> None:
        self.disk.make_durable(self.disk.batches)

    def close(self) -> None:
        return


class Folder:
    """All disks of a job, with the generation beside them; what `o2c.flows.start` needs of a store."""

    def __init__(self, shards: int) -> None:
        self.shards = shards
        self.disks = [Disk() for _ in range(shards)]
        self.generation = 0

    def open(self, shard: int) -> SimulatedStore:
        return SimulatedStore(self.disks[shard], Faults(), lambda _: None)


class Syncs:
    """Syncs under way: each covers what was written when it was asked for, perhaps more, and is done later."""

    def __init__(self, disk: Disk, faults: Faults, random: Random) -> None:
        self._disk = disk
        self._faults = faults
        self._random = random
        self._asked: list[tuple[int, Future[None]]] = []
        self._synced: list[Future[None]] = []

    def submit(self, _: Callable[[], None]) -> "Future[None]":
        """A sync that runs later."""
        future: Future[None] = Future()
        self._asked.append((self._disk.batches, future))
        self._faults.reach(Step.SYNC_ASKED)
        return future

    @property
    def busy(self) -> bool:
        """Whether a sync is under way."""
        return bool(self._asked or self._synced)

    def step(self) -> None:
        """Bring the oldest sync one step further: to the disk, then to whoever waits."""
        if self._synced:
            self._synced.pop(0).set_result(None)
            self._faults.reach(Step.SYNC_REPORTED)
        elif self._asked:
            batches, future = self._asked.pop(0)
            self._disk.make_durable(self._random.randint(batches, self._disk.batches))
            self._synced.append(future)
            self._faults.reach(Step.SYNCED)
