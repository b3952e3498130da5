"""Files in and out: events sorted as a whole, larger than memory too, and results in an order that does not vary.

Sorting is RocksDB's: what is put under a key comes out in the order of keys. Keys end in what tells equals apart.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bytewax.inputs import FixedPartitionedSource, StatefulSourcePartition
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from rocksdict import Options, Rdict, WriteBatch

from o2c.errors import OperatingFault
from o2c.schemas.lanes import LaneBatch
from o2c.schemas.records import Emission

_WRITTEN_AT_ONCE = 2_000
_BATCHES_AT_ONCE = 256


class Sorter:
    """Bytes under keys, in the order of the keys; the last put under a key stays."""

    def __init__(self, folder: Path) -> None:
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        self._database = Rdict(str(folder), options)
        self._batch = WriteBatch(raw_mode=True)

    def put(self, key: bytes, value: bytes) -> None:
        """Keep `value` under `key`."""
        self._batch.put(key, value)
        if self._batch.len() >= _WRITTEN_AT_ONCE:
            self._flush()

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """All, in the order of their keys."""
        self._flush()
        return self._database.items()  # type: ignore[return-value]  # raw mode: bytes

    def values(self) -> Iterator[bytes]:
        """All values, in the order of their keys."""
        return (value for _, value in self.items())

    def close(self) -> None:
        """Nothing more is asked of it."""
        self._database.close()

    def _flush(self) -> None:
        if self._batch.len():
            self._database.write(self._batch)
            self._batch = WriteBatch(raw_mode=True)


@contextmanager
def sorter() -> Iterator[Sorter]:
    """A sorter in a temporary folder, gone when left."""
    with TemporaryDirectory(prefix="o2c-sort-") as folder:
        sorting = Sorter(Path(folder))
        try:
            yield sorting
        finally:
            sorting.close()


def lines_of(files: Iterable[Path]) -> Iterator[tuple[Path, int, bytes]]:
    """(file, line number, line without its end) of all lines that are not blank. Raises OperatingFault."""
    for file in files:
        try:
            with file.open("rb") as stream:
                for number, line in enumerate(stream, 1):
                    stripped = line.rstrip(b"\r\n")
                    if stripped.strip():
                        yield file, number, stripped
        except OSError as error:
            raise OperatingFault(f"{file} cannot be read: {error.strerror}") from error


class FileLanes(FixedPartitionedSource[LaneBatch, None]):
    """One lane over batches that are sorted already."""

    def __init__(self, batches: Callable[[], Iterator[LaneBatch]]) -> None:
        self._batches = batches

    def list_parts(self) -> list[str]:
        """The one lane."""
        return ["files"]

    def build_part(self, step_id: str, for_part: str, resume_state: None) -> "FileLane":  # noqa: ARG002  # the engine's
        """Begin at the beginning."""
        return FileLane(self._batches())


class FileLane(StatefulSourcePartition[LaneBatch, None]):
    """Hands sorted batches on, some at a time."""

    def __init__(self, batches: Iterator[LaneBatch]) -> None:
        self._batches = batches

    def next_batch(self) -> list[LaneBatch]:
        """The next batches. Raises StopIteration behind the last."""
        taken = list(islice(self._batches, _BATCHES_AT_ONCE))
        if not taken:
            raise StopIteration
        return taken

    def snapshot(self) -> None:
        """A replay starts over."""


class SorterSink(DynamicSink[Emission]):
    """Every worker hands its emissions to one place."""

    def __init__(self, take: Callable[[Emission], None]) -> None:
        self._take = take

    def build(self, step_id: str, worker_index: int, worker_count: int) -> "SorterPartition":  # noqa: ARG002  # engine's
        """A worker's way to it."""
        return SorterPartition(self._take)


class SorterPartition(StatelessSinkPartition[Emission]):
    """One worker's emissions."""

    def __init__(self, take: Callable[[Emission], None]) -> None:
        self._take = take

    def write_batch(self, items: list[Emission]) -> None:
        """Hand them over."""
        for emission in items:
            self._take(emission)
