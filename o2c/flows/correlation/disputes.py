"""Disputes: which are open, and how much of which invoice they hold back."""

from typing import TYPE_CHECKING

from o2c.flows.correlation.proofs import Entry
from o2c.schemas.documents import DisputeBody

if TYPE_CHECKING:
    from o2c.flows.correlation.ledger import Ledger
    from o2c.flows.correlation.money import Money


def is_unresolved(entry: Entry, clock: int) -> bool:
    """Whether a dispute has been opened and not been resolved yet."""
    body = entry[3].body
    assert isinstance(body, DisputeBody)
    return entry[0] <= clock and (body.resolved_at is None or body.resolved_at > clock)


def currency_of(ledger: "Ledger", money: "Money", scope: str, body: DisputeBody) -> str | None:
    """The currency of the payment or invoice that a dispute is about; the order's where that is not known."""
    kind, number = ("payment", body.payment) if body.payment is not None else ("invoice", body.invoice)
    for _, other, named, document in ledger.entries.get(kind, ()):
        if (other, named) == (scope, number):
            currency: str = document.body.currency  # type: ignore[union-attr]  # both have one
            return currency
    return money.currency


def disputed_amounts(entries: list[Entry], money: "Money", clock: int) -> dict[str, int]:
    """How much of what is open on each invoice, by its key, is in dispute."""
    found: dict[str, int] = {}
    for entry in entries:
        if not is_unresolved(entry, clock) or money.settlement is None:
            continue
        body = entry[3].body
        assert isinstance(body, DisputeBody)
        invoices, claims = money.settlement.disputed(entry[1], body)
        # What is said about a payment is said of what it kept back first.
        rest = body.amount - (sum(claim.amount for claim in claims) if body.payment is not None else 0)
        for invoice in invoices:
            number = f"{invoice.document.scope}/{invoice.document.document_id}"
            taken = min(max(0, rest), invoice.open - found.get(number, 0))
            found[number] = found.get(number, 0) + taken
            rest -= taken
    return found
