"""The lines of an order, one unit at a time: what each document's line moved."""

from fractions import Fraction

from o2c.schemas.documents import Line
from tests.properties.oracle.documents import (
    BROUGHT_BACK,
    LOWERING_KINDS,
    QUANTITY_KINDS,
    Papers,
    goods_body,
    invoice_body,
    memo_body,
    order_body,
    return_body,
)
from tests.properties.oracle.matching import converted, grain_of, name_of, normal, promised, ratio_of, same_item
from tests.properties.oracle.model import CHAIN, DocumentKey, Gone, Known, Ledger, LineName, Unit

Share = tuple[Ledger, int]
"""A line and how many grains of it."""

_BEFORE = {
    "allocation": ("order",),
    "pick": ("allocation", "order"),
    "shipment": ("pick", "allocation", "order"),
    "pod": ("shipment", "order"),
    "invoice": ("shipment", "order"),
    "return": ("shipment",),
    "credit_memo": ("invoice",),
}
"""Whose units a document's line fills first: those that have come the furthest."""


class Lines:
    """Every line of an order with every unit that moved; quantities in `grain`s of 10^-6."""

    def __init__(self, papers: Papers) -> None:
        self.papers = papers
        self.grain = grain_of(papers)
        self.ledgers: dict[LineName, Ledger] = {}
        self.carried: dict[DocumentKey, dict[LineName, list[Unit]]] = {}
        self.shares: dict[tuple[DocumentKey, int], list[Share]] = {}
        self.unmatched: list[tuple[Known, Line]] = []
        self.not_convertible: list[tuple[Known, Line]] = []
        for order in papers.orders:
            self._take_order(order)
        if not papers.orders and papers.header is not None:
            self._take_order(papers.header)
        self._join_kits()
        for milestone in ("allocation", "pick", "shipment"):
            for known in papers.of(milestone):
                self._take_goods(known, milestone)

    def take_money(self) -> None:
        """Invoices, returns and credit memos: after the deliveries."""
        for invoice in self.papers.of("invoice"):
            self._take_invoice(invoice)
        for returned in self.papers.of("return"):
            self._take_return(returned)
        for memo in self.papers.of("credit_memo"):
            self._take_memo(memo)
        self._note_gone()
        self._complete_kits()

    def in_order(self) -> list[Ledger]:
        """All lines, by number, then by text."""
        return sorted(self.ledgers.values(), key=lambda ledger: ledger.place)

    def whole(self) -> list[Ledger]:
        """The lines that count for the order: all but the components of kits."""
        return [ledger for ledger in self.in_order() if ledger.parent is None]

    def grains(self, quantity: int) -> int:
        """A quantity of 10^-6 in grains."""
        grains, rest = divmod(quantity, self.grain)
        assert rest == 0
        return grains

    # ------------------------------------------------------------------ documents

    def _take_order(self, order: Known) -> None:
        body = order_body(order)
        for line in body.lines:
            ledger = self.ledgers.setdefault(name_of(line), Ledger(name_of(line), line.line, line.sku))
            ledger.ordered_by.append((order, line))
            requested = body.requested_ship_at if line.requested_ship_at is None else line.requested_ship_at
            promise = body.promised_at if line.promised_at is None else line.promised_at
            at = order.business_at if line.at is None else line.at
            wanted = 0 if self.papers.is_cancelled else max(0, line.quantity - line.cancelled_quantity)
            for _ in range(self.grains(wanted)):
                ledger.own["order"].append(Unit(at, order, requested, promise))

    def _take_goods(self, known: Known, milestone: str) -> None:
        carried = self.carried.setdefault(known.key, {}) if milestone == "shipment" else {}
        latest = known.key[1] == "allocation"
        named: dict[LineName, list[Unit]] = {}
        for position, line in enumerate(goods_body(known).lines or ()):
            for ledger, grains in self.spread(known, position, line, milestone):
                units = _units(known, line, grains)
                ledger.own[milestone] += units
                carried.setdefault(ledger.name, []).extend(units)
                _note_substitute(ledger, line, milestone, grains)
                named.setdefault(ledger.name, [])
            if latest:
                for ledger in self._convertible(line):
                    named.setdefault(ledger.name, [])
                self._backorder(known, line, named)
        for name, units in named.items() if latest else ():
            self.ledgers[name].backordered = units

    def _backorder(self, known: Known, line: Line, named: dict[LineName, list[Unit]]) -> None:
        fitting = self._convertible(line)
        left = line.backordered or 0
        for ledger in fitting:
            quantity = converted(line, ledger, left)
            if not quantity:
                continue
            grains = self.grains(quantity)
            if ledger is not fitting[-1]:
                missing = ledger.reached("order") - ledger.reached("allocation") - len(named[ledger.name])
                grains = max(0, min(grains, missing))
            named[ledger.name].extend(_units(known, line, grains))
            left = 0 if ledger is fitting[-1] else left - grains * self.grain

    def _take_invoice(self, invoice: Known) -> None:
        if invoice_body(invoice).kind not in QUANTITY_KINDS:
            return
        for position, line in enumerate(invoice_body(invoice).lines):
            for ledger, grains in self.spread(invoice, position, line, "invoice"):
                ledger.own["invoice"] += _units(invoice, line, grains)
                ledger.lowered += _units(invoice, line, -grains)

    def _take_return(self, returned: Known) -> None:
        body = return_body(returned)
        for position, line in enumerate(body.lines):
            for ledger, grains in self.spread(returned, position, line, "return"):
                if body.kind in BROUGHT_BACK:
                    ledger.own["return"] += _units(returned, line, grains)

    def _take_memo(self, memo: Known) -> None:
        body = memo_body(memo)
        for position, line in enumerate(body.lines or ()):
            for ledger, grains in self.spread(memo, position, line, "credit_memo"):
                ledger.credited_lines += grains if body.kind != "price" else 0
                is_back = body.kind == "return" or (body.kind not in LOWERING_KINDS and bool(memo.named("return")))
                ledger.credited_back += grains if is_back else 0
                if body.kind in LOWERING_KINDS:
                    ledger.lowered += _units(memo, line, grains)
        if not body.lines and body.kind in ("cancellation", "rebill"):
            for invoice in self.credited_invoices(memo):
                for position in range(len(invoice_body(invoice).lines)):
                    for ledger, grains in self.shares.get((invoice.key, position), ()):
                        ledger.lowered += [Unit(memo.business_at, memo) for _ in range(grains)]
                        ledger.credited_lines += grains

    def credited_invoices(self, memo: Known) -> list[Known]:
        """The counting invoices that a credit memo names; all of them where it names none."""
        numbers = [number for number, _ in memo_body(memo).invoices] or list(memo.named("invoice"))
        every = self.papers.of("invoice")
        if not numbers:
            return every
        return [one for one in every if one.key[0] == memo.key[0] and one.key[2] in numbers]

    def _note_gone(self) -> None:
        """What was taken back had reached its milestone for a while: spread by what was ordered alone."""
        for milestone in ("allocation", "pick", "shipment", "pod", "invoice"):
            for known in self.papers.gone(milestone):
                for line in getattr(known.document.body, "lines", None) or ():
                    fitting = self.fitting(line)
                    ledger = fitting[0] if fitting else self.ledgers.get(name_of(line))
                    quantity = None if ledger is None else converted(line, ledger, line.quantity)
                    if ledger is not None and quantity is not None and known.void_at is not None:
                        at = known.business_at if line.at is None else line.at
                        gone = Gone(at, max(at, known.void_at), self.grains(quantity))
                        ledger.gone[milestone].append(gone)

    # ----------------------------------------------------------------------- kits

    def _join_kits(self) -> None:
        for ledger in self.ledgers.values():
            line = ledger.ordered_by[0][1]
            parent = None if line.parent_line is None else self.ledgers.get(("line", normal(line.parent_line)))
            if parent is None or parent is ledger or parent.ordered_by[0][1].parent_line is not None:
                continue
            ratio = ratio_of(line, parent.ordered_by[0][1])
            if ratio is not None:
                parent.components.append((ledger, ratio))
                ledger.parent = parent

    def _complete_kits(self) -> None:
        for ledger in self.ledgers.values():
            for milestone in CHAIN[1:] if ledger.components else ():
                ledger.kits[milestone] = made = []
                parts = [(component.effective(milestone), ratio) for component, ratio in ledger.components]
                kits = min(int(Fraction(len(units)) / ratio) for units, ratio in parts)
                for kit in range(kits):
                    last = [units[-int(-(kit + 1) * ratio // 1) - 1] for units, ratio in parts]
                    made.append(max(last, key=lambda unit: unit.at))

    # ------------------------------------------------------------------- matching

    def spread(self, known: Known, position: int, line: Line, milestone: str) -> list[Share]:
        """The lines that a document's line speaks of, each with its grains; what fits none stands on its own."""
        shares = self._spread(known, line, milestone)
        self.shares[known.key, position] = shares
        return shares

    def _spread(self, known: Known, line: Line, milestone: str) -> list[Share]:
        every = self.fitting(line)
        fitting = self._convertible(line)
        if not fitting:
            (self.not_convertible if every else self.unmatched).append((known, line))
            return [(self._own_line(known, line, milestone, apart=bool(every)), self.grains(line.quantity))]
        grains = self.grains(converted(line, fitting[0], line.quantity) or 0)
        if len(fitting) == 1:
            return [(fitting[0], grains)]
        taken = dict.fromkeys((ledger.name for ledger in fitting), 0)
        left = grains
        for before in _BEFORE[milestone]:
            for ledger in fitting:
                is_open = ledger.reached(before) - self._done(ledger, milestone)
                share = max(0, min(left, is_open - taken[ledger.name]))
                taken[ledger.name] += share
                left -= share
        spread = [(ledger, taken[ledger.name]) for ledger in fitting if taken[ledger.name]]
        if not left:
            return spread
        self.unmatched.append((known, line))
        return [*spread, (self._own_line(known, line, milestone, apart=False), left)]

    def _done(self, ledger: Ledger, milestone: str) -> int:
        if milestone == "return":
            return ledger.returned
        if milestone == "credit_memo":
            return ledger.credited_lines
        return ledger.reached(milestone)

    def fitting(self, line: Line) -> list[Ledger]:
        """The order lines that a line may speak of, the one to be filled first first."""
        ordered = [ledger for ledger in self.ledgers.values() if ledger.ordered_by]
        if line.line is not None:
            named = [ledger for ledger in ordered if ledger.name == ("line", normal(line.line))]
            if named:
                return named
        same = [ledger for ledger in ordered if any(same_item(line, one) for _, one in ledger.ordered_by)]
        return sorted(same, key=lambda ledger: (promised(ledger), ledger.place))

    def _convertible(self, line: Line) -> list[Ledger]:
        return [ledger for ledger in self.fitting(line) if converted(line, ledger, line.quantity) is not None]

    def _own_line(self, known: Known, line: Line, milestone: str, *, apart: bool) -> Ledger:
        kind, text = name_of(line)
        name = (f"{kind} in {line.uom}", text) if apart else (kind, text)
        ledger = self.ledgers.setdefault(name, Ledger(name, line.line, line.sku))
        if not ledger.ordered_by:
            lines = getattr(known.document.body, "lines", None) or ()
            place = (*CHAIN, "invoice", "return", "credit_memo").index(milestone)
            rank = (place, known.place, lines.index(line))
            if ledger.called is None or rank < ledger.called:
                ledger.called, ledger.line, ledger.sku = rank, line.line, line.sku
        return ledger


def _units(known: Known, line: Line, grains: int) -> list[Unit]:
    at = known.business_at if line.at is None else line.at
    return [Unit(at, known, package=line.package) for _ in range(grains)]


def _note_substitute(ledger: Ledger, line: Line, milestone: str, grains: int) -> None:
    is_other = line.sku is not None and ledger.sku not in (None, line.sku)
    if milestone == "shipment" and grains and line.sku is not None and ledger.ordered_by and is_other:
        ledger.substitutes[line.sku] = ledger.substitutes.get(line.sku, 0) + grains
