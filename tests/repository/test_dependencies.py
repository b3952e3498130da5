"""The locks: complete, hashed, free of hosts; and what the product may be shipped with."""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "requirements" / "runtime.lock"
BUILD = ROOT / "requirements" / "build.lock"
DEVELOPMENT = ROOT / "requirements" / "development.lock"

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)")
NAME = re.compile(r"[A-Za-z0-9._-]+")
COPYLEFT = re.compile(r"GPL|General Public|MPL|Mozilla|EPL|Eclipse|CDDL|EUPL", re.IGNORECASE)
# A list of root certificates, used as published: its licence covers changes to that list alone.
COPYLEFT_DATA = {"certifi"}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins(lock: Path) -> set[tuple[str, str]]:
    found = (PIN.match(line) for line in lock.read_text().splitlines())
    return {(pin["name"], pin["version"]) for pin in found if pin}


def declared(requirements: list[str]) -> set[str]:
    names = (NAME.match(requirement) for requirement in requirements)
    return {re.sub(r"[._-]+", "-", name[0]).lower() for name in names if name}


@pytest.mark.parametrize("lock", [RUNTIME, BUILD, DEVELOPMENT], ids=["runtime", "build", "development"])
def test_a_lock_names_no_host_and_no_place(lock: Path) -> None:
    foreign = re.compile(r"://|^\s*--(?!hash=)|\s@\s|\bfile:|^[./]")
    assert [line for line in lock.read_text().splitlines() if foreign.search(line)] == []


@pytest.mark.parametrize("lock", [RUNTIME, BUILD, DEVELOPMENT], ids=["runtime", "build", "development"])
def test_a_lock_has_a_hash_for_every_pin(lock: Path) -> None:
    blocks = re.split(r"(?m)^(?=[a-z0-9])", lock.read_text())
    assert [block.split()[0] for block in blocks if PIN.match(block) and "--hash=sha256:" not in block] == []


def test_the_locks_cover_what_the_project_declares() -> None:
    asked = declared(project()["project"]["dependencies"])
    wanted = declared(project()["dependency-groups"]["development"])
    assert asked <= {name for name, _ in pins(RUNTIME)}
    assert wanted <= {name for name, _ in pins(DEVELOPMENT)}
    assert declared(project()["build-system"]["requires"]) <= {name for name, _ in pins(BUILD)}


def test_development_runs_on_the_versions_that_are_shipped() -> None:
    assert pins(RUNTIME) | pins(BUILD) <= pins(DEVELOPMENT)


def test_the_licence_is_there_and_named() -> None:
    assert project()["project"]["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_nothing_that_is_shipped_is_under_copyleft() -> None:
    offending = {name: terms for name, _ in pins(RUNTIME) if COPYLEFT.search(terms := licence(name))}
    assert offending.keys() <= COPYLEFT_DATA


def licence(name: str) -> str:
    """What an installed distribution says of its licence; empty for one that this platform does not need."""
    try:
        fields = metadata(name)
    except PackageNotFoundError:
        return ""
    classifiers = [entry for entry in fields.get_all("Classifier", []) if entry.startswith("License")]
    stated = [*fields.get_all("License-Expression", []), *fields.get_all("License", [])]
    # Some put the licence's whole text into the field; its first line names it.
    return "; ".join([*(text.strip().partition("\n")[0] for text in stated), *classifiers])
