"""Shipments and the proofs of delivery that reach them."""

from typing import TYPE_CHECKING

from o2c.flows.correlation.arrivals import ArrivalTimes
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.losses import Losses
from o2c.flows.correlation.matching import key_of
from o2c.flows.correlation.milestones import POD
from o2c.schemas.documents import Document, GoodsBody, Line

if TYPE_CHECKING:
    from o2c.flows.correlation.ledger import Ledger

Entry = tuple[int, str, str, Document]
"""A counting document behind what sorts it: (business time, scope, document id, document)."""


Filled = tuple[LineLedger, int]
"""A line of the order, and how much of a document's line fills it."""


class ShipmentLedger:
    """One counting shipment: what it carried of each line, when and in all, and how much has been delivered of it.

    `short`: what a proof of delivery says was missing or refused; `waived`: what was refused or credited without one.
    `arrived`: when what was delivered of a line; `lost`: what proofs that were taken back had delivered. `proved_at`:
    when the first proof that means it was given; `proved_packages`: the packages that proofs name, None where one means
    the whole shipment.
    """

    __slots__ = (
        "arrived",
        "business_at",
        "carried",
        "delivered",
        "document",
        "lost",
        "packed",
        "proof",
        "proved_at",
        "proved_packages",
        "short",
        "total",
        "waived",
    )

    def __init__(self, document: Document, business_at: int) -> None:
        self.document = document
        self.business_at = business_at
        self.carried: dict[str, ArrivalTimes] = {}
        self.total: dict[str, int] = {}
        self.delivered: dict[str, int] = {}
        self.arrived: dict[str, ArrivalTimes] = {}
        self.lost: dict[str, Losses] | None = None
        self.short: dict[str, int] = {}
        self.waived: dict[str, int] = {}
        self.packed: dict[str, dict[str, int]] | None = None
        self.proof: Document | None = None
        self.proved_at: int | None = None
        self.proved_packages: set[str] | None = None

    def carry(self, key: str, at: int, quantity: int, package: str | None) -> None:
        """Some of a line left with this shipment, in a package where it says so."""
        self.carried.setdefault(key, []).append((at, quantity))
        self.total[key] = self.total.get(key, 0) + quantity
        if package is not None:
            if self.packed is None:
                self.packed = {}
            contents = self.packed.setdefault(package, {})
            contents[key] = contents.get(key, 0) + quantity

    def remaining(self, key: str) -> int:
        """What this shipment carried of a line and nothing has told the fate of."""
        told = self.delivered.get(key, 0) + self.short.get(key, 0) + self.waived.get(key, 0)
        return self.total.get(key, 0) - told

    def meant(self, key: str) -> int:
        """What of a line is to be delivered: what was refused or credited is not."""
        return self.total[key] - self.short.get(key, 0) - self.waived.get(key, 0)

    def deliver(self, key: str, at: int, quantity: int) -> None:
        """Some of a line has arrived."""
        self.delivered[key] = self.delivered.get(key, 0) + quantity
        self.arrived.setdefault(key, []).append((at, quantity))

    def lose(self, key: str, reached_at: int, lost_at: int, quantity: int) -> None:
        """The proof of a delivery was taken back."""
        if self.lost is None:
            self.lost = {}
        self.lost.setdefault(key, []).append((reached_at, lost_at, quantity))

    def undelivered(self, key: str) -> int:
        """What of a line its proofs should have delivered and did not: of the packages proved, where they name some."""
        expected = self.total.get(key, 0)
        if self.proved_packages is not None:
            packed = self.packed or {}
            expected = sum(packed[package].get(key, 0) for package in self.proved_packages if package in packed)
            expected += self._rest().get(key, 0)
        return max(0, expected - self.delivered.get(key, 0))

    def contents(self, package: str) -> dict[str, int]:
        """What a package carried, by line: what the lines say, else what no line puts into another package."""
        packed = self.packed or {}
        return packed[package] if package in packed else self._rest()

    def _rest(self) -> dict[str, int]:
        """What the packages carried of which no line tells; nothing is known of one before all of them are proved."""
        body = self.document.body
        assert isinstance(body, GoodsBody)
        packed = self.packed or {}
        untold = {package for package, _ in body.packages if package not in packed}
        if not untold or not untold <= (self.proved_packages or set()):
            return {}
        told = packed.values()
        return {key: total - sum(contents.get(key, 0) for contents in told) for key, total in self.total.items()}

    def package_of(self, number: str) -> str | None:
        """The package that a number names: its own, or the carrier's for it."""
        body = self.document.body
        assert isinstance(body, GoodsBody)
        for package, tracking in body.packages:
            if number in (package, tracking):
                return package
        return number if self.packed is not None and number in self.packed else None

    def prove(self, proof: Document, at: int, packages: set[str] | None) -> None:
        """A proof of delivery means this shipment, or only some of its packages."""
        if packages is None:
            self.proved_packages = None
        elif self.proved_at is None:
            self.proved_packages = set(packages)
        elif self.proved_packages is not None:
            self.proved_packages |= packages
        if self.proved_at is None or at < self.proved_at:
            self.proved_at, self.proof = at, proof


class Shortfall:
    """What a proof of delivery says was wrong with what came: damaged, or without figures damaged or short.

    `quantity` is None where it gives no figure.
    """

    __slots__ = ("at", "damaged", "line", "proof", "quantity")

    def __init__(
        self, proof: Document, at: int, line: LineLedger | None, quantity: int | None, *, damaged: bool
    ) -> None:
        self.proof = proof
        self.at = at
        self.line = line
        self.quantity = quantity
        self.damaged = damaged


class Proofs:
    """Spreads proofs of delivery over the shipments: those that name theirs first, then first in, first out."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._shipments = ledger.shipments
        self._by_name = {(each.document.scope, each.document.document_id): each for each in ledger.shipments}
        self._packed = any(
            each.packed is not None or each.document.body.packages  # type: ignore[union-attr]  # shipments have them
            for each in ledger.shipments
        )

    def read(self, entries: list[Entry]) -> None:
        """Deliver what every proof of delivery says."""
        unnamed: list[tuple[Entry, tuple[Line, ...]]] = []
        wholesale: list[Entry] = []
        for entry in entries:
            document = entry[3]
            body = document.body
            assert isinstance(body, GoodsBody)
            packages = self._packages(document, body) if self._packed else None
            if body.lines is None:
                named = self._named(document, None)
                if packages:
                    self._deliver_packages(entry, packages)
                elif named is None:
                    wholesale.append(entry)
                else:
                    self._deliver_all(named, entry)
            elif packages or self._names_any(document, body.lines):
                self._deliver_lines(entry, body.lines, packages)
            else:
                unnamed.append((entry, body.lines))
        for entry, lines in unnamed:
            self._deliver_lines(entry, lines, None)
        for entry in wholesale:
            self._deliver_all(self._left_by(entry[0]), entry)

    def read_lost(self, lost: list[tuple[int, Entry]]) -> None:
        """What proofs that were taken back had delivered of each shipment is waited for again."""
        for lost_at, (business_at, _, _, proof) in lost:
            if lost_at <= business_at:
                continue  # It was never a proof.
            body = proof.body
            assert isinstance(body, GoodsBody)
            if body.lines is None:
                for shipment in self._named(proof, None) or self._left_by(business_at):
                    for key, quantity in shipment.total.items():
                        shipment.lose(key, business_at, lost_at, quantity)
                continue
            for line in body.lines:
                named = self._named(proof, line)
                rest = line.quantity
                key = key_of(line.line, line.sku)
                for shipment in self._shipments if named is None else named:
                    taken = min(rest, shipment.total.get(key, 0))
                    if taken > 0:
                        shipment.lose(key, business_at, lost_at, taken)
                        rest -= taken

    def _left_by(self, business_at: int) -> list[ShipmentLedger]:
        """The shipments that a proof of all there was can mean: those that had left, and always the first."""
        left = [shipment for shipment in self._shipments if shipment.business_at <= business_at]
        return left or self._shipments[:1]

    def _packages(self, document: Document, body: GoodsBody) -> list[tuple[ShipmentLedger, str]]:
        """The packages that a proof of delivery names: by the carrier's number, or line by line."""
        numbers = [number for kind, values in document.refs if kind == "tracking" for number in values]
        numbers += [line.package for line in body.lines or () if line.package is not None]
        named = self._named(document, None)
        found: dict[tuple[str, str], tuple[ShipmentLedger, str]] = {}
        for shipment in self._shipments if named is None else named:
            for number in numbers:
                package = shipment.package_of(number)
                if package is not None:
                    found[shipment.document.document_id, package] = (shipment, package)
        return list(found.values())

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

    def _deliver_all(self, shipments: list[ShipmentLedger], entry: Entry) -> None:
        business_at, _, _, proof = entry
        condition = proof.body.condition  # type: ignore[union-attr]  # a proof of delivery says it
        for shipment in shipments:
            shipment.prove(proof, business_at, None)
            for key in shipment.carried:
                self._deliver(shipment, key, shipment.remaining(key), business_at, refused=condition == "refused")
        self._note(proof, business_at, condition)

    def _deliver_packages(self, entry: Entry, packages: list[tuple[ShipmentLedger, str]]) -> None:
        business_at, _, _, proof = entry
        condition = proof.body.condition  # type: ignore[union-attr]  # a proof of delivery says it
        for shipment, package in packages:
            shipment.prove(proof, business_at, {package})
            for key, quantity in shipment.contents(package).items():
                rest = min(quantity, shipment.remaining(key))
                self._deliver(shipment, key, rest, business_at, refused=condition == "refused")
        self._note(proof, business_at, condition)

    def _deliver(self, shipment: ShipmentLedger, key: str, quantity: int, at: int, *, refused: bool) -> None:
        if quantity <= 0:
            return
        if refused:
            shipment.short[key] = shipment.short.get(key, 0) + quantity
            return
        shipment.deliver(key, at, quantity)
        self._arrive(self._ledger.lines[key], at, quantity)

    def _note(self, proof: Document, at: int, condition: str | None) -> None:
        """A proof without figures that says that something was wrong."""
        if condition in ("damaged", "short"):
            self._ledger.shortfalls.append(Shortfall(proof, at, None, None, damaged=condition == "damaged"))

    def _deliver_lines(
        self, entry: Entry, lines: tuple[Line, ...], packages: list[tuple[ShipmentLedger, str]] | None
    ) -> None:
        business_at, _, _, proof = entry
        told = False
        for told_line in lines:
            line = told_line if told_line.uom is None else self._ledger.matcher.converted(told_line)
            named = self._named(proof, line)
            shipments = self._shipments if named is None else named
            if packages:
                of_packages = [shipment for shipment, _ in packages]
                shipments = [shipment for shipment in shipments if shipment in of_packages]
                for shipment, package in packages:
                    shipment.prove(proof, business_at, {package})
            elif named is not None or len(self._shipments) == 1:
                for shipment in shipments:
                    shipment.prove(proof, business_at, None)
            at = line.at if line.at is not None else business_at
            missing = (line.short or 0) + (line.refused or 0)
            told |= bool(missing or line.damaged)
            damaged = line.damaged or 0
            filled = self._ledger.matcher.find(line, POD, business_at, proof)
            for ledger, quantity in filled:
                if quantity:
                    self._arrive(ledger, at, quantity)
                    _spread(shipments, ledger.key, quantity, at)
                if missing:
                    _spread(shipments, ledger.key, missing, None)
                    missing = 0
                if damaged:
                    part = min(damaged, quantity) if len(filled) > 1 else damaged
                    self._ledger.shortfalls.append(Shortfall(proof, at, ledger, part, damaged=True))
                    damaged -= part
        if not told:
            self._note(proof, business_at, proof.body.condition)  # type: ignore[union-attr]  # as above

    def _arrive(self, line: LineLedger, at: int, quantity: int) -> None:
        line.own[POD].append((at, quantity))
        line.reached[POD] += quantity


def _spread(shipments: list[ShipmentLedger], key: str, quantity: int, at: int | None) -> None:
    """First in, first out: what arrived `at`; None: what was missing."""
    for shipment in shipments:
        taken = min(quantity, shipment.remaining(key))
        if taken > 0:
            if at is None:
                shipment.short[key] = shipment.short.get(key, 0) + taken
            else:
                shipment.deliver(key, at, taken)
            quantity -= taken
