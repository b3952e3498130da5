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


def same_content(document: Document, other: Document) -> bool:
    """Whether two events of one revision say the same, whenever and as whichever event they were sent."""
    if document.body != other.body or document.cancelled != other.cancelled:
        return False
    return (
        document.business_at == other.business_at
        and document.refs == other.refs
        and document.customer_id == other.customer_id
        and document.reverses == other.reverses
        and document.replaces == other.replaces
    )


_NEVER_COUNT = ("proforma", "intercompany")


def counts(document: Document) -> bool:
    """Whether a document moves quantities or money by itself; one that does not stands on the timeline alone.

    What reverses another says again what is taken back; what replaces another stands in its place.
    """
    if document.cancelled or (document.reverses and not document.replaces):
        return False
    if document.type == "invoice":
        body = document.body
        return body.posted and body.kind not in _NEVER_COUNT  # type: ignore[union-attr]  # the type says which body
    return True


def reference(document: Document) -> str:
    """How an exception names a document: `<type>/<number>`, with its scope in front where it has one."""
    named = f"{document.type}/{document.document_id}"
    return f"{document.scope}/{named}" if document.scope else named
