"""Which order line a document's line speaks of, and how much of it: names, items and units of measure."""

from fractions import Fraction
from math import gcd

from o2c.schemas.documents import Line, OrderLine
from tests.properties.oracle.documents import Papers, order_body
from tests.properties.oracle.model import Ledger, LineName

ENDLESS = 10**30
_MOST_GRAINS = 20_000
QUANTITY_UNIT = 10**6


def normal(line: str) -> str:
    """A line's number without leading zeros; text as it is."""
    return str(int(line)) if line.isascii() and line.isdigit() else line


def name_of(line: Line | OrderLine) -> LineName:
    """How a line is called: by its number, else its sku, else its ids."""
    if line.line is not None:
        return ("line", normal(line.line))
    if line.sku is not None:
        return ("sku", line.sku)
    return ("ids", ",".join(sorted(value for _, value in line.item_ids)))


def same_item(line: Line, ordered: OrderLine) -> bool:
    """Whether a line speaks of the item that was ordered."""
    if line.sku is not None and line.sku == ordered.sku:
        return True
    return any(item in ordered.item_ids for item in line.item_ids)


def factor(line: Line, ordered: OrderLine) -> Fraction | None:
    """How many order units one unit of a document's line is; None where nobody knows."""
    if line.uom is None or line.uom == ordered.uom:
        return Fraction(1)
    for unit, how_many in ordered.units:
        if unit == line.uom:
            return Fraction(how_many, QUANTITY_UNIT)
    return Fraction(1) if ordered.uom is None else None


def converted(line: Line, ledger: Ledger, quantity: int) -> int | None:
    """A quantity (10^-6) of a document's line in order units; None where it is not exact."""
    if not ledger.ordered_by:
        return quantity
    ratio = factor(line, ledger.ordered_by[0][1])
    if ratio is None or (quantity * ratio).denominator != 1:
        return None
    return int(quantity * ratio)


def promised(ledger: Ledger) -> int:
    """When the earliest of a line is promised."""
    times = []
    for order, line in ledger.ordered_by:
        at = order_body(order).promised_at if line.promised_at is None else line.promised_at
        times.append(ENDLESS if at is None else at)
    return min(times)


def ratio_of(component: OrderLine, parent: OrderLine) -> Fraction | None:
    """How many units of a component one unit of its parent takes."""
    if component.ratio is not None:
        return Fraction(component.ratio, QUANTITY_UNIT) if component.ratio else None
    return Fraction(component.quantity, parent.quantity) if component.quantity and parent.quantity else None


def grain_of(papers: Papers) -> int:
    """The quantity (10^-6) of which all quantities of an order are whole multiples, kits and conversions included."""
    grain, most = 0, 1
    order_lines = [line for one in papers.known if one.document.type == "order" for line in order_body(one).lines]
    factors = {Fraction(1), *(Fraction(number, QUANTITY_UNIT) for one in order_lines for _, number in one.units)}
    for known in papers.known:
        for line in getattr(known.document.body, "lines", None) or ():
            numbers = [line.quantity, getattr(line, "cancelled_quantity", 0)]
            numbers += [getattr(line, name, None) or 0 for name in ("backordered", "short", "damaged", "refused")]
            for number in numbers:
                most = max(most, abs(number))
                products = [number * ratio for ratio in factors]
                grain = gcd(grain, *(int(product) for product in products if product.denominator == 1))
    grain = grain or 1
    for part in _kit_parts(order_lines):
        grain = grain // part if grain % part == 0 else 1
    assert most // grain <= _MOST_GRAINS, "the oracle counts units one by one: give it rounder quantities"
    return grain


def _kit_parts(lines: list[OrderLine]) -> list[int]:
    """Into how many parts a grain falls for kits to come out even."""
    parts = set()
    for component in lines:
        for parent in lines:
            ratio = ratio_of(component, parent) if _is_part(component, parent) else None
            if ratio is not None:
                parts.add(ratio.numerator)
    return sorted(parts - {1})


def _is_part(component: OrderLine, parent: OrderLine) -> bool:
    if component.parent_line is None or parent.line is None:
        return False
    return normal(component.parent_line) == normal(parent.line)
