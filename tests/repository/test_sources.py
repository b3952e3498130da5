"""What holds for the sources as such, beyond what the linters can say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repository.pages import ROOT
from tests.repository.tracked import tracked

PACKAGE = ROOT / "o2c"
CORE = PACKAGE / "flows" / "correlation"
LONGEST_MODULE = 400
LARGEST_FILE_BYTES = 1_000_000

MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:root|work|home/\w+|Users/\w+)/")
REGISTRY_HOST = re.compile(
    r"pypi\.org|pythonhosted\.org|maven\.org|maven\.apache\.org/maven2|npmjs\.org|golang\.org/proxy"
)
INDEX_OPTION = re.compile(r"--(?:extra-)?index(?:-url)?[ =]|--find-links[ =]|--trusted-host")
SUPPRESSION = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\])(?P<rest>.*)")
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter"}


def tree() -> list[Path]:
    """The files that are, or would be, committed."""
    return tracked("--cached", "--others", "--exclude-standard")


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def lines(files: list[Path]) -> Iterator[tuple[str, str]]:
    """Each line of the text files with its place."""
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            yield f"{path.relative_to(ROOT)}:{number}", line


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY_HOST, INDEX_OPTION], ids=["path", "host", "option"])
def test_no_file_knows_the_machine_or_registry_it_was_made_with(pattern: re.Pattern[str]) -> None:
    own = str(Path(__file__).relative_to(ROOT))
    found = [place for place, line in lines(tree()) if pattern.search(line) and not place.startswith(own)]
    assert found == []


def test_no_file_is_large() -> None:
    assert [path for path in tree() if path.stat().st_size > LARGEST_FILE_BYTES] == []


def test_every_module_says_what_it_is() -> None:
    assert [path for path in modules(PACKAGE) if ast.get_docstring(ast.parse(path.read_text())) is None] == []


def test_no_module_is_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules(PACKAGE)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_suppression_gives_its_reason() -> None:
    """On its line, in a comment on the line above, or once for lines in a row."""
    unexplained = []
    explained = False
    for place, line in lines(modules(PACKAGE) + modules(ROOT / "tests")):
        suppression = SUPPRESSION.search(line)
        if suppression is None:
            explained = line.lstrip().startswith("#")
            continue
        explained = explained or re.search(r"\w{3}", suppression["rest"]) is not None
        if not explained:
            unexplained.append(place)
    assert unexplained == []


def test_the_core_reads_no_clock() -> None:
    calls = [
        f"{path.name}:{node.lineno} {node.func.attr}"
        for path in modules(CORE)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]
    assert calls == []


def test_the_core_computes_without_floats() -> None:
    floats = [
        f"{path.name}:{node.lineno}"
        for path in modules(CORE)
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
    ]
    assert floats == []
