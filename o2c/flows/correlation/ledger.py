"""The ledger of an order: how much of each line has reached each milestone, and when.

A pure function of the documents. Quantities are in 10^-6, amounts in 10^-4, times in UTC microseconds. Units are first
in, first out: the k-th unit to reach a milestone is the k-th that reached the one before.
"""

from operator import methodcaller

from o2c.flows.correlation.deadlines import Interval, union
from o2c.flows.correlation.documents import counts
from o2c.flows.correlation.holds import HoldLedger
from o2c.flows.correlation.lines import LineLedger, add_price, fill, imply, ordered_line, promised_first, worth
from o2c.flows.correlation.matching import identities, key_of
from o2c.flows.correlation.milestones import ALLOCATION, INVOICE, ORDER, PICK, SHIPMENT
from o2c.flows.correlation.policy import Policy
from o2c.flows.correlation.proofs import Entry, Proofs, ShipmentLedger
from o2c.schemas.documents import Document, GoodsBody, HoldBody, InvoiceBody, Line, OrderBody

_REMAINDER = "\x1e"
"""Told apart from the order's line of the same name: what of a document's line no line of the order has room for."""

_SOME_KINDS_COUNT = ("invoice", "payment")
_READING_ORDER = methodcaller("reading_order")


class Ledger:
    """An order's documents added up. `ordered_lines`: its lines as they are read: by number, by text, by sku."""

    __slots__ = (
        "all_priced",
        "by_identity",
        "entries",
        "final",
        "header",
        "header_rules",
        "holds",
        "lines",
        "order_document",
        "ordered_lines",
        "ordered_value",
        "policy",
        "shipments",
    )

    def __init__(self, documents: dict[str, Document], least_seen: dict[str, int], policy: Policy) -> None:
        self.policy = policy
        self.entries: dict[str, list[Entry]] = {}
        self.lines: dict[str, LineLedger] = {}
        self.by_identity: dict[str, list[LineLedger]] | None = None
        self.shipments: list[ShipmentLedger] = []
        self.holds: list[HoldLedger] = []
        self.order_document: Document | None = None
        self.header: OrderBody | None = None
        self.final = False
        self.ordered_value = 0
        self.all_priced = True
        self._collect(documents, least_seen)
        self._read_orders()
        self._read_goods(ALLOCATION, "allocation")
        self._read_goods(PICK, "pick")
        self._read_shipments()
        if "pod" in self.entries:
            Proofs(self.lines, self.shipments, self.find).read(self.entries["pod"])
        self._read_invoices()
        self._read_holds()
        self._settle_lines()

    def _collect(self, documents: dict[str, Document], least_seen: dict[str, int]) -> None:
        """Sort the counting documents by type and business time; remember the order document, counting or not."""
        entries = self.entries
        first_order: Entry | None = None
        for key, document in documents.items():
            business_at = document.business_at
            if business_at is None:
                business_at = least_seen.get(key, document.occurred_at)
            entry = (business_at, document.scope, document.document_id, document)
            kind = document.type
            counting = (
                counts(document)
                if kind in _SOME_KINDS_COUNT
                else not (document.cancelled or document.reverses or document.replaces)
            )
            if kind == "order" and (
                first_order is None or (not counting, *entry[:3]) < (not counts(first_order[3]), *first_order[:3])
            ):
                first_order = entry
            if counting:
                of_type = entries.get(kind)
                if of_type is None:
                    entries[kind] = [entry]
                else:
                    of_type.append(entry)
        for of_type in entries.values():
            if len(of_type) > 1:
                of_type.sort()
        if first_order is not None:
            self.order_document = first_order[3]
            body = first_order[3].body
            assert isinstance(body, OrderBody)
            self.header = body

    def _read_orders(self) -> None:
        lines = self.lines
        for business_at, _, _, document in self.entries.get("order", ()):
            body = document.body
            assert isinstance(body, OrderBody)
            for line in body.lines:
                key = key_of(line.line, line.sku)
                ledger = lines.get(key)
                if ledger is None:
                    ledger = lines[key] = ordered_line(key, line, body)
                else:
                    add_price(ledger, line)
                ledger.ordered_gross += line.quantity
                wanted = max(0, line.quantity - line.cancelled_quantity)
                ledger.ordered += wanted
                if wanted:
                    value = worth(wanted, line.free, line.amount, line.quantity, line.unit_price)
                    if value is None:
                        self.all_priced = False
                    else:
                        self.ordered_value += value
                    ledger.own[ORDER].append((line.at if line.at is not None else business_at, wanted))
                ledger.ends |= line.closed

    def find(self, line: Line, milestone: int) -> list[tuple[LineLedger, int]]:
        """Which lines of the order a document's line fills, and with how much each."""
        own = self.lines.get(line.line or "")
        if own is not None and own.on_order:
            return [(own, line.quantity)]
        key = key_of(line.line, line.sku)
        own = self.lines.get(key)
        if own is not None and own.on_order and line.line is not None:
            return [(own, line.quantity)]
        candidates = self._candidates(line)
        if len(candidates) == 1:
            return [(candidates[0], line.quantity)]
        filled, rest = fill(candidates, line.quantity, milestone) if candidates else ([], line.quantity)
        if rest or not candidates:
            if own is None or own.on_order:
                key = key if own is None else key + _REMAINDER
                own = self.lines.setdefault(key, LineLedger(key, line.line, line.sku))
            filled.append((own, rest))
        return filled

    def _candidates(self, line: Line) -> list[LineLedger]:
        """The order's lines that have the sku or an item id of `line`, earliest promised first, then by line."""
        if self.by_identity is None:
            self.by_identity = {}
            for _, _, _, document in self.entries.get("order", ()):
                for ordered in document.body.lines:  # type: ignore[union-attr]  # orders alone are here
                    ledger = self.lines[key_of(ordered.line, ordered.sku)]
                    for identity in identities(ordered):
                        same = self.by_identity.setdefault(identity, [])
                        if ledger not in same:
                            same.append(ledger)
            for same in self.by_identity.values():
                same.sort(key=promised_first)
        for identity in identities(line):
            found = self.by_identity.get(identity)
            if found:
                return found
        return []

    def _read_goods(self, milestone: int, document_type: str) -> None:
        for business_at, _, _, document in self.entries.get(document_type, ()):
            for line in document.body.lines:  # type: ignore[union-attr]  # these types have lines
                at = line.at if line.at is not None else business_at
                for ledger, quantity in self.find(line, milestone):  # type: ignore[arg-type]  # goods lines
                    if quantity:
                        ledger.own[milestone].append((at, quantity))
                        ledger.reached[milestone] += quantity

    def _read_shipments(self) -> None:
        for business_at, _, _, document in self.entries.get("shipment", ()):
            shipment = ShipmentLedger(document, business_at)
            self.shipments.append(shipment)
            body = document.body
            assert isinstance(body, GoodsBody)
            self.final |= body.final
            for line in body.lines or ():
                at = line.at if line.at is not None else business_at
                for ledger, quantity in self.find(line, SHIPMENT):
                    if quantity:
                        ledger.own[SHIPMENT].append((at, quantity))
                        ledger.reached[SHIPMENT] += quantity
                        shipment.carry(ledger.key, at, quantity)

    def _read_invoices(self) -> None:
        for business_at, _, _, document in self.entries.get("invoice", ()):
            body = document.body
            assert isinstance(body, InvoiceBody)
            for line in body.lines:
                at = line.at if line.at is not None else business_at
                for ledger, quantity in self.find(line, INVOICE):
                    if quantity > 0:
                        ledger.own[INVOICE].append((at, quantity))
                    ledger.reached[INVOICE] += quantity

    def _read_holds(self) -> None:
        for business_at, _, _, document in self.entries.get("hold", ()):
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
                keys.update(candidate.key for candidate in self._candidates(line))
        return frozenset(keys)

    def _settle_lines(self) -> None:
        """Derive for each line its rules, what it has reached by implication, and how far it may wait."""
        header = self.header
        customer = self.order_document.customer_id if self.order_document is not None else None
        channel = header.channel if header is not None else None
        warehouse = header.warehouse if header is not None else None
        rules = self.policy.rules
        self.header_rules = rules(customer, warehouse, None, channel, None)
        self.ordered_lines = list(self.lines.values())
        if len(self.ordered_lines) > 1:
            self.ordered_lines.sort(key=_READING_ORDER)
        for line in self.ordered_lines:
            imply(line)
            line.ends |= self.final
            if line.on_order:
                line.rules = rules(customer, line.warehouse, None, channel, line.fulfilment)
                line.limit = line.ordered
            else:
                line.rules = rules(None, None, None, None, None)
                line.limit = None if header is None else 0
            if line.ends:
                line.limit = line.reached[SHIPMENT]

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
