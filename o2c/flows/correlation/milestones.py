"""The milestones of an order and what belongs to each: tables, not branches."""

from typing import Final

ORDER: Final = 0
ALLOCATION: Final = 1
PICK: Final = 2
SHIPMENT: Final = 3
POD: Final = 4
INVOICE: Final = 5
PAYMENT: Final = 6

RETURN: Final = 7
CREDIT: Final = 8
"""No milestones, but documents with lines: goods that came back, and what was credited."""

MILESTONES: Final = ("order", "allocation", "pick", "shipment", "pod", "invoice", "payment")
"""In order. The first five are the chain that goods pass: a quantity that reached one has reached all before it."""

CHAIN_LENGTH: Final = 5
LINE_MILESTONES: Final = 6
"""Milestones that quantities of a line reach: the chain and the invoice."""

INDEX: Final = {name: index for index, name in enumerate(MILESTONES)}

STALL_CODES: Final = (
    "",
    "STALLED_ALLOCATION",
    "STALLED_PICK",
    "STALLED_SHIPMENT",
    "MISSING_POD",
    "SHIPPED_NOT_INVOICED",
    "PAST_DUE",
)
"""The stall of what waits for each milestone."""

RELEASE_CODE: Final = "STALLED_RELEASE"

_WAREHOUSE_WORK = ("allocation", "pick", "shipment")
HOLD_BLOCKS: Final = {
    "credit": _WAREHOUSE_WORK,
    "fraud": _WAREHOUSE_WORK,
    "export": _WAREHOUSE_WORK,
    "quality": _WAREHOUSE_WORK,
    "customer_request": _WAREHOUSE_WORK,
    "delivery": ("shipment",),
    "pricing": ("invoice",),
    "tax": ("invoice",),
    "billing": ("invoice",),
    "customer_master": ("allocation", "pick", "shipment", "invoice"),
}
"""The milestones that a hold of each kind blocks where it does not say so itself."""
