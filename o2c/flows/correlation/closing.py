"""When an order is done: all is delivered, invoiced and settled as far as its process goes, or cancelled."""

from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.milestones import ORDER, POD, SHIPMENT
from o2c.flows.correlation.money import Money
from o2c.flows.correlation.stalls import RELEASE, Wait


def closed(ledger: Ledger, money: Money, waits: list[Wait]) -> bool:
    """Whether nothing is left to happen to this order. One whose order document is not known is never closed."""
    if ledger.header is None:
        return False
    for wait in waits:
        if wait.awaited != RELEASE:
            return False
    return _goods_done(ledger) and _money_done(ledger, money)


def _goods_done(ledger: Ledger) -> bool:
    billing = ledger.header.billing if ledger.header is not None else "shipment"
    for line in ledger.own_lines:
        path = line.rules.path
        last = path.last_in_chain
        if last == POD and path.pods_by_shipment:
            # Its proofs are looked for shipment by shipment: what was short or refused never comes.
            last = SHIPMENT
        expected = line.ordered if line.limit is None else line.limit
        if last != ORDER and line.reached[last] < expected:
            return False
        if path.invoice_from is not None and line.to_bill(path.invoice_from[billing]) > 0:
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
    if money.open_invoices:
        return False
    if path.invoice_from is not None:
        return True
    # Where invoices are not observed, the money received is held against what was ordered.
    if money.ordered is None:
        return bool(money.payment_times)
    return money.received >= money.ordered
