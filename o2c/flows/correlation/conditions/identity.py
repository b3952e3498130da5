"""What is wrong with the documents themselves: whose they are, which line they mean, which content is right."""

from o2c.flows.correlation.conditions.findings import Books, Finding, added, sum_of, units
from o2c.flows.correlation.conditions.invoicing import line_amount
from o2c.flows.correlation.documents import reference
from o2c.flows.correlation.lines import worth
from o2c.flows.correlation.matcher import Misfit
from o2c.schemas.documents import Document, Line, OrderBody
from o2c.schemas.times import rfc3339


def misfits(books: Books, found: list[Finding]) -> None:
    """Lines of documents that fit no line of the order, or count in a unit that nothing converts."""
    ledger = books.ledger
    if ledger.header is None:
        return
    if ledger.matcher.unmatched:
        found.append(
            _misfit(books, "UNMATCHED_LINE", ledger.matcher.unmatched, "fit no line of the order", starred=True)
        )
    if ledger.matcher.uom_mismatches:
        said = "count in a unit that the order's line does not convert exactly"
        found.append(_misfit(books, "UOM_MISMATCH", ledger.matcher.uom_mismatches, said, starred=False))


def _misfit(books: Books, code: str, misfit: list[Misfit], said: str, *, starred: bool) -> Finding:
    since = min(business_at for business_at, _, _, _ in misfit)
    quantity = sum(quantity for _, _, _, quantity in misfit)
    named = ", ".join(sorted({_called(line) for _, _, line, _ in misfit}))
    documents = tuple(document for _, document, _, _ in misfit)
    value = added([_value(books, document, line) for _, document, line, _ in misfit])
    rules = books.ledger.header_rules
    return Finding(
        code,
        rules.codes[code],
        books.order,
        since,
        value,
        books.money.currency,
        documents,
        lambda: f"{units(quantity)} of {named} {said}: {', '.join(sorted({reference(each) for each in documents}))}.",
        opens_at=since + rules.settle_us if starred else None,
        feed="order",
    )


def _value(books: Books, document: Document, line: Line) -> int | None:
    """What a line bills or credits; None where it says nothing of that, or says it in another currency."""
    currency = getattr(document.body, "currency", None)
    return line_amount(line) if currency == books.money.currency else None


def _called(line: Line) -> str:
    """A line by number, sku and unit, as far as it says."""
    parts = (("line", line.line), ("sku", line.sku), ("in", line.uom))
    return " ".join(f"{word} {name}" for word, name in parts if name is not None) or "a line without a name"


def revision_conflict(books: Books, found: list[Finding]) -> None:
    """The revision that wins came with two contents."""
    if not books.conflicts:
        return
    documents = tuple(
        document for key, revision in books.conflicts.items() if (document := books.documents[key]).revision == revision
    )
    if documents:
        first = min(documents, key=lambda document: document.occurred_at)
        found.append(
            Finding(
                "REVISION_CONFLICT",
                books.rule("REVISION_CONFLICT"),
                books.order,
                first.occurred_at,
                books.money.ordered,
                books.money.currency,
                documents,
                lambda: (
                    f"Revision {first.revision} of {reference(first)} came with two contents; the later one counts."
                ),
            )
        )


def orphan_document(books: Books, found: list[Finding]) -> None:
    """Documents of an order that no order document has told of."""
    ledger = books.ledger
    if ledger.header is not None or not ledger.entries:
        return
    entries = [entry for of_type in ledger.entries.values() for entry in of_type if entry[3].type != "action"]
    if not entries:
        return
    since = min(entry[0] for entry in entries)
    documents = tuple(entry[3] for entry in entries)
    value = books.money.invoiced or None
    rules = ledger.header_rules
    found.append(
        Finding(
            "ORPHAN_DOCUMENT",
            rules.codes["ORPHAN_DOCUMENT"],
            books.order,
            since,
            value,
            books.money.currency,
            documents,
            lambda: (
                f"{len(documents)} document{'s' if len(documents) > 1 else ''} of {books.correlation_id} since "
                f"{rfc3339(since)}, and no order: {', '.join(sorted({reference(each) for each in documents}))}."
            ),
            opens_at=since + rules.settle_us,
            feed="order",
        )
    )


def identity_conflict(books: Books, found: list[Finding]) -> None:
    """Documents of one order that name several customers, or another order alone."""
    if _agree(books):
        return
    customers: dict[str, int] = {}
    strangers: list[Document] = []
    times: list[int] = []
    orders: set[str] | None = None
    taken_back = books.ledger.taken_back
    for key, document in books.documents.items():
        if document.cancelled or key in taken_back:
            continue
        if document.customer_id is not None and document.type != "payment":
            known_since = books.business_at(key, document)
            customers[document.customer_id] = min(known_since, customers.get(document.customer_id, known_since))
        for kind, numbers in document.refs:
            if kind == "order" and document.type != "order":
                if orders is None:
                    orders = _own_numbers(books)
                if orders and orders.isdisjoint(numbers):
                    strangers.append(document)
                    times.append(books.business_at(key, document))
    if len(customers) < 2 and not strangers:  # several
        return
    if strangers:
        orders_named = sorted({number for each in strangers for number in dict(each.refs)["order"]})
        by = ", ".join(sorted(reference(each) for each in strangers))
        said = f"Another order, {', '.join(orders_named)}, is named by {by}"
    else:
        said = f"The documents name the customers {', '.join(sorted(customers))}"
    involved = strangers or [each for each in books.documents.values() if each.customer_id in customers]
    if len(customers) > 1:
        times.append(sorted(customers.values())[1])
    since = min(times)
    found.append(
        Finding(
            "IDENTITY_CONFLICT",
            books.rule("IDENTITY_CONFLICT"),
            books.order,
            since,
            books.money.ordered,
            books.money.currency,
            tuple(involved),
            lambda: f"{said}.",
        )
    )


def _agree(books: Books) -> bool:
    """Whether all documents name the order's own number and customer, where they name any: what most orders do."""
    order = books.ledger.order_document
    if order is None:
        return False
    customer, number = order.customer_id, order.document_id
    for document in books.documents.values():
        if document.customer_id != customer and document.customer_id is not None:
            return False
        for kind, numbers in document.refs:
            if kind == "order" and number not in numbers:
                return False
    return True


def _own_numbers(books: Books) -> set[str]:
    """What this order is called; nothing while its document is not known."""
    numbers = {document.document_id for document in books.documents.values() if document.type == "order"}
    return {*numbers, books.correlation_id} if numbers else set()


def duplicate_order(books: Books, found: list[Finding]) -> None:
    """Two order documents for one customer's purchase order and release."""
    entries = books.ledger.entries.get("order", ())
    if len(entries) < 2:  # a pair
        return
    seen: dict[tuple[str | None, str, tuple[str, ...]], list[tuple[int, Document]]] = {}
    for business_at, _, _, document in entries:
        body = document.body
        assert isinstance(body, OrderBody)
        refs = dict(document.refs)
        purchase_order = body.customer_po or next(iter(refs.get("po", ())), None)
        if purchase_order is not None:
            name = (document.customer_id, purchase_order, tuple(sorted(refs.get("release", ()))))
            seen.setdefault(name, []).append((business_at, document))
    for (_, purchase_order, _), same in seen.items():
        if len(same) > 1:
            _append_duplicate(books, found, purchase_order, same)
            return


def _append_duplicate(
    books: Books, found: list[Finding], purchase_order: str, same: list[tuple[int, Document]]
) -> None:
    documents = tuple(document for _, document in same)
    asked: list[list[tuple[str, tuple[tuple[str, str], ...], int]]] = []
    twins: list[Document] = []
    since = same[1][0]
    for business_at, document in same:
        wanted = _wanted(document)
        if wanted in asked:
            since = business_at if not twins else since
            twins.append(document)
        asked.append(wanted)
    value = added([_worth(document) for document in twins or documents[1:]])
    currency = books.money.currency
    named = ", ".join(document.document_id for document in documents)
    found.append(
        Finding(
            "DUPLICATE_ORDER",
            books.rule("DUPLICATE_ORDER"),
            books.order,
            since,
            value,
            currency,
            documents,
            lambda: (
                f"Orders {named} are all for purchase order {purchase_order}; "
                f"what is twice is worth {sum_of(value, currency)}."
            ),
            fact=not twins,
        )
    )


def _worth(order: Document) -> int | None:
    """What an order document's lines come to."""
    body = order.body
    assert isinstance(body, OrderBody)
    return added(
        [
            0
            if line.quantity <= line.cancelled_quantity
            or (line.parent_line is not None and line.unit_price is None and line.amount is None)
            else worth(line.quantity - line.cancelled_quantity, line.free, line.amount, line.quantity, line.unit_price)
            for line in body.lines
        ]
    )


def _wanted(document: Document) -> list[tuple[str, tuple[tuple[str, str], ...], int]]:
    """What an order asks for, whatever its lines are called."""
    body = document.body
    assert isinstance(body, OrderBody)
    return sorted((line.sku or "", line.item_ids, line.quantity - line.cancelled_quantity) for line in body.lines)
