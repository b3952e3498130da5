"""The job's settings: `O2C_*` variables over a TOML file over defaults, checked before anything is touched.

`Settings` is the one place that knows which Kafka, which Redis and which folder; `ReplayOptions` is its like for files.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from o2c.errors import ConfigurationError
from o2c.flows.correlation.policy import Policy, load_policy
from o2c.flows.correlation.refusal import dotted, message_of, nearest, refuse
from o2c.flows.setting_fields import (
    INPUT_TYPES,
    Addresses,
    Duration,
    HttpAddress,
    KafkaTable,
    RedisAddress,
    Start,
    Switch,
    Text,
    Time,
    TopicPrefix,
    Types,
    Whole,
    without_credentials,
)
from o2c.schemas.times import SECOND_US

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PREFIX = "O2C_"

OTHER_VARIABLES = frozenset({"O2C_DEMO_SECONDS", "O2C_REQUIRE_BROKER"})
"""Variables of the demo and of the test suite: known, and none of the job's business."""

LAST_PORT = 65_535


class Settings(BaseSettings):
    """Everything that an operator can say about a job. Immutable; times and durations are in UTC microseconds."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
    )

    brokers: Addresses = Field(
        "127.0.0.1:9092", description="Kafka's bootstrap addresses, `host:port`, comma-separated"
    )
    kafka: KafkaTable = Field(
        default_factory=dict,
        repr=False,
        description="Further librdkafka settings (TLS, SASL, ...): table `[kafka]` of the file, JSON in the variable",
    )
    redis_url: RedisAddress = Field(
        "redis://127.0.0.1:6379/0", repr=False, description="Redis: `redis://`, `rediss://` (TLS) or `unix://`"
    )
    redis_prefix: Text = Field(
        "o2c:", description="What every Redis key starts with; a hash tag in it allows Redis Cluster"
    )
    registry_url: HttpAddress | None = Field(None, description="Schema registry, for Avro")
    registry_user: SecretStr | None = Field(None, description="The registry's user")
    registry_password: SecretStr | None = Field(None, description="The registry's password")
    output_format: Literal["json", "avro"] = Field(
        "json", description="`json` or `avro`: how the topics of the job are written; Redis always has JSON"
    )
    store: Path = Field(Path("o2c-store"), description="Folder of the order state; on a disk that survives restarts")
    shards: Whole = Field(64, ge=1, le=4096, description="Parts of the order state; fixed when the store is made")
    processes: Whole = Field(1, ge=1, le=256, description="Worker processes on this machine")
    process_port: Whole = Field(
        2101, ge=1, le=LAST_PORT, description="First loopback port between processes: one each; used only with several"
    )
    inputs: Types = Field(INPUT_TYPES, description="Document types to read, comma-separated")
    topic_prefix: TopicPrefix = Field("o2c.", description="What every topic starts with: `<prefix><type>.v1`")
    topic_admin: Switch = Field(
        default=True, description="`off` for a broker without topic administration: nothing is created or checked"
    )
    partitions: Whole = Field(8, ge=1, le=10_000, description="Partitions of the output topics that the job creates")
    replication: Whole = Field(
        -1, ge=-1, le=100, description="Replicas of the output topics that the job creates; -1 is the broker's default"
    )
    group: Text = Field(
        "o2c", description="Consumer group under which positions are shown; the true ones are in the store"
    )
    start: Start = Field(None, description="Where a first start begins: `earliest` or an RFC 3339 time")
    policy: Path | None = Field(None, description="Policy file; without one the default policy")
    http_host: Text = Field("127.0.0.1", description="Where `/metrics`, `/healthz` and `/readyz` listen")
    http_port: Whole = Field(9480, ge=0, le=LAST_PORT, description="Their port; 0 takes a free one")
    epoch: Duration = Field(10 * SECOND_US, description="How often order state is written back and synced")
    retry_budget: Duration = Field(
        60 * SECOND_US, description="How long Kafka or Redis may be away before the job stops"
    )
    max_message_bytes: Whole = Field(
        1_048_588, ge=1024, le=1_000_000_000, description="A larger input is a dead letter"
    )
    log_format: Literal["json", "console"] = Field("json", description="`json` or `console`, to standard error")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="`debug`, `info`, `warning`, `error`"
    )
    testing: Switch = Field(default=False, description="Allows the settings that only tests need")
    test_clock: Time | None = Field(None, description="A fixed clock, RFC 3339; refused unless `O2C_TESTING=1`")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 -- the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables win over the file, which comes as arguments."""
        return env_settings, init_settings

    @model_validator(mode="after")
    def _agree(self) -> "Settings":
        if self.test_clock is not None and not self.testing:
            refuse("is for tests alone: refused unless O2C_TESTING=1", "test_clock")
        if (self.registry_user is None) != (self.registry_password is None):
            missing = "registry_user" if self.registry_user is None else "registry_password"
            refuse("is missing: the registry wants a user and a password, or neither", missing)
        if self.output_format == "avro" and self.registry_url is None:
            refuse("is avro, which needs O2C_REGISTRY_URL", "output_format")
        if self.shards < self.processes:
            refuse(f"must be at least {self.processes}, one for each process", "shards")
        if self.processes > 1 and self.process_port + self.processes - 1 > LAST_PORT:
            refuse(f"leaves no room for {self.processes} ports", "process_port")
        return self

    @property
    def epoch_us(self) -> int:
        """The period between two write-backs of a shard."""
        return self.epoch

    @property
    def retry_budget_us(self) -> int:
        """How long Kafka or Redis may be away."""
        return self.retry_budget

    @property
    def start_us(self) -> int | None:
        """Where a first start begins; None is the earliest record."""
        return self.start

    @property
    def test_clock_us(self) -> int | None:
        """The fixed clock of a test."""
        return self.test_clock

    @property
    def redis_shown(self) -> str:
        """The Redis URL as a message may show it."""
        return without_credentials(self.redis_url)

    @property
    def process_addresses(self) -> tuple[str, ...]:
        """The loopback address of each process."""
        return tuple(f"127.0.0.1:{self.process_port + number}" for number in range(self.processes))

    def topic(self, name: str) -> str:
        """The topic of a document type or output: "o2c.order.v1" for "order"."""
        return f"{self.topic_prefix}{name}.v1"

    def input_topics(self) -> dict[str, str]:
        """Document type by topic, for the types that are read."""
        return {self.topic(document_type): document_type for document_type in self.inputs}

    def kafka_client(self) -> dict[str, str]:
        """What every Kafka client needs to connect: the addresses and what the operator passes through."""
        return {**self.kafka, "bootstrap.servers": self.brokers}


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What `o2c replay` was asked. `silenced`: by feed (`<type>/<source>`), when it fell silent (UTC microseconds)."""

    files: tuple[Path, ...]
    out: Path
    policy: Policy
    as_of_us: int | None = None
    order: Literal["occurred", "received"] = "occurred"
    workers: int = 1
    silenced: dict[str, int] = field(default_factory=dict)


def load_settings(config: Path | None = None) -> Settings:
    """The settings out of the environment and, under it, the file.

    Raises ConfigurationError: one line with the variable or key, and for an unknown one the nearest known name.
    """
    _refuse_unknown_variables(os.environ)
    values = {} if config is None else _read_config(config)
    try:
        return Settings(**values)
    except ValidationError as error:
        path, message = message_of(error)
        raise ConfigurationError(f"{_named(path, config)}: {message}") from None


def read_policy(path: Path | None) -> Policy:
    """The policy in a file; without one the default. Raises ConfigurationError."""
    if path is None:
        return load_policy(None)
    return load_policy(_read_text(path), str(path))


def variable_of(key: str) -> str:
    """The variable of a setting: "O2C_HTTP_PORT" for "http_port"."""
    return f"{PREFIX}{key.upper()}"


def settings_table() -> list[tuple[str, str, str]]:
    """Every setting as the documentation shows it: variable, default, meaning."""
    return [
        (variable_of(key), _shown_default(key, entry.get_default(call_default_factory=True)), str(entry.description))
        for key, entry in Settings.model_fields.items()
    ]


def _shown_default(key: str, value: Any) -> str:
    if key in ("epoch", "retry_budget"):
        return f"{value // SECOND_US}s"
    if key == "start":
        return "earliest"
    if key == "inputs":
        return "all"
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value is None or value == {} else str(value)


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    known = {variable_of(key) for key in Settings.model_fields} | OTHER_VARIABLES
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise ConfigurationError(f"{name}: unknown setting{nearest(name, sorted(known))}")


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path}: is not UTF-8 text") from None


def _read_config(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not TOML: {error}") from None
    for key in values:
        if key not in Settings.model_fields:
            raise ConfigurationError(f"{path}: {dotted((key,))}: unknown setting{nearest(key, Settings.model_fields)}")
    return values


def _named(path: tuple[str | int, ...], config: Path | None) -> str:
    """The variable where one is set (or no file is there), else the file and its key."""
    key, *rest = path
    variable = variable_of(str(key))
    if config is None or os.environ.get(variable):
        return ".".join((variable, *map(str, rest)))
    return f"{config}: {dotted(path)}"
