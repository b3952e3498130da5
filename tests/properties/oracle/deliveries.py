"""Which shipment a proof of delivery delivers: the one it names, the package it names, else the first in."""

from dataclasses import dataclass, field

from o2c.schemas.documents import Line
from tests.properties.oracle.documents import Papers, goods_body
from tests.properties.oracle.lines import Lines
from tests.properties.oracle.matching import converted
from tests.properties.oracle.model import DocumentKey, Known, Ledger, LineName, Unit

PackageKey = tuple[DocumentKey, str]
"""A shipment and the id of one of its packages."""

Proof = tuple[Ledger, int, int]
"""A line, how many grains of it arrived, and of how many it is said that they did not."""


@dataclass
class Deliveries:
    """What of each shipment was handed over, unit by unit."""

    papers: Papers
    lines: Lines
    lost: list[tuple[Known, DocumentKey, LineName, Unit]] = field(default_factory=list)
    handed_over: dict[DocumentKey, dict[LineName, list[Unit]]] = field(default_factory=dict)
    proved: dict[DocumentKey, dict[str | None, list[Known]]] = field(default_factory=dict)
    damaged: list[tuple[Known, LineName, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """First what names a shipment or a package; then what is said line by line; then what delivers all the rest."""
        unnamed: list[tuple[Known, int, Line]] = []
        rest: list[Known] = []
        for pod in self.papers.of("pod"):
            for position, line in enumerate(goods_body(pod).lines or ()):
                if not self._take_line(pod, position, line):
                    unnamed.append((pod, position, line))
            if goods_body(pod).lines is None and (pod.named("shipment") or self._named_packages(pod)):
                self._take_rest(pod)
            elif goods_body(pod).lines is None:
                rest.append(pod)
        every = self._every_shipment()
        for pod, position, line in unnamed:
            self._share_out(pod, self._line_shares(pod, position, line), every, None, proves=len(every) == 1)
        for pod in rest:
            self._take_rest(pod)

    def _take_line(self, pod: Known, position: int, line: Line) -> bool:
        """Deliver what a line names a shipment or a package for; False where it names none."""
        own = tuple(number for kind, number in line.references if kind == "shipment")
        packages = self._named_packages(pod)
        if line.package is not None and self._carriers(pod, line.package):
            proofs = self._line_shares(pod, position, line)
            for shipment in self._carriers(pod, line.package):
                proofs = self._share_out(pod, proofs, [shipment], self._known_inside(shipment, line.package))
        elif own or pod.named("shipment"):
            shipments = self._shipments(pod, own or pod.named("shipment"))
            self._share_out(pod, self._line_shares(pod, position, line), shipments, None)
        elif packages:
            proofs = self._line_shares(pod, position, line)
            for shipment, package in packages:
                proofs = self._share_out(pod, proofs, [shipment], package)
        elif self._carriers_of_others(pod):
            self._share_out(pod, self._line_shares(pod, position, line), self._carriers_of_others(pod), None)
        else:
            return False
        return True

    def _known_inside(self, shipment: DocumentKey, package: str) -> str | None:
        """The package, if the shipment says what is inside; else nothing tells it from the whole shipment."""
        units = [unit for carried in self.lines.carried[shipment].values() for unit in carried]
        return package if any(unit.package == package for unit in units) else None

    def _carriers_of_others(self, pod: Known) -> list[DocumentKey]:
        """The shipments that other lines of a proof name by their packages."""
        packages = [line.package for line in goods_body(pod).lines or () if line.package is not None]
        return list(dict.fromkeys(key for package in packages for key in self._carriers(pod, package)))

    def _take_rest(self, pod: Known) -> None:
        packages = self._named_packages(pod)
        for shipment, package in packages:
            self._deliver_the_rest(pod, [shipment], package)
        if packages:
            return
        if pod.named("shipment"):
            self._deliver_the_rest(pod, self._shipments(pod, pod.named("shipment")), None)
            return
        shipments = self.papers.of("shipment")
        earlier = [each.key for each in shipments if each.business_at <= pod.business_at]
        self._deliver_the_rest(pod, earlier or [each.key for each in shipments[:1]], None)

    def _named_packages(self, pod: Known) -> list[PackageKey]:
        return self._packages(pod, pod.named("tracking"))

    def _line_shares(self, pod: Known, position: int, line: Line) -> list[Proof]:
        shares = self.lines.spread(pod, position, line, "pod")
        at = pod.business_at if line.at is None else line.at
        proofs, damaged = [], 0
        for ledger, grains in shares:
            ledger.own["pod"] += [Unit(at, pod) for _ in range(grains)]
            hurt = min(grains, self.lines.grains(converted(line, ledger, line.damaged or 0) or 0) - damaged)
            if hurt > 0:
                self.damaged.append((pod, ledger.name, hurt))
                damaged += hurt
            is_last = ledger is shares[-1][0]
            missing = converted(line, ledger, (line.short or 0) + (line.refused or 0)) if is_last else 0
            proofs.append((ledger, grains, self.lines.grains(missing or 0)))
        return proofs

    def _deliver_the_rest(self, pod: Known, shipments: list[DocumentKey], package: str | None) -> None:
        for shipment in shipments:
            self._prove(shipment, package, pod)
            for name in self.lines.carried[shipment]:
                rest = self._left(shipment, name, package)
                self.lines.ledgers[name].own["pod"] += [Unit(pod.business_at, pod) for _ in rest]
                self._hand_over(shipment, name, rest)

    def _share_out(
        self, pod: Known, proofs: list[Proof], shipments: list[DocumentKey], package: str | None, *, proves: bool = True
    ) -> list[Proof]:
        remaining = []
        for ledger, grains, missing in proofs:
            left, gone = grains, missing
            for shipment in shipments:
                given = self._left(shipment, ledger.name, package)[: max(0, left)]
                self._hand_over(shipment, ledger.name, given)
                lost = self._left(shipment, ledger.name, package)[:gone]
                self.lost += [(pod, shipment, ledger.name, unit) for unit in lost]
                if proves:
                    self._prove(shipment, package, pod)
                left, gone = left - len(given), gone - len(lost)
            remaining.append((ledger, left, gone))
        return remaining

    def _left(self, shipment: DocumentKey, name: LineName, package: str | None) -> list[Unit]:
        """What a shipment (or one of its packages) carried of a line and has not been handed over, oldest first."""
        carried = sorted(self.lines.carried[shipment].get(name, ()), key=lambda unit: unit.place)
        lost = [unit for _, which, line, unit in self.lost if (which, line) == (shipment, name)]
        for gone in (*self.handed_over.get(shipment, {}).get(name, ()), *lost):
            carried.remove(gone)
        return [unit for unit in carried if package is None or unit.package == package]

    def _hand_over(self, shipment: DocumentKey, name: LineName, units: list[Unit]) -> None:
        self.handed_over.setdefault(shipment, {}).setdefault(name, []).extend(units)

    def waiting(self, shipment: DocumentKey, name: LineName, package: str | None = None) -> list[Unit]:
        """What a shipment (or one of its packages) carried of a line and nobody has said a word of."""
        return self._left(shipment, name, package)

    def _prove(self, shipment: DocumentKey, package: str | None, pod: Known) -> None:
        self.proved.setdefault(shipment, {}).setdefault(package, []).append(pod)

    # ------------------------------------------------------------------- who is named

    def _every_shipment(self) -> list[DocumentKey]:
        return [shipment.key for shipment in self.papers.of("shipment")]

    def _shipments(self, pod: Known, numbers: tuple[str, ...]) -> list[DocumentKey]:
        return [key for key in self._every_shipment() if key[0] == pod.key[0] and key[2] in numbers]

    def _packages(self, pod: Known, numbers: tuple[str, ...]) -> list[PackageKey]:
        found = []
        for shipment in self.papers.of("shipment"):
            for package, tracking in goods_body(shipment).packages:
                if shipment.key[0] == pod.key[0] and tracking in numbers:
                    found.append((shipment.key, package))
        return found

    def _carriers(self, pod: Known, package: str) -> list[DocumentKey]:
        """The shipments that carry a package of this id or number, those that the proof names first of all."""
        named = pod.named("shipment")
        found = []
        for shipment in self.papers.of("shipment"):
            ids = {one for one, _ in goods_body(shipment).packages}
            ids |= {line.package for line in goods_body(shipment).lines or () if line.package is not None}
            if shipment.key[0] == pod.key[0] and package in ids and (not named or shipment.key[2] in named):
                found.append(shipment.key)
        return found
