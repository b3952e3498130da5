"""The README is tried, not imagined."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from o2c.flows.correlation.policy import load_policy
from o2c.flows.health import health_app
from o2c.flows.settings import load_settings
from o2c.schemas.codecs import Decoder
from o2c.schemas.documents import Arrival
from o2c.schemas.records import Record
from tests.repository.pages import README, ROOT, blocks, codes, commands, run, table, tidy

STATUS = "o2c status "
STATUS_CLOCK = "2025-01-10T21:25:30Z"


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The folder in which all commands that need no service were tried, and what each printed."""
    folder: Path = tmp_path_factory.mktemp("readme")
    return folder, {line: run(line, folder) for line, _ in commands(README) if not line.startswith(STATUS)}


def test_commands_print_what_the_readme_shows(tried: tuple[Path, dict[str, str]]) -> None:
    shown = {line: tidy(printed) for line, printed in commands(README) if not line.startswith(STATUS)}
    assert shown == {line: tidy(printed) for line, printed in tried[1].items()}


def test_status_is_what_the_readme_shows(tried: tuple[Path, dict[str, str]], redis_url: str) -> None:
    folder, _ = tried
    shown = {line: printed for line, printed in commands(README) if line.startswith(STATUS)}
    assert shown
    with redis.Redis.from_url(redis_url) as client:
        for status in (folder / "result" / "status.jsonl").read_bytes().splitlines():
            client.hset(f"o2c:order:{json.loads(status)['correlation_id']}", "json", status)
        for exception in (folder / "result" / "exceptions.jsonl").read_bytes().splitlines():
            client.hset(f"o2c:exception:{json.loads(exception)['exception_id']}", "json", exception)
    settings = {"O2C_REDIS_URL": redis_url, "O2C_TESTING": "1", "O2C_TEST_CLOCK": STATUS_CLOCK}
    for line, printed in shown.items():
        assert tidy(run(line, folder, settings)) == tidy(printed)


def test_example_event_is_read() -> None:
    [example] = blocks(README, "json")
    record = Record("o2c.shipment.v1", 0, 0, 0, None, example.body.encode())
    assert isinstance(Decoder({"o2c.shipment.v1": "shipment"}).decode(record), Arrival)


def test_example_policy_is_valid() -> None:
    [example] = blocks(README, "toml")
    assert load_policy(example.body).version


def test_settings_that_the_readme_exports_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    exported = re.findall(r"^export (O2C_\w+)=(\S+)$", README.read_text(), re.MULTILINE)
    assert exported
    for name, value in exported:
        monkeypatch.setenv(name, value)
    load_settings()


def test_endpoints_are_those_that_answer() -> None:
    answered: list[str] = []

    def start_response(status: str, *_: Any) -> Callable[[bytes], object]:
        answered.append(status)
        return lambda _: None

    app = health_app(lambda: None)
    endpoints = [codes(endpoint)[0] for endpoint, _ in table(README, "endpoint", "answers")]
    for endpoint in endpoints:
        app({"REQUEST_METHOD": "GET", "PATH_INFO": endpoint}, start_response)
    assert endpoints == ["/healthz", "/readyz", "/metrics"]
    assert answered == ["200 OK"] * 3


def test_make_targets_that_the_readme_names_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)", README.read_text(), re.MULTILINE))
    assert named == {"demo", "test"}
    assert named <= targets
