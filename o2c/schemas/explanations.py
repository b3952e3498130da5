"""What msgspec says about a record that is no event, as a Rejection with a code that tells the kinds apart."""

import re
from typing import Any

from msgspec import DecodeError, Struct, ValidationError

from o2c.schemas.reading import FREE_TEXT
from o2c.schemas.rejections import Rejection

_VALIDATIONS = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"Object missing required field ", "MISSING_FIELD"),
        (r"Expected `str` of length >= ", "MISSING_VALUE"),
        (r"Expected `str` of length <= ", "TOO_LONG"),
        (r"(Expected `int` [<>]= |Integer value out of range).* - at `\$\.revision`", "BAD_REVISION"),
        (r"(Expected `int` [<>]= |Integer value out of range)", "OUT_OF_RANGE"),
        (r"Invalid enum value ", "INVALID_CHOICE"),
        (r"Invalid RFC3339 ", "BAD_TIME"),
        (r"Expected `object`, got `[a-z]+`$", "NOT_AN_OBJECT"),
        (r"Expected ", "WRONG_TYPE"),
    )
)
_POSITION = re.compile(r"\(byte ([0-9]+)\)")
_OPENINGS = (b"{", b"[")
_NOT_FINITE = (b"NaN", b"Infinity")
_LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_CONTROL = re.compile("[\x00-\x1f]")


def rejection_of(error: Exception, value: bytes) -> Rejection:
    """The Rejection for what a JSON decoder raised over `value`."""
    if isinstance(error, ValidationError):
        return invalid(error)
    if isinstance(error, RecursionError):
        return Rejection("TOO_DEEP", "The JSON is nested too deeply")
    if isinstance(error, UnicodeDecodeError):
        return Rejection("BAD_UTF8", f"Not UTF-8: {error.reason} at byte {error.start}")
    return _malformed(str(error), value)


def invalid(error: ValidationError) -> Rejection:
    """The Rejection for values that are readable but not what the contract has."""
    text = str(error)
    for pattern, code in _VALIDATIONS:
        if pattern.match(text):
            return Rejection(code, text)
    return Rejection("INVALID", text)


def _malformed(text: str, value: bytes) -> Rejection:
    if not value.strip():
        return Rejection("EMPTY_VALUE", "The value is blank")
    if not value.lstrip().startswith(_OPENINGS):
        return Rejection("NOT_JSON", text)
    if ("truncated" in text or "surrogate" in text) and _LONE_SURROGATE.search(value):
        return Rejection("BAD_CHARACTER", "Half of a surrogate pair in a string")
    if "truncated" in text:
        return Rejection("TRUNCATED_JSON", "The JSON ends too early")
    if "trailing characters" in text:
        return Rejection("TRAILING_CHARACTERS", text)
    position = _POSITION.search(text)
    start = int(position[1]) if position else 0
    if value.startswith(_NOT_FINITE, start):
        return Rejection("NOT_A_NUMBER", f"JSON has no NaN and no infinity (byte {start})")
    return Rejection("MALFORMED_JSON", text)


def reject_control_characters(value: Any, path: str = "") -> None:
    """Raises Rejection for U+0000 to U+001F in any string but free text: they separate the parts of keys."""
    if isinstance(value, str):
        if _CONTROL.search(value):
            raise Rejection("BAD_CHARACTER", f"A control character in {value[:40]!r}", path)
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            if name not in FREE_TEXT:
                reject_control_characters(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            reject_control_characters(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            reject_control_characters(key, f"{path} (key)")
            reject_control_characters(item, f"{path}.{key}")


JSON_ERRORS = (DecodeError, UnicodeDecodeError, RecursionError)
"""What a JSON decoder raises over bytes that are no event."""
