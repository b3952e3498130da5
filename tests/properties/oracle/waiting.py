"""What waits, for what, since when, and until when it may: one entry a unit."""

from collections.abc import Iterator

from o2c.schemas.documents import GoodsBody, OrderBody
from tests.properties.oracle.clocks import deadline_after, held_during
from tests.properties.oracle.documents import Papers, hold_body, invoice_body, order_body
from tests.properties.oracle.lines import Lines
from tests.properties.oracle.model import CHAIN, STALL_OF, Known, Ledger, Policy, Rules, StallRule, Subject, Unit, Wait
from tests.properties.oracle.money import balances, due_of, ordered_amount, received_amount

_ENDLESS = 10**30


class Waiting:
    """All that an order waits for under a policy."""

    def __init__(self, correlation_id: str, papers: Papers, lines: Lines, policy: Policy, clock: int) -> None:
        self.papers = papers
        self.lines = lines
        self.policy = policy
        self.clock = clock
        self.order = Subject("", "order", correlation_id)
        self.header: OrderBody | None = order_body(papers.header) if papers.header is not None else None
        self.customer = papers.header.document.customer_id if papers.header is not None else None

    def all(self) -> list[Wait]:
        """Every waiting unit; lines by number, milestones in the order of the chain."""
        waits: list[Wait] = []
        for ledger in self.lines.in_order():
            for milestone in CHAIN[1:]:
                waits += self._for_goods(ledger, milestone)
            waits += self._for_invoice(ledger)
        waits += self._for_deliveries()
        waits += self._for_payment()
        waits += self._for_release()
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
        if asked is None:
            return bool(self.papers.of("payment"))
        return received_amount(self.papers) >= asked

    def is_cancelled(self) -> bool:
        """Whether everything that was ordered is cancelled."""
        if any(ledger.reached("order") for ledger in self.lines.in_order()):
            return False
        lines = [line for order in self.papers.orders for line in order_body(order).lines]
        return self.papers.is_cancelled or any(line.quantity and line.cancelled_quantity for line in lines)

    # ---------------------------------------------------------------------- goods

    def _for_goods(self, ledger: Ledger, milestone: str) -> Iterator[Wait]:
        rules = self.line_rules(ledger)
        before = _before(rules, milestone)
        if before is None or milestone not in rules.milestones or (milestone == "pod" and before == "shipment"):
            return
        for unit in ledger.effective(before)[ledger.reached(milestone) : self._limit(ledger)]:
            start = unit.at
            if milestone == "allocation" and unit.requested_ship_at is not None:
                start = max(start, unit.requested_ship_at - rules.lead_us)
            yield self._of_line(ledger, milestone, before, start, rules)

    def _last(self, ledger: Ledger) -> int:
        """What ships at all: once nothing more will, what has shipped."""
        final = any(_goods(shipment).final for shipment in self.papers.of("shipment"))
        if final or any(line.closed for _, line in ledger.ordered_by):
            return ledger.reached("shipment")
        return _ENDLESS

    def _limit(self, ledger: Ledger) -> int:
        if self._last(ledger) < _ENDLESS:
            return self._last(ledger)
        if ledger.ordered_by:
            return ledger.reached("order")
        return 0 if self.papers.header is not None else _ENDLESS

    def _for_invoice(self, ledger: Ledger) -> Iterator[Wait]:
        rules = self.line_rules(ledger)
        if "invoice" not in rules.milestones:
            return
        billing = self.header.billing if self.header is not None else "shipment"
        base = "pod" if billing == "delivery" else "shipment"
        if base not in rules.milestones:
            earlier = _before(rules, base)
            if earlier is None:
                return
            # Without anything between the order and it, billing counts from what can be seen later.
            base = "pod" if earlier == "order" and "pod" in rules.milestones else earlier
        for unit in ledger.effective(base)[max(0, ledger.invoiced) : self._last(ledger)]:
            yield self._of_line(ledger, "invoice", base, unit.at, rules)

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
        return deadline_after(
            start, _rule(rules, milestone).tolerance_us, held_during(self.papers, self.lines, milestone, ledger)
        )

    def _for_deliveries(self) -> Iterator[Wait]:
        for shipment in self.papers.of("shipment"):
            for name, carried in self.lines.carried[shipment.key].items():
                ledger = self.lines.ledgers[name]
                rules = self.line_rules(ledger, _goods(shipment).carrier)
                if "pod" in rules.milestones and "shipment" in rules.milestones:
                    yield from self._for_delivery(shipment, ledger, carried, rules)

    def _for_delivery(self, shipment: Known, ledger: Ledger, carried: list[Unit], rules: Rules) -> Iterator[Wait]:
        delivered = self.lines.handed_over.get(shipment.key, {}).get(ledger.name, 0)
        for unit in sorted(carried, key=lambda one: one.place)[delivered:]:
            yield Wait(
                code="MISSING_POD",
                subject=Subject(*shipment.key),
                milestone="pod",
                start=unit.at,
                deadline=self._deadline(rules, "pod", ledger, unit.at),
                feed=self.policy.feed_of("pod", self.warehouse(ledger)),
                quantity=self.lines.grain,
                rule=_rule(rules, "pod"),
                ledger=ledger,
                documents=(shipment.label,),
            )

    # ----------------------------------------------------------- money and holds

    def _for_payment(self) -> Iterator[Wait]:
        rules = self.order_rules()
        if "payment" not in rules.milestones:
            return
        rule = rules.codes["PAST_DUE"]
        for balance in balances(self.papers).values():
            if balance.open <= 0:
                continue
            due = due_of(balance, self.papers)
            yield Wait(
                code="PAST_DUE",
                subject=Subject(*balance.invoice.key),
                milestone="payment",
                start=balance.invoice.business_at if due is None else due,
                deadline=None if due is None else due + rule.tolerance_us,
                feed=self.policy.feed_of("payment", self.warehouse(None)),
                quantity=0,
                rule=rule,
                ledger=None,
                documents=(balance.invoice.label,),
                money=balance.open,
                currency=invoice_body(balance.invoice).currency,
            )

    def open_holds(self) -> list[Known]:
        """The holds that are not released at the clock."""
        held = []
        for hold in self.papers.of("hold"):
            released = hold_body(hold).released_at
            if released is None or released > self.clock:
                held.append(hold)
        return held

    def _for_release(self) -> Iterator[Wait]:
        rule = self.order_rules().codes["STALLED_RELEASE"]
        for hold in self.open_holds():
            yield Wait(
                code="STALLED_RELEASE",
                subject=Subject(*hold.key),
                milestone="release",
                start=hold.business_at,
                deadline=hold.business_at + rule.tolerance_us,
                feed=self.policy.feed_of("hold", self.warehouse(None)),
                quantity=0,
                rule=rule,
                ledger=None,
                documents=(hold.label,),
            )


def _before(rules: Rules, milestone: str) -> str | None:
    earlier = [one for one in CHAIN[: CHAIN.index(milestone)] if one in rules.milestones]
    return earlier[-1] if earlier else None


def _rule(rules: Rules, milestone: str) -> StallRule:
    return rules.codes[STALL_OF[milestone]]


def _goods(known: Known) -> GoodsBody:
    assert isinstance(known.document.body, GoodsBody)
    return known.document.body
