"""Dead letters, as short as they can be said."""

from typing import Any

import msgspec

from o2c.connectors.kafka.stored_letters import Place, Source, StoredLetter
from o2c.schemas.times import parse_rfc3339

LETTER = StoredLetter(
    place=Place(1, 7),
    rejected_at=parse_rfc3339("2025-01-07T04:25:59Z"),
    code="NOT_JSON",
    message="It is not",
    source=Source("o2c.order.v1", 3, 17),
    key=b"SO-1",
    value=b"rubbish",
    headers=(("trace", b"\xff"), ("empty", None)),
    truncated=False,
)


def letter(**changes: Any) -> StoredLetter:
    """The letter with other fields."""
    return msgspec.structs.replace(LETTER, **changes)
