"""Every reason code of the contract, by the way it opens."""

STALL_CODES = (
    "STALLED_RELEASE",
    "STALLED_ALLOCATION",
    "STALLED_PICK",
    "STALLED_SHIPMENT",
    "MISSING_POD",
    "SHIPPED_NOT_INVOICED",
    "PAST_DUE",
)
"""What waited too long, in the order of the process."""

LATER_STALL_CODES = ("UNCREDITED_RETURN", "UNAPPLIED_CASH", "UNRESOLVED_DISPUTE")
"""Stalls that a policy may name and that nothing opens yet."""

HOLD_KINDS = (
    "credit",
    "fraud",
    "export",
    "customer_master",
    "pricing",
    "tax",
    "billing",
    "delivery",
    "quality",
    "customer_request",
)

FEED_SILENT = "FEED_SILENT"

AT_ONCE_CODES = (
    *(f"{kind.upper()}_HOLD" for kind in HOLD_KINDS),
    "BACKORDER",
    "PARTIAL_SHIPMENT",
    "SHORT_SHIP",
    "OVER_SHIP",
    "DELIVERY_SHORT",
    "DELIVERY_DAMAGED",
    "DELIVERY_EXCEPTION",
    "LATE_DELIVERY",
    "INVOICE_BEFORE_SHIPMENT",
    "QUANTITY_MISMATCH",
    "PRICE_MISMATCH",
    "TOTAL_MISMATCH",
    "CURRENCY_MISMATCH",
    "DUPLICATE_INVOICE",
    "DUPLICATE_ORDER",
    "SHORT_PAYMENT",
    "UNEARNED_DISCOUNT",
    "DEDUCTION",
    "OVERPAYMENT",
    "DISPUTE",
    "TAX_FAILURE",
    "CUSTOMER_MASTER",
    "PRICING_FAILURE",
    "INTEGRATION_TIMEOUT",
    "DOCUMENT_REJECTED",
    "UNMATCHED_LINE",
    "UOM_MISMATCH",
    "REVISION_CONFLICT",
    "ORPHAN_DOCUMENT",
    "IDENTITY_CONFLICT",
    FEED_SILENT,
)
"""What opens as soon as it is seen. Of these only FEED_SILENT is found yet."""
