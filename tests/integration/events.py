"""Canonical events, as short as they can be said."""

import json
from typing import Any

Sent = tuple[str, bytes]
"""A document type and an event's JSON."""

FIRST_DAY = "2026-01-05T08:00:00Z"


def order(correlation_id: str, **fields: Any) -> Sent:
    """An order of 3 pieces at 10.00 EUR each."""
    line = {"line": "1", "sku": "S-1", "quantity": "3", "unit_price": "10.00"}
    return _event("order", correlation_id, {"currency": "EUR", "lines": [line], **fields})


def goods(document_type: str, correlation_id: str, **fields: Any) -> Sent:
    """An allocation, a pick or a shipment of all 3 pieces."""
    return _event(document_type, correlation_id, {"lines": [{"line": "1", "quantity": "3"}], **fields})


def heartbeat(source: str, document_type: str, number: int) -> Sent:
    """A source's sign of life."""
    fields = {"event_id": f"{source}-{number}", "source": source, "occurred_at": FIRST_DAY, "for": [document_type]}
    return "heartbeat", json.dumps(fields).encode()


def _event(document_type: str, correlation_id: str, fields: dict[str, Any]) -> Sent:
    event = {
        "event_id": f"{document_type}-{correlation_id}",
        "source": "erp",
        "occurred_at": FIRST_DAY,
        "correlation_id": correlation_id,
        "document_id": f"{document_type}-{correlation_id}",
        **fields,
    }
    return document_type, json.dumps(event).encode()
