"""Documents that take others back: which documents are void, and since when. Times are UTC microseconds."""

from collections.abc import Iterable

from o2c.flows.correlation.documents import SEPARATOR
from o2c.schemas.documents import Document

Dated = tuple[int, Document]
"""A document behind its business time."""


def void_since(dated: Iterable[Dated]) -> dict[str, tuple[int, str]]:
    """By document key the time since which a document is taken back, and the type of what takes it back.

    Judged from the last document to the first: one that is void itself takes nothing back any more.
    """
    newest_first = sorted(
        (entry for entry in dated if entry[1].reverses or entry[1].replaces),
        key=lambda entry: (entry[0], entry[1].scope, entry[1].type, entry[1].document_id),
        reverse=True,
    )
    void: dict[str, tuple[int, str]] = {}
    for business_at, document in newest_first:
        own_key = _key(document.type, document.scope, document.document_id)
        if document.cancelled or own_key in void:
            continue
        for document_type, number in (*document.reverses, *document.replaces):
            key = _key(document_type, document.scope, number)
            if key != own_key:
                taken = (business_at, document.type)
                void[key] = min(taken, void.get(key, taken))
    return void


def _key(document_type: str, scope: str, number: str) -> str:
    return f"{document_type}{SEPARATOR}{scope}{SEPARATOR}{number}"
