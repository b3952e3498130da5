"""Every reason code of the contract: its kind, whether it rests on something not seen yet, and what to do about it."""

from dataclasses import dataclass

from o2c.schemas.events import EVENT_CLASSES


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """One reason code. `starred`: it rests on something not seen yet, and waits for what could refute it."""

    code: str
    category: str
    next_action: str
    starred: bool = False


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

_HOLD_ACTIONS = {
    "credit": "Review the customer's credit: release the order, ask for a payment, or cancel it.",
    "fraud": "Check the order with the customer by a channel that you know: release it or cancel it.",
    "export": "Screen the parties and the goods: release the order when they are cleared.",
    "customer_master": "Complete the customer's master data, then release the order.",
    "pricing": "Agree the price, correct the order, then release it for billing.",
    "tax": "Settle the tax treatment or the exemption certificate, then release the order for billing.",
    "billing": "Clear the reason with billing, then release the order.",
    "delivery": "Agree the delivery with the customer, then release the shipment.",
    "quality": "Have quality inspect the stock: release it or replace it.",
    "customer_request": "Ask the customer whether the order may go on.",
}

_STALLS = (
    ReasonCode("STALLED_RELEASE", "stall", "Decide on the hold: release it or cancel what it keeps."),
    ReasonCode(
        "STALLED_ALLOCATION", "stall", "Allocate stock, backorder the line, or agree another date with the customer."
    ),
    ReasonCode("STALLED_PICK", "stall", "Release the pick in the warehouse, or take the allocation back."),
    ReasonCode("STALLED_SHIPMENT", "stall", "Find the picked goods and ship them, or correct the pick."),
    ReasonCode("MISSING_POD", "stall", "Ask the carrier for the proof of delivery, or trace the shipment."),
    ReasonCode("SHIPPED_NOT_INVOICED", "stall", "Invoice what has shipped."),
    ReasonCode("PAST_DUE", "stall", "Remind the customer, or apply the payment that has come."),
    ReasonCode("UNCREDITED_RETURN", "stall", "Inspect the goods that came back, then credit or refund them."),
    ReasonCode("UNAPPLIED_CASH", "stall", "Ask the payer what the money is for and apply it, or refund it."),
    ReasonCode("UNRESOLVED_DISPUTE", "stall", "Decide the dispute: collect, credit or write off."),
)

_AT_ONCE = (
    *(ReasonCode(f"{kind.upper()}_HOLD", "hold", _HOLD_ACTIONS[kind]) for kind in HOLD_KINDS),
    ReasonCode("BACKORDER", "mismatch", "Confirm the new date with the customer, source elsewhere, or substitute."),
    ReasonCode("PARTIAL_SHIPMENT", "mismatch", "Nothing to do: the rest is still to come."),
    ReasonCode(
        "SHORT_SHIP", "mismatch", "Ship the rest, or change the order; credit it if it is invoiced.", starred=True
    ),
    ReasonCode(
        "OVER_SHIP", "mismatch", "Agree with the customer to keep and pay the surplus, or take it back.", starred=True
    ),
    ReasonCode(
        "DELIVERY_SHORT", "mismatch", "Claim the shortage from the carrier; reship it or credit it.", starred=True
    ),
    ReasonCode("DELIVERY_DAMAGED", "mismatch", "Claim the damage from the carrier; replace the goods or credit them."),
    ReasonCode("DELIVERY_EXCEPTION", "failure", "Call the carrier, settle what stops the delivery, tell the customer."),
    ReasonCode("LATE_DELIVERY", "mismatch", "Nothing to settle: it counts for the service level."),
    ReasonCode(
        "INVOICE_BEFORE_SHIPMENT",
        "mismatch",
        "Find out whether the goods left unreported; else take the invoice back.",
        starred=True,
    ),
    ReasonCode(
        "QUANTITY_MISMATCH",
        "mismatch",
        "Credit what was invoiced and not shipped, or ship it.",
        starred=True,
    ),
    ReasonCode("PRICE_MISMATCH", "mismatch", "Compare with the agreed price: credit or bill the difference."),
    ReasonCode("TOTAL_MISMATCH", "mismatch", "Have billing correct the invoice: its parts do not make its total."),
    ReasonCode(
        "CURRENCY_MISMATCH", "mismatch", "Issue the document again in the order's currency, or correct the order."
    ),
    ReasonCode("DUPLICATE_INVOICE", "mismatch", "Compare the two invoices and take one of them back."),
    ReasonCode("DUPLICATE_ORDER", "mismatch", "Ask the customer whether both orders are meant; cancel one if not."),
    ReasonCode(
        "SHORT_PAYMENT",
        "cash",
        "Ask the customer for the rest or for the reason; open a dispute if there is one.",
        starred=True,
    ),
    ReasonCode("UNEARNED_DISCOUNT", "cash", "Charge the discount back, or grant it with a credit memo."),
    ReasonCode("DEDUCTION", "cash", "Check the claim: credit it, write it off, or collect it."),
    ReasonCode("OVERPAYMENT", "cash", "Apply the surplus to another invoice, or refund it."),
    ReasonCode("DISPUTE", "cash", "Collect the evidence and answer the customer by the date named."),
    ReasonCode("TAX_FAILURE", "failure", "Correct the tax data, then run the tax calculation again."),
    ReasonCode("CUSTOMER_MASTER", "failure", "Complete the customer's master data, then process the document again."),
    ReasonCode("PRICING_FAILURE", "failure", "Maintain the missing price or condition, then price the order again."),
    ReasonCode("INTEGRATION_TIMEOUT", "failure", "Check the interface, then send the message again."),
    ReasonCode(
        "DOCUMENT_REJECTED", "failure", "Read why the partner rejected the document, correct it, send it again."
    ),
    ReasonCode(
        "UNMATCHED_LINE",
        "identity",
        "Find the order line that is meant; correct the document or the order.",
        starred=True,
    ),
    ReasonCode(
        "UOM_MISMATCH", "identity", "Maintain the conversion of the unit on the order's line, or correct the document."
    ),
    ReasonCode(
        "REVISION_CONFLICT", "identity", "Ask the source which content is right; let it send a higher revision."
    ),
    ReasonCode(
        "ORPHAN_DOCUMENT", "identity", "Find the order of these documents; have the order system send it.", starred=True
    ),
    ReasonCode("IDENTITY_CONFLICT", "identity", "Find out whose documents these are, and correct their references."),
    ReasonCode("ABANDONED", "stall", "Close the order in its own system, or have that send what is missing."),
    ReasonCode(
        "FEED_SILENT",
        "feed",
        "Check the source system and its connector: stalls that await this feed open once it speaks again.",
    ),
)

REASON_CODES = {each.code: each for each in (*_STALLS, *_AT_ONCE)}
"""All of them by name: stalls in the order of the process, then what opens at once."""

STALL_CODES = tuple(each.code for each in _STALLS)
"""What waited too long."""

AT_ONCE_CODES = tuple(each.code for each in _AT_ONCE)
"""What opens as soon as it is seen, or once what could refute it has settled."""

FEED_SILENT = "FEED_SILENT"

HOLD_CODES = {kind: f"{kind.upper()}_HOLD" for kind in HOLD_KINDS}
"""The code of each kind of hold."""

INCIDENT_CODES = {
    "tax_failure": "TAX_FAILURE",
    "customer_master": "CUSTOMER_MASTER",
    "pricing_failure": "PRICING_FAILURE",
    "integration_timeout": "INTEGRATION_TIMEOUT",
    "document_rejected": "DOCUMENT_REJECTED",
}
"""The code of each kind of incident."""

READ_TYPES = tuple(name for name in EVENT_CLASSES if name != "heartbeat")
"""The document types that can have a feed."""
