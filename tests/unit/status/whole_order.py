"""An order of which a page has everything to say: statuses and exceptions as Redis holds them."""

from typing import Any

OPEN_ID = "0c0ffee0-0000-5000-8000-000000000001"
SNOOZED_ID = "0c0ffee0-0000-5000-8000-000000000002"
ACCEPTED_ID = "0c0ffee0-0000-5000-8000-000000000003"
LATE_ID = "0c0ffee0-0000-5000-8000-000000000004"
NOW = "2025-04-11T12:00:30Z"


def _line(line: str, sku: str, *quantities: str, returned: str = "0") -> dict[str, Any]:
    names = ("ordered", "allocated", "picked", "shipped", "delivered", "invoiced")
    return {"line": line, "sku": sku, **dict(zip(names, quantities, strict=True)), "returned": returned}


def _document(business_at: str, document_type: str, number: str, source: str, **changes: Any) -> dict[str, Any]:
    return {
        "scope": "",
        "type": document_type,
        "document_id": number,
        "revision": 1,
        "source": source,
        "business_at": business_at,
        "cancelled": False,
    } | changes


STATUS: dict[str, Any] = {
    "correlation_id": "SO-2",
    "order": "SO-2",
    "customer_id": "C-7",
    "channel": "edi",
    "currency": "EUR",
    "warehouse": "WH-1",
    "fulfilment": {"stage": "delivered", "complete": False},
    "financial": {"stage": "invoiced", "complete": False},
    "closed": False,
    "health": "stalled",
    "waiting_for": [
        {
            "milestone": "invoice",
            "feed": "invoice/erp-eu",
            "since": "2025-04-09T08:00:00Z",
            "due_at": "2025-04-10T08:00:00Z",
            "quantity": "5",
            "amount": "20",
            "owner": "billing",
        },
        {
            "milestone": "payment",
            "feed": "payment",
            "since": "2025-05-02T15:00:00Z",
            "due_at": None,
            "quantity": None,
            "amount": "50",
            "owner": "collections",
        },
    ],
    "quantities": {
        "ordered": "110",
        "allocated": "105",
        "picked": "105",
        "shipped": "105",
        "delivered": "100",
        "invoiced": "100",
        "returned": "5",
    },
    "amounts": {
        "ordered": "440",
        "invoiced": "400",
        "paid": "150",
        "discounted": "8",
        "credited": "160",
        "deducted": "30",
        "written_off": "2",
        "open": "50",
        "overpaid": "3",
        "unapplied": "7.5",
        "credit_due": "20",
        "disputed": "10",
        "past_due": "15",
        "refunded": "4",
    },
    "exposure": {
        "disputed": "10",
        "past_due": "15",
        "open": "25",
        "unbilled": "20",
        "in_transit": "0",
        "held": "0",
        "unshipped": "0",
        "unallocated": "20.5",
        "credit_due": "20",
        "unapplied": "7.5",
        "unpriced": "2",
        "other_currencies": {"USD": {"disputed": "0", "past_due": "9", "open": "0"}},
    },
    "billing": {"ready": True, "amount": "20", "blocked_by": ["BILLING_HOLD", "PRICE_MISMATCH"]},
    "milestones": {
        "order": {"first_at": "2025-04-01T09:00:00Z", "last_at": "2025-04-01T09:00:00Z", "fraction": "1"},
        "shipment": {"first_at": "2025-04-02T08:00:00Z", "last_at": "2025-04-09T08:00:00Z", "fraction": "0.954545"},
    },
    "lines": [
        {
            **_line("1", "VALVE", "100", "100", "100", "100", "100", "100", returned="5"),
            "substitutes": [{"sku": "VALVE-B", "quantity": "10"}],
        },
        _line("2", "HOSE", "10", "5", "5", "5", "0", "0"),
    ],
    "documents": [
        _document("2025-04-01T09:00:00Z", "order", "SO-2", "erp", revision=3),
        _document("2025-04-01T10:00:00Z", "allocation", "AL-2", "erp"),
        _document("2025-04-01T12:00:00Z", "pick", "PK-2", "wms"),
        _document("2025-04-02T08:00:00Z", "shipment", "SH-3", "wms"),
        _document("2025-04-02T09:00:00Z", "transit", "TR-1", "carrier"),
        _document("2025-04-02T15:00:00Z", "invoice", "IN-2", "billing", scope="EU"),
        _document("2025-04-03T10:00:00Z", "pod", "PD-2", "carrier"),
        _document("2025-04-04T10:00:00Z", "credit_memo", "CM-1", "finance"),
        _document("2025-04-05T10:00:00Z", "hold", "HO-1", "erp", cancelled=True),
        _document("2025-04-06T10:00:00Z", "incident", "IC-1", "tax"),
        _document("2025-04-10T09:00:00Z", "payment", "PA-2", "bank"),
        _document("2025-04-10T11:00:00Z", "return", "RE-1", "wms"),
        _document("2025-04-11T09:00:00Z", "dispute", "DI-1", "finance"),
        _document("2025-04-11T10:00:00Z", "action", "AC-1", "desk"),
    ],
    "exceptions": [
        {
            "exception_id": SNOOZED_ID,
            "code": "DEDUCTION",
            "severity": "warning",
            "owner": "collections",
            "due_at": None,
        },
        {
            "exception_id": OPEN_ID,
            "code": "SHIPPED_NOT_INVOICED",
            "severity": "critical",
            "owner": "billing",
            "due_at": "2025-04-10T16:00:00Z",
        },
    ],
    "version": 12,
    "updated_at": "2025-04-11T10:00:00Z",
    "trace": None,
}


def _exception(exception_id: str, code: str, state: str, **changes: Any) -> dict[str, Any]:
    return {
        "exception_id": exception_id,
        "subject": {"scope": "", "type": "order", "document_id": "SO-2"},
        "occurrence": 1,
        "correlation_id": "SO-2",
        "code": code,
        "category": "stall",
        "state": state,
        "severity": "warning",
        "owner": "billing",
        "escalation": None,
        "since": "2025-04-10T09:00:00Z",
        "detected_at": "2025-04-10T09:00:00Z",
        "due_at": None,
        "cleared_at": None,
        "amount": None,
        "currency": None,
        "documents": [],
        "explanation": "It is so.",
        "next_action": "Do it.",
        "policy_version": "p",
        "changed_at": "2025-04-10T09:00:00Z",
        "sequence": 1,
        "version": 1,
    } | changes


EXCEPTIONS: dict[str, dict[str, Any]] = {
    OPEN_ID: _exception(
        OPEN_ID,
        "SHIPPED_NOT_INVOICED",
        "acknowledged",
        occurrence=2,
        severity="critical",
        escalation={"level": 1, "to": "billing-lead", "at": "2025-04-10T20:00:00Z"},
        since="2025-04-09T08:00:00Z",
        amount="20",
        currency="EUR",
        documents=["shipment/SH-3"],
        explanation="5 units have waited to be invoiced since 2025-04-09T08:00:00Z, "
        "expected by 2025-04-10T08:00:00Z, worth 20 EUR.",
        next_action="Invoice what has shipped.",
    ),
    SNOOZED_ID: _exception(
        SNOOZED_ID,
        "DEDUCTION",
        "snoozed",
        snoozed_until="2025-04-14T07:00:00Z",
        amount="30",
        currency="EUR",
        documents=[f"invoice/IN-{number}" for number in range(1, 8)],
        explanation="Payment PA-2 over 150 EUR deducts 30 EUR: damage or quality (code 04) on invoice IN-2.",
        next_action="Check the claim: credit it, write it off, or collect it.",
    ),
    LATE_ID: _exception(
        LATE_ID, "LATE_DELIVERY", "recorded", explanation="Delivered on 2025-04-03, promised for 2025-04-02."
    ),
    ACCEPTED_ID: _exception(
        ACCEPTED_ID,
        "PRICE_MISMATCH",
        "overridden",
        explanation="Line 1 of IN-2 bills 4.1 a unit, the order says 4.",
        documents=["invoice/IN-2"],
        changed_at="2025-04-11T10:00:00Z",
    ),
}
