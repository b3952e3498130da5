"""Stripe's charge, refund, dispute and invoice as canonical events of one implied web order.

What stands for what:

- A charge is a `payment`: a receipt of what was captured; one that was never captured is an authorization.
- A refund is a `payment` of kind refund that names the charge.
- A dispute is a `dispute` about the charge, to be answered by `evidence_details.due_by`; `won` and `lost` resolve it.
- An invoice is an `invoice`; a draft is not posted.
- The order is worth what the invoice asks for.

Amounts are integers of the currency's minor unit; times are seconds since 1970.
"""

import json
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from o2c.schemas.currencies import minor_unit
from tests.real.material import WEBHOOKS, CanonicalEvent, Document, canonical

PROVIDER, SHOP = "stripe", "web-shop"
ORDER = "web-1"
REFS = {"order": [ORDER]}
OUTCOMES = {"won": "recovered", "lost": "written_off"}

Record = dict[str, Any]


def resource(name: str) -> Record:
    """One of the fixtures' objects."""
    resources = json.loads((WEBHOOKS / "stripe-fixtures3.json").read_text(encoding="utf-8"))["resources"]
    found: Record = resources[name]
    return found


def amount(of: Record, name: str = "amount") -> str:
    """The amount in whole units of the currency."""
    return str(Decimal(of[name]).scaleb(-minor_unit(of["currency"].upper())))


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


def ordered(invoice: Record) -> CanonicalEvent:
    """The order that the invoice is for."""
    return canonical(
        Document("order", ORDER, SHOP),
        instant(invoice["created"]),
        currency=invoice["currency"].upper(),
        billing="prepaid",
        lines=_lines(invoice),
    )


def invoiced(invoice: Record) -> CanonicalEvent:
    return canonical(
        Document("invoice", invoice["id"], PROVIDER),
        instant(invoice["created"]),
        currency=invoice["currency"].upper(),
        posted=invoice["status"] != "draft",
        lines=_lines(invoice),
        total=amount(invoice, "total"),
        due_at=instant(invoice["due_date"]),
        refs=REFS,
    )


def _lines(invoice: Record) -> list[Record]:
    lines = enumerate(invoice["lines"]["data"], start=1)
    return [{"line": count, "quantity": line["quantity"], "amount": amount(line)} for count, line in lines]


def charged(charge: Record) -> CanonicalEvent:
    captured = charge["captured"]
    return _paid(
        charge,
        kind="receipt" if captured else "authorization",
        amount=amount(charge, "amount_captured" if captured else "amount"),
        cancelled=charge["status"] != "succeeded",
        refs=REFS,
    )


def refunded(refund: Record) -> CanonicalEvent:
    refs = {**REFS, "payment": [refund["charge"]]}
    return _paid(refund, kind="refund", amount=amount(refund), cancelled=refund["status"] != "succeeded", refs=refs)


def _paid(of: Record, **fields: Any) -> CanonicalEvent:
    document = Document("payment", of["id"], PROVIDER)
    return canonical(document, instant(of["created"]), currency=of["currency"].upper(), **fields)


def disputed(dispute: Record, resolved_at: datetime | None = None) -> CanonicalEvent:
    """The dispute; one that is won or lost was resolved at `resolved_at`, which Stripe's object does not tell."""
    due_by = dispute["evidence_details"]["due_by"]
    resolution = {"resolved_at": resolved_at, "outcome": OUTCOMES[dispute["status"]]} if resolved_at else {}
    return canonical(
        Document("dispute", dispute["id"], PROVIDER),
        instant(dispute["created"]) if resolved_at is None else resolved_at,
        revision=1 if resolved_at is None else 2,
        business_at=instant(dispute["created"]),
        payment=dispute["charge"],
        amount=amount(dispute),
        reason=dispute["reason"],
        respond_by=None if due_by is None else instant(due_by),
        refs=REFS,
        **resolution,
    )
