"""Documents of an order: the last revision wins, whatever the order in which revisions arrive."""

from o2c.schemas.canonical import content_hash
from o2c.schemas.documents import Document

SEPARATOR = "\x1f"


def document_key(document: Document) -> str:
    """What names a document within its order: type, scope and number."""
    return f"{document.type}{SEPARATOR}{document.scope}{SEPARATOR}{document.document_id}"


def supersedes(newer: Document, older: Document) -> bool:
    """Whether `newer` wins: highest (revision, occurred_at, event_id, content hash)."""
    left = (newer.revision, newer.occurred_at, newer.event_id)
    right = (older.revision, older.occurred_at, older.event_id)
    if left != right:
        return left > right
    return newer != older and content_hash(newer) > content_hash(older)


def counts(document: Document) -> bool:
    """Whether a document moves quantities or money; one that does not stands on the timeline alone."""
    if document.cancelled or document.reverses or document.replaces:
        return False
    body = document.body
    if document.type == "invoice":
        return body.kind == "standard" and body.posted  # type: ignore[union-attr]  # the type says which body
    if document.type == "payment":
        return body.kind == "receipt"  # type: ignore[union-attr]  # the type says which body
    return True


def reference(document: Document) -> str:
    """How an exception names a document: `<type>/<number>`, with its scope in front where it has one."""
    named = f"{document.type}/{document.document_id}"
    return f"{document.scope}/{named}" if document.scope else named
