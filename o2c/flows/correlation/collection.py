"""The documents of an order, sorted: which count, which were taken back and when."""

from o2c.flows.correlation.documents import SEPARATOR, counts
from o2c.flows.correlation.proofs import Entry
from o2c.flows.correlation.reversals import void_since
from o2c.schemas.documents import Document, OrderBody

_NONE: frozenset[str] = frozenset()


class Collected:
    """`entries`: by type the documents that count, in order of business time; `lost`: those that were taken back.

    `credited_back`: (scope, number) of those that a credit memo took back. `order_document`: the first order document,
    one that counts where there is any; `header` is its body. `taken_back`: the keys of all that others take back.
    """

    __slots__ = ("credited_back", "entries", "header", "lost", "order_document", "taken_back")

    def __init__(self, documents: dict[str, Document], least_seen: dict[str, int]) -> None:
        entries: dict[str, list[Entry]] = {}
        self.entries = entries
        self.lost: dict[str, list[tuple[int, Entry]]] = {}
        self.credited_back: set[tuple[str, str]] = set()
        self.taken_back: frozenset[str] = _NONE
        self.order_document: Document | None = None
        self.header: OrderBody | None = None
        orders: list[Entry] = []
        takes_back = False
        for key, document in documents.items():
            business_at = document.business_at
            if business_at is None:
                business_at = least_seen.get(key, document.occurred_at)
            entry = (business_at, document.scope, document.document_id, document)
            kind = document.type
            if kind == "order":
                orders.append(entry)
            if document.reverses or document.replaces:
                takes_back = True
            if counts(document):
                of_type = entries.get(kind)
                if of_type is None:
                    entries[kind] = [entry]
                else:
                    of_type.append(entry)
        if takes_back:
            self._take_back(documents, least_seen)
        for of_type in entries.values():
            if len(of_type) > 1:
                of_type.sort()
        if orders:
            self._take_order(min(entries.get("order") or orders)[3])

    def _take_order(self, document: Document) -> None:
        self.order_document = document
        body = document.body
        assert isinstance(body, OrderBody)
        self.header = body

    def _take_back(self, documents: dict[str, Document], least_seen: dict[str, int]) -> None:
        """Set apart what other documents have taken back, each with when it was lost."""
        void = void_since(
            (
                document.business_at if document.business_at is not None else least_seen.get(key, document.occurred_at),
                document,
            )
            for key, document in documents.items()
        )
        if not void:
            return
        self.taken_back = frozenset(void)
        for document_type, of_type in list(self.entries.items()):
            standing = []
            for entry in of_type:
                document = entry[3]
                taken = void.get(f"{document_type}{SEPARATOR}{document.scope}{SEPARATOR}{document.document_id}")
                if taken is None:
                    standing.append(entry)
                    continue
                self.lost.setdefault(document_type, []).append((max(taken[0], entry[0]), entry))
                if taken[1] == "credit_memo":
                    self.credited_back.add((document.scope, document.document_id))
            if standing:
                self.entries[document_type] = standing
            else:
                del self.entries[document_type]
