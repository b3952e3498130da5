"""What is wrong with the goods: backordered, shipped or delivered otherwise than it was ordered."""

from o2c.flows.correlation.arrivals import time_of_unit
from o2c.flows.correlation.conditions.findings import Books, Finding, added, beyond, sum_of, units
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import ORDER, POD, SHIPMENT
from o2c.flows.correlation.proofs import Entry, ShipmentLedger
from o2c.flows.correlation.rules import Rules
from o2c.flows.correlation.transit import TROUBLE, notices_of
from o2c.schemas.documents import CreditMemoBody, Document, GoodsBody, ReturnBody, TransitBody
from o2c.schemas.times import rfc3339

_SETTLES_GOODS = ("quantity", "return", "allowance")
"""The kinds of credit memo that, without lines, settle a difference in goods by their amount."""


def backorder(books: Books, found: list[Finding]) -> None:
    """What the latest allocations say is backordered and is still not allocated."""
    ledger = books.ledger
    if not ledger.backordered:
        return
    lines = [line for line in ledger.own_lines if line.waiting_stock > 0]
    if not lines:
        return
    rule = lines[0].rules.codes["BACKORDER"]
    quantity = sum(line.waiting_stock for line in lines)
    value = added([line.value(line.waiting_stock) for line in lines])
    entries = [entry for entry in ledger.entries["allocation"] if _backorders(entry[3])]
    since = entries[-1][0]
    expected = [line.expected_at for line in lines if line.expected_at is not None]
    due = None
    if expected and rule.after_expected_us is not None:
        due = rule.calendar.add(max(expected), rule.after_expected_us)
    when = f", expected {rfc3339(max(expected))}" if expected else ", with no date"
    found.append(
        Finding(
            "BACKORDER",
            rule,
            books.order,
            since,
            value,
            books.money.currency,
            (entries[-1][3],),
            lambda: (
                f"{units(quantity)} backordered since {rfc3339(since)}{when}, "
                f"worth {sum_of(value, books.money.currency)}."
            ),
            due_at=due,
        )
    )


def _backorders(document: Document) -> bool:
    return any(line.backordered for line in document.body.lines or ())  # type: ignore[union-attr]  # allocations alone


def partial_shipment(books: Books, found: list[Finding]) -> None:
    """Something has shipped, less than is ordered, and the rest is to come."""
    ledger = books.ledger
    if ledger.final_at is not None:
        return
    ordered = shipped = 0
    for line in ledger.own_lines:
        if line.on_order and SHIPMENT in line.rules.path.milestones:
            there = line.reached[SHIPMENT]
            ordered += there if line.ends else line.ordered
            shipped += min(there, line.ordered) if not line.ends else there
    if not 0 < shipped < ordered:
        return
    first = ledger.shipments[0] if ledger.shipments else None
    since = min(line.effective[SHIPMENT][0][0] for line in ledger.own_lines if line.effective[SHIPMENT])
    waiting = [(line, line.ordered - line.reached[SHIPMENT]) for line in ledger.own_lines if not line.ends]
    value = added([line.value(quantity) for line, quantity in waiting if quantity > 0])
    found.append(
        Finding(
            "PARTIAL_SHIPMENT",
            books.rule("PARTIAL_SHIPMENT"),
            books.order,
            since,
            value,
            books.money.currency,
            () if first is None else (first.document,),
            lambda: (
                f"{units(shipped)} of {units(ordered)} shipped; "
                f"the rest, worth {sum_of(value, books.money.currency)}, is to come."
            ),
        )
    )


def shipped_otherwise(books: Books, found: list[Finding]) -> None:
    """Shipping is final, or the line closed, with less than was ordered; or more left than was ordered."""
    short: list[tuple[LineLedger, int]] = []
    over: list[tuple[LineLedger, int]] = []
    for line in books.ledger.own_lines:
        difference = line.reached[SHIPMENT] - line.ordered
        if difference == 0 or not line.on_order or SHIPMENT not in line.rules.path.milestones:
            continue
        if difference < 0:
            if line.ends and -difference > line.credited:
                short.append((line, -difference - line.credited))
            continue
        rule = line.rules.codes["OVER_SHIP"]
        difference -= line.returned + line.credited
        if beyond(line.reached[SHIPMENT] - line.ordered, line.ordered, rule, rule.absolute_quantity) and difference > 0:
            over.append((line, difference))
    if short and not _covered(books, short):
        final_at = books.ledger.final_at
        times = [line.closed_by for line, _ in short if line.closed_by is not None]
        since = min(times) if final_at is None else min([*times, final_at])
        found.append(_quantity_finding(books, "SHORT_SHIP", short, since, "shipment"))
    if over and not _covered(books, over):
        since = min(time_of_unit(line.effective[SHIPMENT], line.ordered) for line, _ in over)
        found.append(_quantity_finding(books, "OVER_SHIP", over, since, "order"))


_SAID = {
    "SHORT_SHIP": ("although shipping is final", "missing"),
    "OVER_SHIP": ("beyond what was ordered", "too many"),
}


def _quantity_finding(
    books: Books, code: str, lines: list[tuple[LineLedger, int]], since: int, refuted_by: str
) -> Finding:
    rules = lines[0][0].rules
    quantity = sum(difference for _, difference in lines)
    value = added([line.value(difference) for line, difference in lines])
    documents = tuple(shipment.document for shipment in books.ledger.shipments)
    shipped = sum(line.reached[SHIPMENT] for line, _ in lines)
    ordered = sum(line.ordered for line, _ in lines)
    said, lacks = _SAID[code]
    worth = sum_of(value, books.money.currency)
    return Finding(
        code,
        rules.codes[code],
        books.order,
        since,
        value,
        books.money.currency,
        documents,
        lambda: f"{units(shipped)} of {units(ordered)} shipped {said}: {units(quantity)} {lacks}, worth {worth}.",
        opens_at=since + rules.settle_us,
        feed=books.ledger.policy.feed_of(refuted_by, lines[0][0].warehouse),
    )


def _covered(books: Books, differences: list[tuple[LineLedger, int]]) -> bool:
    """Whether credit memos that name no lines are worth all that is left of a difference."""
    entries = books.ledger.entries.get("credit_memo")
    if not entries:
        return False
    value = added([line.value(quantity) for line, quantity in differences])
    return value is not None and 0 < value <= _credited_without_lines(entries)


def _credited_without_lines(entries: list[Entry]) -> int:
    credited = 0
    for _, _, _, document in entries:
        body = document.body
        assert isinstance(body, CreditMemoBody)
        if not body.lines and body.kind in _SETTLES_GOODS:
            credited += body.amount
    return credited


def delivered_otherwise(books: Books, found: list[Finding]) -> None:
    """Less was delivered than the shipment carried, or something came damaged."""
    ledger = books.ledger
    short: list[tuple[ShipmentLedger, LineLedger, int]] = []
    for shipment in ledger.shipments:
        if shipment.proved_at is None:
            continue
        for key, quantity in shipment.total.items():
            if shipment.delivered.get(key, 0) < quantity:
                missing = shipment.undelivered(key)
                line = ledger.lines[key]
                # What was shipped beyond the order, came back or was credited settles as much of it.
                missing -= line.returned + line.credited + max(0, line.reached[SHIPMENT] - line.ordered)
                if missing > 0:
                    short.append((shipment, line, missing))
    if short and _covered(books, [(line, missing) for _, line, missing in short]):
        short = []
    told = [each for each in ledger.shortfalls if not each.damaged]
    if short or told:
        _delivery_short(books, found, short)
    damaged = [each for each in ledger.shortfalls if each.damaged]
    if damaged:
        _delivery_damaged(books, found)


def _carrier_rules(books: Books, shipment: ShipmentLedger, line: LineLedger) -> Rules:
    """The rules of a line in the hands of the shipment's carrier."""
    carrier = shipment.document.body.carrier  # type: ignore[union-attr]  # a shipment says who carries it
    return books.ledger.carrier_rules(line, carrier)


def _delivery_short(books: Books, found: list[Finding], short: list[tuple[ShipmentLedger, LineLedger, int]]) -> None:
    ledger = books.ledger
    told = [each for each in ledger.shortfalls if not each.damaged]
    if short:
        since = min(shipment.proved_at for shipment, _, _ in short if shipment.proved_at is not None)
        rules = _carrier_rules(books, short[0][0], short[0][1])
        warehouse = short[0][1].warehouse
    else:
        since, rules, warehouse = told[0].at, ledger.header_rules, None
    quantity = sum(missing for _, _, missing in short)
    value = added([line.value(missing) for _, line, missing in short]) if short else None
    told_at = max((each.at for each in told), default=since)
    if not short and (_told_settled(books, told_at) or _came_later(books, told_at)):
        return
    proofs = [shipment.proof for shipment, _, _ in short if shipment.proof is not None]
    documents = (*(shipment.document for shipment, _, _ in short), *proofs, *(each.proof for each in told))
    carried = sum(shipment.total[line.key] for shipment, line, _ in short)
    arrived = sum(shipment.delivered.get(line.key, 0) for shipment, line, _ in short)
    said = (
        f"{units(quantity)} did not arrive ({units(arrived)} of {units(carried)})"
        if short
        else "Some goods are missing"
    )
    found.append(
        Finding(
            "DELIVERY_SHORT",
            rules.codes["DELIVERY_SHORT"],
            books.order,
            since,
            value,
            books.money.currency,
            documents,
            lambda: f"{said}, worth {sum_of(value, books.money.currency)}.",
            opens_at=since + rules.settle_us,
            feed=ledger.policy.feed_of("pod", warehouse),
        )
    )


def _delivery_damaged(books: Books, found: list[Finding]) -> None:
    ledger = books.ledger
    by_line: dict[str, int] = {}
    told = False
    for each in ledger.shortfalls:
        if each.damaged and each.line is not None and each.quantity is not None:
            by_line[each.line.key] = by_line.get(each.line.key, 0) + each.quantity
        elif each.damaged:
            told = True
    open_lines = []
    for key, quantity in by_line.items():
        line = ledger.lines[key]
        rest = quantity - line.returned - line.credited
        if rest > 0:
            open_lines.append((line, rest))
    if open_lines and _covered(books, open_lines):
        open_lines = []
    since = min(each.at for each in ledger.shortfalls if each.damaged)
    told_at = max(each.at for each in ledger.shortfalls if each.damaged)
    if not open_lines and (not told or _told_settled(books, told_at)):
        return
    value = added([line.value(quantity) for line, quantity in open_lines]) if open_lines else None
    quantity = sum(quantity for _, quantity in open_lines)
    rules = open_lines[0][0].rules if open_lines else ledger.header_rules
    said = units(quantity) if open_lines else "Some of the goods"
    found.append(
        Finding(
            "DELIVERY_DAMAGED",
            rules.codes["DELIVERY_DAMAGED"],
            books.order,
            since,
            value,
            books.money.currency,
            tuple(each.proof for each in ledger.shortfalls if each.damaged),
            lambda: f"{said} arrived damaged, worth {sum_of(value, books.money.currency)}.",
        )
    )


def _told_settled(books: Books, since: int) -> bool:
    """A shortage or damage without figures is settled by a later return, or credit memo that is about goods."""
    for kind in ("return", "credit_memo"):
        for business_at, _, _, document in books.ledger.entries.get(kind, ()):
            body = document.body
            about_goods = isinstance(body, ReturnBody) or (
                isinstance(body, CreditMemoBody) and body.kind in _SETTLES_GOODS
            )
            if business_at >= since and about_goods:
                return True
    return False


def _came_later(books: Books, told_at: int) -> bool:
    """Whether a later proof of delivery brought what an earlier one said was missing."""
    return any(business_at > told_at for business_at, _, _, _ in books.ledger.entries.get("pod", ()))


def delivery_exception(books: Books, found: list[Finding]) -> None:
    """The carrier's last notice of a shipment says that something stops it; after the delivery it is a fact."""
    ledger = books.ledger
    for shipment in ledger.shipments:
        notices = notices_of(ledger, shipment)
        if not notices:
            continue
        delivered = bool(shipment.total) and all(shipment.remaining(key) <= 0 for key in shipment.total)
        business_at, _, _, last = notices[-1]
        troubles = [entry for entry in notices if entry[3].body.status in TROUBLE]  # type: ignore[union-attr]
        if not troubles:
            continue
        body = last.body
        assert isinstance(body, TransitBody)
        if not delivered and body.status not in TROUBLE:
            continue
        if delivered:
            business_at, _, _, last = troubles[-1]
            body = last.body
            assert isinstance(body, TransitBody)
        _append_delivery_exception(books, found, shipment, business_at, last, body, fact=delivered)
        return


def _append_delivery_exception(
    books: Books,
    found: list[Finding],
    shipment: ShipmentLedger,
    since: int,
    notice: Document,
    body: TransitBody,
    *,
    fact: bool,
) -> None:
    ledger = books.ledger
    value = added([ledger.lines[key].value(quantity) for key, quantity in shipment.total.items()])
    lines = [ledger.lines[key] for key in shipment.total]
    rules = _carrier_rules(books, shipment, lines[0]) if lines else ledger.header_rules
    reason = f" ({body.reason})" if body.reason else ""
    carrier_body = shipment.document.body
    assert isinstance(carrier_body, GoodsBody)
    found.append(
        Finding(
            "DELIVERY_EXCEPTION",
            rules.codes["DELIVERY_EXCEPTION"],
            books.order,
            since,
            value,
            books.money.currency,
            (shipment.document, notice),
            lambda: (
                f"Shipment {shipment.document.document_id}, worth {sum_of(value, books.money.currency)}: "
                f"{body.status.replace('_', ' ')}{reason} since {rfc3339(since)}."
            ),
            fact=fact,
        )
    )


def late_delivery(books: Books, found: list[Finding]) -> None:
    """Something was delivered on a later calendar day than promised: a fact."""
    late: list[tuple[LineLedger, int, int]] = []
    for line in books.ledger.own_lines:
        promised = line.promised_at
        arrivals = line.effective[POD]
        if promised is None or not arrivals or arrivals[-1][0] <= promised:
            continue
        day_of = line.rules.codes["LATE_DELIVERY"].calendar.day_of
        promised_day = day_of(promised)
        quantity = sum(quantity for time, quantity in arrivals if day_of(time) > promised_day)
        if quantity:
            late.append((line, quantity, arrivals[-1][0]))
    if not late:
        return
    since = max(at for _, _, at in late)
    quantity = sum(quantity for _, quantity, _ in late)
    value = added([line.value(quantity) for line, quantity, _ in late])
    promised = min(line.promised_at for line, _, _ in late if line.promised_at is not None)
    found.append(
        Finding(
            "LATE_DELIVERY",
            late[0][0].rules.codes["LATE_DELIVERY"],
            books.order,
            since,
            value,
            books.money.currency,
            tuple(entry[3] for entry in books.ledger.entries.get("pod", ())),
            lambda: (
                f"{units(quantity)}, promised for {rfc3339(promised)}, delivered by {rfc3339(since)}, "
                f"worth {sum_of(value, books.money.currency)}."
            ),
            fact=True,
        )
    )


def nothing_shipped(line: LineLedger) -> bool:
    """Whether nothing of a line has left."""
    return line.reached[SHIPMENT] <= 0 and line.reached[ORDER] >= 0
