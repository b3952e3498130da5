"""Units of measure: a document's quantity in the unit in which the order counts, exactly or not at all."""

from msgspec.structs import replace

from o2c.flows.correlation.lines import LineLedger
from o2c.schemas.documents import Line

_UNIT = 10**6
"""One, as quantities and factors are kept."""


def differs(line: Line, ordered: LineLedger) -> bool:
    """Whether a document's line counts in another unit than the order's line."""
    if line.uom is None or line.uom == ordered.uom:
        return False
    return ordered.uom is not None or line.uom in ordered.units


def in_order_units(line: Line, ordered: LineLedger) -> Line | None:
    """The line with its quantities in the order's unit; None where no exact conversion is known."""
    factor = ordered.units.get(line.uom or "")
    if factor is None:
        return None
    quantities = (line.quantity, line.backordered, line.short, line.damaged, line.refused)
    converted = [None if each is None else each * factor for each in quantities]
    if any(each is not None and each % _UNIT for each in converted):
        return None
    whole, backordered, short, damaged, refused = (None if each is None else each // _UNIT for each in converted)
    assert whole is not None
    return replace(
        line, uom=None, quantity=whole, backordered=backordered, short=short, damaged=damaged, refused=refused
    )
