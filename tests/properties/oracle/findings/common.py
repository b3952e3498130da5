"""What findings share: limits, subjects and what settles a difference of goods."""

from tests.properties.oracle.documents import memo_body
from tests.properties.oracle.model import Finding, Known, Ledger, Rule, Subject
from tests.properties.oracle.value import ALL_PERCENT, total_value
from tests.properties.oracle.waiting import Waiting

SETTLING_KINDS = ("quantity", "return", "allowance")
"""The kinds of credit memo that settle a difference of goods without naming lines."""


def found(
    waiting: Waiting,
    code: str,
    document: Known | None,
    since: int,
    amount: int | None,
    currency: str | None = None,
    *,
    awaits: str | None = None,
    recorded: bool = False,
    at_once: int = 0,
) -> Finding:
    """A finding about a document, or about the order; one that awaits a feed opens when it has settled."""
    rules = waiting.order_rules()
    feed = None if awaits is None else waiting.policy.feed_of(awaits, waiting.warehouse(None))
    return Finding(
        code=code,
        subject=waiting.order if document is None else Subject(*document.key),
        since=since,
        amount=amount,
        currency=waiting.books.currency if currency is None else currency,
        rule=rules.codes[code],
        opens_at=at_once if awaits is None else since + rules.settle_us,
        awaits=feed,
        recorded=recorded,
    )


def beyond_amount(rule: Rule, difference: int, whole: int) -> bool:
    """Whether an amount's difference exceeds either limit of a rule; any does where there is none."""
    return _beyond(difference, whole, rule.percent, rule.absolute_amount)


def beyond_quantity(rule: Rule, difference: int, whole: int) -> bool:
    """Whether a quantity's difference (10^-6) exceeds either limit of a rule; any does where there is none."""
    return _beyond(difference, whole, rule.percent, rule.absolute_quantity)


def _beyond(difference: int, whole: int, percent: int | None, absolute: int | None) -> bool:
    if difference <= 0:
        return False
    if percent is None and absolute is None:
        return True
    if percent is not None and difference * ALL_PERCENT > whole * percent:
        return True
    return absolute is not None and difference > absolute


def unsettled(ledger: Ledger, grains: int) -> int:
    """What of a line's difference was neither credited by a line nor returned."""
    return max(0, grains - max(0, ledger.credited_lines) - ledger.returned)


def uncredited(ledger: Ledger, grains: int) -> int:
    """What of a line's difference no line of a credit memo took back."""
    return max(0, grains - max(0, ledger.credited_lines))


def is_credited(waiting: Waiting, amount: int | None) -> bool:
    """Whether credit memos without lines are worth at least a difference, and no other difference has used them up."""
    given = [memo_body(memo) for memo in waiting.papers.of("credit_memo")]
    worth = sum(
        body.amount
        for body in given
        if not body.lines and body.kind in SETTLING_KINDS and body.currency == waiting.books.currency
    )
    if amount is None or not 0 < amount <= worth - waiting.credit_used:
        return False
    waiting.credit_used += amount
    return True


def value_of(waiting: Waiting, quantities: list[tuple[Ledger, int]]) -> int | None:
    """The value of so many grains of lines at the order's net prices."""
    return total_value([(ledger, grains * waiting.lines.grain) for ledger, grains in quantities])
