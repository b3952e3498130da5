"""The files of the repository, as git knows them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import SERVICES_REQUIRED
from tests.repository.pages import ROOT


def tracked(*arguments: str) -> list[Path]:
    """What `git ls-files` lists, without what has been deleted. Skips the test where there is no git or work tree."""
    git = shutil.which("git")
    if git is not None:
        command = [git, "ls-files", "-z", *arguments]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    if SERVICES_REQUIRED:
        pytest.fail("git cannot list this repository's files")
    pytest.skip("there is no git, or no work tree of its own")
