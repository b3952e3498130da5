"""The lines of an order, one unit at a time: which document's line speaks of which order line."""

from math import gcd

from o2c.schemas.documents import GoodsBody, Line, OrderLine
from tests.properties.oracle.documents import Papers, invoice_body, order_body
from tests.properties.oracle.model import CHAIN, DocumentKey, Known, Ledger, Unit

_ENDLESS = 10**30
_MOST_GRAINS = 20_000


def normal(line: str) -> str:
    """A line's number without leading zeros; text as it is."""
    return str(int(line)) if line.isascii() and line.isdigit() else line


def name_of(line: Line | OrderLine) -> tuple[str, str]:
    """How a line is called: by its number, else its sku, else its ids."""
    if line.line is not None:
        return ("line", normal(line.line))
    if line.sku is not None:
        return ("sku", line.sku)
    return ("ids", ",".join(sorted(value for _, value in line.item_ids)))


class Lines:
    """Every line of an order with every unit that moved; quantities in `grain`s of 10^-6."""

    def __init__(self, papers: Papers) -> None:
        self.papers = papers
        self.grain = _grain(papers)
        self.ledgers: dict[tuple[str, str], Ledger] = {}
        self.carried: dict[DocumentKey, dict[tuple[str, str], list[Unit]]] = {}
        self.handed_over: dict[DocumentKey, dict[tuple[str, str], int]] = {}
        for order in papers.orders:
            self._take_order(order)
        for milestone in ("allocation", "pick", "shipment"):
            for known in papers.of(milestone):
                self._take_goods(known, milestone)
        self._take_deliveries()
        for invoice in papers.of("invoice"):
            self._take_invoice(invoice)

    def in_order(self) -> list[Ledger]:
        """All lines, by number, then by text."""
        return sorted(self.ledgers.values(), key=lambda ledger: ledger.place)

    def _take_order(self, order: Known) -> None:
        for line in order_body(order).lines:
            ledger = self.ledgers.setdefault(name_of(line), Ledger(name_of(line), line.line, line.sku))
            ledger.ordered_by.append((order, line))
            requested = line.requested_ship_at
            if requested is None:
                requested = order_body(order).requested_ship_at
            at = order.business_at if line.at is None else line.at
            for _ in range(self._grains(max(0, line.quantity - line.cancelled_quantity))):
                ledger.own["order"].append(Unit(at, order, requested))

    def _take_goods(self, known: Known, milestone: str) -> None:
        body = known.document.body
        assert isinstance(body, GoodsBody)
        carried = self.carried.setdefault(known.key, {}) if milestone == "shipment" else {}
        for line in body.lines or ():
            for ledger, grains in self._spread(known, line, milestone):
                units = _units(known, line, grains)
                ledger.own[milestone] += units
                carried.setdefault(ledger.name, []).extend(units)

    def _take_invoice(self, invoice: Known) -> None:
        for line in invoice_body(invoice).lines:
            for ledger, grains in self._spread(invoice, line, "invoice"):
                ledger.own["invoice"] += _units(invoice, line, grains)
                ledger.taken_back += max(0, -grains)

    # ----------------------------------------------------------------- deliveries

    def _take_deliveries(self) -> None:
        naming_none: list[tuple[Known, list[tuple[Ledger, int]] | None]] = []
        for pod in self.papers.of("pod"):
            body = pod.document.body
            assert isinstance(body, GoodsBody)
            named = [number for kind, numbers in pod.document.refs if kind == "shipment" for number in numbers]
            if body.lines is None and named:
                self._deliver_the_rest(pod, self._shipments(pod, named))
            elif body.lines is None:
                naming_none.append((pod, None))
            for line in body.lines or ():
                numbers = [number for kind, number in line.references if kind == "shipment"] or named
                spread = self._spread(pod, line, "pod")
                for ledger, grains in spread:
                    ledger.own["pod"] += _units(pod, line, grains)
                if numbers:
                    self._share_out(pod, spread, numbers)
                else:
                    naming_none.append((pod, spread))
        for pod, delivered in naming_none:
            if delivered is None:
                shipments = self.papers.of("shipment")
                had_left = [each.key for each in shipments if each.business_at <= pod.business_at]
                self._deliver_the_rest(pod, had_left or [each.key for each in shipments[:1]])
            else:
                self._share_out(pod, delivered, [])

    def _deliver_the_rest(self, pod: Known, shipments: list[DocumentKey]) -> None:
        for shipment in shipments:
            for name, units in self.carried[shipment].items():
                rest = len(units) - self._handed(shipment, name)
                for _ in range(rest):
                    self.ledgers[name].own["pod"].append(Unit(pod.business_at, pod))
                self._hand_over(shipment, name, rest)

    def _share_out(self, pod: Known, delivered: list[tuple[Ledger, int]], named: list[str]) -> None:
        for ledger, grains in delivered:
            left = grains
            for shipment in self._shipments(pod, named):
                carried = len(self.carried[shipment].get(ledger.name, ()))
                given = min(left, carried - self._handed(shipment, ledger.name))
                self._hand_over(shipment, ledger.name, given)
                left -= given

    def _shipments(self, pod: Known, named: list[str]) -> list[DocumentKey]:
        chosen = []
        for shipment in self.papers.of("shipment"):
            called = shipment.document.scope == pod.document.scope and shipment.document.document_id in named
            if called or not named:
                chosen.append(shipment.key)
        return chosen

    def _handed(self, shipment: DocumentKey, name: tuple[str, str]) -> int:
        return self.handed_over.get(shipment, {}).get(name, 0)

    def _hand_over(self, shipment: DocumentKey, name: tuple[str, str], grains: int) -> None:
        self.handed_over.setdefault(shipment, {})[name] = self._handed(shipment, name) + grains

    # ------------------------------------------------------------------- matching

    def _spread(self, known: Known, line: Line, milestone: str) -> list[tuple[Ledger, int]]:
        grains = self._grains(line.quantity)
        fitting = self.fitting(line)
        if not fitting:
            return [(self._own_line(known, line, milestone), grains)]
        if len(fitting) == 1:
            return [(fitting[0], grains)]
        taken = dict.fromkeys((ledger.name for ledger in fitting), 0)
        left = grains
        for wanted in (self._reached_before, self._ordered_open):
            for ledger in fitting:
                share = max(0, min(left, wanted(ledger, milestone) - taken[ledger.name]))
                taken[ledger.name] += share
                left -= share
        spread = [(ledger, taken[ledger.name]) for ledger in fitting if taken[ledger.name]]
        return [*spread, (self._own_line(known, line, milestone), left)] if left else spread

    def _reached_before(self, ledger: Ledger, milestone: str) -> int:
        before = "shipment" if milestone == "invoice" else CHAIN[CHAIN.index(milestone) - 1]
        return ledger.reached(before) - ledger.reached(milestone)

    def _ordered_open(self, ledger: Ledger, milestone: str) -> int:
        return ledger.reached("order") - ledger.reached(milestone)

    def fitting(self, line: Line) -> list[Ledger]:
        """The order lines that a line may speak of, the one to be filled first first."""
        ordered = [ledger for ledger in self.ledgers.values() if ledger.ordered_by]
        if line.line is not None:
            named = [ledger for ledger in ordered if ledger.name == ("line", normal(line.line))]
            if named:
                return named
        same = [ledger for ledger in ordered if any(_same_item(line, one) for _, one in ledger.ordered_by)]
        return sorted(same, key=lambda ledger: (_promised(ledger), ledger.place))

    def _own_line(self, known: Known, line: Line, milestone: str) -> Ledger:
        ledger = self.ledgers.setdefault(name_of(line), Ledger(name_of(line), line.line, line.sku))
        if not ledger.ordered_by:
            lines = getattr(known.document.body, "lines", None) or ()
            rank = ((*CHAIN, "invoice").index(milestone), known.place, lines.index(line))
            if ledger.called is None or rank < ledger.called:
                ledger.called, ledger.line, ledger.sku = rank, line.line, line.sku
        return ledger

    def _grains(self, quantity: int) -> int:
        grains, rest = divmod(quantity, self.grain)
        assert rest == 0
        return grains


def _units(known: Known, line: Line, grains: int) -> list[Unit]:
    at = known.business_at if line.at is None else line.at
    return [Unit(at, known) for _ in range(grains)]


def _same_item(line: Line, ordered: OrderLine) -> bool:
    if line.sku is not None and line.sku == ordered.sku:
        return True
    return any(item in ordered.item_ids for item in line.item_ids)


def _promised(ledger: Ledger) -> int:
    promised = []
    for order, line in ledger.ordered_by:
        at = order_body(order).promised_at if line.promised_at is None else line.promised_at
        promised.append(_ENDLESS if at is None else at)
    return min(promised)


def _grain(papers: Papers) -> int:
    grain, most = 0, 1
    for known in papers.known:
        body = known.document.body
        for line in getattr(body, "lines", None) or ():
            grain = gcd(grain, line.quantity, getattr(line, "cancelled_quantity", 0))
            most = max(most, abs(line.quantity))
    grain = grain or 1
    assert most // grain <= _MOST_GRAINS, "the oracle counts units one by one: give it rounder quantities"
    return grain
