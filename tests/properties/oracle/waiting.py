"""What goods and invoices wait for, since when, and until when they may: one entry a unit."""

from collections.abc import Iterator

from o2c.schemas.documents import OrderBody
from tests.properties.oracle.books import Books
from tests.properties.oracle.clocks import Interval, deadline_after, held_during, is_open
from tests.properties.oracle.deliveries import Deliveries
from tests.properties.oracle.documents import (
    Papers,
    goods_body,
    hold_body,
    order_body,
    payment_body,
    return_body,
    transit_body,
)
from tests.properties.oracle.lines import Lines
from tests.properties.oracle.losses import lost_units
from tests.properties.oracle.matching import ENDLESS
from tests.properties.oracle.model import CHAIN, STALL_OF, Known, Ledger, Policy, Rule, Rules, Subject, Unit, Wait
from tests.properties.oracle.value import ordered_amount


class Waiting:
    """Everything that is known of an order under a policy, and what of its goods waits."""

    def __init__(self, correlation_id: str, papers: Papers, policy: Policy, clock: int) -> None:
        self.papers = papers
        self.lines = Lines(papers)
        self.deliveries = Deliveries(papers, self.lines)
        self.lines.take_money()
        self.books = Books(papers, clock)
        self.policy = policy
        self.clock = clock
        self.credit_used = 0
        """What of the credit memos without lines has settled a difference in goods."""
        self.order = Subject("", "order", correlation_id)
        self.header: OrderBody | None = order_body(papers.header) if papers.header is not None else None
        self.customer = papers.header.document.customer_id if papers.header is not None else None

    def goods(self) -> list[Wait]:
        """Every waiting unit; lines by number, milestones in the order of the chain."""
        waits: list[Wait] = []
        for ledger in self.lines.whole():
            for milestone in CHAIN[1:]:
                waits += self._for_goods(ledger, milestone)
            waits += self._for_invoice(ledger)
        waits += self._for_deliveries()
        return waits

    def order_rules(self) -> Rules:
        """The rules for what is about the order as a whole."""
        if self.header is None:
            return self.policy.rules(None, None, None, None, None)
        return self.policy.rules(self.customer, self.header.warehouse, None, self.header.channel, None)

    def line_rules(self, ledger: Ledger, carrier: str | None = None) -> Rules:
        """The rules for the units of a line; one that nobody ordered ages without overrides."""
        if self.header is None or not ledger.ordered_by:
            return self.policy.rules(None, None, None, None, None)
        fulfilment = ledger.ordered_by[0][1].fulfilment
        return self.policy.rules(self.customer, self.warehouse(ledger), carrier, self.header.channel, fulfilment)

    def warehouse(self, ledger: Ledger | None) -> str | None:
        """The line's warehouse, else that of the order document that it stands in."""
        if ledger is None:
            return self.header.warehouse if self.header is not None else None
        if not ledger.ordered_by:
            return None
        order, line = ledger.ordered_by[0]
        return order_body(order).warehouse if line.warehouse is None else line.warehouse

    def is_settled(self) -> bool:
        """Whether the order is known and has brought its money, as far as its path can show that without invoices."""
        if self.papers.header is None:
            return False
        path, asked = self.order_rules().milestones, ordered_amount(self.papers)
        if "payment" not in path or "invoice" in path:
            return True
        receipts = [payment_body(one) for one in self.papers.of("payment") if payment_body(one).kind == "receipt"]
        if asked is None:
            return bool(receipts)
        return sum(body.amount for body in receipts if body.currency == self.books.currency) >= asked

    def is_cancelled(self) -> bool:
        """Whether everything that was ordered is cancelled."""
        if any(ledger.reached("order") for ledger in self.lines.whole()):
            return False
        lines = [line for order in self.papers.orders for line in order_body(order).lines]
        return self.papers.is_cancelled or any(line.quantity and line.cancelled_quantity for line in lines)

    def holds_to_come(self) -> list[Known]:
        """The holds that are not released at the clock, placed by then or not."""
        found = []
        for hold in self.papers.of("hold"):
            released = hold_body(hold).released_at
            if released is None or released > self.clock:
                found.append(hold)
        return found

    def open_holds(self) -> list[Known]:
        """The holds that stand at the clock."""
        return [hold for hold in self.papers.of("hold") if is_open(hold, self.clock)]

    # ---------------------------------------------------------------------- goods

    def backordered(self, ledger: Ledger) -> list[Unit]:
        """What the latest allocation that names a line could not allocate, at most what is not allocated."""
        if not ledger.ordered_by:
            return []
        missing = ledger.reached("order") - ledger.reached("allocation")
        return ledger.backordered[: max(0, missing)]

    def _for_goods(self, ledger: Ledger, milestone: str) -> Iterator[Wait]:
        rules = self.line_rules(ledger)
        before = before_on(rules, milestone)
        if before is None or milestone not in rules.milestones or (milestone == "pod" and before == "shipment"):
            return
        limit = self._limit(ledger)
        if milestone == "allocation":
            limit = min(limit, max(0, ledger.reached("order") - len(self.backordered(ledger))))
        lost = self._lost(ledger, milestone)
        for index, unit in enumerate(ledger.effective(before)[:limit]):
            if index < ledger.reached(milestone):
                continue
            start = max(unit.at, lost.get(index, unit.at))
            if milestone == "allocation" and unit.requested_ship_at is not None:
                start = max(start, unit.requested_ship_at - rules.lead_us)
            yield self._of_line(ledger, milestone, before, start, rules)

    def _lost(self, ledger: Ledger, milestone: str) -> dict[int, int]:
        parts = (ledger, *(part for part, _ in ledger.components))
        if ledger.lowered or any(any(part.gone.values()) for part in parts):
            return lost_units(ledger, milestone)
        return {}

    def last(self, ledger: Ledger) -> int:
        """What ships at all: once nothing more will, what has shipped."""
        if self.shipping_is_final() or any(line.closed for _, line in ledger.ordered_by):
            return ledger.reached("shipment")
        return ENDLESS

    def shipping_is_final(self) -> bool:
        """Whether a shipment says that nothing more will ship."""
        return any(goods_body(shipment).final for shipment in self.papers.of("shipment"))

    def _limit(self, ledger: Ledger) -> int:
        if self.last(ledger) < ENDLESS:
            return self.last(ledger)
        if ledger.ordered_by:
            return ledger.reached("order")
        return 0 if self.papers.header is not None else ENDLESS

    def billable_from(self, ledger: Ledger) -> str | None:
        """The milestone after which a line is to be billed; None where nobody waits for its invoice."""
        is_billed = "invoice" in self.line_rules(ledger).milestones and not ledger.free
        return self.ends_with(ledger) if is_billed else None

    def ends_with(self, ledger: Ledger) -> str:
        """The milestone that is the last of a line's goods: after it the line is to be billed, if at all."""
        rules = self.line_rules(ledger)
        if "invoice" not in rules.milestones:
            return [one for one in CHAIN if one in rules.milestones][-1]
        billing = self.header.billing if self.header is not None else "shipment"
        base = "pod" if billing == "delivery" else "shipment"
        if base in rules.milestones:
            return base
        earlier = before_on(rules, base)
        # Without anything between the order and it, billing counts from what can be seen later.
        return "pod" if earlier == "order" and "pod" in rules.milestones else earlier or "order"

    def to_bill(self, ledger: Ledger) -> list[tuple[int, Unit]]:
        """The units, with their index, that can be billed and are neither returned nor invoiced."""
        base = self.billable_from(ledger)
        if base is None:
            return []
        units = ledger.effective(base)[: self.last(ledger)]
        end = len(units) - ledger.returned
        return [(index, units[index]) for index in range(max(0, ledger.invoiced), end)]

    def _for_invoice(self, ledger: Ledger) -> Iterator[Wait]:
        base = self.billable_from(ledger)
        lost = self._lost(ledger, "invoice")
        for index, unit in self.to_bill(ledger):
            start = max(unit.at, lost.get(index, unit.at))
            yield self._of_line(ledger, "invoice", base or "", start, self.line_rules(ledger))

    def _of_line(self, ledger: Ledger, milestone: str, before: str, start: int, rules: Rules) -> Wait:
        return Wait(
            code=STALL_OF[milestone],
            subject=self.order,
            milestone=milestone,
            start=start,
            deadline=self._deadline(rules, milestone, ledger, start),
            feed=self.policy.feed_of(milestone, self.warehouse(ledger)),
            quantity=self.lines.grain,
            rule=_rule(rules, milestone),
            ledger=ledger,
            documents=tuple(known.label for known in self.papers.of(before)),
        )

    def _deadline(self, rules: Rules, milestone: str, ledger: Ledger, start: int) -> int | None:
        rule = _rule(rules, milestone)
        return deadline_after(start, rule.tolerance_us, self._held(milestone, ledger), rule.calendar)

    def _held(self, milestone: str, ledger: Ledger) -> list[Interval]:
        return held_during(self.papers, self.lines, milestone, ledger)

    # ----------------------------------------------------------------- deliveries

    def pending(self) -> list[tuple[Known, Ledger, list[Unit]]]:
        """By shipment and line, the units of which nobody has said a word: not delivered, refused or credited."""
        refused = {name: _refused(ledger) for name, ledger in self.lines.ledgers.items()}
        credited = {name: ledger.credited_lines for name, ledger in self.lines.ledgers.items()}
        found = []
        for shipment in self.papers.of("shipment"):
            settling = (refused, credited) if shipment.key in self.deliveries.proved else (refused,)
            for name in self.lines.carried[shipment.key]:
                units = self.deliveries.waiting(shipment.key, name)
                for pool in settling:
                    settled = min(pool[name], len(units))
                    units = units[settled:]
                    pool[name] -= settled
                found.append((shipment, self.lines.ledgers[name], units))
        return found

    def _for_deliveries(self) -> Iterator[Wait]:
        for shipment, ledger, units in self.pending():
            rules = self.line_rules(ledger, goods_body(shipment).carrier)
            if "pod" in rules.milestones and "shipment" in rules.milestones:
                for unit in units:
                    yield self._for_delivery(shipment, ledger, unit, rules)

    def _for_delivery(self, shipment: Known, ledger: Ledger, unit: Unit, rules: Rules) -> Wait:
        rule = _rule(rules, "pod")
        start = max(unit.at, self._lost_delivery(shipment))
        deadline = self._deadline(rules, "pod", ledger, start)
        eta = self.expected_at(shipment)
        if eta is not None and rule.after_eta_us is not None:
            deadline = rule.calendar.add(eta, rule.after_eta_us)
        return Wait(
            code="MISSING_POD",
            subject=Subject(*shipment.key),
            milestone="pod",
            start=start,
            deadline=deadline,
            feed=self.policy.feed_of("pod", self.warehouse(ledger)),
            quantity=self.lines.grain,
            rule=rule,
            ledger=ledger,
            documents=(shipment.label,),
        )

    def _lost_delivery(self, shipment: Known) -> int:
        """When a proof of delivery that names the shipment was last taken back."""
        lost = [
            pod.void_at or 0
            for pod in self.papers.gone("pod")
            if pod.key[0] == shipment.key[0] and shipment.key[2] in pod.named("shipment")
        ]
        return max(lost, default=0)

    def expected_at(self, shipment: Known) -> int | None:
        """When the shipment should arrive, by its carrier's last word, else by its own."""
        told = [transit_body(one).eta for one in self.notices(shipment) if transit_body(one).eta is not None]
        return told[-1] if told else goods_body(shipment).eta

    def notices(self, shipment: Known) -> list[Known]:
        """What carriers said of a shipment, in order."""
        numbers = {number for _, number in goods_body(shipment).packages if number is not None}
        numbers |= set(shipment.named("tracking"))
        told = []
        for notice in self.papers.of("transit"):
            shipments, trackings = notice.named("shipment"), notice.named("tracking")
            is_named = shipment.key[2] in shipments or bool(numbers & set(trackings))
            if (shipments or trackings) and is_named and notice.key[0] == shipment.key[0]:
                told.append(notice)
            if not (shipments or trackings) and len(self.papers.of("shipment")) == 1:
                told.append(notice)
        return told


def _refused(ledger: Ledger) -> int:
    """How much of a line the customer refused: nobody proves its delivery any more."""
    return sum(1 for unit in ledger.own["return"] if return_body(unit.source).kind == "refused")


def before_on(rules: Rules, milestone: str) -> str | None:
    """The milestone of the path before another one."""
    earlier = [one for one in CHAIN[: CHAIN.index(milestone)] if one in rules.milestones]
    return earlier[-1] if earlier else None


def _rule(rules: Rules, milestone: str) -> Rule:
    return rules.codes[STALL_OF[milestone]]
