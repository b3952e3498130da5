"""Schemas by id without a server, and records in a few words."""

from typing import Any

from o2c.schemas.documents import Arrival, Document
from o2c.schemas.records import DeadLetter, Headers, Record
from tests.bad_input import SCHEMAS

SCHEMA_IDS = {name: number for number, name in enumerate(SCHEMAS, start=1)}
KAFKA_TIME_US = 1_767_700_000_000_000


class MemoryRegistry:
    """Knows SCHEMAS under SCHEMA_IDS, and counts how often it is asked."""

    def __init__(self) -> None:
        self.schemas: dict[int, Any] = {SCHEMA_IDS[name]: schema for name, schema in SCHEMAS.items()}
        self.lookups = 0

    def schema(self, schema_id: int) -> Any:
        self.lookups += 1
        return self.schemas[schema_id]


def record(topic: str, value: bytes | None, headers: Headers = (), timestamp_us: int = KAFKA_TIME_US) -> Record:
    return Record(topic, 0, 0, timestamp_us, None, value, headers)


def arrival(decoded: object) -> Arrival:
    assert isinstance(decoded, Arrival), decoded
    return decoded


def document(decoded: object) -> Document:
    return arrival(decoded).document


def rejection(decoded: object) -> DeadLetter:
    assert isinstance(decoded, DeadLetter), decoded
    return decoded
