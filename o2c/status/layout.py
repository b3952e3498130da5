"""How the parts of a page are laid out."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

Status: TypeAlias = Mapping[str, Any]
"""A status, an exception or a part of one, as its JSON has it."""

NOTHING = "-"

_INDENT = 2


def section(title: str, content: Sequence[RenderableType]) -> list[RenderableType]:
    """An empty line, the title and the content; nothing where there is no content."""
    return [Text(""), Text(title, style="bold underline"), *content] if content else []


def indented(text: Text) -> Padding:
    """Text that belongs to what stands above it."""
    return Padding(text, (0, 0, 0, _INDENT), expand=False)


def table(*columns: str) -> Table:
    """A table without lines; without names it has three columns and no head."""
    made = Table(box=None, pad_edge=False, header_style="dim", show_header=bool(columns))
    for name in columns or [""] * 3:
        made.add_column(name, overflow="fold")
    return made


def money(amount: object, currency: object) -> str:
    """An amount with its currency; empty for none."""
    return "" if amount is None else f"{amount} {currency or ''}".rstrip()


def decimal_of(text: object) -> Decimal:
    """The number that a text holds; 0 for what holds none."""
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return Decimal(0)


def is_something(amount: object) -> bool:
    """Whether an amount or quantity is there and not zero."""
    return decimal_of(amount) != 0
