"""What money, holds, returns and disputes wait for: one entry a document."""

from collections.abc import Iterator

from tests.properties.oracle.documents import BROUGHT_BACK, dispute_body, memo_body, payment_body, return_body
from tests.properties.oracle.dues import due_of, open_since
from tests.properties.oracle.matching import converted
from tests.properties.oracle.model import Known, Subject, Wait
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
    """The returns whose goods are back and not yet credited or refunded, with what is missing of their value."""
    every = [one for one in waiting.papers.of("return") if return_body(one).kind in BROUGHT_BACK]
    values = {one.key: _value_of(waiting, one) for one in every}
    general = 0
    named: dict[str, int] = {}
    for source, amount, kind in _credits(waiting):
        numbers = [number for number in source.named("return") if any(one.key[2] == number for one in every)]
        if numbers:
            named[numbers[0]] = named.get(numbers[0], 0) + amount
        elif kind in ("return", "refund"):
            general += amount
    found: list[tuple[Known, int | None]] = []
    for one in every:
        value = values[one.key]
        if value is None:
            if one.key[2] not in named and not general:
                found.append((one, None))
            continue
        missing = max(0, value - named.get(one.key[2], 0))
        part = min(missing, general)
        general -= part
        if missing - part:
            found.append((one, missing - part))
    return found


def _credits(waiting: Waiting) -> list[tuple[Known, int, str]]:
    found = [(memo, memo_body(memo).amount, memo_body(memo).kind) for memo in waiting.papers.of("credit_memo")]
    refunds = [payment for payment in waiting.papers.of("payment") if payment_body(payment).kind == "refund"]
    return [*found, *((refund, abs(payment_body(refund).amount), "refund") for refund in refunds)]


def _value_of(waiting: Waiting, returned: Known) -> int | None:
    quantities = []
    for position, line in enumerate(return_body(returned).lines):
        for ledger, grains in waiting.lines.shares[returned.key, position]:
            if converted(line, ledger, line.quantity) is not None:
                quantities.append((ledger, grains * waiting.lines.grain))
    return total_value(quantities)


def _for_application(waiting: Waiting) -> Iterator[Wait]:
    rule = waiting.order_rules().codes["UNAPPLIED_CASH"]
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
