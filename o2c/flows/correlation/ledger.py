"""The ledger of an order: how much of each line has reached each milestone, and when.

A pure function of the documents. Quantities are in 10^-6, amounts in 10^-4, times in UTC microseconds. Units are first
in, first out: the k-th unit to reach a milestone is the k-th that reached the one before.
"""

from collections.abc import Sequence
from operator import methodcaller

from o2c.flows.correlation.collection import Collected
from o2c.flows.correlation.credit_memos import read_credit_memos, waive_proofs
from o2c.flows.correlation.deadlines import Interval, union
from o2c.flows.correlation.holds import HoldLedger
from o2c.flows.correlation.kits import Kit, outermost_first
from o2c.flows.correlation.lines import LineLedger, add_price, imply, ordered_line, worth
from o2c.flows.correlation.matcher import Matcher
from o2c.flows.correlation.matching import key_of, line_key
from o2c.flows.correlation.milestones import ALLOCATION, INVOICE, ORDER, PICK, POD, RETURN, SHIPMENT
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.proofs import Proofs, ShipmentLedger, Shortfall
from o2c.flows.correlation.returns import ReturnLedger, brings_goods_back
from o2c.flows.correlation.rules import Rules
from o2c.flows.correlation.units import differs
from o2c.schemas.documents import (
    Document,
    GoodsBody,
    HoldBody,
    InvoiceBody,
    Line,
    OrderBody,
    OrderLine,
    ReturnBody,
)

_TOUCH_QUANTITIES = ("standard", "debit_memo")
_READING_ORDER = methodcaller("reading_order")


InvoiceLine = tuple[Document, Line, list[tuple[LineLedger, int]]]
"""An invoice, a line of it, and which lines of the order it bills, with how much each."""


class Ledger:
    """An order's documents added up. `ordered_lines`: its lines as they are read: by number, by text, by sku.

    `entries`: by type the documents that count, in order of business time. `lost`: by type those that were taken back,
    each with the time of it. `lowered`: what credit memos took back of an invoice's line (by identity) for a line of
    the order (by key). `own_lines`: the lines that are no part of a kit.
    """

    __slots__ = (
        "_worth",
        "all_priced",
        "backordered",
        "credit_lines",
        "credited_back",
        "entries",
        "final_at",
        "header",
        "header_rules",
        "holds",
        "invoice_lines",
        "kits",
        "lines",
        "lost",
        "lowered",
        "matcher",
        "order_document",
        "ordered_lines",
        "ordered_value",
        "own_lines",
        "policy",
        "returns",
        "shipments",
        "shortfalls",
        "taken_back",
    )

    def __init__(self, documents: dict[str, Document], least_seen: dict[str, int], policy: Policy) -> None:
        self.policy = policy
        self.lines: dict[str, LineLedger] = {}
        self.shipments: list[ShipmentLedger] = []
        self.holds: list[HoldLedger] = []
        self.returns: list[ReturnLedger] = []
        self.shortfalls: list[Shortfall] = []
        self.invoice_lines: list[InvoiceLine] = []
        self.lowered: dict[tuple[int, str], int] = {}
        self.credit_lines: list[tuple[Document, LineLedger, int]] = []
        self.kits: dict[str, list[tuple[LineLedger, int | None]]] | None = None
        self.final_at: int | None = None
        self.backordered = False
        self.ordered_value = 0
        self.all_priced = True
        collected = Collected(documents, least_seen)
        entries = self.entries = collected.entries
        self.lost = collected.lost
        self.credited_back, self.taken_back = collected.credited_back, collected.taken_back
        self.order_document, self.header = collected.order_document, collected.header
        self._read_orders()
        kits = self._kits()
        self.matcher = Matcher(self.lines, entries.get("order"), self.order_document)
        self._read_goods(ALLOCATION, "allocation")
        self._read_goods(PICK, "pick")
        self._read_shipments()
        if "pod" in entries or "pod" in self.lost:
            proofs = Proofs(self)
            proofs.read(entries.get("pod", []))
            proofs.read_lost(self.lost.get("pod", []))
        self._read_invoices()
        if self.lost:
            self._read_lost()
        if "return" in entries:
            self._read_returns()
        if "credit_memo" in entries:
            read_credit_memos(self)
        if self.returns or self.credit_lines:
            waive_proofs(self)
        if "hold" in entries:
            self._read_holds()
        self._settle_lines(kits)

    def _read_orders(self) -> None:
        for business_at, _, _, document in self.entries.get("order", ()):
            body = document.body
            assert isinstance(body, OrderBody)
            for line in body.lines:
                self._order_line(line.quantity - line.cancelled_quantity, line, body, business_at)
        if self.header is not None and "order" not in self.entries:
            # Taken back as a whole: its lines are still there to be read, and nothing of them is ordered.
            for line in self.header.lines:
                self._order_line(0, line, self.header, 0)

    def _order_line(self, wanted: int, line: OrderLine, body: OrderBody, business_at: int) -> None:
        key = key_of(line.line, line.sku)
        ledger = self.lines.get(key)
        if ledger is None:
            ledger = self.lines[key] = ordered_line(key, line, body)
            if line.parent_line is not None:
                if self.kits is None:
                    self.kits = {}
                self.kits.setdefault(line_key(line.parent_line), []).append((ledger, line.ratio))
        else:
            add_price(ledger, line)
        ledger.ordered_gross += line.quantity
        if wanted > 0:
            ledger.ordered += wanted
            value = worth(wanted, line.free, line.amount, line.quantity, line.unit_price)
            if value is not None:
                self.ordered_value += value
            else:
                self.all_priced = False
            ledger.own[ORDER].append((line.at if line.at is not None else business_at, wanted))
        if line.closed:
            ledger.ends = True
            ledger.closed_by = business_at if ledger.closed_by is None else min(business_at, ledger.closed_by)

    def _kits(self) -> Sequence[Kit]:
        """The kits, priced: what they cost stands on their own lines, not on their components'."""
        found = self.kits
        if found is None:
            return ()
        kits = [Kit(self.lines[parent], found[parent]) for parent in outermost_first(found) if parent in self.lines]
        values = [line.value(line.ordered) for line in self.lines.values() if line.ordered and not line.component]
        self.all_priced = None not in values
        self.ordered_value = sum(value for value in values if value is not None)
        return kits

    def _read_goods(self, milestone: int, document_type: str) -> None:
        for business_at, _, _, document in self.entries.get(document_type, ()):
            noted: set[str] = set()
            for line in document.body.lines or ():  # type: ignore[union-attr]  # these types have lines
                if line.uom is not None:
                    line = self.matcher.converted(line)  # type: ignore[arg-type]  # goods lines  # noqa: PLW2901 -- same
                at = line.at if line.at is not None else business_at
                filled = self.matcher.find(line, milestone, business_at, document)  # type: ignore[arg-type]  # goods lines
                for ledger, quantity in filled:
                    if quantity:
                        ledger.own[milestone].append((at, quantity))
                        ledger.reached[milestone] += quantity
                if milestone == ALLOCATION and (line.backordered or self.backordered):  # type: ignore[union-attr]  # as above
                    self.backordered = True
                    meant = self.matcher.meant(line)  # type: ignore[arg-type]  # as above
                    if not meant or differs(line, meant[0]):  # type: ignore[arg-type]  # as above
                        continue
                    _backorder(meant, line, noted, business_at)  # type: ignore[arg-type]  # as above

    def _read_shipments(self) -> None:
        for business_at, _, _, document in self.entries.get("shipment", ()):
            shipment = ShipmentLedger(document, business_at)
            self.shipments.append(shipment)
            body = document.body
            assert isinstance(body, GoodsBody)
            if body.final and self.final_at is None:
                self.final_at = business_at
            for line in body.lines or ():
                at = line.at if line.at is not None else business_at
                for ledger, quantity in self.matcher.find(line, SHIPMENT, business_at, document):
                    if quantity:
                        ledger.own[SHIPMENT].append((at, quantity))
                        ledger.reached[SHIPMENT] += quantity
                        shipment.carry(ledger.key, at, quantity, line.package)
                        if line.sku is not None and ledger.sku is not None and line.sku != ledger.sku:
                            self._substitute(ledger, line, quantity)

    def _substitute(self, ledger: LineLedger, line: Line, quantity: int) -> None:
        assert line.sku is not None
        if not ledger.on_order or line.line is None:
            return
        if ledger.substitutes is None:
            ledger.substitutes = {}
        ledger.substitutes[line.sku] = ledger.substitutes.get(line.sku, 0) + quantity

    def _read_invoices(self) -> None:
        for business_at, _, _, document in self.entries.get("invoice", ()):
            body = document.body
            assert isinstance(body, InvoiceBody)
            if body.kind not in _TOUCH_QUANTITIES:
                continue
            for line in body.lines:
                at = line.at if line.at is not None else business_at
                filled = self.matcher.find(line, INVOICE, business_at, document)
                self.invoice_lines.append((document, line, filled))
                for ledger, quantity in filled:
                    if quantity > 0:
                        ledger.own[INVOICE].append((at, quantity))
                    ledger.reached[INVOICE] += quantity

    def _read_lost(self) -> None:
        """What was taken back had reached its milestone, and lost it."""
        for document_type, milestone in _LOST_MILESTONES.items():
            for lost_at, (business_at, _, _, document) in self.lost.get(document_type, ()):
                body = document.body
                if isinstance(body, InvoiceBody) and body.kind not in _TOUCH_QUANTITIES:
                    continue
                for line in body.lines or ():  # type: ignore[union-attr]  # these types have lines
                    at = line.at if line.at is not None else business_at
                    meant = self.matcher.meant(line)  # type: ignore[arg-type]  # no order is here
                    counted = self.matcher.converted(line)  # type: ignore[arg-type]  # as above
                    if meant and counted.quantity > 0 and not differs(counted, meant[0]):
                        meant[0].lose(milestone, at, lost_at, counted.quantity)

    def _read_returns(self) -> None:
        for business_at, _, _, document in self.entries["return"]:
            body = document.body
            assert isinstance(body, ReturnBody)
            goods_back = brings_goods_back(body)
            returned = ReturnLedger(document, business_at)
            for line in body.lines:
                for ledger, quantity in self.matcher.find(line, RETURN, business_at, document):
                    if goods_back and quantity > 0:
                        ledger.returned += quantity
                        if body.kind == "refused":
                            ledger.refused += quantity
                        returned.lines.append((ledger, quantity))
            if goods_back:
                self.returns.append(returned)

    def _read_holds(self) -> None:
        for business_at, _, _, document in self.entries["hold"]:
            body = document.body
            assert isinstance(body, HoldBody)
            self.holds.append(HoldLedger(document, business_at, body, self._held_keys(body)))

    def _held_keys(self, hold: HoldBody) -> frozenset[str] | None:
        """The lines that a hold names, by number, else by what they are; None for the whole order."""
        if hold.lines is None:
            return None
        keys = set()
        for line in hold.lines:
            key = key_of(line.line, line.sku)
            keys.add(key)
            if key not in self.lines:
                keys.update(candidate.key for candidate in self.matcher.candidates(line))
        return frozenset(keys)

    def _settle_lines(self, kits: Sequence[Kit]) -> None:
        """Derive for each line its rules, what it has reached by implication, and how far it may wait."""
        header = self.header
        customer = self.order_document.customer_id if self.order_document is not None else None
        channel = header.channel if header is not None else None
        warehouse = header.warehouse if header is not None else None
        rules = self.policy.rules
        amount = currency = None
        if self.policy.selects_by_amount and header is not None:
            amount, currency = ordered_amount(self), header.currency
        self._worth = (amount, currency)
        self.header_rules = rules(customer, warehouse, None, channel, None, amount, currency)
        self.ordered_lines = list(self.lines.values())
        if len(self.ordered_lines) > 1:
            self.ordered_lines.sort(key=_READING_ORDER)
        self.own_lines = self.ordered_lines
        if kits:
            for line in self.ordered_lines:
                imply(line)
            for kit in reversed(kits):
                kit.assemble()
                imply(kit.parent)
            self.own_lines = [line for line in self.ordered_lines if not line.component]
        final = self.final_at is not None
        for line in self.ordered_lines:
            imply(line)
            line.ends |= final
            if line.on_order:
                line.rules = rules(customer, line.warehouse, None, channel, line.fulfilment, amount, currency)
                line.limit = line.ordered
            else:
                line.rules = rules(None, None, None, None, None)
                line.limit = None if header is None else 0
            if line.ends:
                line.limit = line.reached[SHIPMENT]

    def carrier_rules(self, line: LineLedger, carrier: str | None) -> Rules:
        """The rules of a line in the hands of a carrier."""
        order, header = self.order_document, self.header
        if not line.on_order or order is None or header is None or carrier is None:
            return line.rules
        rules = self.policy.rules
        worth, currency = self._worth
        return rules(order.customer_id, line.warehouse, carrier, header.channel, line.fulfilment, worth, currency)

    def blocked(self, milestone: str, line: LineLedger) -> list[Interval]:
        """When the clock of a line's units that wait for `milestone` stands still."""
        return union(
            [
                (hold.business_at, hold.released_at)
                for hold in self.holds
                if milestone in hold.blocks
                and (hold.keys is None or line.key in hold.keys)
                and (hold.released_at is None or hold.released_at > hold.business_at)
            ]
        )


def _backorder(lines: list[LineLedger], line: Line, noted: set[str], at: int) -> None:
    """The latest allocation of lines says how much of them is backordered; `noted`: by an earlier line of it."""
    rest = line.backordered or 0
    for ordered in lines:
        before = ordered.backordered if ordered.key in noted else 0
        still_open = max(0, ordered.ordered - ordered.reached[ALLOCATION] - before)
        taken = rest if ordered is lines[-1] else min(rest, still_open)
        noted.add(ordered.key)
        ordered.backordered = before + taken
        ordered.backordered_at = at
        ordered.expected_at = line.expected_at
        rest -= taken


_LOST_MILESTONES = {"allocation": ALLOCATION, "pick": PICK, "shipment": SHIPMENT, "pod": POD, "invoice": INVOICE}
"""The milestone that a document of each type had moved its quantities to."""


def ordered_amount(ledger: Ledger) -> int | None:
    """The order's net value with its charges; None where a price is missing. A cancelled order is worth nothing."""
    if ledger.header is None:
        return None
    orders = ledger.entries.get("order", ())
    charges = total = 0
    totals_known = True
    for _, _, _, document in orders:
        for charge in document.body.charges:  # type: ignore[union-attr]  # orders alone are here
            charges += charge.amount + (charge.tax or 0)
        stated = document.body.total  # type: ignore[union-attr]  # orders alone are here
        if stated is None:
            totals_known = False
        else:
            total += stated
    if ledger.all_priced:
        return ledger.ordered_value + charges
    return total if totals_known else None
