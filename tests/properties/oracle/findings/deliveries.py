"""What arrived short, damaged, late or not at all."""

from collections.abc import Iterator

from tests.properties.oracle.documents import goods_body, transit_body
from tests.properties.oracle.findings.common import found, is_credited, unsettled, value_of
from tests.properties.oracle.model import Finding, Ledger
from tests.properties.oracle.waiting import Waiting

_WRONG = ("exception", "returning", "returned")


def delivery_findings(waiting: Waiting) -> Iterator[Finding]:
    """All of them, code by code."""
    yield from _short(waiting)
    yield from _damaged(waiting)
    yield from _on_the_way(waiting)
    yield from _late(waiting)


def _short(waiting: Waiting) -> Iterator[Finding]:
    missing: dict[tuple[str, str], int] = {}
    times = []
    for shipment, proofs in waiting.deliveries.proved.items():
        for name in waiting.lines.carried[shipment]:
            left = len(waiting.deliveries.waiting(shipment, name))
            if left:
                missing[name] = missing.get(name, 0) + left
                times.append(max(pod.business_at for pod in proofs))
    short = []
    for name, grains in missing.items():
        ledger = waiting.lines.ledgers[name]
        again = max(0, ledger.reached("shipment") - ledger.reached("order")) if ledger.ordered_by else 0
        left = unsettled(ledger, grains - again)
        if left:
            short.append((ledger, left))
    amount = value_of(waiting, short)
    if short and not is_credited(waiting, amount):
        yield found(waiting, "DELIVERY_SHORT", None, min(times), amount, awaits="pod")


def _damaged(waiting: Waiting) -> Iterator[Finding]:
    hurt: dict[tuple[str, str], int] = {}
    times = []
    told = {pod.key for pod, _, _ in waiting.deliveries.damaged}
    for pod, name, grains in waiting.deliveries.damaged:
        hurt[name] = hurt.get(name, 0) + grains
        times.append(pod.business_at)
    for pod in waiting.papers.of("pod"):
        if goods_body(pod).condition == "damaged" and pod.key not in told:
            for ledger in waiting.lines.in_order():
                count = sum(1 for unit in ledger.own["pod"] if unit.source == pod)
                if count:
                    hurt[ledger.name] = hurt.get(ledger.name, 0) + count
                    times.append(pod.business_at)
    left: list[tuple[Ledger, int]] = []
    for name, grains in hurt.items():
        ledger = waiting.lines.ledgers[name]
        if unsettled(ledger, grains):
            left.append((ledger, unsettled(ledger, grains)))
    amount = value_of(waiting, left)
    if left and not is_credited(waiting, amount):
        yield found(waiting, "DELIVERY_DAMAGED", None, min(times), amount)


def _on_the_way(waiting: Waiting) -> Iterator[Finding]:
    for shipment in waiting.papers.of("shipment"):
        notices = waiting.notices(shipment)
        wrong = [one for one in notices if transit_body(one).status in _WRONG]
        lines = waiting.lines.carried[shipment.key]
        left = [(waiting.lines.ledgers[name], len(waiting.deliveries.waiting(shipment.key, name))) for name in lines]
        arrived = not any(count for _, count in left)
        if wrong and arrived:
            yield found(waiting, "DELIVERY_EXCEPTION", None, wrong[0].business_at, None, recorded=True)
        elif wrong and wrong[-1] is notices[-1]:
            amount = value_of(waiting, [(ledger, count) for ledger, count in left if count])
            yield found(waiting, "DELIVERY_EXCEPTION", None, wrong[-1].business_at, amount)


def _late(waiting: Waiting) -> Iterator[Finding]:
    calendar = waiting.order_rules().codes["LATE_DELIVERY"].calendar
    late, times = [], []
    for ledger in waiting.lines.whole():
        ordered = sorted(ledger.own["order"], key=lambda unit: unit.place)
        count = 0
        for unit, delivered in zip(ordered, ledger.effective("pod"), strict=False):
            if unit.promised_at is not None and calendar.day_of(delivered.at) > calendar.day_of(unit.promised_at):
                count += 1
                times.append(delivered.at)
        if count:
            late.append((ledger, count))
    if late:
        yield found(waiting, "LATE_DELIVERY", None, min(times), value_of(waiting, late), recorded=True)
