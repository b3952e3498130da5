"""One clear line out of whatever pydantic finds wrong: dotted key, what is wrong, nearest known name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

_PLAIN_MESSAGES = {
    "missing": "is missing",
    "string_type": "must be a string in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be on or off, true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "list_type": "must be a list",
    "string_too_short": "must not be empty",
}


class Table(BaseModel):
    """A table of a file: only the keys it knows, only the types it names."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for key in data:
                if key not in cls.model_fields:
                    refuse(f"unknown key{nearest(str(key), cls.model_fields)}", str(key))
        return data


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean X?` where a known name resembles `name`, ignoring case; else nothing."""
    by_case = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold(), by_case, n=1)
    return f"; did you mean {by_case[found[0]]}?" if found else ""


def refuse(message: str, *path: str | int) -> NoReturn:
    """Raises the error of a validator; `path` leads from the validated value to the key at fault."""
    raise PydanticCustomError("refused", "{message}", {"message": message, "path": path})


def first_line(error: ValidationError) -> str:
    """`key: what is wrong` for the first error found. Values are named only where a choice is listed."""
    detail = error.errors(include_url=False)[0]
    return f"{dotted(location(detail))}: {_message(detail)}"


def location(detail: ErrorDetails) -> tuple[str | int, ...]:
    """The keys that lead to the fault. A fault in a key itself is at that key."""
    found = tuple(part for part in detail["loc"] if part != "[key]")
    path: Sequence[str | int] = detail.get("ctx", {}).get("path", ())
    return (*found, *path)


def dotted(path: Sequence[str | int]) -> str:
    """A path as TOML would write it: `stalls.PAST_DUE.overrides[0].tolerance`, `feeds."pod/tms".grace`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        key = part if _BARE_KEY.fullmatch(part) else f'"{part}"'
        text += f".{key}" if text else key
    return text or "the file"


def message_of(error: ValidationError) -> tuple[tuple[str | int, ...], str]:
    """The path of the first fault and what is wrong there, apart."""
    detail = error.errors(include_url=False)[0]
    return location(detail), _message(detail)


def _message(detail: ErrorDetails) -> str:
    context: Mapping[str, Any] = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "literal_error":
        return f"{detail['input']!r} is not one of {context['expected']}".replace("'", '"')
    plain = _PLAIN_MESSAGES.get(kind)
    if plain:
        return plain
    return " ".join(detail["msg"].replace("Input should be", "must be").split())
