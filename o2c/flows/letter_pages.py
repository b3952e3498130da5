"""Dead letters for people and programs: a table, JSON lines, a page of one. No byte reaches a terminal raw."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from o2c.connectors.kafka.redrive import identity_of
from o2c.connectors.kafka.stored_letters import StoredLetter
from o2c.schemas.rejection_codes import REJECTION_CODES
from o2c.schemas.times import rfc3339
from o2c.status.words import minute_of

SHOWN_BYTES = 16_384
"""Of a longer value the page shows this much, unless asked for all."""

_ROW_BYTES = 16
_NOTHING = "-"
_WIDE = 120


def letters_table(letters: Iterable[StoredLetter], marks: Mapping[str, str], width: int) -> Table:
    """A row a letter; two lines a row where it is narrow. `marks`: when letters were sent back, by identity."""
    wide = width >= _WIDE
    columns = ("place", "rejected", "code", "from", "key", "message") if wide else ("place", "letter")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=name in ("place", "rejected", "code"))
    for letter in letters:
        place, *short, message = _cells(letter, marks.get(identity_of(letter)))
        if wide:
            table.add_row(place, *short, message)
        else:
            table.add_row(place, Text("  ").join(short).append("\n").append(message))
    return table


def _cells(letter: StoredLetter, redriven_at: str | None) -> list[Text]:
    source = _NOTHING if letter.source is None else safe(str(letter.source))
    key = _NOTHING if letter.key is None else safe_bytes(letter.key)
    cells = [Text(cell) for cell in (str(letter.place), minute_of(letter.rejected_at), safe(letter.code) or _NOTHING)]
    cells[-1].stylize("bold")
    message = Text(safe(letter.message))
    if redriven_at:
        message.append(f"; sent back {redriven_at[:16].replace('T', ' ')}", style="green")
    return [*cells, Text(source), Text(key), message]


def letter_fields(letter: StoredLetter, marks: Mapping[str, str]) -> dict[str, Any]:
    """A letter as a JSON object, without its value. `key` has escapes where it is not printable text."""
    source = letter.source
    return {
        "place": str(letter.place),
        "rejected_at": rfc3339(letter.rejected_at),
        "code": letter.code,
        "message": letter.message,
        "topic": None if source is None else source.topic,
        "partition": None if source is None else source.partition,
        "offset": None if source is None else source.offset,
        "key": None if letter.key is None else safe_bytes(letter.key),
        "value_bytes": None if letter.value is None else len(letter.value),
        "truncated": letter.truncated,
        "redriven_at": marks.get(identity_of(letter)),
    }


def letter_page(letter: StoredLetter, redriven_at: str | None, *, whole: bool) -> Group:
    """Everything of one letter: what it is, what its code means, what to do, its headers and its bytes."""
    code = REJECTION_CODES.get(letter.code)
    facts = Table(box=None, pad_edge=False, show_header=False)
    facts.add_column(style="dim")
    facts.add_column(overflow="fold")
    for name, fact in (
        ("rejected", rfc3339(letter.rejected_at)),
        ("because", safe(letter.message) or None),
        ("meaning", None if code is None else f"The message {code.means}."),
        ("what to do", None if code is None else code.remedy),
        ("from", None if letter.source is None else _source_words(letter)),
        ("key", None if letter.key is None else safe_bytes(letter.key)),
        ("sent back", redriven_at),
    ):
        if fact is not None:
            facts.add_row(name, Text(fact))
    headline = Text(str(letter.place), style="bold").append(f"  {safe(letter.code) or 'no code'}", style="bold red")
    return Group(headline, facts, *_headers(letter), Text(""), *_value(letter, whole=whole))


def _source_words(letter: StoredLetter) -> str:
    assert letter.source is not None, "asked for only where there is one"
    topic, partition, offset = letter.source
    return safe(f"{topic}, partition {partition}, offset {offset}")


def _headers(letter: StoredLetter) -> list[RenderableType]:
    if not letter.headers:
        return []
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in letter.headers:
        table.add_row(Text(safe(name)), Text("(null)" if value is None else safe_bytes(value)))
    return [Text(""), Text("Headers", style="bold underline"), table]


def _value(letter: StoredLetter, *, whole: bool) -> list[RenderableType]:
    if letter.value is None:
        why = "cut away, as the topic does not take it whole" if letter.truncated else "none"
        return [Text("Value", style="bold underline").append(f"  {why}", style="default not bold not underline")]
    size = len(letter.value)
    shown = letter.value if whole else letter.value[:SHOWN_BYTES]
    title = Text("Value", style="bold underline")
    title.append(f"  {size:,} byte{'' if size == 1 else 's'}", style="default not bold not underline")
    parts: list[RenderableType] = [title, Padding(Text(_body(shown)), (0, 0, 0, 2), expand=False)]
    if len(shown) < size:
        parts.append(Text(f"... {size - len(shown):,} more bytes; --all shows them", style="dim"))
    return parts


def _body(value: bytes) -> str:
    """Text as text, line by line, with escapes for what is not printable; anything else in hexadecimal."""
    if value[:1] == b"\x00" or b"\x00" in value[:_ROW_BYTES]:
        return _hexadecimal(value)
    return "\n".join(safe_bytes(line) for line in value.replace(b"\r\n", b"\n").split(b"\n"))


def _hexadecimal(value: bytes) -> str:
    rows = []
    for start in range(0, len(value), _ROW_BYTES):
        row = value[start : start + _ROW_BYTES]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        rows.append(f"{start:08x}  {row.hex(' '):<{3 * _ROW_BYTES - 1}}  {text}")
    return "\n".join(rows)


def safe_bytes(value: bytes) -> str:
    """Bytes as text, with an escape for each that is not UTF-8 and for each character that is not printable."""
    return safe(value.decode("utf-8", "backslashreplace"))


def safe(text: str) -> str:
    """Text with an escape for each character that is not printable."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
