"""Dead letters on a screen: readable, whole, and harmless."""

import io
from typing import Any

import pytest
from rich.console import Console, RenderableType

from o2c.connectors.kafka.redrive import identity_of
from o2c.flows.letter_pages import SHOWN_BYTES, letter_fields, letter_page, letters_table, safe_bytes
from tests.unit.letters.letters import LETTER, letter

HOSTILE = "\x1b[2J\x9b2J\x07\u202e"
SENT = {identity_of(LETTER): "2025-01-08T12:00:00Z"}


def printed(shown: RenderableType, width: int = 120) -> str:
    text = io.StringIO()
    Console(file=text, width=width, color_system=None).print(shown)
    return text.getvalue()


def page(*, whole: bool = False, redriven_at: str | None = None, **changes: Any) -> str:
    return printed(letter_page(letter(**changes), redriven_at, whole=whole))


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("width", [80, 120])
def test_a_letter_in_the_list_has_its_place_time_code_source_key_and_message(width: int) -> None:
    text = words(printed(letters_table([LETTER], {}, width), width))
    assert text.endswith("1/7 2025-01-07 04:25 NOT_JSON o2c.order.v1/3/17 SO-1 It is not")


def test_the_list_says_what_was_sent_back() -> None:
    assert "It is not; sent back 2025-01-08 12:00" in printed(letters_table([LETTER], SENT, 120))


def test_a_letter_as_json_is_all_but_its_value() -> None:
    assert letter_fields(LETTER, SENT) == {
        "place": "1/7",
        "rejected_at": "2025-01-07T04:25:59Z",
        "code": "NOT_JSON",
        "message": "It is not",
        "topic": "o2c.order.v1",
        "partition": 3,
        "offset": 17,
        "key": "SO-1",
        "value_bytes": 7,
        "truncated": False,
        "redriven_at": "2025-01-08T12:00:00Z",
    }


def test_a_letter_of_nobody_has_no_source() -> None:
    fields = letter_fields(letter(source=None, key=None, value=None), {})
    assert {fields[name] for name in ("topic", "partition", "offset", "key", "value_bytes", "redriven_at")} == {None}


def test_the_page_says_what_the_code_means_and_what_to_do() -> None:
    text = page(redriven_at="2025-01-08T12:00:00Z")
    assert "The message is neither JSON nor Avro." in text
    assert "Correct it at the sender, which publishes it again." in text
    assert "o2c.order.v1, partition 3, offset 17" in text
    assert "2025-01-08T12:00:00Z" in text


def test_the_page_shows_headers_and_bytes() -> None:
    text = page(value=b'{"a": 1}\r\n{"b": "\xc3\xa9\xff"}')
    assert "trace  \\xff" in text
    assert "empty  (null)" in text
    assert [line.rstrip() for line in text.splitlines()[-2:]] == ['  {"a": 1}', '  {"b": "é\\xff"}']


def test_what_is_no_text_is_shown_in_hexadecimal() -> None:
    assert "00000000  00 00 00 00 07 41 1b" in page(value=b"\x00\x00\x00\x00\x07A\x1b")


def test_a_long_value_is_shown_whole_only_when_asked_for() -> None:
    value = b"~" * (SHOWN_BYTES + 1)
    assert "... 1 more bytes; --all shows them" in page(value=value)
    assert page(value=value, whole=True).count("~") == SHOWN_BYTES + 1


@pytest.mark.parametrize(("truncated", "told"), [(True, "cut away"), (False, "none")])
def test_a_value_that_is_not_there_is_told(truncated: bool, told: str) -> None:
    assert f"Value  {told}" in page(value=None, truncated=truncated)


@pytest.mark.parametrize("field", ["code", "message", "key", "value", "binary", "headers"])
def test_no_control_character_reaches_the_terminal(field: str) -> None:
    changes: dict[str, dict[str, Any]] = {
        "key": {"key": HOSTILE.encode()},
        "value": {"value": HOSTILE.encode()},
        "binary": {"value": b"\x00" + HOSTILE.encode()},
        "headers": {"headers": ((HOSTILE, HOSTILE.encode()),)},
    }
    hostile = letter(**changes.get(field, {field: HOSTILE}))
    text = printed(letter_page(hostile, None, whole=True)) + printed(letters_table([hostile], {}, 80))
    assert not set(HOSTILE) & set(text) - set("[2J")


def test_bytes_that_are_no_text_have_escapes() -> None:
    assert safe_bytes(b"a\xff\x00\xe2\x80\xae") == "a\\xff\\x00\\u202e"
