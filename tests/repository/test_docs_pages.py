"""Every page: links lead somewhere, paths exist, commands print what they are said to."""

import re
from pathlib import Path

import pytest

from tests.repository.pages import PAGES, README, ROOT, commands, run, tidy, without_blocks, write_files

LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([\w-]+))?\)")
PATH = re.compile(r"`((?:o2c|tests|docs|requirements|benchmarks)/[\w./*-]*|\.ci/run)`")
WITH_COMMANDS = [page for page in PAGES if page != README and commands(page)]
NAMES = [page.name for page in PAGES]


def anchors(page: Path) -> set[str]:
    """What the headings of a page can be linked by."""
    headings = re.findall(r"^#+ (.+)$", without_blocks(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(without_blocks(page)):
        linked = (page.parent / target).resolve() if target else page
        assert linked.is_file(), target
        assert not anchor or anchor in anchors(linked), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_paths_that_a_page_names_exist(page: Path) -> None:
    assert [path for path in PATH.findall(page.read_text()) if not any(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=[page.name for page in WITH_COMMANDS])
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    write_files(page, tmp_path)
    for line, printed in commands(page):
        assert tidy(run(line, tmp_path)) == tidy(printed), line


def test_links_lead_from_the_readme_to_every_page_of_docs() -> None:
    reached: set[Path] = set()
    beyond = {README}
    while beyond:
        page = beyond.pop()
        reached.add(page)
        linked = {(page.parent / target).resolve() for target, _ in LINK.findall(without_blocks(page)) if target}
        beyond |= {each for each in linked if each.suffix == ".md"} - reached
    assert set((ROOT / "docs").glob("*.md")) <= reached
