"""Which order an event belongs to.

In this version without any look-up: the event's own `correlation_id`; else, for an order, its number; else the single
order that it refers to. The look-up of every other reference takes its place here.
"""

from o2c.schemas.documents import Document


def correlation_id_of(document: Document) -> str | None:
    """The correlation ID, or None where the document names no order, or several."""
    if document.correlation_id is not None:
        return document.correlation_id
    if document.type == "order":
        return _scoped(document.scope, document.document_id)
    for kind, values in document.refs:
        if kind == "order":
            distinct = set(values)
            return _scoped(document.scope, values[0]) if len(distinct) == 1 else None
    return None


def _scoped(scope: str, number: str) -> str:
    return f"{scope}/{number}" if scope else number
