"""Wrong use at a terminal: one line that helps, the right exit code, no traceback."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from o2c.connectors.store import Store
from tests.integration.events import order
from tests.services.job import Job
from tests.services.kafka import Broker
from tests.services.process import free_port
from tests.services.terminal import shown_at_terminal

FAILED = 1
WRONG_USE = 2


@pytest.fixture(scope="module")
def job(kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A deployment that never gets to run."""
    settings = {"O2C_RETRY_BUDGET": "2s", "O2C_LOG_LEVEL": "error"}
    job = Job(kafka, new_redis_url(), tmp_path_factory.mktemp("wrong"), settings, partitions=1)
    job.produce([order("O-1")])
    job.redis().hset("o2c:order:OTC-31", "json", "{}")
    with job:
        yield job


@pytest.fixture
def refused(job: Job, tmp_path: Path) -> Callable[..., str]:
    """Runs a command in an empty folder, which must refuse in one line; that line."""

    def run(code: int, *arguments: str, **settings: str) -> str:
        variables = {f"O2C_{name.upper()}": value for name, value in settings.items()}
        exit_code, shown = shown_at_terminal(job.environment(variables), *arguments, cwd=tmp_path)
        assert exit_code == code, shown
        assert shown.startswith("o2c: "), shown
        assert shown.endswith("\n")
        assert shown.count("\n") == 1, shown
        return shown

    return run


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return name


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--confg", "x"), ("No such option '--confg'", "--config")),
        (("statsu", "x"), ("No such command 'statsu'", "status")),
        (("run", "--config", "absent.toml"), ("File 'absent.toml' does not exist",)),
        (("policy", "check", "."), ("File '.' is a directory",)),
        (("status",), ("Missing argument 'REF'",)),
        (("dead-letters", "list", "--since", "noon"), ("--since", "'noon'", "2024-05-01T00:00:00Z")),
        (("dead-letters", "list", "--code", "NOT_JSN"), ("NOT_JSON",)),
        (("dead-letters", "list", "--topic", "shipmnt"), ("did you mean shipment?",)),
        (("dead-letters", "show", "7"), ("PARTITION/OFFSET", "3/17")),
        (("completion", "tcsh"), ("'tcsh'", "'bash', 'zsh', 'fish'")),
        (("simulate", "--orders", "many", "--seed", "1", "--out", "x"), ("--orders", "'many'")),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else None,
)
def test_what_was_typed(refused: Callable[..., str], arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    line = refused(WRONG_USE, *arguments)
    assert all(word in line for word in words), line


def test_a_file_that_is_no_toml(refused: Callable[..., str], tmp_path: Path) -> None:
    line = refused(WRONG_USE, "run", "--config", write(tmp_path, "o2c.toml", "shards = = 8"))
    assert "o2c.toml: not TOML" in line
    assert "line 1" in line


def test_a_key_that_is_no_setting(refused: Callable[..., str], tmp_path: Path) -> None:
    line = refused(WRONG_USE, "doctor", "--config", write(tmp_path, "o2c.toml", "shard = 8"))
    assert "o2c.toml: shard: unknown setting; did you mean shards?" in line


def test_a_variable_that_is_no_setting(refused: Callable[..., str]) -> None:
    assert "O2C_BROKRS: unknown setting; did you mean O2C_BROKERS?" in refused(WRONG_USE, "doctor", brokrs="x")


def test_a_value_that_cannot_be(refused: Callable[..., str]) -> None:
    assert "O2C_EPOCH" in refused(WRONG_USE, "run", epoch="soon")


def test_a_policy_that_cannot_be(refused: Callable[..., str], tmp_path: Path) -> None:
    name = write(tmp_path, "policy.toml", 'version = 1\n[stalls.MISSING_POD]\ntolerence = "1d"\n')
    line = refused(WRONG_USE, "policy", "check", name)
    assert "stalls.MISSING_POD.tolerence: unknown key; did you mean tolerance?" in line


def test_a_broker_that_is_down(refused: Callable[..., str]) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    assert f"Kafka at {nobody} does not answer" in refused(FAILED, "dead-letters", "list", brokers=nobody)


def test_a_redis_that_is_down(refused: Callable[..., str]) -> None:
    port = free_port()
    line = refused(FAILED, "status", "SO-1", redis_url=f"redis://:secret@127.0.0.1:{port}/0")
    assert f"Redis at 127.0.0.1:{port}/0" in line
    assert "secret" not in line


def test_a_port_that_is_taken(refused: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}" in refused(FAILED, "run", http_port=str(port))


def test_an_order_that_is_unknown(refused: Callable[..., str]) -> None:
    assert "nothing is known under 'OTC-13'; near it: OTC-31" in refused(FAILED, "status", "OTC-13")


def test_an_order_that_is_unknown_is_not_watched(refused: Callable[..., str]) -> None:
    assert "nothing is known under 'OTC-13'" in refused(FAILED, "status", "--watch", "OTC-13")


def test_a_store_that_is_locked(refused: Callable[..., str], tmp_path: Path) -> None:
    store = Store(tmp_path / "held", 8)
    store.lock()
    try:
        assert "held by another process" in refused(FAILED, "run", store=str(store.folder))
    finally:
        store.release()


def test_a_store_that_was_made_with_other_shards(refused: Callable[..., str], tmp_path: Path) -> None:
    store = Store(tmp_path / "store", 4)
    store.prepare(created_at=0)
    assert "made with 4 shards, not 8" in refused(WRONG_USE, "run", store=str(store.folder))


def test_a_folder_below_a_file(refused: Callable[..., str], tmp_path: Path) -> None:
    folder = tmp_path / write(tmp_path, "file", "") / "store"
    assert f"the store {folder} cannot be used" in refused(FAILED, "run", store=str(folder))


def test_results_below_a_file(refused: Callable[..., str], tmp_path: Path) -> None:
    write(tmp_path, "events.jsonl", "")
    write(tmp_path, "file", "")
    assert "file/out" in refused(FAILED, "replay", "events.jsonl", "--out", "file/out")


def test_a_topic_of_dead_letters_that_is_not_there(refused: Callable[..., str]) -> None:
    line = refused(FAILED, "dead-letters", "redrive", "--yes", topic_prefix="no-such.")
    assert "topic no-such.dead-letters.v1 is missing" in line
