"""What lines are worth at the order's net prices, and whose currency counts; in exact fractions until the last step."""

from fractions import Fraction

from iso4217 import Currency

from o2c.schemas.documents import OrderLine
from tests.properties.oracle.documents import Papers, invoice_body, order_body, payment_body
from tests.properties.oracle.matching import name_of
from tests.properties.oracle.model import Known, Ledger, LineName

VALUE_UNIT = 10**14
ALL_PERCENT = 10**6
AMOUNT_PLACES = 4


def currency_of(papers: Papers) -> str | None:
    """The order's currency, else that of the first invoice, else of the first payment."""
    if papers.header is not None:
        return order_body(papers.header).currency
    for invoice in papers.of("invoice"):
        return invoice_body(invoice).currency
    for payment in papers.of("payment"):
        return payment_body(payment).currency
    return None


def minor_unit(currency: str) -> int:
    """The smallest coin of a currency in 10^-4."""
    exponent = Currency(currency).exponent
    return int(10 ** (AMOUNT_PLACES - min(exponent or 0, AMOUNT_PLACES)))


def rounded_to(unit: int, amount: Fraction) -> int:
    """Half-even to a unit of 10^-4."""
    return round(amount / unit) * unit


def ordered_amount(papers: Papers) -> int | None:
    """What was ordered at net prices, charges included; None without an order document or a price."""
    if not papers.orders:
        return 0 if papers.is_cancelled else None
    currency = currency_of(papers)
    components = _components(papers)
    orders = [order for order in papers.orders if order_body(order).currency == currency]
    amounts = [order_amount(order, components) for order in orders]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def order_amount(order: Known, components: frozenset[LineName] = frozenset()) -> int | None:
    """What one order document is worth at net prices, charges included."""
    body = order_body(order)
    lines = lines_amount(order, components)
    if lines is None:
        return body.total
    return lines + sum(charge.amount + (charge.tax or 0) for charge in body.charges)


def lines_amount(order: Known, components: frozenset[LineName] = frozenset()) -> int | None:
    """What the lines of one order document are worth at net prices; None without a price."""
    body = order_body(order)
    numbers = {line.line for line in body.lines}
    lines = [line for line in body.lines if line.parent_line is None or line.parent_line not in numbers]
    values = [_line_amount(line) for line in lines if name_of(line) not in components]
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _components(papers: Papers) -> frozenset[LineName]:
    """The lines that are parts of kits by the first document that has them."""
    found: dict[LineName, bool] = {}
    for order in papers.orders:
        lines = order_body(order).lines
        numbers = {line.line for line in lines}
        for line in lines:
            found.setdefault(name_of(line), line.parent_line is not None and line.parent_line in numbers)
    return frozenset(name for name, is_part in found.items() if is_part)


def _line_amount(line: OrderLine) -> int | None:
    wanted = max(0, line.quantity - line.cancelled_quantity)
    if line.free:
        return 0
    if line.amount is not None:
        return round(Fraction(line.amount * wanted, line.quantity)) if line.quantity else 0
    if line.unit_price is not None:
        return round(Fraction(wanted * line.unit_price, VALUE_UNIT))
    return None if wanted else 0


def unit_value(ledger: Ledger) -> Fraction | None:
    """The net price of 10^-6 of a line in 10^-4; None where the order has no price."""
    if ledger.parent is not None:
        return _share_of_kit(ledger.parent)
    for _, line in ledger.ordered_by:
        if line.free:
            return Fraction(0)
        if line.amount is not None and line.quantity:
            return Fraction(line.amount, line.quantity)
        if line.unit_price is not None:
            return Fraction(line.unit_price, VALUE_UNIT)
        return None
    return None


def _share_of_kit(parent: Ledger) -> Fraction | None:
    """Each unit of a kit's components is worth the same."""
    whole = unit_value(parent)
    if whole is None:
        return None
    return whole / sum(ratio for _, ratio in parent.components)


def net_value(ledger: Ledger, quantity: int) -> int | None:
    """What a quantity (10^-6) of a line is worth at the order's net price; None where the order has no price."""
    value = unit_value(ledger)
    return None if value is None else round(value * quantity)


def total_value(quantities: list[tuple[Ledger, int]]) -> int | None:
    """The value of quantities (10^-6) of several lines; None where a price is missing."""
    by_line: dict[tuple[str, str], tuple[Ledger, int]] = {}
    for ledger, quantity in quantities:
        _, already = by_line.get(ledger.name, (ledger, 0))
        by_line[ledger.name] = (ledger, already + quantity)
    total = 0
    for ledger, quantity in by_line.values():
        value = net_value(ledger, quantity)
        if value is None:
            return None
        total += value
    return total
