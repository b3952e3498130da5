"""What is wrong with a delivery: short, damaged, stopped on its way, or late."""

from o2c.flows.correlation.conditions.findings import Books, Finding, added, sum_of, units
from o2c.flows.correlation.conditions.goods import SETTLES_GOODS, covered
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import POD, SHIPMENT
from o2c.flows.correlation.proofs import Entry, ShipmentLedger, Shortfall
from o2c.flows.correlation.returns import brings_goods_back
from o2c.flows.correlation.rules import Rules
from o2c.flows.correlation.transit import TROUBLE, notices_of
from o2c.schemas.documents import CreditMemoBody, ReturnBody, TransitBody
from o2c.schemas.times import rfc3339

_Missing = tuple[ShipmentLedger, LineLedger, int]
"""A shipment, a line, and how much of it did not arrive."""


def delivered_otherwise(books: Books, found: list[Finding]) -> None:
    """Less was delivered than the shipment carried, or something came damaged."""
    ledger = books.ledger
    short: list[_Missing] = []
    settled: dict[str, int] = {}
    for shipment in ledger.shipments:
        if shipment.proved_at is None:
            continue
        for key, quantity in shipment.total.items():
            if shipment.delivered.get(key, 0) < quantity:
                line = ledger.lines[key]
                missing = shipment.undelivered(key)
                missing -= _settle(settled, line, missing)
                if missing > 0:
                    short.append((shipment, line, missing))
    if short and covered(books, [(line, missing) for _, line, missing in short]):
        short = []
    told = [each for each in ledger.shortfalls if not each.damaged and not _answered(books, each)]
    if short or told:
        _delivery_short(books, found, short, told)
    if ledger.shortfalls:
        _delivery_damaged(books, found, settled)


def _settle(used: dict[str, int], line: LineLedger, missing: int) -> int:
    """How much of a difference is settled by what was shipped beyond the order, came back or was credited: once."""
    given = line.returned + line.credited + max(0, line.reached[SHIPMENT] - line.ordered)
    taken = max(0, min(missing, given - used.get(line.key, 0)))
    used[line.key] = used.get(line.key, 0) + taken
    return taken


def _rules_of(books: Books, shipment: ShipmentLedger, line: LineLedger) -> Rules:
    """The rules of a line in the hands of the shipment's carrier."""
    carrier = shipment.document.body.carrier  # type: ignore[union-attr]  # a shipment says who carries it
    return books.ledger.carrier_rules(line, carrier)


def _delivery_short(books: Books, found: list[Finding], short: list[_Missing], told: list[Shortfall]) -> None:
    times = [shipment.proved_at for shipment, _, _ in short if shipment.proved_at is not None]
    since = min(times or [each.at for each in told])
    rules, warehouse = books.ledger.header_rules, None
    said = "Some of the goods did not arrive"
    value: int | None = None
    if short:
        rules, warehouse = _rules_of(books, short[0][0], short[0][1]), short[0][1].warehouse
        value = added([line.value(missing) for _, line, missing in short])
        carried = sum(shipment.total[line.key] for shipment, line, _ in short)
        arrived = sum(shipment.delivered.get(line.key, 0) for shipment, line, _ in short)
        missing = sum(missing for _, _, missing in short)
        said = f"{units(missing)} did not arrive ({units(arrived)} of {units(carried)})"
    proofs = [shipment.proof for shipment, _, _ in short if shipment.proof is not None]
    found.append(
        Finding(
            "DELIVERY_SHORT",
            rules.codes["DELIVERY_SHORT"],
            books.order,
            since,
            value,
            books.money.currency,
            (*(shipment.document for shipment, _, _ in short), *proofs, *(each.proof for each in told)),
            lambda: f"{said}, worth {sum_of(value, books.money.currency)}.",
            opens_at=since + rules.settle_us,
            feed=books.ledger.policy.feed_of("pod", warehouse),
        )
    )


def _delivery_damaged(books: Books, found: list[Finding], settled: dict[str, int]) -> None:
    ledger = books.ledger
    counted = [each for each in ledger.shortfalls if each.damaged and each.quantity is not None]
    told = [each for each in ledger.shortfalls if each.damaged and each.quantity is None and not _answered(books, each)]
    by_line: dict[str, int] = {}
    for each in counted:
        if each.line is not None and each.quantity is not None:
            by_line[each.line.key] = by_line.get(each.line.key, 0) + each.quantity
    broken = [
        (line, rest)
        for key, quantity in by_line.items()
        if (rest := quantity - _settle(settled, (line := ledger.lines[key]), quantity)) > 0
    ]
    if broken and covered(books, broken):
        broken = []
    if not broken:
        counted = []
    if not counted and not told:
        return
    value = added([line.value(quantity) for line, quantity in broken]) if broken else None
    quantity = sum(quantity for _, quantity in broken)
    rules = broken[0][0].rules if broken else ledger.header_rules
    said = units(quantity) if broken else "Some of the goods"
    found.append(
        Finding(
            "DELIVERY_DAMAGED",
            rules.codes["DELIVERY_DAMAGED"],
            books.order,
            min(each.at for each in (*counted, *told)),
            value,
            books.money.currency,
            tuple(each.proof for each in (*counted, *told)),
            lambda: f"{said} arrived damaged, worth {sum_of(value, books.money.currency)}.",
        )
    )


def _answered(books: Books, shortfall: Shortfall) -> bool:
    """Whether what was told without figures was answered since: by a return, a credit, or what was missing."""
    for kind in ("return", "credit_memo"):
        for business_at, _, _, document in books.ledger.entries.get(kind, ()):
            body = document.body
            about_goods = (isinstance(body, ReturnBody) and brings_goods_back(body)) or (
                isinstance(body, CreditMemoBody) and body.kind in SETTLES_GOODS
            )
            if business_at >= shortfall.at and about_goods:
                return True
    return not shortfall.damaged and any(entry[0] > shortfall.at for entry in books.ledger.entries["pod"])


def delivery_exception(books: Books, found: list[Finding]) -> None:
    """The carrier's last notices of shipments say that something stops them; after the delivery it is a fact."""
    stopped: list[tuple[ShipmentLedger, list[Entry]]] = []
    past: list[tuple[ShipmentLedger, list[Entry]]] = []
    for shipment in books.ledger.shipments:
        trouble: list[Entry] = []
        last_trouble: list[Entry] = []
        for notice in notices_of(books.ledger, shipment):
            body = notice[3].body
            assert isinstance(body, TransitBody)
            if body.status in TROUBLE:
                trouble.append(notice)
                last_trouble = trouble
            else:
                trouble = []
        delivered = bool(shipment.total) and all(shipment.remaining(key) <= 0 for key in shipment.total)
        if delivered and last_trouble:
            past.append((shipment, last_trouble))
        elif trouble:
            stopped.append((shipment, trouble))
    if stopped or past:
        _append_delivery_exception(books, found, stopped or past, fact=not stopped)


def _append_delivery_exception(
    books: Books, found: list[Finding], stopped: list[tuple[ShipmentLedger, list[Entry]]], *, fact: bool
) -> None:
    lines = books.ledger.lines
    still = ShipmentLedger.meant if fact else ShipmentLedger.remaining
    value = added([lines[key].value(still(shipment, key)) for shipment, _ in stopped for key in shipment.total])
    first = stopped[0][0]
    rules = books.ledger.header_rules
    if first.total:
        rules = _rules_of(books, first, lines[next(iter(first.total))])
    since = min(trouble[0][0] for _, trouble in stopped)
    documents = [shipment.document for shipment, _ in stopped]
    documents += [notice[3] for _, trouble in stopped for notice in trouble]
    said = "; ".join(_notice(shipment, trouble[-1]) for shipment, trouble in stopped)
    found.append(
        Finding(
            "DELIVERY_EXCEPTION",
            rules.codes["DELIVERY_EXCEPTION"],
            books.order,
            since,
            value,
            books.money.currency,
            tuple(documents),
            lambda: f"{said}; since {rfc3339(since)}, worth {sum_of(value, books.money.currency)}.",
            fact=fact,
        )
    )


def _notice(shipment: ShipmentLedger, notice: Entry) -> str:
    """What the carrier said last of a shipment."""
    body = notice[3].body
    assert isinstance(body, TransitBody)
    reason = f" ({body.reason})" if body.reason else ""
    return f"Shipment {shipment.document.document_id}: {body.status.replace('_', ' ')}{reason}"


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
