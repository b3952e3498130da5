"""A Redis that goes and comes back loses no write; one that stays away ends the job with one line."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import structlog

from o2c.errors import OperatingFault
from tests.connectors.redis_records import Writer, status
from tests.services.redis import RedisServer

REFUSES_AT_ONCE = 7
"""The first Redis that does not let a script write while writes are paused."""


@pytest.fixture
def server(redis_server: RedisServer, tmp_path: Path) -> Iterator[RedisServer]:
    """A server of the test's own; where the shared one runs, so does this."""
    assert redis_server.url
    with RedisServer(tmp_path, keeps_data=True) as server:
        yield server


def held_versions(server: RedisServer) -> set[int]:
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        return {int(client.hget(key, "version") or 0) for key in client.keys("o2c:order:*")}


def test_a_restart_between_two_batches_loses_nothing(server: RedisServer) -> None:
    writer = Writer(server.url)
    writer.send(status("SO-1", version=1))
    server.restart()
    writer.write(status("SO-2", version=2))
    assert held_versions(server) == {1, 2}


def test_a_write_that_a_crash_swallowed_is_sent_again(server: RedisServer) -> None:
    writer = Writer(server.url)
    with redis.Redis.from_url(server.url) as client:
        if int(client.info("server")["redis_version"].split(".")[0]) < REFUSES_AT_ONCE:
            pytest.skip("this Redis lets a script through while writes are paused")
        client.client_pause(60_000, all=False)
    writer.send(*(status(f"SO-{number}", version=number) for number in range(1, 501)), token=9)
    server.kill()
    server.start()
    assert (held_versions(server), writer.deliveries.upto(0)) == (set(), 0)
    writer.partition.close()
    assert (held_versions(server), writer.deliveries.upto(0)) == (set(range(1, 501)), 9)


def test_writes_wait_for_a_redis_that_comes_back_in_time_and_say_so(server: RedisServer) -> None:
    writer = Writer(server.url)
    server.kill()
    helper = threading.Timer(0.5, server.start)
    helper.start()
    with structlog.testing.capture_logs() as logs:
        writer.write(status())
    helper.join()
    assert held_versions(server) == {1}
    assert {(line["event"], line["log_level"]) for line in logs} == {("redis_retry", "warning")}
    assert len(logs) < 10


def test_a_redis_that_stays_away_ends_the_job_with_one_line_and_no_password(server: RedisServer) -> None:
    writer = Writer(f"redis://user:secret@127.0.0.1:{server.port}/3", retry_budget_seconds=0.2)
    server.kill()
    with pytest.raises(OperatingFault) as fault:
        writer.write(status())
    message = str(fault.value)
    assert f"127.0.0.1:{server.port}/3 did not take writes for 0.2 s" in message
    assert "secret" not in message
    assert "\n" not in message


def test_nothing_is_confirmed_that_a_lost_redis_may_not_hold(server: RedisServer) -> None:
    writer = Writer(server.url, retry_budget_seconds=0.2)
    writer.send(status(version=1), token=1)
    writer.send(token=2)
    with redis.Redis.from_url(server.url) as client:
        if int(client.info("server")["redis_version"].split(".")[0]) < REFUSES_AT_ONCE:
            pytest.skip("this Redis lets a script through while writes are paused")
        client.client_pause(60_000, all=False)
    writer.send(status(version=2), token=3)
    confirmed = writer.deliveries.upto(0)
    server.kill()
    with pytest.raises(OperatingFault):
        writer.send(status(version=3), token=4)
    assert writer.deliveries.upto(0) == confirmed < 3
