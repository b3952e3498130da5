"""Settings: variables over a file over defaults."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from o2c.errors import ConfigurationError
from o2c.flows.settings import Settings, load_settings, read_policy, settings_table
from o2c.schemas.times import SECOND_US

MAY_US = 1_714_521_600_000_000


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("O2C_"):
            monkeypatch.delenv(name)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "o2c.toml"


def test_without_anything_said_the_defaults_hold() -> None:
    settings = load_settings()
    assert (settings.shards, settings.processes, settings.http_host) == (64, 1, "127.0.0.1")
    assert settings.epoch_us == 10 * SECOND_US
    assert settings.start_us is None
    assert settings.inputs[0] == "order"
    assert "heartbeat" in settings.inputs


def test_variable_wins_over_the_file_and_the_file_over_the_default(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text('shards = 16\ngroup = "from-file"')
    monkeypatch.setenv("O2C_SHARDS", "32")
    settings = load_settings(config)
    assert (settings.shards, settings.group, settings.processes) == (32, "from-file", 1)


def test_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_REGISTRY_URL", "")
    assert load_settings().registry_url is None


@pytest.mark.parametrize(("said", "meant"), [("off", False), ("0", False), ("ON", True), ("true", True)])
def test_switches_read_as_people_write_them(said: str, meant: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_TOPIC_ADMIN", said)
    assert load_settings().topic_admin is meant


def test_inputs_are_a_subset_in_the_fixed_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_INPUTS", "invoice, order")
    settings = load_settings()
    assert settings.inputs == ("order", "invoice")
    assert settings.input_topics() == {"o2c.order.v1": "order", "o2c.invoice.v1": "invoice"}


def test_topics_carry_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_TOPIC_PREFIX", "test-")
    assert load_settings().topic("dead-letters") == "test-dead-letters.v1"


def test_kafka_settings_pass_through_from_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_KAFKA", '{"security.protocol": "SASL_SSL", "socket.keepalive.enable": true}')
    assert load_settings().kafka_client() == {
        "bootstrap.servers": "127.0.0.1:9092",
        "security.protocol": "SASL_SSL",
        "socket.keepalive.enable": "true",
    }


def test_kafka_settings_pass_through_from_the_file_with_or_without_quotes(config: Path) -> None:
    config.write_text('[kafka]\nsecurity.protocol = "SSL"\n"ssl.ca.location" = "/ca.pem"')
    assert load_settings(config).kafka == {"security.protocol": "SSL", "ssl.ca.location": "/ca.pem"}


@pytest.mark.parametrize(
    ("line", "start_us"),
    [
        ('start = "earliest"', None),
        ('start = "2024-05-01T02:00:00+02:00"', MAY_US),
        ("start = 2024-05-01T00:00:00Z", MAY_US),
    ],
)
def test_start_is_the_earliest_record_or_a_time(line: str, start_us: int | None, config: Path) -> None:
    config.write_text(line)
    assert load_settings(config).start_us == start_us


def test_test_clock_is_taken_while_testing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_TESTING", "1")
    monkeypatch.setenv("O2C_TEST_CLOCK", "2024-05-01T00:00:00Z")
    assert load_settings().test_clock_us == MAY_US


def test_variable_of_the_test_suite_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_REQUIRE_BROKER", "1")
    assert load_settings().shards == 64


def test_each_process_has_a_loopback_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_PROCESSES", "2")
    monkeypatch.setenv("O2C_PROCESS_PORT", "4000")
    assert load_settings().process_addresses == ("127.0.0.1:4000", "127.0.0.1:4001")


def test_settings_are_immutable() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.shards = 1  # type: ignore[misc]  # that is the point


def test_secrets_show_neither_in_settings_nor_in_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_REDIS_URL", "redis://user:hunter2@redis:6379/0")
    monkeypatch.setenv("O2C_KAFKA", '{"sasl.password": "hunter2"}')
    monkeypatch.setenv("O2C_REGISTRY_USER", "reader")
    monkeypatch.setenv("O2C_REGISTRY_PASSWORD", "hunter2")
    settings = load_settings()
    assert "hunter2" not in repr(settings) + str(settings) + settings.redis_shown
    assert settings.redis_shown == "redis://redis:6379/0"


def test_every_setting_is_described() -> None:
    rows = settings_table()
    assert [row[0] for row in rows] == [f"O2C_{key.upper()}" for key in Settings.model_fields]
    assert all(description not in ("", "None") for _, _, description in rows)


def test_policy_file_is_read_and_named(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[stall]")
    with pytest.raises(ConfigurationError) as refused:
        read_policy(path)
    assert str(refused.value) == f"{path}: stall: unknown key; did you mean stalls?"


WRONG_VARIABLES = [
    ({"O2C_BROKER": "a:1"}, "O2C_BROKER: unknown setting; did you mean O2C_BROKERS?"),
    ({"O2C_XYZZY": "1"}, "O2C_XYZZY: unknown setting"),
    ({"O2C_SHARDS": "many"}, "O2C_SHARDS: must be a whole number"),
    ({"O2C_SHARDS": "0"}, "O2C_SHARDS: must be greater than or equal to 1"),
    ({"O2C_SHARDS": "2", "O2C_PROCESSES": "4"}, "O2C_SHARDS: must be at least 4, one for each process"),
    ({"O2C_HTTP_PORT": "70000"}, "O2C_HTTP_PORT: must be less than or equal to 65535"),
    ({"O2C_PROCESS_PORT": "65535", "O2C_PROCESSES": "2"}, "O2C_PROCESS_PORT: leaves no room for 2 ports"),
    ({"O2C_BROKERS": "a b"}, "O2C_BROKERS: must be host:port, several separated by commas"),
    ({"O2C_BROKERS": "kafka:99999"}, "O2C_BROKERS: must be host:port, several separated by commas"),
    ({"O2C_KAFKA": "{"}, 'O2C_KAFKA: must be JSON such as {"security.protocol": "SASL_SSL"}'),
    ({"O2C_KAFKA": "[]"}, "O2C_KAFKA: must be a table of librdkafka settings"),
    (
        {"O2C_KAFKA": '{"auto.offset.reset": "latest"}'},
        (
            "O2C_KAFKA.auto.offset.reset: cannot be set here:"
            " O2C_START says it; a lost position is never passed over in silence"
        ),
    ),
    (
        {"O2C_KAFKA": '{"bootstrap.servers": "a:1"}'},
        "O2C_KAFKA.bootstrap.servers: cannot be set here: O2C_BROKERS says it",
    ),
    (
        {"O2C_REDIS_URL": "http://x"},
        "O2C_REDIS_URL: must be redis://host:port/number, rediss:// for TLS or unix:///path",
    ),
    ({"O2C_REGISTRY_URL": "registry"}, "O2C_REGISTRY_URL: must be http://host:port or https://host:port"),
    (
        {"O2C_REGISTRY_URL": "http://u:p@registry"},
        "O2C_REGISTRY_URL: must not hold credentials: give O2C_REGISTRY_USER and O2C_REGISTRY_PASSWORD",
    ),
    (
        {"O2C_REGISTRY_USER": "u"},
        "O2C_REGISTRY_PASSWORD: is missing: the registry wants a user and a password, or neither",
    ),
    ({"O2C_INPUTS": "order,shipmnt"}, 'O2C_INPUTS: unknown document type "shipmnt"; did you mean shipment?'),
    ({"O2C_TOPIC_PREFIX": "a b"}, "O2C_TOPIC_PREFIX: must be letters, digits, dots, dashes and underscores"),
    ({"O2C_TOPIC_ADMIN": "maybe"}, "O2C_TOPIC_ADMIN: must be on or off"),
    (
        {"O2C_START": "yesterday"},
        'O2C_START: must be "earliest" or a time; a time must be a time with offset such as 2024-05-01T00:00:00Z',
    ),
    (
        {"O2C_START": "2024-05-01T00:00:00"},
        'O2C_START: must be "earliest" or a time; a time needs an offset, such as 2024-05-01T00:00:00Z',
    ),
    ({"O2C_EPOCH": "10"}, 'O2C_EPOCH: must be a duration such as "90s", "45m", "24h" or "5d"'),
    ({"O2C_RETRY_BUDGET": "0s"}, 'O2C_RETRY_BUDGET: is out of bounds: from "1s" to "24h"'),
    ({"O2C_LOG_FORMAT": "xml"}, 'O2C_LOG_FORMAT: "xml" is not one of "json" or "console"'),
    (
        {"O2C_TEST_CLOCK": "2024-05-01T00:00:00Z"},
        "O2C_TEST_CLOCK: is for tests alone: refused unless O2C_TESTING=1",
    ),
]


@pytest.mark.parametrize(
    ("variables", "line"), WRONG_VARIABLES, ids=[line.split(":")[0] for _, line in WRONG_VARIABLES]
)
def test_wrong_variable_is_refused_in_one_line(
    variables: dict[str, str], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as refused:
        load_settings()
    assert str(refused.value) == line


WRONG_FILES = [
    ("shard = 1", "shard: unknown setting; did you mean shards?"),
    ("shards = true", "shards: must be a whole number"),
    ('kafka = "x"', 'kafka: must be JSON such as {"security.protocol": "SASL_SSL"}'),
    (
        "[kafka]\nenable.auto.commit = true",
        'kafka."enable.auto.commit": cannot be set here: positions live in the store',
    ),
    ("[kafka]\nx = [1]", "kafka.x: must be a text, a number or true or false"),
    ("inputs = []", "inputs: must name at least one document type, separated by commas"),
    ("x =", "not TOML: Invalid value (at end of document)"),
]


@pytest.mark.parametrize(("text", "line"), WRONG_FILES, ids=[text for text, _ in WRONG_FILES])
def test_wrong_file_is_refused_in_one_line(text: str, line: str, config: Path) -> None:
    config.write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        load_settings(config)
    assert str(refused.value) == f"{config}: {line}"


def test_file_that_is_not_there_is_refused(config: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file or directory"):
        load_settings(config)


def test_file_that_is_not_text_is_refused(config: Path) -> None:
    config.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="is not UTF-8 text"):
        load_settings(config)


@pytest.mark.parametrize(
    "variables",
    [
        {"O2C_REDIS_URL": "nonsense://user:hunter2@redis"},
        {"O2C_REGISTRY_URL": "http://u:hunter2@registry"},
        {"O2C_KAFKA": '{"sasl.password": ["hunter2"]}'},
        {"O2C_BROKERS": "hunter2 oops"},
    ],
)
def test_refusal_never_repeats_what_may_be_a_secret(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)
