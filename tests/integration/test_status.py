"""`o2c status` at a terminal and in a pipe."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pexpect
import pytest
import redis

from o2c.flows.correlation.exceptions import exception_id
from tests.connectors.redis_records import Writer, status
from tests.services.redis import RedisServer
from tests.services.screen import Terminal
from tests.services.terminal import at_terminal, shown_at_terminal
from tests.unit.status.whole_order import ACCEPTED_ID, EXCEPTIONS, NOW, STATUS

CLOCK = {"O2C_TESTING": "1", "O2C_TEST_CLOCK": "2025-01-09T07:25:30Z"}
RED = "\x1b[1;31m"
SCREEN_ON, SCREEN_OFF = "\x1b[?1049h", "\x1b[?1049l"
PATIENCE_SECONDS = 60


@pytest.fixture
def environment(redis_url: str) -> dict[str, str]:
    """Where a stalled order is known."""
    write(redis_url, 1, "stalled")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("O2C_", "NO_COLOR"))}
    return {**inherited, "O2C_REDIS_URL": redis_url, **CLOCK}


def write(redis_url: str, version: int, health: str) -> None:
    value = b'{"correlation_id":"SO-1","health":"%b","version":%d}' % (health.encode(), version)
    record = status("SO-1", version)
    Writer(redis_url).write(type(record)("SO-1", version, value, health, "ordered", "unbilled", ()))


@contextmanager
def in_pipe(environment: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "o2c", "status", *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, bufsize=0) as process:
        yield process
        process.kill()


def next_line(stream: IO[Any] | None) -> str:
    assert stream is not None
    assert select.select([stream], [], [], PATIENCE_SECONDS)[0], "nothing came"
    line: bytes = stream.readline()
    return line.decode()


def test_there_is_colour_at_a_terminal(environment: dict[str, str]) -> None:
    assert f"{RED}STALLED" in shown_at_terminal(environment, "status", "SO-1")[1]


def test_there_is_no_colour_where_none_is_wanted(environment: dict[str, str]) -> None:
    _, shown = shown_at_terminal({**environment, "NO_COLOR": "1"}, "status", "SO-1")
    assert "STALLED" in shown
    assert "\x1b[31" not in shown
    assert RED not in shown


def test_there_is_no_colour_in_a_pipe(environment: dict[str, str]) -> None:
    with in_pipe(environment, "SO-1") as process:
        assert process.communicate()[0] == b"SO-1  STALLED  unknown, unknown\n"


def test_a_watch_at_a_terminal_follows_and_ends_cleanly(environment: dict[str, str], redis_url: str) -> None:
    with at_terminal(environment, "status", "SO-1", "--watch") as session:
        session.expect_exact(SCREEN_ON)
        session.expect_exact("STALLED")
        write(redis_url, 2, "on_track")
        session.expect_exact("on track")
        session.sendintr()
        session.expect_exact(SCREEN_OFF)
        session.expect_exact("on track")
        session.expect(pexpect.EOF)
        assert "Traceback" not in (session.before or "")
    assert session.exitstatus == 0


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_in_a_pipe_speaks_when_something_changes(
    environment: dict[str, str], redis_url: str, ending: signal.Signals
) -> None:
    with in_pipe(environment, "SO-1", "--watch") as process:
        assert next_line(process.stdout).startswith("SO-1  STALLED")
        write(redis_url, 2, "on_track")
        assert next_line(process.stdout).startswith("SO-1  on track")
        process.send_signal(ending)
        assert process.wait(PATIENCE_SECONDS) == 0


def test_a_watch_as_json_is_a_line_a_change(environment: dict[str, str], redis_url: str) -> None:
    with in_pipe(environment, "SO-1", "--watch", "--json") as process:
        assert '"version":1' in next_line(process.stdout)
        write(redis_url, 2, "on_track")
        assert '"version":2' in next_line(process.stdout)


@pytest.mark.parametrize(
    ("reference", "code", "told"),
    [
        (b"", 2, "REF is empty"),
        (b"\xff", 2, "REF is not text in UTF-8"),
        (b"BROKEN", 1, "what Redis holds for 'BROKEN' was not written by o2c"),
        (b"LIST", 1, "what Redis holds for 'LIST' was not written by o2c"),
        (b"FOREIGN", 1, "what Redis holds for 'FOREIGN' was not written by o2c"),
        (b"invoice:GONE", 1, "nothing is known under 'invoice:GONE'"),
    ],
)
def test_what_cannot_be_shown_is_one_line(
    environment: dict[str, str], redis_url: str, reference: bytes, code: int, told: str
) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.hset("o2c:order:BROKEN", "json", b"{")
        client.hset("o2c:order:LIST", "json", b"[]")
        client.hset("o2c:order:FOREIGN", "json", b'{"correlation_id":"FOREIGN","waiting_for":{"milestone":7}}')
        client.sadd("o2c:ref:invoice:GONE", "SO-2")
    for options in ([], [b"--json"], [b"--watch"]):
        command = [sys.executable.encode(), b"-m", b"o2c", b"status", reference, *options]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (code, "", f"o2c: {told}\n")


def test_json_does_not_steer_a_terminal(environment: dict[str, str], redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.hset("o2c:order:SO-2", "json", '{"correlation_id":"SO-2","order":"\x9b2Jé"}'.encode())
    with in_pipe(environment, "SO-2", "--json") as process:
        assert process.communicate()[0].decode() == '{"correlation_id":"SO-2","order":"\\u009b2Jé"}\n'


def store(redis_url: str) -> None:
    """The order that has everything, and its exceptions."""
    with redis.Redis.from_url(redis_url) as client:
        client.hset("o2c:order:SO-2", "json", json.dumps(STATUS))
        for exception_id, exception in EXCEPTIONS.items():
            mapping = {"state": exception["state"], "json": json.dumps(exception)}
            client.hset(f"o2c:exception:{exception_id}", mapping=mapping)


@pytest.mark.parametrize("columns", [80, 120])
def test_a_whole_order_fits_a_terminal(
    environment: dict[str, str], redis_url: str, tmp_path: Path, columns: int
) -> None:
    store(redis_url)
    command = [sys.executable, "-m", "o2c", "status", "SO-2"]
    with Terminal(command, tmp_path, environment | {"O2C_TEST_CLOCK": NOW}, columns, 100) as terminal:
        assert terminal.ended() == 0
        shown = " ".join(" ".join(terminal.rows).split())
    assert "30 deducted, 2 written off, 50 open (15 past due, 10 disputed)" in shown
    assert "Ready to invoice: 20 EUR; the rest is blocked by BILLING_HOLD, PRICE_MISMATCH" in shown
    assert "escalated to billing-lead, level 1, 2025-04-10 20:00 (16 h ago); acknowledged" in shown
    assert shown.endswith("last change 2025-04-11 10:00 (2 h ago), version 12")


def test_what_people_have_accepted_is_on_record(redis_url: str, environment: dict[str, str]) -> None:
    order = ("", "order", "SO-1")
    accepted = exception_id("SO-1", "SHORT_SHIP", order)
    cleared = exception_id("SO-1", "OVER_SHIP", order)
    with redis.Redis.from_url(redis_url) as client:
        for each, code, state in ((accepted, "SHORT_SHIP", "overridden"), (cleared, "OVER_SHIP", "cleared")):
            value = EXCEPTIONS[ACCEPTED_ID] | {"correlation_id": "SO-1", "exception_id": each, "code": code}
            client.hset(f"o2c:exception:{each}", mapping={"state": state, "json": json.dumps(value)})
    with in_pipe(environment, "SO-1") as process:
        shown = process.communicate()[0].decode()
    assert "On record\nSHORT_SHIP  accepted as it is since" in shown
    assert accepted in shown
    assert "OVER_SHIP" not in shown


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that a test may stop; it keeps what it holds."""
    with RedisServer(tmp_path / "redis", keeps_data=True) as server:
        write(f"{server.url}/0", 1, "stalled")
        yield server


def test_a_watch_outlasts_a_restart_of_redis(environment: dict[str, str], own_redis: RedisServer) -> None:
    url = f"{own_redis.url}/0"
    with at_terminal(environment | {"O2C_REDIS_URL": url}, "status", "SO-1", "--watch") as session:
        session.expect_exact("STALLED")
        own_redis.stop()
        session.expect_exact("trying again for up to")
        session.expect_exact("STALLED")
        own_redis.start()
        write(url, 2, "on_track")
        session.expect_exact("on track")
        session.sendintr()
        session.expect_exact(SCREEN_OFF)
        session.expect(pexpect.EOF)
        assert "trying again" not in (session.before or "")
    assert session.exitstatus == 0


def test_a_watch_in_a_pipe_says_so_where_redis_is_away(environment: dict[str, str], own_redis: RedisServer) -> None:
    command = [sys.executable, "-m", "o2c", "status", "SO-1", "--watch", "--json"]
    environment = environment | {"O2C_REDIS_URL": f"{own_redis.url}/0"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        assert '"version":1' in next_line(process.stdout)
        own_redis.stop()
        assert "trying again for up to" in next_line(process.stderr)
        own_redis.start()
        write(f"{own_redis.url}/0", 2, "on_track")
        assert '"version":2' in next_line(process.stdout)
        process.kill()
