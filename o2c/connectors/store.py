"""The store: one small RocksDB a shard in one folder that a single job holds at a time.

A folder has `store.json` (format, shard count, first start), `generation.json`, `lock` and a folder a shard.
"""

import fcntl
import os
import resource
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from rocksdict import (
    BlockBasedOptions,
    Cache,
    DBCompressionType,
    DBRecoveryMode,
    Options,
    Rdict,
    ReadOptions,
    WriteBatch,
    WriteBufferManager,
)

from o2c.errors import ConfigurationError, OperatingFault
from o2c.schemas.times import parse_rfc3339, rfc3339

FORMAT = 1
BLOCK_CACHE_BYTES = 64 * 1024 * 1024
WRITE_BUFFERS_BYTES = 128 * 1024 * 1024
"""All shards' write buffers of a process together."""

_WRITE_BUFFER_BYTES = 4 * 1024 * 1024
_BLOCK_BYTES = 8 * 1024
_FILE_BYTES = 16 * 1024 * 1024
_LEVEL_BYTES = 64 * 1024 * 1024
_BLOOM_BITS = 10
_BACKGROUND_JOBS = 2
_OPEN_FILES_A_SHARD = 32
_DESCRIPTORS_A_SHARD = 48
_DESCRIPTORS_ELSEWHERE = 256
_LOG_BYTES = 1024 * 1024

_Record = TypeVar("_Record", bound=Struct)


class _StoreRecord(Struct):
    format: int
    shards: int
    created_at: str


class _GenerationRecord(Struct):
    generation: int


class ShardStore:
    """The keys and values of one shard, in the order of their bytes. Used by one thread, but for `sync`.

    Every write survives the end of the process; of what was not synced a prefix survives the end of the machine.
    Raises OperatingFault where the disk refuses.
    """

    def __init__(self, folder: Path, options: Options) -> None:
        self._folder = folder
        try:
            self._database = Rdict(str(folder), options)
        except Exception as error:  # rocksdict knows nothing more precise, here and below
            raise self._refusal("opened", error) from error

    def get(self, key: bytes) -> bytes | None:
        """The value of `key`, None where there is none."""
        try:
            value: bytes | None = self._database.get(key)
        except Exception as error:
            raise self._refusal("read", error) from error
        return value

    def get_many(self, keys: list[bytes]) -> list[bytes | None]:
        """The values of `keys` in their order, None where there is none: cheaper than one by one."""
        if not keys:
            return []
        try:
            values: list[bytes | None] = self._database.get(keys)  # type: ignore[arg-type, assignment]  # its stub knows single keys best
        except Exception as error:
            raise self._refusal("read", error) from error
        return values

    def write(self, changes: Iterable[tuple[bytes, bytes | None]]) -> None:
        """All changes or none, in their order; None deletes."""
        batch = WriteBatch(raw_mode=True)
        for key, value in changes:
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        try:
            self._database.write(batch)
        except Exception as error:
            raise self._refusal("written", error) from error

    def scan(self, start: bytes, end: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys from `start` on and before `end` with their values, as they stood when the scan began."""
        bounds = ReadOptions()
        bounds.set_iterate_upper_bound(end)
        try:
            items = self._database.items(from_key=start, read_opt=bounds)
        except Exception as error:
            raise self._refusal("read", error) from error
        return _holding(items, bounds)  # type: ignore[arg-type]  # raw mode: bytes alone

    def sync(self) -> None:
        """Returns when all that was written before the call is on the disk. Other threads may call it, and write."""
        try:
            self._database.flush_wal(sync=True)
        except Exception as error:
            raise self._refusal("synced", error) from error

    def close(self) -> None:
        """Flushes and closes; the caller sees to it that no `sync` is under way."""
        try:
            self._database.close()
        except Exception as error:
            raise self._refusal("closed", error) from error

    def _refusal(self, done: str, error: Exception) -> OperatingFault:
        return OperatingFault(f"the store's shard {self._folder} cannot be {done}: {error}")


# To be held is all that the second argument is for.
def _holding(items: Iterator[tuple[bytes, bytes]], bounds: ReadOptions) -> Iterator[tuple[bytes, bytes]]:  # noqa: ARG001
    """The items, with their bounds alive: RocksDB only points at the upper one, and would stop anywhere."""
    yield from items


class Store:
    """A folder with a RocksDB a shard. All shards that a process opens share one block cache and their write buffers.

    The parent process takes the `lock`, calls `prepare` and writes the generation; its children only `open` shards.
    """

    def __init__(
        self,
        folder: Path,
        shards: int,
        create: bool = True,
        *,
        block_cache_bytes: int = BLOCK_CACHE_BYTES,
        write_buffers_bytes: int = WRITE_BUFFERS_BYTES,
    ) -> None:
        self.folder = folder
        self.shards = shards
        self.lock_descriptor: int | None = None
        self._create = create
        self._record: _StoreRecord | None = None
        self._cache = Cache(block_cache_bytes)
        self._write_buffers = WriteBufferManager(write_buffers_bytes, False)

    def lock(self) -> int:
        """Holds the folder for the life of this process and of every child that inherits the returned descriptor.

        The descriptor is inheritable: a fork has it, `subprocess` needs it in `pass_fds`.
        Raises OperatingFault where another process holds the folder, or rights are missing.
        """
        self._make_folder()
        try:
            descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise OperatingFault(
                f"the store {self.folder} is held by another process (pid {holder or 'unknown'})"
                f"{_afterlife(holder)}: stop it first"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        os.set_inheritable(descriptor, True)
        self.lock_descriptor = descriptor
        return descriptor

    def release(self) -> None:
        """Gives the folder back, unless a child still holds it."""
        if self.lock_descriptor is not None:
            os.close(self.lock_descriptor)
            self.lock_descriptor = None

    def holder(self) -> tuple[int, bool] | None:
        """The process that took the lock last, and whether it runs; None where none ever did. Nothing is locked."""
        try:
            text = (self.folder / "lock").read_text("ascii", "replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from error
        return (int(text), _runs(int(text))) if text.isdecimal() else None

    def look(self) -> bool:
        """Whether the folder has a store, checked as `prepare` does; nothing is made, written or locked."""
        if self._read(self._record_file, _StoreRecord) is None:
            self._refuse_shards_without_record()
            return False
        self._checked_record()
        return True

    def prepare(self, created_at: int) -> None:
        """Checks what the folder was made for, or makes it, first started at `created_at` (UTC microseconds).

        Raises ConfigurationError where it was made for another shard count or by a newer version.
        """
        self._make_folder()
        if self._create and self._read(self._record_file, _StoreRecord) is None:
            self._refuse_shards_without_record()
            record = _StoreRecord(format=FORMAT, shards=self.shards, created_at=rfc3339(created_at))
            self._replace(self._record_file, record)
        self._checked_record()

    def open(self, shard: int) -> ShardStore:
        """Opens (or makes) the store of a shard, from 0 up. One process at a time can have it open."""
        assert 0 <= shard < self.shards, "shards count from 0"
        self._checked_record()
        _allow_open_files(self.shards * _DESCRIPTORS_A_SHARD + _DESCRIPTORS_ELSEWHERE)
        return ShardStore(self.folder / f"shard-{shard:05d}", self._options())

    @property
    def started_at(self) -> int:
        """When the store was first started, in UTC microseconds."""
        return parse_rfc3339(self._checked_record().created_at)

    def read_generation(self) -> int:
        """The highest generation that was written here; 0 before the first."""
        record = self._read(self._generation_file, _GenerationRecord)
        return 0 if record is None else record.generation

    def write_generation(self, generation: int) -> None:
        """Records a generation, on the disk when this returns. It never goes down."""
        if generation > self.read_generation():
            self._replace(self._generation_file, _GenerationRecord(generation))

    @property
    def _record_file(self) -> Path:
        return self.folder / "store.json"

    @property
    def _generation_file(self) -> Path:
        return self.folder / "generation.json"

    def _make_folder(self) -> None:
        if self._create:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise self._unusable(error) from error

    def _checked_record(self) -> _StoreRecord:
        if self._record is not None:
            return self._record
        record = self._read(self._record_file, _StoreRecord)
        if record is None:
            raise OperatingFault(f"there is no store in {self.folder}")
        if record.format > FORMAT:
            raise ConfigurationError(
                f"the store {self.folder} has format {record.format}; this version reads up to {FORMAT}"
            )
        if record.shards != self.shards:
            raise ConfigurationError(
                f"the store {self.folder} was made with {record.shards} shards, not {self.shards}: "
                "the count is fixed when a store is created"
            )
        self._record = record
        return record

    def _refuse_shards_without_record(self) -> None:
        if any(self.folder.glob("shard-*")):
            raise OperatingFault(f"the store {self.folder} has shards but its {self._record_file.name} is gone")

    def _read(self, file: Path, record_type: type[_Record]) -> _Record | None:
        try:
            return msgspec.json.decode(file.read_bytes(), type=record_type)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from error
        except msgspec.DecodeError as error:
            raise OperatingFault(f"{file} is damaged: {error}") from error

    def _replace(self, file: Path, record: Struct) -> None:
        """The file is the old one or the new one, whenever the machine stops, and the new one on return."""
        fresh = file.with_suffix(".new")
        try:
            with fresh.open("wb") as stream:
                stream.write(msgspec.json.encode(record) + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(file)
            descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> OperatingFault:
        return OperatingFault(f"the store {self.folder} cannot be used: {error.strerror}")

    def _options(self) -> Options:
        table = BlockBasedOptions()
        table.set_block_cache(self._cache)
        table.set_block_size(_BLOCK_BYTES)
        table.set_bloom_filter(_BLOOM_BITS, False)
        table.set_cache_index_and_filter_blocks(True)
        table.set_pin_l0_filter_and_index_blocks_in_cache(True)
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_block_based_table_factory(table)
        options.set_compression_type(DBCompressionType.lz4())
        options.set_wal_recovery_mode(DBRecoveryMode.point_in_time())
        options.set_write_buffer_manager(self._write_buffers)
        options.set_write_buffer_size(_WRITE_BUFFER_BYTES)
        options.set_target_file_size_base(_FILE_BYTES)
        options.set_max_bytes_for_level_base(_LEVEL_BYTES)
        options.set_max_background_jobs(_BACKGROUND_JOBS)
        options.set_max_open_files(_OPEN_FILES_A_SHARD)
        options.set_stats_dump_period_sec(0)
        options.set_stats_persist_period_sec(0)
        options.set_keep_log_file_num(2)
        options.set_max_log_file_size(_LOG_BYTES)
        return options


def _afterlife(holder: str) -> str:
    """What to add where the process that took the lock has ended: a child of it still holds the folder."""
    return ", which has ended but left a child running" if holder.isdecimal() and not _runs(int(holder)) else ""


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _allow_open_files(wanted: int) -> None:
    """Raises this process' soft limit of open files to what the shards may need, as far as the hard limit allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
