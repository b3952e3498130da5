"""What is wrong with invoices: too early, too much, at another price, in another currency, twice."""

import re

from o2c.flows.correlation.conditions.findings import Books, Finding, added, beyond, subject_of, sum_of, units
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import INVOICE, ORDER, SHIPMENT
from o2c.flows.correlation.proofs import Entry
from o2c.schemas.currencies import minor_unit
from o2c.schemas.documents import CreditMemoBody, Document, InvoiceBody, Line, PaymentBody
from o2c.schemas.numbers import AMOUNT_PLACES, PRICE_PLACES, plain, value_of
from o2c.schemas.times import DAY_US

_DUPLICATES_WITHIN_US = 30 * DAY_US
_ORNAMENT = re.compile(r"[^0-9a-z]|(?<![0-9])0+(?=[0-9])")


def invoiced_otherwise(books: Books, found: list[Finding]) -> None:
    """Units that are invoiced and have not shipped: of a line of which nothing has left, or more than have left."""
    ledger = books.ledger
    excess = {
        line.key: (line.reached[SHIPMENT], line.reached[INVOICE])
        for line in ledger.own_lines
        if line.reached[INVOICE] > line.reached[SHIPMENT]
        and line.on_order
        and not line.free
        and SHIPMENT in line.rules.path.milestones
        and _is_beyond(line)
    }
    if not excess:
        return
    before_shipment = ledger.header is not None and ledger.header.billing != "prepaid"
    so_far: dict[str, int] = {}
    early: dict[str, list[tuple[LineLedger, int]]] = {}
    much: dict[str, list[tuple[LineLedger, int]]] = {}
    documents: dict[str, Document] = {}
    for document, billed, filled in ledger.invoice_lines:
        for line, amount in filled:
            quantity = amount - ledger.lowered.get((id(billed), line.key), 0) if ledger.lowered else amount
            if quantity <= 0 or line.key not in excess:
                continue
            start = so_far.get(line.key, 0)
            so_far[line.key] = start + quantity
            shipped, invoiced = excess[line.key]
            part = min(start + quantity, invoiced) - max(start, shipped)
            if part <= 0 or (not shipped and not before_shipment):
                continue
            key = f"{document.scope}/{document.document_id}"
            documents[key] = document
            (much if shipped else early).setdefault(key, []).append((line, part))
    for code, invoices in (("INVOICE_BEFORE_SHIPMENT", early), ("QUANTITY_MISMATCH", much)):
        for key, lines in invoices.items():
            _append_excess(books, found, code, documents[key], lines)


def _is_beyond(line: LineLedger) -> bool:
    """Whether what is invoiced of a line and has not shipped is more than its rule lets pass."""
    shipped = line.reached[SHIPMENT]
    rule = line.rules.codes["QUANTITY_MISMATCH" if shipped else "INVOICE_BEFORE_SHIPMENT"]
    return beyond(line.reached[INVOICE] - shipped, shipped, rule, rule.absolute_quantity)


_SAID = {
    "INVOICE_BEFORE_SHIPMENT": "before anything of it has shipped",
    "QUANTITY_MISMATCH": "beyond what has shipped",
}


def _append_excess(
    books: Books, found: list[Finding], code: str, document: Document, lines: list[tuple[LineLedger, int]]
) -> None:
    quantity = sum(part for _, part in lines)
    rules = lines[0][0].rules
    rule = rules.codes[code]
    value = added([line.value(part) for line, part in lines])
    lost = [at for line, _ in lines for _, at, _ in (line.lost or {}).get(SHIPMENT, ())]
    since = max([_business_at(books, document), *lost])
    invoiced = sum(line.reached[INVOICE] for line, _ in lines)
    shipped = sum(line.reached[SHIPMENT] for line, _ in lines)
    found.append(
        Finding(
            code,
            rule,
            subject_of(document),
            since,
            value,
            books.money.currency,
            (document,),
            lambda: (
                f"Invoice {document.document_id} bills {units(quantity)} {_SAID[code]} "
                f"({units(invoiced)} invoiced, {units(shipped)} shipped), worth {sum_of(value, books.money.currency)}."
            ),
            opens_at=since + rules.settle_us,
            feed=books.ledger.policy.feed_of("shipment", lines[0][0].warehouse),
        )
    )


def _business_at(books: Books, document: Document) -> int:
    return next(entry[0] for entry in books.ledger.entries[document.type] if entry[3] is document)


def price_mismatch(books: Books, found: list[Finding]) -> None:
    """An invoice bills a line at another net price than the order's, and no credit or debit has mended it."""
    differences: dict[str, tuple[Document, list[_Difference]]] = {}
    for document, line, filled in books.ledger.invoice_lines:
        body = document.body
        assert isinstance(body, InvoiceBody)
        if len(filled) == 1:
            part = filled[0][0]
            if line.unit_price == part.unit_price and line.amount is None and part.amount is None:
                continue
        if body.kind != "standard" or body.currency != books.money.currency or line.quantity <= 0:
            continue
        difference = _price_difference(line, filled)
        if difference:
            key = f"{document.scope}/{document.document_id}"
            differences.setdefault(key, (document, []))[1].append((difference, line, filled[0][0]))
    for document, parts in differences.values():
        if _credited_back(books, document):
            continue
        total = sum(difference for difference, _, _ in parts)
        mended = _mended(books, document, overcharged=total > 0)
        if mended and mended >= abs(total):
            continue
        found.append(
            Finding(
                "PRICE_MISMATCH",
                parts[0][2].rules.codes["PRICE_MISMATCH"],
                subject_of(document),
                _business_at(books, document),
                sum(abs(difference) for difference, _, _ in parts),
                books.money.currency,
                (document,),
                lambda document=document, parts=parts, total=total: (  # type: ignore[misc]  # bound now, asked for later
                    f"Invoice {document.document_id} bills {sum_of(abs(total), books.money.currency)} "
                    f"{'less' if total < 0 else 'more'} than the order's prices come to: "
                    f"{'; '.join(_prices(line, ordered) for _, line, ordered in parts)}."
                ),
            )
        )


_Difference = tuple[int, Line, LineLedger]
"""What a line bills beyond the order's price, the invoice's line, and the order's (or the first of them)."""


def _prices(line: Line, ordered: LineLedger) -> str:
    """A line at both prices, each by the unit where it is given so."""
    amount = line_amount(line)
    billed = line.unit_price if line.amount is None else None
    theirs = f"at {plain(billed, PRICE_PLACES)}" if billed is not None else f"for {plain(amount or 0, AMOUNT_PLACES)}"
    price = ordered.unit_price if ordered.amount is None else None
    worth = ordered.value(line.quantity) or 0
    ours = f"at {plain(price, PRICE_PLACES)}" if price is not None else f"for {plain(worth, AMOUNT_PLACES)}"
    return f"line {ordered.line or ordered.sku} {theirs}, ordered {ours}"


def _price_difference(line: Line, filled: list[tuple[LineLedger, int]]) -> int:
    """What a line bills beyond the order's price; nil within the limits or where a price is missing."""
    actual = line_amount(line)
    if actual is None or any(not part.on_order or part.free or part.component for part, _ in filled):
        return 0
    expected = added([part.value(quantity) for part, quantity in filled])
    if expected is None or expected == actual or not filled:
        return 0
    rule = filled[0][0].rules.codes["PRICE_MISMATCH"]
    difference = actual - expected
    return difference if beyond(abs(difference), abs(expected), rule, rule.absolute_amount) else 0


def line_amount(line: Line) -> int | None:
    """What an invoice's line comes to: its amount, else its quantity at its price; None where it says neither."""
    if line.amount is not None:
        return line.amount
    return None if line.unit_price is None else value_of(line.quantity, line.unit_price)


def _mended(books: Books, invoice: Document, *, overcharged: bool) -> int:
    """What credit memos for the price, or debit memos, that mean this invoice or none, come to."""
    entries = books.ledger.entries
    mended = 0
    if overcharged:
        for _, _, _, document in entries.get("credit_memo", ()):
            body = document.body
            assert isinstance(body, CreditMemoBody)
            if body.kind in ("price", "allowance"):
                mended += _meant(document, dict(body.invoices), body.amount, invoice.document_id)
        return mended
    for _, _, _, document in entries.get("invoice", ()):
        body = document.body
        assert isinstance(body, InvoiceBody)
        if body.kind == "debit_memo" and document is not invoice:
            mended += _meant(document, {}, body.total, invoice.document_id)
    return mended


def _credited_back(books: Books, invoice: Document) -> bool:
    """Whether credit memos have taken an invoice back: all of its total, or by their kind."""
    memos = books.ledger.entries.get("credit_memo")
    if not memos or invoice.type != "invoice":
        return False
    for _, _, _, document in memos:
        body = document.body
        assert isinstance(body, CreditMemoBody)
        named = {number for number, _ in body.invoices}
        named.update(value for kind, values in document.refs if kind == "invoice" for value in values)
        if body.kind in ("cancellation", "rebill") and not body.lines and (not named or invoice.document_id in named):
            return True
    return any(each.document is invoice and each.credited >= each.body.total > 0 for each in books.money.invoices)


def _meant(document: Document, by_invoice: dict[str, int], amount: int, number: str) -> int:
    """How much of a memo means the invoice `number`."""
    if by_invoice:
        return by_invoice.get(number, 0)
    named = [value for kind, values in document.refs if kind == "invoice" for value in values]
    return amount if not named or number in named else 0


def total_mismatch(books: Books, found: list[Finding]) -> None:
    """An invoice whose lines, charges, freight, tax and rounding do not make its total."""
    for business_at, _, _, document in books.ledger.entries["invoice"]:
        body = document.body
        assert isinstance(body, InvoiceBody)
        parts = _parts_of(body)
        if parts is None:
            continue
        rule = books.rule("TOTAL_MISMATCH")
        difference = abs(body.total - parts)
        if not difference:
            continue
        allowed = 10 ** max(0, AMOUNT_PLACES - minor_unit(body.currency)) * (len(body.lines) + len(body.charges))
        if difference <= allowed or not beyond(difference, abs(body.total), rule, rule.absolute_amount):
            continue
        if _credited_back(books, document) or _mended(books, document, overcharged=body.total > parts) >= difference:
            continue
        found.append(
            Finding(
                "TOTAL_MISMATCH",
                rule,
                subject_of(document),
                business_at,
                difference,
                body.currency,
                (document,),
                lambda document=document, body=body, parts=parts: (  # type: ignore[misc]  # bound now
                    f"Invoice {document.document_id} totals {sum_of(body.total, body.currency)}, "
                    f"its parts make {sum_of(parts, body.currency)}."
                ),
            )
        )


def _parts_of(body: InvoiceBody) -> int | None:
    """What the parts of an invoice come to; None where it does not say all of them."""
    total = (body.tax or 0) + (body.freight or 0) + (body.rounding or 0)
    stated = body.tax is not None or body.freight is not None or bool(body.charges)
    for charge in body.charges:
        total += charge.amount + (charge.tax or 0)
    for line in body.lines:
        amount = line_amount(line)
        if amount is None:
            return None
        total += amount
    return total if body.lines or stated else None


def currency_mismatch(books: Books, found: list[Finding]) -> None:
    """Invoices, payments and credit memos in another currency than the order's: they are not added up."""
    header = books.ledger.header
    if header is None:
        return
    expected = header.currency
    entries = books.ledger.entries
    for document_type in ("invoice", "payment", "credit_memo"):
        for entry in entries.get(document_type, ()):
            # These have a currency.
            if entry[3].body.currency != expected and not _credited_back(books, entry[3]):  # type: ignore[union-attr]
                found.append(_currency_finding(books, entry, expected))  # noqa: PERF401 -- a generator costs more


def _currency_finding(books: Books, entry: Entry, expected: str) -> Finding:
    business_at, _, _, document = entry
    body = document.body
    assert isinstance(body, InvoiceBody | PaymentBody | CreditMemoBody)
    amount = body.total if isinstance(body, InvoiceBody) else body.amount
    named = document.type.replace("_", " ")
    return Finding(
        "CURRENCY_MISMATCH",
        books.rule("CURRENCY_MISMATCH"),
        subject_of(document),
        business_at,
        amount,
        body.currency,
        (document,),
        lambda: (
            f"{named.capitalize()} {document.document_id} over {sum_of(amount, body.currency)} "
            f"is not in the order's currency, {expected}."
        ),
    )


def duplicate_invoice(books: Books, found: list[Finding]) -> None:
    """Two live invoices that say the same: the later one is named."""
    entries = books.ledger.entries["invoice"]
    if len(entries) < 2:  # a pair
        return
    over_invoiced = any(
        line.reached[INVOICE] > line.reached[SHIPMENT if SHIPMENT in line.rules.path.milestones else ORDER]
        for line in books.ledger.own_lines
        if line.on_order
    )
    for index, entry in enumerate(entries):
        twin = next((each for each in entries[:index] if _same(each, entry, over_invoiced=over_invoiced)), None)
        if twin is None or _credited_back(books, entry[3]) or _credited_back(books, twin[3]):
            continue
        business_at, _, _, document = entry
        body = document.body
        assert isinstance(body, InvoiceBody)
        found.append(
            Finding(
                "DUPLICATE_INVOICE",
                books.rule("DUPLICATE_INVOICE"),
                subject_of(document),
                business_at,
                body.total,
                body.currency,
                (twin[3], document),
                lambda document=document, body=body, twin=twin: (  # type: ignore[misc]  # bound now
                    f"Invoice {document.document_id} over {sum_of(body.total, body.currency)} "
                    f"says what invoice {twin[3].document_id} says."
                ),
            )
        )


def _same(first: Entry, second: Entry, *, over_invoiced: bool) -> bool:
    one, other = first[3], second[3]
    left, right = one.body, other.body
    assert isinstance(left, InvoiceBody)
    assert isinstance(right, InvoiceBody)
    if left.kind != right.kind or left.currency != right.currency:
        return False
    if one.customer_id is not None and other.customer_id is not None and one.customer_id != other.customer_id:
        return False
    if first[0] // DAY_US == second[0] // DAY_US and _plain_number(one) == _plain_number(other):
        return True
    if one.scope != other.scope or left.total != right.total or not left.lines or _goods(left) != _goods(right):
        return False
    shipments = _named(one)
    if shipments and shipments == _named(other):
        return True
    return over_invoiced and second[0] - first[0] <= _DUPLICATES_WITHIN_US


def _plain_number(document: Document) -> str:
    return _ORNAMENT.sub("", document.document_id.lower())


def _goods(body: InvoiceBody) -> list[tuple[str, str, int, int]]:
    return sorted((line.line or "", line.sku or "", line.quantity, line_amount(line) or 0) for line in body.lines)


def _named(document: Document) -> set[str]:
    """The shipments that an invoice bills."""
    return {number for kind, numbers in document.refs if kind == "shipment" for number in numbers}
