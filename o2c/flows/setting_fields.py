"""The kinds of value that a setting takes, each with what it refuses. None repeats a value: it may be a secret."""

import json
import re
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

import msgspec
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from o2c.flows.correlation.policy_fields import parse_duration
from o2c.flows.correlation.refusal import nearest, refuse
from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.times import DAY_US, SECOND_US, NaiveTimeError, micros, parse_rfc3339

INPUT_TYPES = tuple(EVENT_CLASSES)

OWNED_KAFKA_SETTINGS = {
    "bootstrap.servers": "O2C_BROKERS says it",
    "metadata.broker.list": "O2C_BROKERS says it",
    "group.id": "O2C_GROUP says it",
    "message.max.bytes": "O2C_MAX_MESSAGE_BYTES says it",
    "auto.offset.reset": "O2C_START says it; a lost position is never passed over in silence",
    "enable.auto.commit": "positions live in the store",
    "auto.commit.interval.ms": "positions live in the store",
    "enable.auto.offset.store": "positions live in the store",
    "enable.partition.eof": "progress rests on it",
    "enable.idempotence": "the order of an order's statuses rests on it",
    "delivery.timeout.ms": "O2C_RETRY_BUDGET says it",
    "message.timeout.ms": "O2C_RETRY_BUDGET says it",
    "acks": "a confirmed delivery means all replicas",
    "request.required.acks": "a confirmed delivery means all replicas",
    "partitioner": "exceptions are partitioned by correlation id",
    "transactional.id": "the job does not use transactions",
}
"""librdkafka settings that the job's promises rest on, and why they cannot be passed through."""

_KAFKA_KEY = re.compile(r"[a-z0-9][a-z0-9._]*")
_TOPIC_PREFIX = re.compile(r"[A-Za-z0-9._-]{0,200}")
_ADDRESS = re.compile(r"(?:[A-Za-z_]+://)?(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")
_SWITCHES = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    found = _SWITCHES.get(str(value).strip().casefold())
    if found is None:
        refuse("must be on or off")
    return found


def _whole(value: object) -> object:
    if isinstance(value, bool | float):
        refuse("must be a whole number")
    return value


def _duration(value: object) -> int:
    try:
        duration_us = parse_duration(value)
    except ValueError as error:
        refuse(str(error).replace(" in quotes", ""))
    if not SECOND_US <= duration_us <= DAY_US:
        refuse('is out of bounds: from "1s" to "24h"')
    return duration_us


def parse_time(value: object) -> int:
    """UTC microseconds of an RFC 3339 text or TOML time, either with offset. Raises ValueError for anything else."""
    try:
        if isinstance(value, datetime):
            return micros(value)
        return parse_rfc3339(str(value))
    except NaiveTimeError:
        raise ValueError("needs an offset, such as 2024-05-01T00:00:00Z") from None
    except msgspec.ValidationError:
        raise ValueError("must be a time with offset such as 2024-05-01T00:00:00Z") from None


def _time(value: object) -> int:
    try:
        return parse_time(value)
    except ValueError as error:
        refuse(str(error))


def _start(value: object) -> int | None:
    if value is None or value == "earliest":
        return None
    try:
        return parse_time(value)
    except ValueError as error:
        refuse(f'must be "earliest" or a time; a time {error}')


def _types(value: object) -> tuple[str, ...]:
    names = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not names:
        refuse("must name at least one document type, separated by commas")
    for name in names:
        if name not in INPUT_TYPES:
            refuse(f'unknown document type "{name}"{nearest(str(name), INPUT_TYPES)}')
    return tuple(name for name in INPUT_TYPES if name in names)


def _addresses(value: str) -> str:
    for address in value.split(","):
        found = _ADDRESS.fullmatch(address.strip())
        if found is None or int(found[1] or 1) not in range(1, 65_536):
            refuse("must be host:port, several separated by commas")
    return value


def _kafka_table(value: object) -> dict[str, str]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except json.JSONDecodeError:
            refuse('must be JSON such as {"security.protocol": "SASL_SSL"}')
    if not isinstance(value, dict):
        refuse("must be a table of librdkafka settings")
    return {key: _kafka_value(key, entry) for key, entry in _flattened(value).items()}


def _flattened(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """TOML reads `security.protocol = ...` without quotes as a table in a table."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found.update(_flattened(value, f"{prefix}{key}."))
        else:
            found[f"{prefix}{key}"] = value
    return found


def _kafka_value(key: str, value: object) -> str:
    if key in OWNED_KAFKA_SETTINGS:
        refuse(f"cannot be set here: {OWNED_KAFKA_SETTINGS[key]}", key)
    if not _KAFKA_KEY.fullmatch(key):
        refuse("is no librdkafka setting", key)
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        refuse("must be a text, a number or true or false", key)
    return str(value)


def _split(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        refuse("is no URL")
    return parts


def _redis_address(value: str) -> str:
    parts = _split(value)
    if parts.scheme == "unix" and parts.path:
        return value
    database = parts.path.removeprefix("/")
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or not (database.isdigit() or not database):
        refuse("must be redis://host:port/number, rediss:// for TLS or unix:///path")
    return value


def _http_address(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in ("http", "https", "mock") or not parts.netloc:
        refuse("must be http://host:port or https://host:port")
    if parts.username is not None or parts.password is not None:
        refuse("must not hold credentials: give O2C_REGISTRY_USER and O2C_REGISTRY_PASSWORD")
    return value


def without_credentials(url: str) -> str:
    """A URL as a message may show it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _topic_prefix(value: str) -> str:
    if not _TOPIC_PREFIX.fullmatch(value):
        refuse("must be letters, digits, dots, dashes and underscores")
    return value


Text = Annotated[str, Field(min_length=1)]
Switch = Annotated[bool, BeforeValidator(_switch)]
Whole = Annotated[int, BeforeValidator(_whole)]
Duration = Annotated[int, BeforeValidator(_duration)]
Time = Annotated[int, BeforeValidator(_time)]
Start = Annotated[int | None, BeforeValidator(_start)]
Types = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_types)]
Addresses = Annotated[str, AfterValidator(_addresses)]
RedisAddress = Annotated[str, AfterValidator(_redis_address)]
HttpAddress = Annotated[str, AfterValidator(_http_address)]
TopicPrefix = Annotated[str, AfterValidator(_topic_prefix)]
KafkaTable = Annotated[dict[str, Any], NoDecode, BeforeValidator(_kafka_table)]
