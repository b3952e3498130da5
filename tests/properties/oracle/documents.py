"""Which revision wins, when a document took effect, which documents take which back, and which count."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from msgspec import structs

from o2c.schemas.canonical import content_hash
from o2c.schemas.documents import (
    CreditMemoBody,
    DisputeBody,
    Document,
    GoodsBody,
    HoldBody,
    IncidentBody,
    InvoiceBody,
    OrderBody,
    PaymentBody,
    ReturnBody,
    TransitBody,
)
from tests.properties.oracle.model import DocumentKey, Known

Body = TypeVar("Body")


def standing(arrivals: Iterable[Document]) -> list[Known]:
    """Every document in its winning revision, by (business time, scope, type, document id)."""
    revisions: dict[DocumentKey, list[Document]] = {}
    for document in arrivals:
        revisions.setdefault((document.scope, document.type, document.document_id), []).append(document)
    known = [_winner(seen) for seen in revisions.values()]
    return _taken_back(sorted(known, key=lambda one: (one.business_at, *one.key)))


def _winner(revisions: list[Document]) -> Known:
    best = revisions[0]
    for other in revisions[1:]:
        if _is_stronger(other, best):
            best = other
    contents = {_content(other) for other in revisions if other.revision == best.revision}
    business_at = best.business_at
    if business_at is None:
        business_at = min(revision.occurred_at for revision in revisions)
    return Known(best, business_at, conflict=len(contents) > 1)


def _is_stronger(one: Document, other: Document) -> bool:
    first = (one.revision, one.occurred_at, one.event_id)
    second = (other.revision, other.occurred_at, other.event_id)
    return first > second if first != second else content_hash(one) > content_hash(other)


def _content(document: Document) -> bytes:
    return content_hash(structs.replace(document, occurred_at=0, event_id=""))


def _taken_back(known: list[Known]) -> list[Known]:
    """From the last to the first: what stands by then takes back what it names."""
    void_at: dict[DocumentKey, int] = {}
    by_key = {one.key: one for one in known}
    for one in reversed(known):
        if one.document.cancelled or one.key in void_at:
            continue
        for kind, number in (*one.document.reverses, *one.document.replaces):
            other = by_key.get((one.document.scope, kind, number))
            if other is not None and other is not one:
                at = max(other.business_at, one.business_at)
                void_at[other.key] = min(at, void_at.get(other.key, at))
    return [replace(one, void_at=void_at.get(one.key)) for one in known]


def is_void(known: Known) -> bool:
    """Whether a document was cancelled or taken back."""
    return known.document.cancelled or known.void_at is not None


def means_something(known: Known) -> bool:
    """Whether a document of its kind moves the ledger as long as nobody takes it back."""
    document = known.document
    if document.cancelled or (document.reverses and not document.replaces):
        return False
    body = document.body
    if isinstance(body, InvoiceBody):
        return body.kind not in ("proforma", "intercompany") and body.posted
    if isinstance(body, PaymentBody):
        return not (document.reverses and body.kind in ("chargeback", "reversal"))
    return True


def counts(known: Known) -> bool:
    """Whether a document moves the ledger; all others only stand on the timeline."""
    return means_something(known) and known.void_at is None


class Papers:
    """An order's documents, sorted out: those that count by type, and the order documents that were cancelled."""

    def __init__(self, known: list[Known]) -> None:
        self.known = known
        self.orders = self.of("order")
        self.other_orders = [one for one in known if one.document.type == "order" and not counts(one)]
        self.is_cancelled = bool(self.other_orders) and not self.orders

    def of(self, kind: str) -> list[Known]:
        """The counting documents of a type, in the order in which they are taken."""
        chosen = [one for one in self.known if one.document.type == kind and counts(one)]
        return sorted(chosen, key=lambda one: one.place)

    def gone(self, kind: str) -> list[Known]:
        """The documents of a type that would count had they not been taken back, in order."""
        chosen = [
            one for one in self.known if one.document.type == kind and means_something(one) and one.void_at is not None
        ]
        return sorted(chosen, key=lambda one: one.place)

    @property
    def header(self) -> Known | None:
        """The order document that speaks for the order: the first that counts, else the first that does not."""
        both = self.orders or sorted(self.other_orders, key=lambda one: one.place)
        return both[0] if both else None

    def find(self, scope: str, kind: str, number: str) -> Known | None:
        """A document by its name, counting or not."""
        return next((one for one in self.known if one.key == (scope, kind, number)), None)


def _body(known: Known, kind: type[Body]) -> Body:
    body: Any = known.document.body
    assert isinstance(body, kind)
    return body


def order_body(known: Known) -> OrderBody:
    """The body of an order document."""
    return _body(known, OrderBody)


def goods_body(known: Known) -> GoodsBody:
    """The body of an allocation, pick, shipment or proof of delivery."""
    return _body(known, GoodsBody)


def invoice_body(known: Known) -> InvoiceBody:
    """The body of an invoice."""
    return _body(known, InvoiceBody)


def payment_body(known: Known) -> PaymentBody:
    """The body of a payment."""
    return _body(known, PaymentBody)


def hold_body(known: Known) -> HoldBody:
    """The body of a hold."""
    return _body(known, HoldBody)


def return_body(known: Known) -> ReturnBody:
    """The body of a return."""
    return _body(known, ReturnBody)


def memo_body(known: Known) -> CreditMemoBody:
    """The body of a credit memo."""
    return _body(known, CreditMemoBody)


def dispute_body(known: Known) -> DisputeBody:
    """The body of a dispute."""
    return _body(known, DisputeBody)


def transit_body(known: Known) -> TransitBody:
    """The body of a carrier's notice."""
    return _body(known, TransitBody)


def incident_body(known: Known) -> IncidentBody:
    """The body of an incident."""
    return _body(known, IncidentBody)


QUANTITY_KINDS = ("standard", "debit_memo")
"""The kinds of invoice that bill quantities."""

LOWERING_KINDS = ("quantity", "cancellation", "rebill")
"""The kinds of credit memo that take invoiced quantities back."""

BROUGHT_BACK = ("received", "refused")
"""The kinds of return that bring goods back."""
