"""The policy of most stories: around the clock, round tolerances, one owner a code."""

from typing import NamedTuple

PACKAGED = ""
"""The default policy that the product comes with: no text of one's own."""


class Handling(NamedTuple):
    """Who deals with a code, how bad it is, and (stalls) how long a unit may wait."""

    owner: str
    severity: str = "warning"
    tolerance: str | None = None


HANDLING = {
    "STALLED_RELEASE": Handling("credit", tolerance="8h"),
    "STALLED_ALLOCATION": Handling("planning", tolerance="1d"),
    "STALLED_PICK": Handling("warehouse", tolerance="1d"),
    "STALLED_SHIPMENT": Handling("warehouse", tolerance="2d"),
    "MISSING_POD": Handling("transport", tolerance="5d"),
    "SHIPPED_NOT_INVOICED": Handling("billing", tolerance="1d"),
    "PAST_DUE": Handling("collections", tolerance="3d"),
    "UNCREDITED_RETURN": Handling("returns", tolerance="5d"),
    "UNAPPLIED_CASH": Handling("cash", tolerance="2d"),
    "UNRESOLVED_DISPUTE": Handling("collections", tolerance="30d"),
    "CREDIT_HOLD": Handling("credit"),
    "FRAUD_HOLD": Handling("credit"),
    "EXPORT_HOLD": Handling("compliance"),
    "CUSTOMER_MASTER_HOLD": Handling("master-data"),
    "PRICING_HOLD": Handling("pricing"),
    "TAX_HOLD": Handling("tax"),
    "BILLING_HOLD": Handling("billing"),
    "DELIVERY_HOLD": Handling("transport"),
    "QUALITY_HOLD": Handling("quality"),
    "CUSTOMER_REQUEST_HOLD": Handling("customer-service"),
    "BACKORDER": Handling("planning"),
    "PARTIAL_SHIPMENT": Handling("customer-service", "info"),
    "SHORT_SHIP": Handling("warehouse"),
    "OVER_SHIP": Handling("warehouse"),
    "DELIVERY_SHORT": Handling("transport"),
    "DELIVERY_DAMAGED": Handling("transport"),
    "DELIVERY_EXCEPTION": Handling("transport"),
    "LATE_DELIVERY": Handling("transport"),
    "INVOICE_BEFORE_SHIPMENT": Handling("billing"),
    "QUANTITY_MISMATCH": Handling("billing"),
    "PRICE_MISMATCH": Handling("pricing"),
    "TOTAL_MISMATCH": Handling("billing"),
    "CURRENCY_MISMATCH": Handling("billing", "critical"),
    "DUPLICATE_INVOICE": Handling("billing", "critical"),
    "DUPLICATE_ORDER": Handling("customer-service"),
    "SHORT_PAYMENT": Handling("collections"),
    "UNEARNED_DISCOUNT": Handling("collections"),
    "DEDUCTION": Handling("deductions"),
    "OVERPAYMENT": Handling("cash"),
    "DISPUTE": Handling("collections"),
    "TAX_FAILURE": Handling("tax"),
    "CUSTOMER_MASTER": Handling("master-data"),
    "PRICING_FAILURE": Handling("pricing"),
    "INTEGRATION_TIMEOUT": Handling("integration"),
    "DOCUMENT_REJECTED": Handling("integration"),
    "UNMATCHED_LINE": Handling("customer-service"),
    "UOM_MISMATCH": Handling("master-data"),
    "REVISION_CONFLICT": Handling("integration"),
    "ORPHAN_DOCUMENT": Handling("integration"),
    "IDENTITY_CONFLICT": Handling("integration"),
    "ABANDONED": Handling("customer-service"),
    "FEED_SILENT": Handling("integration", "critical"),
}
SLA = "1d"
SETTLE = "2h"
LIMITS = {
    "PRICE_MISMATCH": 'absolute = "0.01"',
    "SHORT_PAYMENT": 'absolute = "5.00"\npercent = "1"',
    "MISSING_POD": 'after_eta = "2d"',
    "BACKORDER": 'after_expected = "1d"',
    "UNRESOLVED_DISPUTE": 'before_respond_by = "3d"',
}


def plain(*milestones: str, also: str = "", **otherwise: str) -> str:
    """A policy under which an order passes `order` and these milestones.

    `otherwise`: by code, the lines of its table that are other or more; then its overrides. `also`: further tables.
    """
    tables = ['version = 1\nbase = "none"', _process(milestones)]
    for code, handling in HANDLING.items():
        tables.append(_table(code, handling, otherwise.get(code, "")))
    return "\n".join([*tables, also])


def _table(code: str, handling: Handling, otherwise: str) -> str:
    kind = "exceptions" if handling.tolerance is None else "stalls"
    usual = f'owner = "{handling.owner}"\nseverity = "{handling.severity}"\nsla = "{SLA}"\ncalendar = "always"\n'
    usual += LIMITS.get(code, "") + ("" if handling.tolerance is None else f'\ntolerance = "{handling.tolerance}"')
    own, bracket, overrides = otherwise.partition("[[")
    lines = {line.partition(" ")[0]: line for line in (*usual.splitlines(), *own.splitlines()) if line}
    return "\n".join([f"[{kind}.{code}]", *lines.values(), bracket + overrides])


def _process(milestones: tuple[str, ...]) -> str:
    listed = ", ".join(f'"{name}"' for name in ("order", *milestones))
    return f'[process]\nmilestones = [{listed}]\nlead = "1d"\nsettle = "{SETTLE}"'


WHOLE = plain("allocation", "pick", "shipment", "pod", "invoice", "payment")
"""Everything is observed, from the order to the money."""

DELIVERY = plain("shipment", "pod", "invoice", "payment")
"""The warehouse's own steps are not observed."""

SHIPPING = plain("shipment", "invoice", "payment")
"""Proofs of delivery are not observed either."""

STOCK = plain("allocation", "pick", "shipment")
"""The goods until they leave; somebody else looks after the money."""

BOOKS = plain("invoice", "payment")
"""Invoices and money alone: the goods are nobody's question here."""

SHIPPED = plain("shipment")
"""Until the goods leave, and nothing after."""
