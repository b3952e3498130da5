"""What `pip install .` brings: a wheel with all its data, whose command works outside the repository."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from o2c import __version__
from o2c.flows.setting_fields import INPUT_TYPES
from tests.repository.pages import ROOT
from tests.repository.tracked import tracked

ORDERS = 20

Command = Callable[..., str]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built with the tools at hand: nothing is fetched."""
    folder: Path = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs a program of a fresh environment that has the wheel, and what it needs from here, but not the repository."""
    folder: Path = tmp_path_factory.mktemp("installed")
    environment = folder / "environment"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    _pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    [packages] = environment.glob("lib/python*/site-packages")
    # Named by a file, this folder is searched for modules; the editable install's own file in it is not followed.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def run(program: str, *arguments: str) -> str:
        names = {name: value for name, value in os.environ.items() if not name.startswith(("O2C_", "PYTHON"))}
        line = [str(environment / "bin" / program), *arguments]
        done = subprocess.run(line, cwd=folder, env=names, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def _pip(*arguments: str) -> None:
    line = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(line, check=True, timeout=90)


def test_wheel_holds_the_whole_package_and_nothing_else(wheel: Path) -> None:
    packed = zipfile.ZipFile(wheel).namelist()
    about = f"o2c-{__version__}.dist-info/"
    assert {str(path.relative_to(ROOT)) for path in tracked("o2c")} <= set(packed)
    assert [name for name in packed if not name.startswith(("o2c/", about))] == []
    assert about + "licenses/LICENSE" in packed


def test_command_of_the_wheel_says_its_version(command: Command) -> None:
    assert command("o2c", "--version") == f"o2c, version {__version__}\n"


def test_package_of_the_wheel_is_the_one_that_runs(command: Command) -> None:
    where = "import o2c, sys; print(o2c.__file__.startswith(sys.prefix))"
    assert command("python", "-c", where) == "True\n"


def test_wheel_brings_its_data(command: Command) -> None:
    loads = "from o2c.connectors.redis.calls import SCRIPT; from o2c.schemas.publish import differences"
    assert command("python", "-c", f"{loads}; print(bool(SCRIPT), differences())") == "True []\n"


def test_job_of_the_wheel_can_be_imported_whole(command: Command) -> None:
    assert command("python", "-c", "import o2c.flows.job, o2c.flows.worker") == ""


def test_wheel_simulates_checks_its_policy_and_replays(command: Command) -> None:
    command("o2c", "simulate", "--orders", str(ORDERS), "--seed", "3", "--out", "demo")
    assert "policy.toml: valid" in command("o2c", "policy", "check", "demo/policy.toml")
    command("o2c", "replay", "demo/events.jsonl", "--policy", "demo/policy.toml", "--out", "result")
    statuses = command("python", "-c", "print(open('result/status.jsonl').read(), end='')").splitlines()
    assert len(statuses) == ORDERS
    assert {document["type"] for status in statuses for document in json.loads(status)["documents"]} <= set(INPUT_TYPES)
