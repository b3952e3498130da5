"""The command: exit codes, one line for each refusal, options as the work gets them."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result

from o2c import __version__
from o2c.errors import ConfigurationError, OperatingFault
from o2c.flows.cli import main
from o2c.flows.correlation.policy import load_policy
from o2c.flows.settings import ReplayOptions, Settings
from tests.connectors.redis_records import Writer, status

MAY = "2024-05-01T00:00:00Z"
MAY_US = 1_714_521_600_000_000


def o2c(*arguments: str | Path, **variables: str) -> Result:
    return CliRunner(env=variables).invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts functions in the place of a module that does the work."""

    def put(module_name: str, **functions: Callable[..., Any]) -> None:
        module = ModuleType(module_name)
        for name, function in functions.items():
            setattr(module, name, function)
        monkeypatch.setitem(sys.modules, module_name, module)

    return put


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text("")
    return path


@pytest.fixture
def replayed(stand_in: Callable[..., None]) -> list[ReplayOptions]:
    asked: list[ReplayOptions] = []

    def replay(options: ReplayOptions) -> str:
        asked.append(options)
        return "3 orders"

    stand_in("o2c.flows.replay", replay=replay)
    return asked


def test_version_is_the_package_s() -> None:
    assert o2c("--version").output == f"o2c, version {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "mentioned"),
    [
        ((), ["demo", "run", "replay", "status", "policy", "simulate", "--version"]),
        (("demo",), ["--seconds", "O2C_DEMO_SECONDS"]),
        (("run",), ["--config"]),
        (("replay",), ["FILE...", "--out", "--as-of", "--policy", "--order", "--workers", "--feed-silent"]),
        (("status",), ["REF", "--json", "--watch"]),
        (("dead-letters",), ["list", "show", "redrive"]),
        (("dead-letters", "list"), ["--code", "--topic", "--since", "--until", "--limit", "--json"]),
        (("dead-letters", "show"), ["PLACE", "--all"]),
        (("dead-letters", "redrive"), ["PLACE", "--code", "--topic", "--since", "--until", "--again", "--yes"]),
        (("doctor",), ["--config"]),
        (("completion",), ["bash", "zsh", "fish"]),
        (("policy",), ["check"]),
        (("policy", "check"), ["FILE"]),
        (("simulate",), ["--orders", "--seed", "--out"]),
    ],
)
def test_help_names_every_option(arguments: tuple[str, ...], mentioned: list[str]) -> None:
    result = o2c(*arguments, "--help")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in mentioned)


def test_command_alone_shows_its_help_as_wrong_use() -> None:
    result = o2c()
    assert result.exit_code == 2
    assert "Commands:" in result.stderr


WRONG_USES = [
    (("replya",), "No such command 'replya'."),
    (("demo", "--seconds", "39"), "Invalid value for '--seconds'"),
    (("run", "--confg", "x"), "No such option '--confg'"),
    (("run", "--config", "absent.toml"), "Invalid value for '--config': File 'absent.toml' does not exist."),
    (("policy", "check"), "Missing argument 'FILE'."),
    (("policy", "check", "absent.toml"), "Invalid value for 'FILE': File 'absent.toml' does not exist."),
    (("policy", "check", "."), "Invalid value for 'FILE': File '.' is a directory."),
    (("replay", "--out", "x"), "Missing argument 'FILE...'."),
    (("replay", "EVENTS"), "Missing option '--out'."),
    (("replay", "EVENTS", "absent.jsonl", "--out", "x"), "Invalid value for 'FILE...': File 'absent.jsonl' does not"),
    (("replay", "EVENTS", "--out", "EVENTS"), "Invalid value for '--out': Directory '"),
    (("replay", "EVENTS", "--out", "x", "--order", "random"), "Invalid value for '--order': 'random' is not one of"),
    (("replay", "EVENTS", "--out", "x", "--workers", "0"), "Invalid value for '--workers': 0 is not in the range"),
    (
        ("replay", "EVENTS", "--out", "x", "--as-of", "noon"),
        "Invalid value for '--as-of': 'noon': must be a time with offset such as 2024-05-01T00:00:00Z",
    ),
    (
        ("replay", "EVENTS", "--out", "x", "--as-of", "2024-05-01T00:00:00"),
        "Invalid value for '--as-of': '2024-05-01T00:00:00': needs an offset, such as 2024-05-01T00:00:00Z",
    ),
    (
        ("replay", "EVENTS", "--out", "x", "--feed-silent", "shipment@x"),
        "Invalid value for '--feed-silent': 'shipment@x' is not TYPE/SOURCE@TIME, such as shipment/wms-east@2024",
    ),
    (
        ("replay", "EVENTS", "--out", "x", "--feed-silent", f"shipmnt/wms@{MAY}"),
        "Invalid value for '--feed-silent': unknown document type 'shipmnt'; did you mean shipment?",
    ),
    (
        ("replay", "EVENTS", "--out", "x", "--feed-silent", "shipment/wms@noon"),
        "Invalid value for '--feed-silent': 'noon': must be a time with offset",
    ),
    (
        ("replay", "EVENTS", "--out", "x", *["--feed-silent", f"shipment/wms@{MAY}"] * 2),
        "Invalid value for '--feed-silent': shipment/wms is named twice",
    ),
    (("status",), "Missing argument 'REF'."),
    (("dead-letters", "show", "17"), "Invalid value for 'PLACE': '17' must be PARTITION/OFFSET, such as 3/17"),
    (("dead-letters", "list", "--limit", "0"), "Invalid value for '--limit': 0 is not in the range"),
    (
        ("dead-letters", "list", "--code", "bad_ut"),
        "Invalid value for '--code': 'bad_ut' is no code of a dead letter; did you mean BAD_UTF8?",
    ),
    (("dead-letters", "list", "--topic", "ordr"), "--topic: 'ordr' is no input topic and no document type; did you"),
    (("dead-letters", "redrive"), "redrive asks before it sends, and here is no terminal to ask: give --yes"),
    (("dead-letters", "redrive", "0/1", "--code", "BAD_UTF8"), "give places, or options that select, not both"),
    (("completion", "tcsh"), "Invalid value for '{bash|zsh|fish}': 'tcsh' is not one of"),
    (("simulate", "--orders", "0", "--seed", "1", "--out", "x"), "Invalid value for '--orders': 0 is not in the range"),
    (("simulate", "--orders", "5", "--out", "x"), "Missing option '--seed'."),
]


@pytest.mark.parametrize(("arguments", "line"), WRONG_USES, ids=[line for _, line in WRONG_USES])
def test_wrong_use_is_one_line_and_exit_code_2(arguments: tuple[str, ...], line: str, events: Path) -> None:
    result = o2c(*(str(events) if argument == "EVENTS" else argument for argument in arguments))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"o2c: {line}")
    assert result.stderr.count("\n") == 1


def test_replay_gets_what_was_asked(events: Path, tmp_path: Path, replayed: list[ReplayOptions]) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[stalls.PAST_DUE]\nowner = "x"')
    options = ["--as-of", "2024-05-01T02:00:00+02:00", "--order", "received", "--workers", "2", "--policy", str(policy)]
    result = o2c("replay", events, "--out", tmp_path / "out", *options, "--feed-silent", f"shipment/wms@east@{MAY}")
    assert (result.exit_code, result.stdout) == (0, "3 orders\n")
    asked = replayed[0]
    assert (asked.files, asked.out) == ((events,), tmp_path / "out")
    assert (asked.as_of_us, asked.order, asked.workers) == (MAY_US, "received", 2)
    assert asked.silenced == {"shipment/wms@east": MAY_US}
    assert asked.policy.version == load_policy(policy.read_text()).version


def test_replay_takes_the_default_policy_and_the_time_of_occurrence(
    events: Path, tmp_path: Path, replayed: list[ReplayOptions]
) -> None:
    o2c("replay", events, "--out", tmp_path)
    asked = replayed[0]
    assert asked.policy.version == load_policy(None).version
    assert (asked.as_of_us, asked.order, asked.workers, asked.silenced) == (None, "occurred", 1, {})


@pytest.mark.parametrize(("variables", "asked"), [({}, None), ({"O2C_DEMO_SECONDS": "60"}, 60)])
def test_demo_runs_as_long_as_was_asked_and_its_result_is_the_exit_code(
    variables: dict[str, str], asked: int | None, stand_in: Callable[..., None]
) -> None:
    given: list[int | None] = []

    def run(seconds: int | None) -> int:
        given.append(seconds)
        return 1

    stand_in("o2c.demo.run", demo=run)
    assert o2c("demo", **variables).exit_code == 1
    assert given == [asked]


def test_a_job_does_not_mind_the_demo_s_variable(stand_in: Callable[..., None]) -> None:
    stand_in("o2c.flows.run", run=lambda _: None)
    assert o2c("run", O2C_DEMO_SECONDS="60").exit_code == 0


def test_run_gets_settings_from_variables_over_the_file(stand_in: Callable[..., None], tmp_path: Path) -> None:
    given: list[Settings] = []
    stand_in("o2c.flows.run", run=given.append)
    config = tmp_path / "o2c.toml"
    config.write_text("shards = 8\nprocesses = 2")
    assert o2c("run", "--config", config, O2C_SHARDS="4").exit_code == 0
    assert (given[0].shards, given[0].processes) == (4, 2)


def test_wrong_setting_is_one_line_and_exit_code_2(stand_in: Callable[..., None]) -> None:
    stand_in("o2c.flows.run", run=lambda _: pytest.fail("it must not start"))
    result = o2c("run", O2C_SHARDS="many")
    assert (result.exit_code, result.stderr) == (2, "o2c: O2C_SHARDS: must be a whole number\n")


def wrapped_by_the_engine(cause: Exception) -> Callable[[Settings], None]:
    def run(_: Settings) -> None:
        try:
            raise cause
        except type(cause) as error:
            raise RuntimeError("error building the dataflow") from error

    return run


def left_while_closing(cause: Exception) -> Callable[[Settings], None]:
    def run(_: Settings) -> None:
        try:
            raise cause
        finally:
            raise KeyError("while closing")

    return run


@pytest.mark.parametrize("behind", [wrapped_by_the_engine, left_while_closing])
@pytest.mark.parametrize(
    ("cause", "code"), [(ConfigurationError("other shards"), 2), (OperatingFault("other shards"), 1)]
)
def test_refusal_behind_the_engine_s_error_is_found(
    behind: Callable[[Exception], Callable[[Settings], None]],
    cause: Exception,
    code: int,
    stand_in: Callable[..., None],
) -> None:
    stand_in("o2c.flows.run", run=behind(cause))
    result = o2c("run")
    assert (result.exit_code, result.stderr) == (code, "o2c: other shards\n")


def test_bug_keeps_its_traceback(stand_in: Callable[..., None]) -> None:
    def run(_: Settings) -> None:
        raise AssertionError("a broken invariant")

    stand_in("o2c.flows.run", run=run)
    assert isinstance(o2c("run").exception, AssertionError)


REDIS = {"O2C_REDIS_PREFIX": "x:", "O2C_TESTING": "1", "O2C_TEST_CLOCK": MAY}


@pytest.fixture
def orders(redis_url: str) -> dict[str, str]:
    """Two orders that carry PO 7, and one that does not; the settings to find them."""
    writer = Writer(redis_url, prefix="x:")
    writer.write(status("SO-1", refs=("po:7",)), status("SO-2", refs=("po:7",)), status("SO-3"))
    return {"O2C_REDIS_URL": redis_url, **REDIS}


def test_status_as_json_is_a_line_for_each_order(orders: dict[str, str]) -> None:
    result = o2c("status", "7", "--json", **orders)
    assert result.exit_code == 0
    assert result.stdout_bytes == status("SO-1").value + b"\n" + status("SO-2").value + b"\n"


def test_status_is_a_page_for_each_order(orders: dict[str, str]) -> None:
    result = o2c("status", "po:7", **orders)
    assert result.exit_code == 0
    assert result.stdout == "SO-1  unknown  unknown, unknown\n\nSO-2  unknown  unknown, unknown\n"


def test_status_of_many_orders_is_a_table(orders: dict[str, str]) -> None:
    Writer(orders["O2C_REDIS_URL"], prefix="x:").write(
        *(status(f"MANY-{number}", refs=("po:8",)) for number in range(4))
    )
    lines = o2c("status", "8", **orders).stdout.splitlines()
    assert lines[0] == "4 orders carry 8; o2c status ORDER shows one of them"
    assert [line.split()[0] for line in lines[3:]] == ["MANY-0", "MANY-1", "MANY-2", "MANY-3"]


def test_an_unknown_reference_fails_with_what_comes_near(orders: dict[str, str]) -> None:
    result = o2c("status", "so-4", **orders)
    assert result.exit_code == 1
    assert result.stderr == "o2c: nothing is known under 'so-4'; near it: SO-1, SO-2, SO-3\n"


def test_an_unknown_reference_that_nothing_comes_near_fails(orders: dict[str, str]) -> None:
    result = o2c("status", "INV-1000", **orders)
    assert (result.exit_code, result.stderr) == (1, "o2c: nothing is known under 'INV-1000'\n")


def test_simulate_gets_what_was_asked(stand_in: Callable[..., None], tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []
    stand_in("o2c.simulator", simulate=lambda **options: asked.append(options))
    assert o2c("simulate", "--orders", "5", "--seed", "-7", "--out", tmp_path).exit_code == 0
    assert asked == [{"orders": 5, "seed": -7, "out": tmp_path}]
