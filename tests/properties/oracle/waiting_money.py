"""What money, holds, returns and disputes wait for: one entry a document."""

from collections.abc import Iterator

from tests.properties.oracle.documents import BROUGHT_BACK, dispute_body, memo_body, payment_body, return_body
from tests.properties.oracle.dues import due_of, open_since
from tests.properties.oracle.model import Known, Ledger, Subject, Wait
from tests.properties.oracle.value import total_value
from tests.properties.oracle.waiting import Waiting


def money_waits(waiting: Waiting) -> list[Wait]:
    """Open invoices, holds, returns, unapplied cash and disputes."""
    return [
        *_for_payment(waiting),
        *_for_release(waiting),
        *_for_credit(waiting),
        *_for_application(waiting),
        *_for_resolution(waiting),
    ]


def all_waits(waiting: Waiting) -> list[Wait]:
    """Everything that an order waits for."""
    return [*waiting.goods(), *money_waits(waiting)]


def _wait(
    waiting: Waiting,
    code: str,
    milestone: str,
    document: Known,
    start: int,
    feed: str,
    *,
    deadline: int | None,
    money: int | None = None,
    currency: str | None = None,
) -> Wait:
    return Wait(
        code=code,
        subject=Subject(*document.key),
        milestone=milestone,
        start=start,
        deadline=deadline,
        feed=waiting.policy.feed_of(feed, waiting.warehouse(None)),
        quantity=0,
        rule=waiting.order_rules().codes[code],
        ledger=None,
        documents=(document.label,),
        money=money,
        currency=currency,
    )


def _for_payment(waiting: Waiting) -> Iterator[Wait]:
    rules = waiting.order_rules()
    if "payment" not in rules.milestones:
        return
    rule = rules.codes["PAST_DUE"]
    for book in waiting.books.books.values():
        if book.open <= 0:
            continue
        start = open_since(book, waiting.books) if due_of(book, waiting.books) is not None else None
        yield _wait(
            waiting,
            "PAST_DUE",
            "payment",
            book.invoice,
            book.invoice.business_at if start is None else start,
            "payment",
            deadline=None if start is None else rule.calendar.add(start, rule.tolerance_us),
            money=book.open,
            currency=book.currency,
        )


def _for_release(waiting: Waiting) -> Iterator[Wait]:
    rule = waiting.order_rules().codes["STALLED_RELEASE"]
    for hold in waiting.holds_to_come():
        deadline = rule.calendar.add(hold.business_at, rule.tolerance_us)
        yield _wait(waiting, "STALLED_RELEASE", "release", hold, hold.business_at, "hold", deadline=deadline)


def _for_credit(waiting: Waiting) -> Iterator[Wait]:
    rule = waiting.order_rules().codes["UNCREDITED_RETURN"]
    for returned, missing in uncredited(waiting):
        yield _wait(
            waiting,
            "UNCREDITED_RETURN",
            "credit_memo",
            returned,
            returned.business_at,
            "credit_memo",
            deadline=rule.calendar.add(returned.business_at, rule.tolerance_us),
            money=missing,
            currency=waiting.books.currency,
        )


def uncredited(waiting: Waiting) -> list[tuple[Known, int | None]]:
    """The returns whose goods were invoiced and are not yet credited or refunded, with what is missing of their value.

    First what credit memos took back by their lines, then what names the return, then returns' credits and refunds
    that name none, oldest return first.
    """
    owed = _owed(waiting)
    general = sum(amount for source, amount, kind in _credits(waiting) if kind and not source.named("return"))
    named = {
        (source.key[0], number)
        for source, _, _ in _credits(waiting)
        if source.document.type == "payment" or not memo_body(source).lines
        for number in source.named("return")
    }
    found: list[tuple[Known, int | None]] = []
    for returned, quantities in owed:
        if (returned.key[0], returned.key[2]) in named or not any(grains for _, grains in quantities):
            continue
        value = total_value([(ledger, grains * waiting.lines.grain) for ledger, grains in quantities if grains])
        if value is None:
            found.append((returned, None))
            continue
        part = min(value, general)
        general -= part
        if value > part:
            found.append((returned, value - part))
    return found


def _owed(waiting: Waiting) -> list[tuple[Known, list[tuple[Ledger, int]]]]:
    """By return, how many grains of which line came back after they were invoiced and no line of a memo credits."""
    left = {}
    for name, ledger in waiting.lines.ledgers.items():
        kept = max(0, ledger.reached("shipment") - ledger.returned)
        is_billed = "invoice" in waiting.line_rules(ledger).milestones
        back = max(0, ledger.invoiced - kept) if is_billed else ledger.returned
        left[name] = back - ledger.credited_back
    owed = []
    for returned in waiting.papers.of("return"):
        if return_body(returned).kind not in BROUGHT_BACK:
            continue
        quantities = []
        for ledger in waiting.lines.in_order():
            back = sum(1 for unit in ledger.own["return"] if unit.source == returned)
            grains = max(0, min(back, left[ledger.name]))
            left[ledger.name] -= grains
            quantities.append((ledger, grains))
        owed.append((returned, quantities))
    return owed


def _credits(waiting: Waiting) -> list[tuple[Known, int, bool]]:
    """What may credit a return: the document, its amount, and whether it does so without naming one."""
    currency = waiting.books.currency
    found = []
    for memo in waiting.papers.of("credit_memo"):
        body = memo_body(memo)
        if body.currency == currency:
            found.append((memo, body.amount, body.kind == "return" and not body.lines))
    refunds = [payment for payment in waiting.papers.of("payment") if payment_body(payment).kind == "refund"]
    mine = [refund for refund in refunds if payment_body(refund).currency == currency]
    return [*found, *((refund, abs(payment_body(refund).amount), True) for refund in mine)]


def _for_application(waiting: Waiting) -> Iterator[Wait]:
    rule = waiting.order_rules().codes["UNAPPLIED_CASH"]
    if "invoice" not in waiting.order_rules().milestones:
        return
    for pot in waiting.books.unapplied:
        if pot.left > 0:
            deadline = rule.calendar.add(pot.source.business_at, rule.tolerance_us)
            yield _wait(
                waiting,
                "UNAPPLIED_CASH",
                "application",
                pot.source,
                pot.source.business_at,
                "payment",
                deadline=deadline,
                money=pot.left,
                currency=payment_body(pot.source).currency,
            )


def _for_resolution(waiting: Waiting) -> Iterator[Wait]:
    rule = waiting.order_rules().codes["UNRESOLVED_DISPUTE"]
    for dispute in waiting.papers.of("dispute"):
        body = dispute_body(dispute)
        if is_resolved(waiting, dispute):
            continue
        deadline = rule.calendar.add(dispute.business_at, rule.tolerance_us)
        if body.respond_by is not None and rule.before_respond_by_us is not None:
            deadline = rule.calendar.add(body.respond_by, -rule.before_respond_by_us)
        yield _wait(
            waiting,
            "UNRESOLVED_DISPUTE",
            "resolution",
            dispute,
            dispute.business_at,
            "dispute",
            deadline=deadline,
            money=body.amount,
            currency=disputed_currency(waiting, dispute),
        )


def is_resolved(waiting: Waiting, dispute: Known) -> bool:
    """Whether a dispute has come to its end by now."""
    resolved_at = dispute_body(dispute).resolved_at
    return resolved_at is not None and resolved_at <= waiting.clock


def disputed_currency(waiting: Waiting, dispute: Known) -> str | None:
    """The currency of the document that a dispute is about; that of the order where it is unknown."""
    body = dispute_body(dispute)
    kind, number = ("invoice", body.invoice) if body.invoice is not None else ("payment", body.payment)
    known = waiting.papers.find(dispute.key[0], kind, number or "")
    found: str | None = getattr(known.document.body, "currency", None) if known is not None else None
    return waiting.books.currency if found is None else found
