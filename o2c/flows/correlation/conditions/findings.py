"""A condition that holds: what every function of the table says of what it found."""

from collections.abc import Callable

from o2c.flows.correlation.documents import reference
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.money import Money
from o2c.flows.correlation.rules import Rule
from o2c.flows.correlation.stalls import Subject
from o2c.schemas.documents import Document
from o2c.schemas.numbers import AMOUNT_PLACES, QUANTITY_PLACES, plain


class Books:
    """All that a condition may look at: an order's ledger and money at one instant (`clock`, UTC microseconds).

    `documents` are all documents by key, those that do not count too; `conflicts` the keys of those whose revision came
    with two contents.
    """

    __slots__ = ("clock", "conflicts", "correlation_id", "credit_used", "documents", "least_seen", "ledger", "money")

    def __init__(
        self,
        correlation_id: str,
        ledger: Ledger,
        money: Money,
        clock: int,
        documents: dict[str, Document],
        conflicts: dict[str, int],
        least_seen: dict[str, int],
    ) -> None:
        self.correlation_id = correlation_id
        self.ledger = ledger
        self.money = money
        self.clock = clock
        self.documents = documents
        self.conflicts = conflicts
        self.least_seen = least_seen
        self.credit_used = 0

    def business_at(self, key: str, document: Document) -> int:
        """When a document took effect: its own word, else the least time at which a revision of it happened."""
        if document.business_at is not None:
            return document.business_at
        return self.least_seen.get(key, document.occurred_at)

    @property
    def is_odd(self) -> bool:
        """Whether something of the order fits nothing, came with two contents, or has no order document."""
        matcher = self.ledger.matcher
        return bool(matcher.unmatched or matcher.uom_mismatches or self.conflicts) or self.ledger.header is None

    @property
    def order(self) -> Subject:
        """The subject of what is about the order as a whole."""
        return ("", "order", self.correlation_id)

    def rule(self, code: str) -> Rule:
        """How the order as a whole deals with a code."""
        return self.ledger.header_rules.codes[code]


class Finding:
    """A condition that holds.

    `opens_at`: when it may open at the earliest, None at once; then only once `feed` has got as far. `fact`: it
    happened and nothing mends it: it is recorded, once. `due_at` overrules the rule's SLA. `explain` gives one sentence
    with the figures in it; it is asked for only where something is published.
    """

    __slots__ = (
        "amount",
        "code",
        "currency",
        "documents",
        "due_at",
        "explain",
        "fact",
        "feed",
        "opens_at",
        "rule",
        "since",
        "subject",
    )

    def __init__(  # noqa: PLR0913 -- one argument for each thing that an exception says
        self,
        code: str,
        rule: Rule,
        subject: Subject,
        since: int,
        amount: int | None,
        currency: str | None,
        documents: tuple[Document, ...],
        explain: Callable[[], str],
        *,
        opens_at: int | None = None,
        feed: str = "",
        fact: bool = False,
        due_at: int | None = None,
    ) -> None:
        self.code = code
        self.rule = rule
        self.subject = subject
        self.since = since
        self.amount = amount
        self.currency = currency
        self.documents = tuple(sorted({reference(document) for document in documents}))
        self.explain = explain
        self.opens_at = opens_at
        self.feed = feed
        self.fact = fact
        self.due_at = due_at


def subject_of(document: Document) -> Subject:
    """What an exception about one document is about."""
    return (document.scope, document.type, document.document_id)


def units(quantity: int) -> str:
    """A quantity with its noun: "1 unit", "2.5 units"."""
    text = plain(quantity, QUANTITY_PLACES)
    return f"{text} unit" if text == "1" else f"{text} units"


def sum_of(amount: int | None, currency: str | None) -> str:
    """An amount with its currency; "an unknown amount" where a price is missing."""
    if amount is None:
        return "an unknown amount"
    return f"{plain(amount, AMOUNT_PLACES)} {currency or ''}".rstrip()


def added(values: list[int | None]) -> int | None:
    """The sum; None where one of them is not known."""
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def beyond(difference: int, whole: int, rule: Rule, absolute: int | None) -> bool:
    """Whether a difference exceeds the rule's limits: either of them, where it has any; else whether there is one."""
    if difference <= 0:
        return False
    if rule.percent is None and absolute is None:
        return True
    if absolute is not None and difference > absolute:
        return True
    return rule.percent is not None and difference * _WHOLE > whole * rule.percent


_WHOLE = 1_000_000
"""100 % in the 10^-4 of a percent in which percents are kept."""
