"""When an order is done: all is delivered, invoiced and settled as far as its process goes, or cancelled."""

from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.milestones import INVOICE, ORDER
from o2c.flows.correlation.money import Money


def closed(ledger: Ledger, money: Money) -> bool:
    """Whether nothing is left to happen to this order. One whose order document is not known is never closed."""
    if ledger.header is None:
        return False
    return _goods_done(ledger) and _money_done(ledger, money)


def _goods_done(ledger: Ledger) -> bool:
    billing = ledger.header.billing if ledger.header is not None else "shipment"
    for line in ledger.lines.values():
        path = line.rules.path
        reached = line.reached
        last = path.last_in_chain
        expected = line.ordered if line.limit is None else line.limit
        if last != ORDER and reached[last] < expected:
            return False
        if path.invoice_from is not None:
            base = path.invoice_from[billing]
            if reached[INVOICE] < line.billable(base):
                return False
    return all(
        shipment.remaining(key) <= 0
        for shipment in ledger.shipments
        for key in shipment.carried
        if ledger.lines[key].rules.path.pods_by_shipment
    )


def _money_done(ledger: Ledger, money: Money) -> bool:
    path = ledger.header_rules.path
    if not path.pays:
        return True
    if any(invoice.open for invoice in money.invoices):
        return False
    if path.invoice_from is not None:
        return True
    # Where invoices are not observed, the money received is held against what was ordered.
    if money.ordered is None:
        return bool(money.payment_times)
    return money.received >= money.ordered
