"""docs/operations.md against the code: error lines, the configuration file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from o2c.flows.job import QUIET_SECONDS
from o2c.flows.settings import load_settings
from tests.repository.pages import ROOT, blocks, codes, table

PAGE = ROOT / "docs" / "operations.md"
PACKAGE = ROOT / "o2c"
EXIT_CODES = {"ConfigurationError": "2", "OperatingFault": "1"}


def test_error_lines_are_those_of_the_code() -> None:
    known = {(text, EXIT_CODES[kind]) for path in PACKAGE.rglob("*.py") for kind, text in messages(path)}
    for line, code, _ in table(PAGE, "line", "exit", "what to do"):
        pattern = re.compile(".*".join(re.escape(part) for part in codes(line)[0].split("...")), re.DOTALL)
        assert any(code == exit_code and pattern.fullmatch(text) for text, exit_code in known), line


def messages(path: Path) -> Iterator[tuple[str, str]]:
    """(error class, message with `…` for what is filled in) of every refusal that a module makes."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EXIT_CODES and node.args:
            yield node.func.id, text_of(node.args[0])


def text_of(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return text_of(node.left) + text_of(node.right)
    return "…"


def test_page_says_when_the_job_is_no_longer_ready() -> None:
    assert f"`/readyz` is 503 after {QUIET_SECONDS:g} s" in PAGE.read_text()


def test_example_configuration_is_valid(tmp_path: Path) -> None:
    [example] = blocks(PAGE, "toml")
    (tmp_path / example.name).write_text(example.body)
    settings = load_settings(tmp_path / example.name)
    assert settings.kafka_client()["sasl.mechanism"] == "SCRAM-SHA-512"


def test_kafka_variable_takes_the_place_of_the_whole_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "o2c.toml").write_text('[kafka]\nsecurity.protocol = "SSL"\n')
    monkeypatch.setenv("O2C_KAFKA", '{"sasl.username": "o2c"}')
    assert load_settings(tmp_path / "o2c.toml").kafka == {"sasl.username": "o2c"}
