"""A line of an order: what was ordered, what reached which milestone, and what it is worth."""

from operator import itemgetter

from o2c.flows.correlation.arrivals import ArrivalTimes, first_units, overlay
from o2c.flows.correlation.losses import Losses
from o2c.flows.correlation.matching import reading_order
from o2c.flows.correlation.milestones import (
    ALLOCATION,
    CHAIN_LENGTH,
    CREDIT,
    INVOICE,
    ORDER,
    POD,
    RETURN,
    SHIPMENT,
)
from o2c.flows.correlation.rules import Rules
from o2c.schemas.documents import OrderBody, OrderLine
from o2c.schemas.numbers import share_of, value_of

_BY_TIME = itemgetter(0)
_NO_UNITS: dict[str, int] = {}


class LineLedger:
    """One line: what was ordered, what reached which milestone, and what it is worth.

    `ends`: nothing more of it will ship. `limit`: of what has not left the house, how much may wait; None: all of it.
    `lost`: by milestone, what reached it and was taken back. `returned`: what came back, `refused`: what of it the
    customer never took. `credited`: what credit memos name of it. `component`: it is part of a kit, and worth its share
    of `amount`, which is what `amount_of` pieces cost. `substitutes`: what
    left in place of the sku that was ordered.
    """

    __slots__ = (
        "amount",
        "amount_of",
        "backordered",
        "backordered_at",
        "closed_by",
        "component",
        "credited",
        "effective",
        "ends",
        "expected_at",
        "free",
        "fulfilment",
        "key",
        "limit",
        "line",
        "lost",
        "on_order",
        "ordered",
        "ordered_gross",
        "own",
        "promised_at",
        "reached",
        "refused",
        "requested_ship_at",
        "returned",
        "rules",
        "sku",
        "substitutes",
        "unit_price",
        "units",
        "uom",
        "warehouse",
    )

    def __init__(self, key: str, line: str | None, sku: str | None) -> None:
        self.key = key
        self.line = line
        self.sku = sku
        self.on_order = False
        self.ordered = 0
        self.ordered_gross = 0
        self.ends = False
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
        self.amount_of = 0
        self.free = False
        self.component = False
        self.backordered = 0
        self.backordered_at = 0
        self.expected_at: int | None = None
        self.closed_by: int | None = None
        self.returned = 0
        self.refused = 0
        self.credited = 0
        self.lost: dict[int, Losses] | None = None
        self.substitutes: dict[str, int] | None = None
        self.uom: str | None = None
        self.units: dict[str, int] = _NO_UNITS
        self.rules: Rules

    def reading_order(self) -> tuple[int, int, str]:
        """Where the line stands among the others."""
        return reading_order(self.key)

    def billable(self, base: int) -> int:
        """How much there is to bill, counted from the milestone `base`: no more than ships at all."""
        if self.ends and base < SHIPMENT:
            return min(self.reached[base], self.reached[SHIPMENT])
        return self.reached[base]

    def to_bill(self, base: int) -> int:
        """How much waits to be invoiced, counted from the milestone `base`: nothing of what is free or came back."""
        if self.free or self.component:
            return 0
        return max(0, self.billable(base) - self.returned - self.reached[INVOICE])

    @property
    def waiting_stock(self) -> int:
        """How much of what is ordered is backordered and still not allocated."""
        return min(self.backordered, max(0, self.ordered - self.reached[ALLOCATION])) if self.backordered else 0

    def lose(self, milestone: int, reached_at: int | None, lost_at: int, quantity: int) -> None:
        """Units that had reached a milestone lost it."""
        if self.lost is None:
            self.lost = {}
        self.lost.setdefault(milestone, []).append((reached_at, lost_at, quantity))

    def value(self, quantity: int) -> int | None:
        """What `quantity` of this line is worth at the order's net price; None without a price."""
        return worth(quantity, self.free, self.amount, self.amount_of or self.ordered_gross, self.unit_price)


def worth(quantity: int, free: bool, amount: int | None, ordered: int, unit_price: int | None) -> int | None:
    """What `quantity` is worth: nothing where free, a share of the `amount` of all that is `ordered`, else by price."""
    if free:
        return 0
    if amount is not None and ordered > 0:
        return share_of(amount, quantity, ordered)
    return None if unit_price is None else value_of(quantity, unit_price)


def ordered_line(key: str, line: OrderLine, order: OrderBody) -> LineLedger:
    """A line as an order document orders it, before its quantity is added."""
    ledger = LineLedger(key, line.line, line.sku)
    ledger.on_order = True
    ledger.warehouse = line.warehouse if line.warehouse is not None else order.warehouse
    ledger.fulfilment = line.fulfilment
    ledger.requested_ship_at = line.requested_ship_at if line.requested_ship_at is not None else order.requested_ship_at
    ledger.promised_at = line.promised_at if line.promised_at is not None else order.promised_at
    ledger.unit_price = line.unit_price
    ledger.amount = line.amount
    ledger.free = line.free
    if line.uom is not None:
        ledger.uom = line.uom
    if line.units:
        ledger.units = dict(line.units)
    return ledger


def add_price(ledger: LineLedger, line: OrderLine) -> None:
    """A line that several order documents order: prices that differ become one amount; without one of them, none."""
    same_price = line.unit_price == ledger.unit_price and line.amount is None and ledger.amount is None
    if same_price and line.free == ledger.free:
        return
    before = ledger.value(ledger.ordered_gross)
    more = worth(line.quantity, line.free, line.amount, line.quantity, line.unit_price)
    ledger.free = ledger.free and line.free
    ledger.unit_price = None
    ledger.amount = None if before is None or more is None else before + more


def promised_first(line: LineLedger) -> tuple[bool, int, tuple[int, int, str]]:
    """Lines that share a sku are filled in this order: earliest promised first, then by line."""
    return (line.promised_at is None, line.promised_at or 0, reading_order(line.key))


def fill(candidates: list[LineLedger], quantity: int, milestone: int) -> tuple[list[tuple[LineLedger, int]], int]:
    """Spread a quantity over the open quantity of several lines: units that reached the milestone before come first."""
    filled: dict[str, int] = {}
    rest = quantity
    before = SHIPMENT if milestone == INVOICE else milestone - 1
    while ORDER < before < SHIPMENT and not any(line.reached[before] for line in candidates):
        before -= 1
    for ready_only in (True, False):
        for line in candidates:
            if rest <= 0:
                break
            taken = min(rest, _open_quantity(line, milestone, before, ready_only=ready_only) - filled.get(line.key, 0))
            if taken > 0:
                filled[line.key] = filled.get(line.key, 0) + taken
                rest -= taken
    return [(line, filled[line.key]) for line in candidates if line.key in filled], rest


def _open_quantity(line: LineLedger, milestone: int, before: int, *, ready_only: bool) -> int:
    """How much of a line a document of this milestone can still mean: what has reached the one `before`, or all."""
    if milestone == RETURN:
        return line.reached[SHIPMENT] - line.returned
    if milestone == CREDIT:
        return line.reached[INVOICE]
    ready = line.ordered if before == ORDER or not ready_only else line.reached[before]
    if milestone == INVOICE and ready_only:
        ready = max(ready, line.reached[POD])
    return ready - line.reached[milestone]


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
