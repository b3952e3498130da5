"""The README is tried, not imagined."""

import json
import re
from pathlib import Path

import pytest
import redis

from o2c.flows.correlation.policy import load_policy, not_in_force
from o2c.flows.health import health_app
from o2c.flows.settings import load_settings
from tests.repository.pages import README, ROOT, blocks, codes, commands, run, table, tidy

STATUS = "o2c status "


def test_commands_print_what_the_readme_shows(tmp_path: Path) -> None:
    for line, printed in commands(README):
        if not line.startswith(STATUS):
            assert tidy(run(line, tmp_path)) == tidy(printed), line


def test_status_is_what_the_readme_shows(tmp_path: Path, redis_url: str) -> None:
    shown = {line: printed for line, printed in commands(README) if line.startswith(STATUS)}
    assert shown
    for line, _ in commands(README):
        if line.startswith(("o2c simulate ", "o2c replay ")):
            run(line, tmp_path)
    with redis.Redis.from_url(redis_url) as client:
        for status in (tmp_path / "result" / "status.jsonl").read_bytes().splitlines():
            client.hset(f"o2c:order:{json.loads(status)['correlation_id']}", "json", status)
    for line, printed in shown.items():
        assert tidy(run(line, tmp_path, {"O2C_REDIS_URL": redis_url})) == tidy(printed)


def test_example_policy_is_valid_and_wholly_in_force() -> None:
    [example] = blocks(README, "toml")
    assert not_in_force(load_policy(example.body)) == []


def test_settings_that_the_readme_exports_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    exported = re.findall(r"^export (O2C_\w+)=(\S+)$", README.read_text(), re.MULTILINE)
    assert exported
    for name, value in exported:
        monkeypatch.setenv(name, value)
    load_settings()


def test_endpoints_are_those_that_answer() -> None:
    app = health_app(lambda: None)
    for endpoint, _ in table(README, "endpoint", "answers"):
        answered: list[str] = []
        app({"REQUEST_METHOD": "GET", "PATH_INFO": codes(endpoint)[0]}, lambda status, *_: answered.append(status))
        assert answered == ["200 OK"], endpoint


def test_make_targets_that_the_readme_names_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)", README.read_text(), re.MULTILINE))
    assert named == {"install", "test"}
    assert named <= targets
