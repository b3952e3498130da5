"""The ledger of an order: how much of each line has reached each milestone, and when. A pure function of the documents.

Quantities are in 10^-6, amounts in 10^-4, times in UTC microseconds. An arrival is (time, quantity): that much reached a
milestone then. Units are first in, first out: the k-th unit to reach a milestone is the k-th that reached the one before.
"""

from operator import itemgetter

from o2c.flows.correlation.deadlines import Interval, union
from o2c.flows.correlation.documents import counts
from o2c.flows.correlation.matching import identities, key_of, reading_order
from o2c.flows.correlation.milestones import (
    ALLOCATION,
    CHAIN_LENGTH,
    HOLD_BLOCKS,
    INVOICE,
    LINE_MILESTONES,
    ORDER,
    PICK,
    POD,
    SHIPMENT,
)
from o2c.flows.correlation.policy import Policy, Rules
from o2c.schemas.documents import Document, GoodsBody, HoldBody, InvoiceBody, Line, OrderBody, OrderLine
from o2c.schemas.numbers import share_of, value_of

ArrivalTimes = list[tuple[int, int]]
"""(time, quantity) in order of time."""

Entry = tuple[int, str, str, Document]
"""A counting document behind what sorts it: (business time, scope, document id, document)."""

_BY_TIME = itemgetter(0)
_ENTRY_ORDER = itemgetter(0, 1, 2)


class LineLedger:
    """One line: what was ordered, what reached which milestone, and what it is worth."""

    __slots__ = (
        "amount",
        "effective",
        "free",
        "fulfilment",
        "key",
        "limit",
        "line",
        "on_order",
        "ordered",
        "own",
        "ordered_gross",
        "promised_at",
        "reached",
        "requested_ship_at",
        "rules",
        "sku",
        "unit_price",
        "warehouse",
    )

    def __init__(self, key: str, line: str | None, sku: str | None) -> None:
        self.key = key
        self.line = line
        self.sku = sku
        self.on_order = False
        self.ordered = 0
        self.ordered_gross = 0
        self.limit: int | None = None
        self.own: list[ArrivalTimes] = [[], [], [], [], [], []]
        self.reached = [0, 0, 0, 0, 0, 0]
        self.effective: list[ArrivalTimes] = self.own
        self.warehouse: str | None = None
        self.fulfilment: str | None = None
        self.requested_ship_at: int | None = None
        self.promised_at: int | None = None
        self.unit_price: int | None = None
        self.amount: int | None = None
        self.free = False
        self.rules: Rules

    def value(self, quantity: int) -> int | None:
        """What `quantity` of this line is worth at the order's net price; None without a price."""
        if self.free:
            return 0
        if self.amount is not None and self.ordered_gross > 0:
            return share_of(self.amount, quantity, self.ordered_gross)
        if self.unit_price is not None:
            return value_of(quantity, self.unit_price)
        return None


class ShipmentLedger:
    """One counting shipment: what it carried of each line, and how much of that has been delivered."""

    __slots__ = ("business_at", "carried", "delivered", "document")

    def __init__(self, document: Document, business_at: int) -> None:
        self.document = document
        self.business_at = business_at
        self.carried: dict[str, ArrivalTimes] = {}
        self.delivered: dict[str, int] = {}

    def remaining(self, key: str) -> int:
        """What this shipment carried of a line and is not delivered yet."""
        return sum(quantity for _, quantity in self.carried.get(key, ())) - self.delivered.get(key, 0)


class HoldLedger:
    """One counting hold and the time during which it stands."""

    __slots__ = ("blocks", "business_at", "document", "keys", "released_at")

    def __init__(self, document: Document, business_at: int, body: HoldBody, keys: frozenset[str] | None) -> None:
        self.document = document
        self.business_at = business_at
        self.released_at = body.released_at
        self.blocks = body.blocks if body.blocks is not None else HOLD_BLOCKS[body.kind]
        self.keys = keys

    def is_open(self, clock: int) -> bool:
        """Whether the hold has been placed and not been released yet."""
        return self.released_at is None or self.released_at > clock


class Ledger:
    """An order's documents added up."""

    __slots__ = (
        "by_identity",
        "entries",
        "final",
        "header",
        "header_rules",
        "holds",
        "lines",
        "order_document",
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
        self._collect(documents, least_seen)
        self._read_orders()
        self._read_goods(ALLOCATION, "allocation")
        self._read_goods(PICK, "pick")
        self._read_shipments()
        if "pod" in self.entries:
            Deliveries(self).read()
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
            counting = counts(document)
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
                of_type.sort(key=_ENTRY_ORDER)
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
                    ledger = lines[key] = _ordered_line(key, line, body)
                else:
                    _add_price(ledger, line)
                ledger.ordered_gross += line.quantity
                wanted = max(0, line.quantity - line.cancelled_quantity)
                ledger.ordered += wanted
                if wanted:
                    ledger.own[ORDER].append((line.at if line.at is not None else business_at, wanted))
                if line.closed:
                    ledger.limit = 0

    def find(self, line: Line, milestone: int) -> list[tuple[LineLedger, int]]:
        """Which lines of the order a document's line fills, and with how much each."""
        key = key_of(line.line, line.sku)
        ledger = self.lines.get(key)
        if ledger is not None:
            return [(ledger, line.quantity)]
        candidates = self._candidates(line)
        if len(candidates) == 1:
            return [(candidates[0], line.quantity)]
        filled, rest = _fill(candidates, line.quantity, milestone) if candidates else ([], line.quantity)
        if rest or not filled:
            ledger = self.lines[key] = LineLedger(key, line.line, line.sku)
            filled.append((ledger, rest))
        return filled

    def _candidates(self, line: Line) -> list[LineLedger]:
        """The order's lines that have the sku or an item id of `line`, earliest promised first, then by line."""
        if self.by_identity is None:
            self.by_identity = {}
            for _, _, _, document in self.entries.get("order", ()):
                for ordered in document.body.lines:  # type: ignore[union-attr]  # orders alone are here
                    ledger = self.lines[key_of(ordered.line, ordered.sku)]
                    for identity in identities(ordered):  # type: ignore[arg-type]  # an order has order lines
                        same = self.by_identity.setdefault(identity, [])
                        if ledger not in same:
                            same.append(ledger)
            for same in self.by_identity.values():
                same.sort(key=_promised_first)
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
                        shipment.carried.setdefault(ledger.key, []).append((at, quantity))

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
        for line in self.lines.values():
            imply(line)
            if line.on_order:
                line.rules = rules(customer, line.warehouse, None, channel, line.fulfilment)
                nothing_more = line.limit is not None or self.final
                line.limit = min(line.ordered, line.reached[SHIPMENT]) if nothing_more else line.ordered
            else:
                line.rules = rules(None, None, None, None, None)
                line.limit = None if header is None else 0

    def blocked(self, milestone: str, line: LineLedger) -> list[Interval]:
        """When the clock of a line's units that wait for `milestone` stands still."""
        if not self.holds:
            return []
        return union(
            [
                (hold.business_at, hold.released_at)
                for hold in self.holds
                if milestone in hold.blocks
                and (hold.keys is None or line.key in hold.keys)
                and (hold.released_at is None or hold.released_at > hold.business_at)
            ]
        )


class Deliveries:
    """Spreads proofs of delivery over the shipments: those that name theirs first, then first in, first out."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._by_name = {
            (shipment.document.scope, shipment.document.document_id): shipment for shipment in ledger.shipments
        }

    def read(self) -> None:
        """Deliver what every proof of delivery says."""
        unnamed: list[Entry] = []
        wholesale: list[Entry] = []
        for entry in self._ledger.entries["pod"]:
            body = entry[3].body
            assert isinstance(body, GoodsBody)
            if body.lines is None:
                named = self._named(entry[3], None)
                if named is None:
                    wholesale.append(entry)
                else:
                    self._deliver_all(named, entry[0])
            elif self._names_any(entry[3], body.lines):
                self._deliver_lines(entry[3], body.lines, entry[0])
            else:
                unnamed.append(entry)
        for business_at, _, _, document in unnamed:
            self._deliver_lines(document, document.body.lines or (), business_at)  # type: ignore[union-attr, arg-type]
        for business_at, _, _, _ in wholesale:
            self._deliver_all(self._ledger.shipments, business_at)

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
                    self._arrive(self._ledger.lines[key], business_at, quantity)

    def _deliver_lines(self, document: Document, lines: tuple[Line, ...], business_at: int) -> None:
        for line in lines:
            named = self._named(document, line)
            shipments = self._ledger.shipments if named is None else named
            for ledger, quantity in self._ledger.find(line, POD):
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


def _ordered_line(key: str, line: OrderLine, order: OrderBody) -> LineLedger:
    ledger = LineLedger(key, line.line, line.sku)
    ledger.on_order = True
    ledger.warehouse = line.warehouse if line.warehouse is not None else order.warehouse
    ledger.fulfilment = line.fulfilment
    ledger.requested_ship_at = line.requested_ship_at if line.requested_ship_at is not None else order.requested_ship_at
    ledger.promised_at = line.promised_at if line.promised_at is not None else order.promised_at
    ledger.unit_price = line.unit_price
    ledger.amount = line.amount
    ledger.free = line.free
    return ledger


def _add_price(ledger: LineLedger, line: OrderLine) -> None:
    """A line that several order documents order: prices that differ become one amount; without one of them, none."""
    same_price = line.unit_price == ledger.unit_price and line.amount is None and ledger.amount is None
    if same_price and line.free == ledger.free:
        return
    added = LineLedger(ledger.key, line.line, line.sku)
    added.free, added.amount, added.unit_price = line.free, line.amount, line.unit_price
    added.ordered_gross = line.quantity
    before, more = ledger.value(ledger.ordered_gross), added.value(line.quantity)
    ledger.free = ledger.free and line.free
    ledger.unit_price = None
    ledger.amount = None if before is None or more is None else before + more


def _promised_first(line: LineLedger) -> tuple[bool, int, tuple[int, int, str]]:
    return (line.promised_at is None, line.promised_at or 0, reading_order(line.key))


def _fill(candidates: list[LineLedger], quantity: int, milestone: int) -> tuple[list[tuple[LineLedger, int]], int]:
    """Spread a quantity over the open quantity of several lines: units that reached the milestone before come first."""
    before = SHIPMENT if milestone == INVOICE else milestone - 1
    filled: dict[str, int] = {}
    rest = quantity
    for ready_only in (True, False):
        for line in candidates:
            if rest <= 0:
                break
            ready = line.ordered if before == ORDER or not ready_only else line.reached[before]
            if milestone == INVOICE and ready_only:
                ready = max(ready, line.reached[POD])
            open_quantity = ready - line.reached[milestone] - filled.get(line.key, 0)
            taken = min(rest, open_quantity)
            if taken > 0:
                filled[line.key] = filled.get(line.key, 0) + taken
                rest -= taken
    return [(line, filled[line.key]) for line in candidates if line.key in filled], rest


def imply(line: LineLedger) -> None:
    """What reached a milestone has reached all before it, at that time at the latest.

    Fills `effective` from `own`; `reached` becomes the effective totals. The order's total is what was ordered.
    """
    own = line.own
    for arrivals in own:
        if len(arrivals) > 1:
            arrivals.sort(key=_BY_TIME)
    effective = line.effective = list(own)
    reached = line.reached
    after = own[POD]
    for milestone in range(CHAIN_LENGTH - 2, ORDER, -1):
        if after:
            after = effective[milestone] = overlay(own[milestone], after)
            if reached[milestone] < reached[milestone + 1]:
                reached[milestone] = reached[milestone + 1]
        else:
            after = own[milestone]
    if after and own[ORDER]:
        effective[ORDER] = first_units(overlay(own[ORDER], after), line.ordered)
    reached[ORDER] = line.ordered
    reached[INVOICE] = max(0, reached[INVOICE])


def overlay(own: ArrivalTimes, after: ArrivalTimes) -> ArrivalTimes:
    """Unit by unit the earlier of both times; as many units as the longer of the two has."""
    if not own:
        return after
    if not after:
        return own
    if len(own) == 1 and len(after) == 1 and own[0][0] <= after[0][0] and own[0][1] >= after[0][1]:
        return own
    merged: ArrivalTimes = []
    left, right = iter(own), iter(after)
    left_time, left_rest = next(left)
    right_time, right_rest = next(right)
    while left_rest and right_rest:
        step = min(left_rest, right_rest)
        merged.append((min(left_time, right_time), step))
        left_rest -= step
        right_rest -= step
        if not left_rest:
            left_time, left_rest = next(left, (0, 0))
        if not right_rest:
            right_time, right_rest = next(right, (0, 0))
    if left_rest:
        merged.append((left_time, left_rest))
        merged.extend(left)
    if right_rest:
        merged.append((right_time, right_rest))
        merged.extend(right)
    return merged


def first_units(arrivals: ArrivalTimes, quantity: int) -> ArrivalTimes:
    """The first `quantity` units of `arrivals`."""
    taken: ArrivalTimes = []
    for time, step in arrivals:
        if quantity <= 0:
            break
        taken.append((time, min(step, quantity)))
        quantity -= step
    return taken


def time_of_unit(arrivals: ArrivalTimes, index: int) -> int:
    """When the unit at `index` (10^-6 units, from 0) arrived. The index must lie within the arrivals."""
    for time, quantity in arrivals:
        if index < quantity:
            return time
        index -= quantity
    raise AssertionError("a unit that never arrived was asked for")


assert LINE_MILESTONES == INVOICE + 1
