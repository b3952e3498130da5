"""Which exceptions an order may have had, by the documents that it has: Redis lists the open ones alone."""

from collections.abc import Mapping
from typing import Any

from o2c.flows.correlation.exceptions import exception_id
from o2c.flows.correlation.reason_codes import FEED_SILENT, HOLD_CODES, INCIDENT_CODES, REASON_CODES

_OF_DOCUMENTS: dict[str, tuple[str, ...]] = {
    "hold": ("STALLED_RELEASE", *HOLD_CODES.values()),
    "shipment": ("MISSING_POD",),
    "invoice": (
        "PAST_DUE",
        "INVOICE_BEFORE_SHIPMENT",
        "QUANTITY_MISMATCH",
        "PRICE_MISMATCH",
        "TOTAL_MISMATCH",
        "CURRENCY_MISMATCH",
        "DUPLICATE_INVOICE",
    ),
    "payment": (
        "UNAPPLIED_CASH",
        "CURRENCY_MISMATCH",
        "SHORT_PAYMENT",
        "UNEARNED_DISCOUNT",
        "DEDUCTION",
        "OVERPAYMENT",
    ),
    "credit_memo": ("CURRENCY_MISMATCH",),
    "return": ("UNCREDITED_RETURN",),
    "dispute": ("UNRESOLVED_DISPUTE", "DISPUTE"),
    "incident": tuple(INCIDENT_CODES.values()),
}
"""The codes whose subject is a document, by its type."""

_OF_THE_ORDER = tuple(
    code for code in REASON_CODES if code != FEED_SILENT and not any(code in codes for codes in _OF_DOCUMENTS.values())
)


def possible_exceptions(status: Mapping[str, Any]) -> list[str]:
    """The ids that exceptions of this order have, had they ever opened."""
    correlation_id = status["correlation_id"]
    ids = [exception_id(correlation_id, code, ("", "order", correlation_id)) for code in _OF_THE_ORDER]
    for document in status.get("documents") or ():
        subject = (document["scope"], document["type"], document["document_id"])
        ids += [exception_id(correlation_id, code, subject) for code in _OF_DOCUMENTS.get(document["type"], ())]
    return ids
