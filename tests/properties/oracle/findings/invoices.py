"""Invoices against the order, against what shipped, against themselves and against each other."""

from collections.abc import Iterator
from fractions import Fraction

from o2c.schemas.documents import Line
from o2c.schemas.times import DAY_US
from tests.properties.oracle.documents import invoice_body, memo_body
from tests.properties.oracle.findings.common import beyond_amount, beyond_quantity, found, value_of
from tests.properties.oracle.matching import name_of
from tests.properties.oracle.model import Finding, Known, Ledger
from tests.properties.oracle.value import VALUE_UNIT, minor_unit, unit_value
from tests.properties.oracle.waiting import Waiting


def invoice_findings(waiting: Waiting) -> Iterator[Finding]:
    """All of them, code by code."""
    yield from _against_shipments(waiting)
    for invoice in waiting.papers.of("invoice"):
        if is_credited_wholly(waiting, invoice):
            continue
        yield from _prices(waiting, invoice)
        yield from _totals(waiting, invoice)
    yield from _currencies(waiting)
    yield from _duplicates(waiting)


# ------------------------------------------------------------------------ quantities


def _against_shipments(waiting: Waiting) -> Iterator[Finding]:
    early: dict[Known, list[tuple[Ledger, int]]] = {}
    beyond: dict[Known, list[tuple[Ledger, int]]] = {}
    billing = waiting.header.billing if waiting.header is not None else "shipment"
    rule = waiting.order_rules().codes["QUANTITY_MISMATCH"]
    grain = waiting.lines.grain
    for ledger in waiting.lines.whole():
        if ledger.free or not ledger.ordered_by or "shipment" not in waiting.line_rules(ledger).milestones:
            continue
        shipped = ledger.reached("shipment")
        over = invoiced_by(ledger)[shipped:]
        target = beyond if shipped else early
        if not shipped and billing == "prepaid":
            continue
        if shipped and not beyond_quantity(rule, len(over) * grain, shipped * grain):
            continue
        for invoice in dict.fromkeys(over):
            target.setdefault(invoice, []).append((ledger, over.count(invoice)))
    for code, several in (("INVOICE_BEFORE_SHIPMENT", early), ("QUANTITY_MISMATCH", beyond)):
        for invoice, quantities in several.items():
            lost = [gone.lost_at for ledger, _ in quantities for gone in ledger.gone["shipment"] if gone.grains]
            since = max([invoice.business_at, *lost])
            yield found(waiting, code, invoice, since, value_of(waiting, quantities), awaits="shipment")


def invoiced_by(ledger: Ledger) -> list[Known]:
    """By whom each unit is invoiced, oldest first; what was taken back is gone, from whom it names, else the latest."""
    sources = [unit.source for unit in ledger.effective("invoice")]
    for unit in ledger.lowered:
        memo = unit.source
        named: tuple[str, ...] = ()
        if memo.document.type == "credit_memo":
            named = tuple(number for number, _ in memo_body(memo).invoices) or memo.named("invoice")
        for position in reversed(range(len(sources))):
            if not named or sources[position].key[2] in named:
                del sources[position]
                break
        else:
            del sources[-1:]
    return sources


# ---------------------------------------------------------------------------- prices


def _prices(waiting: Waiting, invoice: Known) -> Iterator[Finding]:
    body = invoice_body(invoice)
    if body.kind != "standard" or body.currency != waiting.books.currency:
        return
    rule = waiting.order_rules().codes["PRICE_MISMATCH"]
    wrong, beyond = 0, 0
    for position, line in enumerate(body.lines):
        asked = line_amount(line)
        shares = waiting.lines.shares[invoice.key, position]
        expected = Fraction(0)
        for ledger, grains in shares:
            price = unit_value(ledger)
            if price is None or ledger.free or ledger.parent is not None or not grains:
                break
            expected += price * grains * waiting.lines.grain
        else:
            if asked is not None and shares and line.quantity:
                difference = asked - round(expected)
                if beyond_amount(rule, abs(difference), abs(round(expected))):
                    wrong, beyond = wrong + abs(difference), beyond + difference
    if wrong and not 0 < beyond <= _price_credits(waiting, invoice):
        yield found(waiting, "PRICE_MISMATCH", invoice, invoice.business_at, wrong)


def line_amount(line: Line) -> int | None:
    """What an invoice's line asks for."""
    if line.amount is not None:
        return line.amount
    return None if line.unit_price is None else round(Fraction(line.quantity * line.unit_price, VALUE_UNIT))


def _price_credits(waiting: Waiting, invoice: Known) -> int:
    memos = [memo for memo in waiting.papers.of("credit_memo") if memo_body(memo).kind in ("price", "allowance")]
    return sum(_given(memo, invoice) for memo in memos if memo_body(memo).currency == waiting.books.currency)


def _totals(waiting: Waiting, invoice: Known) -> Iterator[Finding]:
    body = invoice_body(invoice)
    amounts = [line_amount(line) for line in body.lines]
    parts = [body.freight or 0, body.tax or 0, body.rounding or 0]
    parts += [charge.amount + (charge.tax or 0) for charge in body.charges]
    if not (amounts or any(parts)) or any(amount is None for amount in amounts):
        return
    said = sum(amount or 0 for amount in amounts) + sum(parts)
    limit = minor_unit(body.currency) * (len(body.lines) + len(body.charges))
    difference = abs(body.total - said)
    is_mended = 0 < body.total - said <= _price_credits(waiting, invoice)
    if difference > limit and not is_mended:
        yield found(waiting, "TOTAL_MISMATCH", invoice, invoice.business_at, difference, body.currency)


def _currencies(waiting: Waiting) -> Iterator[Finding]:
    if waiting.papers.header is None:
        return
    for kind in ("invoice", "payment", "credit_memo"):
        for known in waiting.papers.of(kind):
            body = known.document.body
            currency = getattr(body, "currency", None)
            if kind == "invoice" and is_credited_wholly(waiting, known):
                continue
            if currency is not None and currency != waiting.books.currency:
                amount = getattr(body, "total", None) if kind == "invoice" else getattr(body, "amount", None)
                yield found(waiting, "CURRENCY_MISMATCH", known, known.business_at, amount, currency)


def is_credited_wholly(waiting: Waiting, invoice: Known) -> bool:
    """Whether credit memos have taken an invoice back: one that cancels it, or as much as it asks for."""
    memos = waiting.papers.of("credit_memo")
    for memo in memos:
        is_whole = memo_body(memo).kind in ("cancellation", "rebill") and not memo_body(memo).lines
        if is_whole and invoice in waiting.lines.credited_invoices(memo):
            return True
    body = invoice_body(invoice)
    mine = [memo for memo in memos if memo_body(memo).currency == body.currency]
    return 0 < body.total <= sum(_given(memo, invoice) for memo in mine)


def _given(memo: Known, invoice: Known) -> int:
    """What a credit memo gives for an invoice, or for any where it names none."""
    body = memo_body(memo)
    if body.invoices:
        same = memo.key[0] == invoice.key[0]
        return sum(amount for number, amount in body.invoices if same and number == invoice.key[2])
    is_named = memo.key[0] == invoice.key[0] and invoice.key[2] in memo.named("invoice")
    return body.amount if is_named or not memo.named("invoice") else 0


# ------------------------------------------------------------------------ duplicates


def _duplicates(waiting: Waiting) -> Iterator[Finding]:
    every = [one for one in waiting.papers.of("invoice") if not is_credited_wholly(waiting, one)]
    for position, later in enumerate(every):
        if any(_are_twice(waiting, earlier, later) for earlier in every[:position]):
            body = invoice_body(later)
            yield found(waiting, "DUPLICATE_INVOICE", later, later.business_at, body.total, body.currency)


def _are_twice(waiting: Waiting, one: Known, other: Known) -> bool:
    customers = {one.document.customer_id, other.document.customer_id} - {None}
    names = [{*each.document.reverses, *each.document.replaces} for each in (one, other)]
    is_named = one.key[1:] in names[1] or other.key[1:] in names[0]
    if len(customers) > 1 or (is_named and one.key[0] == other.key[0]):
        return False
    first, second = invoice_body(one), invoice_body(other)
    if first.total < 0:
        return False
    calendar = waiting.order_rules().codes["DUPLICATE_INVOICE"].calendar
    same_day = calendar.day_of(one.business_at) == calendar.day_of(other.business_at)
    if one.key[2] == other.key[2] and same_day:
        return True
    if not first.lines or _said(first.lines) != _said(second.lines):
        return False
    if first.total != second.total or first.currency != second.currency or one.key[0] != other.key[0]:
        return False
    if _shipments(one) and _shipments(one) == _shipments(other):
        return True
    near = abs(other.business_at - one.business_at) <= 30 * DAY_US
    return near and _exceeds(waiting, other)


def _said(lines: tuple[Line, ...]) -> list[str]:
    return sorted(repr((*name_of(line), line.sku, line.quantity, line.unit_price, line.amount)) for line in lines)


def _shipments(invoice: Known) -> set[str]:
    lines = invoice_body(invoice).lines
    return {
        *invoice.named("shipment"),
        *(name for line in lines for kind, name in line.references if kind == "shipment"),
    }


def _exceeds(waiting: Waiting, invoice: Known) -> bool:
    for position in range(len(invoice_body(invoice).lines)):
        for ledger, _ in waiting.lines.shares.get((invoice.key, position), ()):
            if ledger.ordered_by and ledger.invoiced > ledger.reached("shipment"):
                return True
    return False
