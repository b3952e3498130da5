"""What is asked of Redis at the start, and the generation that it keeps."""

from collections.abc import Iterator

import pytest
import redis
import structlog

from o2c.connectors.redis import check_redis, reachable, read_generation, write_generation
from o2c.demo.redis import redis_command
from o2c.errors import ConfigurationError, OperatingFault
from tests.connectors.redis_records import Writer, status
from tests.services.process import ServerProcess, accepts, free_port
from tests.services.redis import RedisServer


@pytest.fixture(scope="module")
def cluster_url(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster of one node that serves the upper half of the slots; where the shared server runs, so does this."""
    assert redis_server.url
    command, port, folder = redis_command(), free_port(), tmp_path_factory.mktemp("cluster")
    assert command is not None
    options = ["--port", str(port), "--cluster-enabled", "yes", "--dir", str(folder), "--save", ""]
    options += ["--cluster-require-full-coverage", "no"]
    node = ServerProcess([command, *options], folder / "log")
    try:
        node.wait_until(lambda: accepts(port))
        url = f"redis://127.0.0.1:{port}"
        with redis.Redis.from_url(url) as client:
            slots = range(8192, 16384)
            client.execute_command("CLUSTER ADDSLOTS", *slots)
            node.wait_until(lambda: client.cluster("info")["cluster_state"] == "ok")
        yield url
    finally:
        node.kill()


def test_a_fit_redis_is_accepted_in_silence(redis_url: str) -> None:
    with structlog.testing.capture_logs() as logs:
        check_redis(redis_url)
    assert logs == []


def test_a_redis_that_may_evict_keys_is_accepted_with_a_warning(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client, structlog.testing.capture_logs() as logs:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            check_redis(redis_url)
        finally:
            client.config_set("maxmemory-policy", "noeviction")
    assert [(line["event"], line["maxmemory_policy"]) for line in logs] == [("redis_may_evict_keys", "allkeys-lru")]


def test_an_unreachable_redis_is_one_line_without_a_password() -> None:
    port = free_port()
    with pytest.raises(OperatingFault) as fault:
        check_redis(f"redis://:secret@127.0.0.1:{port}/1")
    message = str(fault.value)
    assert f"Redis at 127.0.0.1:{port}/1" in message
    assert "secret" not in message
    assert "\n" not in message


def test_a_wrong_password_is_an_operating_fault(redis_url: str) -> None:
    with pytest.raises(OperatingFault, match="refuses the user or password"):
        check_redis(redis_url.replace("redis://", "redis://nobody:secret@"))


def test_a_server_that_is_no_redis_is_unreachable() -> None:
    assert not reachable(f"redis://127.0.0.1:{free_port()}/0")


def test_a_redis_that_answers_is_reachable(redis_url: str) -> None:
    assert reachable(redis_url)


def test_a_cluster_is_refused_without_a_hash_tag_in_the_prefix(cluster_url: str) -> None:
    for prefix in ("o2c:", "o2c:{}:"):
        with pytest.raises(ConfigurationError, match="needs a hash tag"):
            check_redis(cluster_url, prefix)


def test_a_cluster_takes_writes_under_a_hash_tag_that_its_node_serves(cluster_url: str) -> None:
    with redis.Redis.from_url(cluster_url) as client:
        served = next(tag for tag in "abcdefgh" if int(client.cluster("keyslot", tag)) >= 8192)
        prefix = f"o2c:{{{served}}}:"
        check_redis(cluster_url, prefix)
        Writer(cluster_url, prefix=prefix).write(status(refs=("po:1",)))
        assert client.smembers(f"{prefix}ref:po:1") == {b"SO-1"}


def test_a_cluster_node_that_does_not_serve_the_prefix_is_an_operating_fault(cluster_url: str) -> None:
    with redis.Redis.from_url(cluster_url) as client:
        elsewhere = next(tag for tag in "abcdefgh" if int(client.cluster("keyslot", tag)) < 8192)
    with pytest.raises(OperatingFault, match="Redis at"):
        check_redis(cluster_url, f"{{{elsewhere}}}:")


def test_no_generation_has_written_to_an_empty_redis(redis_url: str) -> None:
    assert read_generation(redis_url) == 0


def test_a_generation_is_raised_but_never_lowered(redis_url: str) -> None:
    assert [write_generation(redis_url, "o2c:", generation) for generation in (3, 2, 1_000_000)] == [3, 3, 1_000_000]
    assert read_generation(redis_url) == 1_000_000


def test_a_generation_belongs_to_its_prefix(redis_url: str) -> None:
    write_generation(redis_url, "eu:", 9)
    assert (read_generation(redis_url, "eu:"), read_generation(redis_url, "us:")) == (9, 0)
