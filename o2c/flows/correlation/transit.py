"""What carriers tell of a shipment under way: when it is expected, and whether something stops it."""

from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.proofs import Entry, ShipmentLedger
from o2c.schemas.documents import GoodsBody, TransitBody

TROUBLE = ("attempted", "exception", "returning", "returned")
"""The statuses of a delivery that does not go its way."""


def notices_of(ledger: Ledger, shipment: ShipmentLedger) -> list[Entry]:
    """The carrier's notices of a shipment, in order of time: those that name it, or name none while there is one."""
    return [entry for entry in ledger.entries.get("transit", ()) if _means(ledger, shipment, entry)]


def _means(ledger: Ledger, shipment: ShipmentLedger, entry: Entry) -> bool:
    document = shipment.document
    body = document.body
    assert isinstance(body, GoodsBody)
    named = False
    for kind, numbers in entry[3].refs:
        if kind == "shipment":
            named = True
            if document.scope == entry[1] and document.document_id in numbers:
                return True
        elif kind == "tracking":
            known = {number for package in body.packages for number in package if number is not None}
            known.update(number for kind, values in document.refs if kind == "tracking" for number in values)
            if known:
                named = True
                if not known.isdisjoint(numbers):
                    return True
    return not named and len(ledger.shipments) == 1


def arrival_expected(ledger: Ledger, shipment: ShipmentLedger) -> int | None:
    """When the goods are expected: as the last notice with a date says, else the shipment itself."""
    body = shipment.document.body
    assert isinstance(body, GoodsBody)
    expected = body.eta
    if "transit" in ledger.entries:
        for _, _, _, document in notices_of(ledger, shipment):
            notice = document.body
            assert isinstance(notice, TransitBody)
            if notice.eta is not None:
                expected = notice.eta
    return expected
