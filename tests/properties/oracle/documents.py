"""Which revision wins, when a document took effect, and which documents count."""

from collections.abc import Iterable

from o2c.schemas.canonical import content_hash
from o2c.schemas.documents import Document, HoldBody, InvoiceBody, OrderBody, PaymentBody
from tests.properties.oracle.model import DocumentKey, Known


def standing(arrivals: Iterable[Document]) -> list[Known]:
    """Every document in its winning revision, by (business time, scope, type, document id)."""
    revisions: dict[DocumentKey, list[Document]] = {}
    for document in arrivals:
        revisions.setdefault((document.scope, document.type, document.document_id), []).append(document)
    known = [_winner(seen) for seen in revisions.values()]
    return sorted(known, key=lambda one: (one.business_at, *one.key))


def _winner(revisions: list[Document]) -> Known:
    best = revisions[0]
    for other in revisions[1:]:
        if _is_stronger(other, best):
            best = other
    if best.business_at is not None:
        return Known(best, best.business_at)
    return Known(best, min(revision.occurred_at for revision in revisions))


def _is_stronger(one: Document, other: Document) -> bool:
    first = (one.revision, one.occurred_at, one.event_id)
    second = (other.revision, other.occurred_at, other.event_id)
    return first > second if first != second else content_hash(one) > content_hash(other)


def counts(known: Known) -> bool:
    """Whether a document moves the ledger; all others only stand on the timeline."""
    document = known.document
    if document.cancelled or document.reverses or document.replaces:
        return False
    if isinstance(document.body, PaymentBody):
        return document.body.kind == "receipt"
    if isinstance(document.body, InvoiceBody):
        return document.body.kind == "standard" and document.body.posted
    return True


class Papers:
    """An order's documents, sorted out: those that count by type, and the order documents that were cancelled."""

    def __init__(self, known: list[Known]) -> None:
        self.known = known
        self.orders = self.of("order")
        self.other_orders = [one for one in known if one.document.type == "order" and not counts(one)]
        self.is_cancelled = any(one.document.cancelled for one in self.other_orders) and not self.orders

    def of(self, kind: str) -> list[Known]:
        """The counting documents of a type, in the order in which they are taken."""
        chosen = [one for one in self.known if one.document.type == kind and counts(one)]
        return sorted(chosen, key=lambda one: one.place)

    @property
    def header(self) -> Known | None:
        """The order document that speaks for the order: the first that counts, else the first that does not."""
        both = self.orders or sorted(self.other_orders, key=lambda one: one.place)
        return both[0] if both else None


def order_body(known: Known) -> OrderBody:
    """The body of an order document."""
    assert isinstance(known.document.body, OrderBody)
    return known.document.body


def invoice_body(known: Known) -> InvoiceBody:
    """The body of an invoice."""
    assert isinstance(known.document.body, InvoiceBody)
    return known.document.body


def payment_body(known: Known) -> PaymentBody:
    """The body of a payment."""
    assert isinstance(known.document.body, PaymentBody)
    return known.document.body


def hold_body(known: Known) -> HoldBody:
    """The body of a hold."""
    assert isinstance(known.document.body, HoldBody)
    return known.document.body
