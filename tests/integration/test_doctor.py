"""What doctor says of a deployment: beside its running job, and where something is wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient

from o2c.connectors.store import Store
from tests.integration.events import order
from tests.services.job import OUTPUTS, READ_TYPES, Job
from tests.services.kafka import Broker
from tests.services.process import free_port

Found = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def job(kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A deployment whose job has read an order and runs."""
    job = Job(kafka, new_redis_url(), tmp_path_factory.mktemp("doctor"), partitions=1)
    job.produce([order("O-1")])
    with job:
        job.start()
        job.settle()
        yield job


def doctor(job: Job, code: int, **settings: str) -> Found:
    """By subject, state and what is told. Every line is one finding, but the last."""
    run = job.command("doctor", settings={f"O2C_{name.upper()}": value for name, value in settings.items()})
    assert (run.returncode, run.stderr) == (code, "")
    found: Found = {}
    *lines, _ = run.stdout.splitlines()
    for line in lines:
        state, _, rest = line.partition(" ")
        subject, _, told = rest.strip().partition(": ")
        found[subject] = (state, told) if found.get(subject, ("ok",))[0] == "ok" else found[subject]
    return found


def wrong(found: Found) -> dict[str, str]:
    return {subject: told for subject, (state, told) in found.items() if state == "wrong"}


def test_beside_a_running_job_nothing_is_wrong(job: Job) -> None:
    found = doctor(job, 0)
    assert {state for state, _ in found.values()} == {"ok"}
    assert found["input topics"][1] == f"all {len(READ_TYPES)} there, partitions of each: 1"
    assert found["lag"][1].endswith("is 0 records behind")
    assert found["store"][1].endswith(
        f"has 8 shards, locked by process {job.process.pid if job.process else 0}, which runs"
    )
    assert {job.topic(name) for name in OUTPUTS} <= found.keys()
    assert job.is_ready()


def test_before_the_first_start_nothing_is_wrong_and_nothing_is_made(
    kafka: Broker, new_redis_url: Callable[[], str], tmp_path: Path
) -> None:
    new = Job(kafka, new_redis_url(), tmp_path, partitions=1)
    found = doctor(new, 0)
    assert found["store"][1].startswith("nothing in ")
    assert found[new.topic("status")] == ("ok", "not there yet: o2c run makes it")
    assert list(tmp_path.iterdir()) == []
    assert new.redis().dbsize() == 0
    there = AdminClient({"bootstrap.servers": kafka.bootstrap}).list_topics(timeout=10).topics
    assert not any(new.topic(name) in there for name in (*OUTPUTS, "redriven"))


def test_a_broker_that_does_not_answer_is_told_once(job: Job) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    found = doctor(job, 1, brokers=nobody)
    assert list(wrong(found)) == ["broker"]
    assert nobody in wrong(found)["broker"]
    assert "lag" not in found


def test_a_redis_that_does_not_answer_is_told(job: Job) -> None:
    port = free_port()
    assert f"127.0.0.1:{port}/0" in wrong(doctor(job, 1, redis_url=f"redis://127.0.0.1:{port}/0"))["Redis"]


def test_a_redis_that_may_lose_keys_is_a_warning(job: Job) -> None:
    job.redis().config_set("maxmemory-policy", "allkeys-lru")
    try:
        state, told = doctor(job, 0)["Redis"]
    finally:
        job.redis().config_set("maxmemory-policy", "noeviction")
    assert state == "warning"
    assert "allkeys-lru" in told


def test_missing_input_topics_are_all_named(job: Job) -> None:
    told = wrong(doctor(job, 1, topic_prefix="no-such.", inputs="order,pick"))["input topics"]
    assert "no-such.order.v1, no-such.pick.v1" in told


def test_own_topics_are_held_to_their_rules(job: Job, kafka: Broker) -> None:
    prefix = f"ill{job.prefix}"
    kafka.create_topics({f"{prefix}order.v1": 1, f"{prefix}orphans.v1": 1})
    kafka.create_topics({f"{prefix}status.v1": 1}, {"cleanup.policy": "delete"})
    kafka.create_topics({f"{prefix}redriven.v1": 1}, {"cleanup.policy": "delete"})
    found = doctor(job, 1, topic_prefix=prefix, inputs="order")
    assert wrong(found)[f"{prefix}status.v1"].startswith("has cleanup.policy=delete, it must be compact - set")
    assert wrong(found)[f"{prefix}redriven.v1"].startswith("has cleanup.policy=delete, it must be compact - set")
    assert found[f"{prefix}orphans.v1"][0] == "warning"
    assert "max.message.bytes" in found[f"{prefix}orphans.v1"][1]


def test_without_administration_own_topics_must_be_there(job: Job, kafka: Broker) -> None:
    prefix = f"bare{job.prefix}"
    kafka.create_topics({f"{prefix}order.v1": 1, f"{prefix}status.v1": 1})
    found = doctor(job, 1, topic_prefix=prefix, inputs="order", topic_admin="off")
    assert set(wrong(found)) == {f"{prefix}{name}.v1" for name in OUTPUTS if name != "status"}
    assert found[f"{prefix}status.v1"][0] == "ok"


def test_inputs_larger_than_what_is_read_are_a_warning(job: Job) -> None:
    state, told = doctor(job, 0, max_message_bytes="2000")["input topics"]
    assert state == "warning"
    assert "O2C_MAX_MESSAGE_BYTES" in told


def test_a_store_of_another_shard_count_is_told(job: Job) -> None:
    assert "was made with 8 shards, not 4" in wrong(doctor(job, 1, shards="4"))["store"]


def test_a_store_that_nobody_holds_is_told(job: Job, tmp_path: Path) -> None:
    store = Store(tmp_path / "store", 8)
    store.prepare(created_at=0)
    assert doctor(job, 0, store=str(store.folder))["store"] == ("ok", f"{store.folder} has 8 shards, never locked")


def test_a_folder_that_cannot_be_is_told(job: Job, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be used" in wrong(doctor(job, 1, store=str(tmp_path / "file" / "store")))["store"]


def test_a_store_that_was_set_back_is_a_warning(job: Job, tmp_path: Path) -> None:
    store = Store(tmp_path / "store", 8)
    store.prepare(created_at=0)
    store.write_generation(1)
    job.redis().set("older:generation", 7)
    found = doctor(job, 0, store=str(store.folder), redis_prefix="older:")
    assert found["generation"][0] == "warning"


def test_a_policy_that_cannot_be_is_told(job: Job, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("version = 2")
    assert str(policy) in wrong(doctor(job, 1, policy=str(policy)))["policy"]


def test_a_registry_that_does_not_answer_is_told(job: Job) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert "does not answer" in wrong(doctor(job, 1, registry_url=url))["registry"]


def test_a_fixed_clock_is_a_warning(job: Job) -> None:
    assert doctor(job, 0, testing="1", test_clock="2026-01-06T00:00:00Z")["settings"][0] == "warning"


def test_settings_that_cannot_be_are_wrong_use(job: Job) -> None:
    run = job.command("doctor", settings={"O2C_SHARDS": "many"})
    assert (run.returncode, run.stdout, run.stderr) == (2, "", "o2c: O2C_SHARDS: must be a whole number\n")
