"""One job holds a store at a time, and a store remembers what it was made for."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from o2c.connectors.store import Store
from o2c.errors import ConfigurationError, OperatingFault

STARTED_AT = 1_700_000_000_000_001

_HOLDS = """
import sys, time
from pathlib import Path
from o2c.connectors.store import Store
Store(Path(sys.argv[1]), shards=2).lock()
print("held", flush=True)
time.sleep(60)
"""


def holder(folder: Path) -> "subprocess.Popen[str]":
    """Another process that holds the store."""
    process = subprocess.Popen([sys.executable, "-c", _HOLDS, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_store_that_another_process_holds_is_an_operating_fault_that_names_it(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(OperatingFault, match=rf"is held by another process \(pid {process.pid}\): stop it first"):
            Store(tmp_path, shards=2).lock()
        process.kill()


def test_a_store_is_free_once_its_holder_was_killed(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        os.kill(process.pid, signal.SIGKILL)
    store = Store(tmp_path, shards=2)
    store.lock()
    store.release()


def test_a_child_that_inherits_the_lock_holds_it_after_its_parent(tmp_path: Path) -> None:
    store = Store(tmp_path, shards=2)
    descriptor = store.lock()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[descriptor]) as child:
        store.release()
        with pytest.raises(OperatingFault, match="is held by another process"):
            Store(tmp_path, shards=2).lock()
        child.kill()
    store.lock()
    store.release()


def test_the_message_tells_where_only_a_child_is_left(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    store = Store(tmp_path, shards=2)
    store.lock()
    (tmp_path / "lock").write_text(f"{ended.pid}\n")
    with pytest.raises(OperatingFault, match=rf"\(pid {ended.pid}\), which has ended but left a child running"):
        Store(tmp_path, shards=2).lock()
    store.release()


def test_a_folder_without_rights_is_an_operating_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OperatingFault, match="cannot be used: Not a directory"):
        Store(tmp_path / "file" / "store", shards=2).lock()


def test_the_first_start_is_remembered(tmp_path: Path) -> None:
    Store(tmp_path / "new", shards=2).prepare(created_at=STARTED_AT)
    again = Store(tmp_path / "new", shards=2)
    again.prepare(created_at=STARTED_AT + 1)
    assert again.started_at == STARTED_AT


@pytest.mark.parametrize("create", [True, False])
def test_another_shard_count_is_a_wrong_setting(tmp_path: Path, create: bool) -> None:
    Store(tmp_path, shards=2).prepare(created_at=STARTED_AT)
    with pytest.raises(ConfigurationError, match="was made with 2 shards, not 3"):
        Store(tmp_path, 3, create).prepare(created_at=STARTED_AT)


def test_a_shard_is_not_opened_under_another_count(tmp_path: Path) -> None:
    Store(tmp_path, shards=2).prepare(created_at=STARTED_AT)
    with pytest.raises(ConfigurationError, match="shards"):
        Store(tmp_path, shards=4, create=False).open(0)


def test_a_store_of_a_newer_version_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text('{"format": 2, "shards": 2, "created_at": "2024-01-01T00:00:00Z"}')
    with pytest.raises(ConfigurationError, match="has format 2"):
        Store(tmp_path, shards=2).prepare(created_at=STARTED_AT)


def test_a_damaged_record_is_an_operating_fault(tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text('{"format": 1')
    with pytest.raises(OperatingFault, match="damaged"):
        Store(tmp_path, shards=2).prepare(created_at=STARTED_AT)


def test_shards_without_their_record_are_not_taken_for_a_new_store(tmp_path: Path) -> None:
    (tmp_path / "shard-00000").mkdir()
    with pytest.raises(OperatingFault, match=r"its store\.json is gone"):
        Store(tmp_path, shards=2).prepare(created_at=STARTED_AT)


def test_a_store_that_is_not_to_be_made_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(OperatingFault, match="there is no store"):
        Store(tmp_path, shards=2, create=False).prepare(created_at=STARTED_AT)


def test_no_generation_has_written_to_a_new_store(tmp_path: Path) -> None:
    assert Store(tmp_path, shards=2).read_generation() == 0


def test_a_generation_is_raised_but_never_lowered(tmp_path: Path) -> None:
    store = Store(tmp_path, shards=2)
    for generation in (1, 7, 3):
        store.write_generation(generation)
    assert Store(tmp_path, shards=2).read_generation() == 7


def test_a_half_written_record_is_not_read(tmp_path: Path) -> None:
    store = Store(tmp_path, shards=2)
    store.write_generation(4)
    (tmp_path / "generation.new").write_text('{"gen')
    assert store.read_generation() == 4
