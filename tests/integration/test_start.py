"""What the job refuses at its start: one clear line, the right exit code, and nothing read."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from o2c.connectors.store import Store
from tests.integration.events import order
from tests.services.job import Job
from tests.services.kafka import Broker
from tests.services.process import free_port

FAILED = 1
WRONG_USE = 2


@pytest.fixture(scope="module")
def job(kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A deployment with an event to read, whose process never gets that far."""
    job = Job(kafka, new_redis_url(), tmp_path_factory.mktemp("start"), {"O2C_RETRY_BUDGET": "2s"}, partitions=1)
    job.produce([order("O-1")])
    with job:
        yield job
        assert job.messages("status") == [], "an event was read"


def assert_refused(job: Job, code: int, *words: str, **settings: str) -> None:
    run = job.command("run", settings={f"O2C_{name.upper()}": value for name, value in settings.items()})
    assert run.returncode == code, run.stderr
    [line] = [line for line in run.stderr.splitlines() if not line.startswith("{")]
    assert line.startswith("o2c: ")
    for word in words:
        assert word in line
    assert run.stdout == ""


def test_an_unreachable_broker_is_named(job: Job) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    assert_refused(job, FAILED, nobody, "does not answer", brokers=nobody)


def test_an_unreachable_redis_is_named(job: Job) -> None:
    port = free_port()
    assert_refused(job, FAILED, f"127.0.0.1:{port}/0", redis_url=f"redis://127.0.0.1:{port}/0")


def test_missing_input_topics_are_named(job: Job) -> None:
    assert_refused(job, FAILED, "missing", "no-such.order.v1", "no-such.hold.v1", topic_prefix="no-such.")


def test_a_store_that_another_process_holds_is_left_alone(job: Job, tmp_path: Path) -> None:
    store = Store(tmp_path / "held", 8)
    store.lock()
    try:
        assert_refused(job, FAILED, str(tmp_path / "held"), "held by another process", store=str(tmp_path / "held"))
    finally:
        store.release()


def test_a_store_with_another_shard_count_is_refused(job: Job, tmp_path: Path) -> None:
    Store(tmp_path / "store", 4).prepare(created_at=0)
    assert_refused(job, WRONG_USE, "4 shards, not 8", store=str(tmp_path / "store"))


def test_a_folder_that_cannot_be_written_is_named(job: Job) -> None:
    assert_refused(job, FAILED, "/proc/store", "cannot be used", store="/proc/store")


def test_a_taken_http_port_is_named(job: Job) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_refused(job, FAILED, f"127.0.0.1:{port}", http_port=str(port))


def test_a_taken_port_between_processes_is_named(job: Job) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_refused(job, FAILED, f"port {port}", processes="2", process_port=str(port))


def test_an_output_topic_with_another_cleanup_policy_is_refused(job: Job, kafka: Broker) -> None:
    prefix = f"wrong{job.prefix}"
    kafka.create_topics({f"{prefix}order.v1": 1})
    kafka.create_topics({f"{prefix}status.v1": 1}, {"cleanup.policy": "delete"})
    words = (f"{prefix}status.v1", "cleanup.policy=delete", "compact")
    assert_refused(job, FAILED, *words, topic_prefix=prefix, inputs="order")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"brokrs": "localhost:9092"}, ("O2C_BROKRS", "O2C_BROKERS")),
        ({"shards": "many"}, ("O2C_SHARDS",)),
        ({"test_clock": "2026-01-01T00:00:00Z"}, ("O2C_TEST_CLOCK", "O2C_TESTING")),
    ],
    ids=["unknown", "wrong", "for tests alone"],
)
def test_a_setting_that_cannot_be_is_named(job: Job, settings: dict[str, str], words: tuple[str, ...]) -> None:
    assert_refused(job, WRONG_USE, *words, **settings)


def test_a_policy_that_cannot_be_is_named(job: Job, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('version = 1\n[stalls.MISSING_POD]\ntolerence = "1d"\n')
    assert_refused(job, WRONG_USE, str(policy), "tolerence", "tolerance", policy=str(policy))
