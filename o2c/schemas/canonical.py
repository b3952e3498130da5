"""Wire events to documents: exact scaled integers and UTC microseconds, or a Rejection that names the path.

The events are those of `schemas.events`, or of the derived classes of `schemas.reading`, which have their fields.
"""

import hashlib

import msgspec

from o2c.schemas.bodies import BODIES, Pairs, instant
from o2c.schemas.documents import Document, Heartbeat
from o2c.schemas.events import DocumentEvent, DocumentKey, HeartbeatEvent
from o2c.schemas.scaling import quantity_of, unsigned_quantity_of


def content_hash(document: Document) -> bytes:
    """SHA-256 over the document without its event_id: equal contents, however encoded, have equal hashes."""
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(document, event_id=""))).digest()


def heartbeat_of(event: HeartbeatEvent) -> Heartbeat:
    """The heartbeat that `event` carries. Raises Rejection."""
    return Heartbeat(event.source, tuple(event.document_types), instant(event.occurred_at, "occurred_at"))


def document_of(document_type: str, event: DocumentEvent) -> Document:
    """The document that `event` carries, as `document_type`. Raises Rejection."""
    reverses = event.reverses
    refs = event.refs
    return Document(
        document_type,
        event.scope,
        event.document_id or event.event_id,
        event.revision,
        instant(event.occurred_at, "occurred_at"),
        event.event_id,
        event.source,
        BODIES[document_type](event, quantity_of if reverses else unsigned_quantity_of),
        None if event.business_at is None else instant(event.business_at, "business_at"),
        event.correlation_id or None,
        event.cancelled,
        _keys(reverses) if reverses else (),
        _keys(event.replaces) if event.replaces else (),
        _references(refs) if refs else (),
        event.customer_id or None,
    )


def _keys(named: list[DocumentKey]) -> Pairs:
    return tuple((key.type, key.document_id) for key in named)


def _references(refs: dict[str, list[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if len(refs) == 1:
        [(kind, values)] = refs.items()
        if len(values) == 1 and kind and values[0]:
            return ((kind, (values[0],)),)
    named = ((kind, tuple(value for value in dict.fromkeys(refs[kind]) if value)) for kind in sorted(refs) if kind)
    return tuple((kind, values) for kind, values in named if values)
