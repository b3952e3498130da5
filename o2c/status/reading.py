"""Reads what Redis holds: only what o2c can have written is taken, and nothing in it steers a terminal."""

import re
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from o2c.errors import OperatingFault
from o2c.schemas.outputs import ExceptionChange, Status

_SHOWN_CHARACTERS = 100
_CONTROLS = re.compile(r"[\x7f-\x9f]")


def read_status(value: bytes, name: str) -> dict[str, Any]:
    """An order's status as stored. Raises OperatingFault where it is none; `name` is what it was asked for by."""
    return _read(value, name, Status, "correlation_id")


def read_exception(value: bytes, name: str) -> dict[str, Any]:
    """An exception as published last. Raises OperatingFault where it is none; `name` is its id."""
    return _read(value, name, ExceptionChange, "exception_id")


def _read(value: bytes, name: str, kind: type[Struct], key: str) -> dict[str, Any]:
    """Fields that another version does not know may be missing or there besides; those that are known must be right."""
    try:
        found = msgspec.json.decode(value, type=dict[str, Any])
        for field, of_type in _types(kind):
            if field in found or field == key:
                msgspec.convert(found.get(field), of_type)
    except msgspec.DecodeError:
        raise OperatingFault(f"what Redis holds for {name[:_SHOWN_CHARACTERS]!r} was not written by o2c") from None
    return found


@lru_cache(maxsize=2)
def _types(kind: type[Struct]) -> tuple[tuple[str, Any], ...]:
    return tuple((each.encode_name, each.type) for each in fields(kind))


def json_for_terminal(value: bytes) -> bytes:
    """The same JSON; the control characters that JSON lets pass are escaped, as it escapes the others."""
    text = value.decode("utf-8", "replace")
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()
