"""Billing readiness: what of an order can be invoiced now, and what keeps the rest. Amounts in 10^-4."""

from collections.abc import Iterable
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import INVOICE, POD, SHIPMENT
from o2c.flows.correlation.reason_codes import HOLD_CODES, INCIDENT_CODES
from o2c.schemas.documents import HoldBody, IncidentBody
from o2c.schemas.numbers import AMOUNT_PLACES, QUANTITY_PLACES, plain
from o2c.schemas.records import BillingRecord
from o2c.schemas.times import rfc3339

_NAMESPACE: UUID = uuid5(NAMESPACE_URL, "o2c:billing")
_BLOCKING_INCIDENTS = ("tax_failure", "customer_master", "pricing_failure")
_encode = msgspec.json.encode

Units = tuple[tuple[str, int, int], ...]
"""By line its key, how much of it is invoiced already, and how much waits for it: which units they are."""

State = tuple[bool, int | None, tuple[str, ...], Units]
"""Ready, amount, the codes that block, and the units that it is about."""

NOTHING: State = (False, 0, (), ())
"""What an order says of which nothing waits to be invoiced."""


class Billing:
    """What can be invoiced now; where that is nothing, what is blocked. `lines` are of `amount`."""

    __slots__ = ("amount", "blocked_by", "lines", "ready")

    def __init__(self, ready: bool, lines: list[tuple[LineLedger, int]], blocked_by: Iterable[str]) -> None:
        self.ready = ready
        self.lines = lines
        self.blocked_by = tuple(sorted(set(blocked_by)))
        self.amount: int | None = 0
        for line, quantity in lines:
            value = line.value(quantity)
            self.amount = None if self.amount is None or value is None else self.amount + value

    @property
    def state(self) -> State:
        """What of it is published whenever it changes."""
        units = tuple((line.key, line.reached[INVOICE], quantity) for line, quantity in self.lines)
        return self.ready, self.amount, self.blocked_by, units


_NOTHING = Billing(ready=False, lines=[], blocked_by=())


def billing_of(ledger: Ledger, clock: int, *, price_disputed: bool) -> Billing:
    """The readiness at `clock` (UTC microseconds). `price_disputed`: an invoice of the order bills another price."""
    billing = ledger.header.billing if ledger.header is not None else "shipment"
    ready: list[tuple[LineLedger, int]] = []
    blocked: list[tuple[LineLedger, int]] = []
    codes: set[str] = set()
    for line in ledger.own_lines:
        path = line.rules.path
        if path.invoice_from is None:
            continue
        base = path.invoice_from[billing]
        reached = line.reached
        if reached[INVOICE] >= reached[base] and (base != POD or reached[INVOICE] >= reached[SHIPMENT]):
            continue
        quantity = line.to_bill(base)
        if base == POD:
            undelivered = line.to_bill(SHIPMENT) - quantity
            if undelivered > 0:
                blocked.append((line, undelivered))
                codes |= {"MISSING_POD", *_blocking(ledger, line, clock, price_disputed=price_disputed)}
        if quantity > 0:
            blocking = _blocking(ledger, line, clock, price_disputed=price_disputed)
            codes |= blocking
            (blocked if blocking else ready).append((line, quantity))
    if ready:
        return Billing(ready=True, lines=ready, blocked_by=codes)
    return Billing(ready=False, lines=blocked, blocked_by=codes) if blocked else _NOTHING


def _blocking(ledger: Ledger, line: LineLedger, clock: int, *, price_disputed: bool) -> set[str]:
    """The codes that keep a line from being invoiced."""
    codes = {"PRICE_MISMATCH"} if price_disputed else set()
    for hold in ledger.holds:
        if (
            "invoice" in hold.blocks
            and hold.business_at <= clock
            and hold.is_open(clock)
            and (hold.keys is None or line.key in hold.keys)
        ):
            body = hold.document.body
            assert isinstance(body, HoldBody)
            codes.add(HOLD_CODES[body.kind])
    for business_at, _, _, document in ledger.entries.get("incident", ()):
        body = document.body
        assert isinstance(body, IncidentBody)
        resolved = body.resolved_at is not None and body.resolved_at <= clock
        if body.kind in _BLOCKING_INCIDENTS and business_at <= clock and not resolved:
            codes.add(INCIDENT_CODES[body.kind])
    return codes


def billing_record(
    correlation_id: str,
    ledger: Ledger,
    billing: Billing,
    currency: str | None,
    policy_version: str,
    clock: int,
    sequence: int,
) -> BillingRecord:
    """The change as it is published. Its id is a function of correlation ID and `sequence`."""
    key = str(uuid5(_NAMESPACE, f"{correlation_id}\x1f{sequence}"))
    order = ledger.order_document
    value = {
        "billing_id": key,
        "correlation_id": correlation_id,
        "order": None if order is None else order.document_id,
        "customer_id": None if order is None else order.customer_id,
        "ready": billing.ready,
        "amount": None if billing.amount is None else plain(billing.amount, AMOUNT_PLACES),
        "currency": currency,
        "lines": [
            {"line": line.line, "sku": line.sku, "quantity": plain(quantity, QUANTITY_PLACES)}
            for line, quantity in billing.lines
        ],
        "blocked_by": billing.blocked_by,
        "sequence": sequence,
        "policy_version": policy_version,
        "changed_at": rfc3339(clock),
    }
    return BillingRecord(correlation_id, key, clock, sequence, _encode(value))
