"""Shipments and the proofs of delivery that reach them."""

from collections.abc import Callable

from o2c.flows.correlation.arrivals import ArrivalTimes
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import POD
from o2c.schemas.documents import Document, GoodsBody, Line

Entry = tuple[int, str, str, Document]
"""A counting document behind what sorts it: (business time, scope, document id, document)."""

Filled = tuple[LineLedger, int]
"""A line of the order, and how much of a document's line fills it."""


class ShipmentLedger:
    """One counting shipment: what it carried of each line, when and in all, and how much has been delivered of it."""

    __slots__ = ("business_at", "carried", "delivered", "document", "total")

    def __init__(self, document: Document, business_at: int) -> None:
        self.document = document
        self.business_at = business_at
        self.carried: dict[str, ArrivalTimes] = {}
        self.total: dict[str, int] = {}
        self.delivered: dict[str, int] = {}

    def carry(self, key: str, at: int, quantity: int) -> None:
        """Some of a line left with this shipment."""
        self.carried.setdefault(key, []).append((at, quantity))
        self.total[key] = self.total.get(key, 0) + quantity

    def remaining(self, key: str) -> int:
        """What this shipment carried of a line and is not delivered yet."""
        return self.total.get(key, 0) - self.delivered.get(key, 0)


class Proofs:
    """Spreads proofs of delivery over the shipments: those that name theirs first, then first in, first out."""

    def __init__(
        self, lines: dict[str, LineLedger], shipments: list[ShipmentLedger], find: Callable[[Line, int], list[Filled]]
    ) -> None:
        self._lines = lines
        self._shipments = shipments
        self._find = find
        self._by_name = {(shipment.document.scope, shipment.document.document_id): shipment for shipment in shipments}

    def read(self, entries: list[Entry]) -> None:
        """Deliver what every proof of delivery says."""
        unnamed: list[tuple[Entry, tuple[Line, ...]]] = []
        wholesale: list[Entry] = []
        for entry in entries:
            business_at, _, _, document = entry
            body = document.body
            assert isinstance(body, GoodsBody)
            if body.lines is None:
                named = self._named(document, None)
                if named is None:
                    wholesale.append(entry)
                else:
                    self._deliver_all(named, business_at)
            elif self._names_any(document, body.lines):
                self._deliver_lines(document, body.lines, business_at)
            else:
                unnamed.append((entry, body.lines))
        for (business_at, _, _, document), lines in unnamed:
            self._deliver_lines(document, lines, business_at)
        for business_at, _, _, _ in wholesale:
            self._deliver_all(self._left_by(business_at), business_at)

    def _left_by(self, business_at: int) -> list[ShipmentLedger]:
        """The shipments that a proof of all there was can mean: those that had left, and always the first."""
        left = [shipment for shipment in self._shipments if shipment.business_at <= business_at]
        return left or self._shipments[:1]

    def _names_any(self, document: Document, lines: tuple[Line, ...]) -> bool:
        return any(self._named(document, line) is not None for line in lines)

    def _named(self, document: Document, line: Line | None) -> list[ShipmentLedger] | None:
        """The shipments that a proof of delivery, or a line of it, names, as far as seen; None where it names none."""
        numbers = [value for kind, value in line.references if kind == "shipment"] if line is not None else []
        if not numbers:
            numbers = [value for kind, values in document.refs if kind == "shipment" for value in values]
        if not numbers:
            return None
        found = (self._by_name.get((document.scope, number)) for number in numbers)
        return [shipment for shipment in found if shipment is not None]

    def _deliver_all(self, shipments: list[ShipmentLedger], business_at: int) -> None:
        for shipment in shipments:
            for key in shipment.carried:
                quantity = shipment.remaining(key)
                if quantity > 0:
                    shipment.delivered[key] = shipment.delivered.get(key, 0) + quantity
                    self._arrive(self._lines[key], business_at, quantity)

    def _deliver_lines(self, document: Document, lines: tuple[Line, ...], business_at: int) -> None:
        for line in lines:
            named = self._named(document, line)
            shipments = self._shipments if named is None else named
            for ledger, quantity in self._find(line, POD):
                if not quantity:
                    continue
                self._arrive(ledger, line.at if line.at is not None else business_at, quantity)
                rest = quantity
                for shipment in shipments:
                    taken = min(rest, shipment.remaining(ledger.key))
                    if taken > 0:
                        shipment.delivered[ledger.key] = shipment.delivered.get(ledger.key, 0) + taken
                        rest -= taken

    def _arrive(self, line: LineLedger, at: int, quantity: int) -> None:
        line.own[POD].append((at, quantity))
        line.reached[POD] += quantity
