"""Money at risk: each unit of unsettled value of an order in exactly one bucket. Amounts in 10^-4."""

from o2c.flows.correlation.disputes import disputed_amounts
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import ALLOCATION, INVOICE, POD, SHIPMENT
from o2c.flows.correlation.money import Money

BUCKETS = ("disputed", "past_due", "open", "unbilled", "in_transit", "held", "unshipped", "unallocated")
"""In order: a unit stands in the first that fits."""

_OF_INVOICES = BUCKETS[:3]
_EMPTY: dict[str, int] = {}


class Exposure:
    """What of an order is unsettled, by bucket, in its currency; buckets with nothing in them are left out.

    `unpriced`: how much quantity (10^-6) has no price. `others`: the open invoices in other currencies, by bucket.
    """

    __slots__ = ("buckets", "others", "unpriced")

    def __init__(self) -> None:
        self.buckets: dict[str, int] = {}
        self.others: dict[str, dict[str, int]] = {}
        self.unpriced = 0

    @property
    def total(self) -> int:
        """All that is at risk in the order's currency."""
        return sum(self.buckets.values())

    def at_risk(self, currency: str | None) -> tuple[tuple[str, int], ...]:
        """By currency, what is at risk, where anything is."""
        sums = {code: sum(buckets.values()) for code, buckets in self.others.items()}
        if currency is not None:
            sums[currency] = self.total
        return tuple(sorted((code, amount) for code, amount in sums.items() if amount))


def exposure_of(ledger: Ledger, money: Money, clock: int) -> Exposure:
    """What is at risk at `clock` (UTC microseconds): first what is open on invoices, then what is not invoiced yet."""
    exposure = Exposure()
    if money.open_invoices:
        _add_invoices(exposure, ledger, money, clock)
    billing = ledger.header.billing if ledger.header is not None else "shipment"
    for line in ledger.own_lines:
        invoiced = line.reached[INVOICE]
        path = line.rules.path
        base = path.last_in_chain if path.invoice_from is None else path.invoice_from[billing]
        if invoiced < line.ordered or invoiced < line.reached[base] or invoiced < line.reached[SHIPMENT]:
            _add_units(exposure, ledger, line, base, clock)
    return exposure


def _add_invoices(exposure: Exposure, ledger: Ledger, money: Money, clock: int) -> None:
    disputes = ledger.entries.get("dispute")
    disputed = disputed_amounts(disputes, money, clock) if disputes else _EMPTY
    for invoice in money.open_invoices:
        buckets = exposure.buckets
        if invoice.body.currency != money.currency:
            buckets = exposure.others.setdefault(invoice.body.currency, {})
        in_dispute = disputed.get(f"{invoice.document.scope}/{invoice.document.document_id}", 0)
        # What is in dispute is the oldest of it.
        late = max(0, invoice.past_due(clock) - in_dispute)
        parts = (in_dispute, late, invoice.open - in_dispute - late)
        for bucket, amount in zip(_OF_INVOICES, parts, strict=True):
            if amount:
                buckets[bucket] = buckets.get(bucket, 0) + amount


def _add_units(exposure: Exposure, ledger: Ledger, line: LineLedger, base: int, clock: int) -> None:
    """The units of a line that are not invoiced, first in, first out, by how far they have come."""
    reached = line.reached
    first = max(0, reached[INVOICE])
    if line.rules.path.invoice_from is None:
        # Where invoices are not observed, what has come to its end is no longer at risk.
        first = max(first, reached[base])
    on_the_way = reached[SHIPMENT] if base == POD else reached[base]
    last = max(line.ordered, reached[base], on_the_way)
    resting = "held" if _is_held(ledger, line, clock) else None
    edges = (
        ("unbilled", reached[base]),
        ("in_transit", on_the_way),
        (resting or "unshipped", reached[ALLOCATION]),
        (resting or "unallocated", last),
    )
    start = first
    for bucket, edge in edges:
        end = min(last, edge)
        if end > start:
            _add(exposure, line, bucket, start - first, end - first)
            start = end


def _add(exposure: Exposure, line: LineLedger, bucket: str, start: int, end: int) -> None:
    """Values are differences of sums from the first unit on, so that what is rounded is rounded once."""
    upto, before = line.value(end), line.value(start)
    if upto is None or before is None:
        exposure.unpriced += end - start
    elif upto != before:
        exposure.buckets[bucket] = exposure.buckets.get(bucket, 0) + upto - before


def _is_held(ledger: Ledger, line: LineLedger, clock: int) -> bool:
    return any(
        hold.business_at <= clock and hold.is_open(clock) and (hold.keys is None or line.key in hold.keys)
        for hold in ledger.holds
    )
