"""The shell completes what the script knows."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).parent / "o2c"
BASH = shutil.which("bash")


def script(shell: str) -> str:
    return subprocess.run([COMMAND, "completion", shell], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_for_o2c(shell: str) -> None:
    printed = script(shell)
    assert f"_O2C_COMPLETE={shell}_complete" in printed
    assert "o2c" in printed


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["o2c", "dea"], ["dead-letters"]),
        (["o2c", "dead-letters", ""], ["list", "redrive", "show"]),
        (["o2c", "status", "X", "--w"], ["--watch"]),
    ],
)
@pytest.mark.skipif(BASH is None, reason="no bash")
def test_bash_completes(words: list[str], completed: list[str]) -> None:
    assert BASH is not None
    line = " ".join(f"'{word}'" for word in words)
    asked = f"{script('bash')}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _o2c_completion {COMMAND}\n"
    asked += 'printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run([BASH, "-c", asked], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == completed
