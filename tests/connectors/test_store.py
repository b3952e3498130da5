"""What a shard's store holds, in which order, and what is left of it after a crash."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from o2c.connectors.store import ShardStore, Store
from o2c.errors import OperatingFault


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store", shards=2)
    store.prepare(created_at=0)
    return store


@pytest.fixture
def shard(store: Store) -> Iterator[ShardStore]:
    shard = store.open(0)
    yield shard
    shard.close()


def test_a_written_value_is_read_back_byte_for_byte(shard: ShardStore) -> None:
    shard.write([(b"\x00key", b"\x00\xffvalue"), (b"empty", b"")])
    assert (shard.get(b"\x00key"), shard.get(b"empty")) == (b"\x00\xffvalue", b"")


def test_an_unknown_key_is_none(shard: ShardStore) -> None:
    assert shard.get(b"unknown") is None


def test_many_values_come_in_the_order_asked_for(shard: ShardStore) -> None:
    shard.write([(b"a", b"1"), (b"b", b"2")])
    assert shard.get_many([b"b", b"unknown", b"a", b"b"]) == [b"2", None, b"1", b"2"]


def test_no_keys_are_no_values(shard: ShardStore) -> None:
    assert shard.get_many([]) == []


def test_none_deletes(shard: ShardStore) -> None:
    shard.write([(b"a", b"1")])
    shard.write([(b"a", None), (b"never", None)])
    assert shard.get(b"a") is None


def test_the_last_change_of_a_key_in_a_batch_wins(shard: ShardStore) -> None:
    shard.write([(b"a", b"1"), (b"a", None), (b"a", b"2"), (b"b", b"1"), (b"b", None)])
    assert shard.get_many([b"a", b"b"]) == [b"2", None]


def test_a_write_of_nothing_is_nothing(shard: ShardStore) -> None:
    shard.write([])
    assert list(shard.scan(b"", b"\xff")) == []


def test_a_scan_goes_by_bytes_from_the_start_on_and_before_the_end(shard: ShardStore) -> None:
    keys = [b"", b"a", b"a\x00", b"aa", b"b", b"\x80", b"\xff"]
    shard.write([(key, key) for key in reversed(keys)])
    assert list(shard.scan(b"a", b"\x80")) == [(key, key) for key in (b"a", b"a\x00", b"aa", b"b")]


def test_a_scan_sees_what_stood_when_it_began(shard: ShardStore) -> None:
    shard.write([(b"a", b"1"), (b"b", b"1")])
    scan = shard.scan(b"a", b"z")
    shard.write([(b"a", None), (b"b", b"2"), (b"c", b"2")])
    assert list(scan) == [(b"a", b"1"), (b"b", b"1")]


def test_a_scan_keeps_its_end_while_memory_is_used_for_other_things(shard: ShardStore) -> None:
    kinds = (b"pick", b"pod", b"allocation", b"hold")
    shard.write([(b"g%s\x00%04d" % (kind, number), b"") for kind in kinds for number in range(100)])
    for kind in kinds * 25:
        prefix = b"g" + kind + b"\x00"
        used = [os.urandom(len(prefix) + 4 + len(key)) for key, _ in shard.scan(prefix, prefix + b"\xff" * 4)]
        assert len(used) == 100


def test_shards_keep_apart(store: Store) -> None:
    first, second = store.open(0), store.open(1)
    first.write([(b"a", b"1")])
    assert second.get(b"a") is None
    first.close()
    second.close()


def test_what_was_written_is_there_when_opened_again(store: Store) -> None:
    shard = store.open(0)
    shard.write([(b"%06d" % number, b"v" * 1_000) for number in range(10_000)])
    shard.close()
    shard = store.open(0)
    assert sum(1 for _ in shard.scan(b"", b"\xff")) == 10_000
    shard.close()


def test_a_shard_that_is_open_elsewhere_is_an_operating_fault(store: Store, shard: ShardStore) -> None:
    assert shard.get(b"a") is None
    with pytest.raises(OperatingFault, match=r"shard-00000 cannot be opened"):
        store.open(0)


def test_a_damaged_shard_is_an_operating_fault(store: Store) -> None:
    store.open(0).close()
    (store.folder / "shard-00000" / "CURRENT").write_text("nonsense\n")
    with pytest.raises(OperatingFault, match=r"shard-00000 cannot be opened"):
        store.open(0)


def test_another_thread_may_sync_while_the_owner_writes(shard: ShardStore) -> None:
    finished = threading.Event()
    faults: list[Exception] = []

    def sync() -> None:
        try:
            while not finished.is_set():
                shard.sync()
        except OperatingFault as fault:
            faults.append(fault)

    syncing = threading.Thread(target=sync)
    syncing.start()
    for number in range(2_000):
        shard.write([(b"%06d" % number, b"v" * 2_000)])
    finished.set()
    syncing.join()
    assert faults == []
    assert sum(1 for _ in shard.scan(b"", b"\xff")) == 2_000


_WRITES_UNTIL_KILLED = """
import sys
from pathlib import Path
from o2c.connectors.store import Store
shard = Store(Path(sys.argv[1]), shards=1, create=False).open(0)
batch = 0
while True:
    batch += 1
    shard.write([(b"%08d-%02d" % (batch, part), b"v" * 500) for part in range(20)])
    if batch % 100 == 0:
        print(batch, flush=True)
"""


def test_after_kill_9_a_prefix_of_whole_batches_stands_with_all_that_was_reported(tmp_path: Path) -> None:
    store = Store(tmp_path, shards=1)
    store.prepare(created_at=0)
    command = [sys.executable, "-c", _WRITES_UNTIL_KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        reported = [int(writer.stdout.readline()) for _ in range(20)][-1]
        os.kill(writer.pid, signal.SIGKILL)
    shard = store.open(0)
    keys = [key for key, _ in shard.scan(b"", b"\xff")]
    shard.close()
    batches = len(keys) // 20
    assert keys == [b"%08d-%02d" % (batch, part) for batch in range(1, batches + 1) for part in range(20)]
    assert batches >= reported


changes = st.lists(
    st.lists(st.tuples(st.binary(max_size=3), st.none() | st.binary(max_size=8)), max_size=6), max_size=8
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes, st.binary(max_size=3), st.binary(max_size=3))
def test_a_shard_behaves_like_a_sorted_dictionary(
    shard: ShardStore, batches: list[list[tuple[bytes, bytes | None]]], start: bytes, end: bytes
) -> None:
    shard.write([(key, None) for key, _ in list(shard.scan(b"", b"\xff" * 4))])
    model: dict[bytes, bytes] = {}
    for batch in batches:
        shard.write(batch)
        for key, value in batch:
            model.pop(key, None)
            if value is not None:
                model[key] = value
    asked = [key for batch in batches for key, _ in batch]
    assert shard.get_many(asked) == [model.get(key) for key in asked]
    assert list(shard.scan(start, end)) == [(key, model[key]) for key in sorted(model) if start <= key < end]
