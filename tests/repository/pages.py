"""The project's pages as data: their tables, their blocks, and the commands that they show, run as a reader would."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import SERVICES_REQUIRED

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"^```(?P<language>\w*) ?(?P<name>[\w./-]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_CELL_END = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\|(-+\|)+")
_CODE = re.compile(r"`([^`]+)`")
_COMMAND_SECONDS = 60
_TOOLS = ("grep", "cut")


class Block(NamedTuple):
    """A fenced block. `name` is the file that it stands for, empty for none."""

    language: str
    name: str
    body: str


class Command(NamedTuple):
    """A command line of a page, and what the page says that it prints."""

    line: str
    printed: str


def blocks(page: Path, language: str) -> list[Block]:
    """The page's fenced blocks of a language, in their order."""
    found = (Block(each["language"], each["name"], each["body"]) for each in _BLOCK.finditer(page.read_text()))
    return [block for block in found if block.language == language]


def table(page: Path, *header: str) -> list[tuple[str, ...]]:
    """The rows of the one table of the page that has this header."""
    found = [rows for names, rows in _tables(page) if names == header]
    assert len(found) == 1, f"{page.name} has {len(found)} tables with the header {header}"
    return found[0]


def _tables(page: Path) -> list[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    text = _BLOCK.sub("", page.read_text())
    found: list[tuple[tuple[str, ...], list[tuple[str, ...]]]] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if _RULE.fullmatch(line):
            rows = []
            for row in lines[number + 1 :]:
                if not row.startswith("|"):
                    break
                rows.append(_cells(row))
            assert all(len(row) == len(_cells(line)) for row in rows), f"{page.name}: a row of another width"
            found.append((_cells(lines[number - 1]), rows))
    return found


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().replace("\\|", "|") for cell in _CELL_END.split(line.strip())[1:-1])


def codes(cell: str) -> list[str]:
    """What a cell has between backticks."""
    return _CODE.findall(cell)


def without_blocks(page: Path) -> str:
    """The page's text without its fenced blocks."""
    return _BLOCK.sub("", page.read_text())


def commands(page: Path) -> list[Command]:
    """The commands of the page's console blocks, each a line that begins with `$ `."""
    found = []
    for block in blocks(page, "console"):
        for shown in re.split(r"^\$ ", block.body, flags=re.MULTILINE)[1:]:
            line, _, printed = shown.partition("\n")
            found.append(Command(line, printed))
    return found


def write_files(page: Path, folder: Path) -> None:
    """Write the blocks that stand for files."""
    for language in ("json", "toml"):
        for block in blocks(page, language):
            if block.name:
                (folder / block.name).write_text(block.body)


def run(line: str, folder: Path, settings: Mapping[str, str] | None = None) -> str:
    """What a command line prints in `folder`, with the project's own `o2c`. It must succeed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("O2C_")}
    environment |= {"PYTHONPATH": str(ROOT), **(settings or {})}
    own = f'o2c() {{ {shlex.quote(sys.executable)} -m o2c "$@"; }}\n'
    missing = [tool for tool in _TOOLS if re.search(rf"\b{tool} ", line) and shutil.which(tool) is None]
    if missing and not SERVICES_REQUIRED:
        pytest.skip(f"the page uses {missing[0]}, which is not here")
    done = subprocess.run(
        ["sh", "-euc", own + line],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_COMMAND_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{line}: {done.stderr}"
    return done.stdout


def tidy(printed: str) -> str:
    """Printed text without blanks at the ends of lines and without repeated or final empty lines."""
    lines = "\n".join(line.rstrip() for line in printed.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")
