"""Which line of the order a line of another document means."""

from collections.abc import Iterable
from functools import lru_cache

from o2c.schemas.documents import Line, OrderLine

_KNOWN_LINE_KEYS = 65_536
_BY_SKU = "\x1f"


@lru_cache(maxsize=_KNOWN_LINE_KEYS)
def line_key(line: str) -> str:
    """A line number as lines are compared: as numbers where it is one, so that "010" and "10" are the same line."""
    if line.isascii() and line.isdigit():
        return line.lstrip("0") or "0"
    return line


def key_of(line: str | None, sku: str | None) -> str:
    """What a line is known by: its number, else its sku."""
    return line_key(line) if line is not None else _BY_SKU + (sku or "")


def reading_order(key: str) -> tuple[int, int, str]:
    """Lines sort by number, then by text, then by sku."""
    if key.isdigit():
        return (0, int(key), "")
    return (2 if key.startswith(_BY_SKU) else 1, 0, key)


def identities(line: Line | OrderLine) -> Iterable[str]:
    """The sku and the item ids of a line, each in its own name space."""
    if line.sku is not None:
        yield line.sku
    for kind, value in line.item_ids:
        yield f"{kind}{_BY_SKU}{value}"
