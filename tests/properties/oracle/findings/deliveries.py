"""What arrived short, damaged, late or not at all."""

from collections.abc import Iterator

from o2c.schemas.documents import CreditMemoBody, ReturnBody
from tests.properties.oracle.documents import BROUGHT_BACK, goods_body, transit_body
from tests.properties.oracle.findings.common import SETTLING_KINDS, found, is_credited, value_of
from tests.properties.oracle.model import DocumentKey, Finding, Known, Ledger, LineName
from tests.properties.oracle.waiting import Waiting

_WRONG = ("attempted", "exception", "returning", "returned")


def delivery_findings(waiting: Waiting) -> Iterator[Finding]:
    """All of them, code by code."""
    pool: dict[LineName, int] = {}
    yield from _short(waiting, pool)
    yield from _damaged(waiting, pool)
    yield from _on_the_way(waiting)
    yield from _late(waiting)


def _short(waiting: Waiting, pool: dict[LineName, int]) -> Iterator[Finding]:
    missing: dict[LineName, int] = {}
    times, told = [], set()
    for pod, _, name, _ in waiting.deliveries.lost:
        missing[name] = missing.get(name, 0) + 1
        times.append(pod.business_at)
        told.add(pod.key)
    for shipment, proofs in waiting.deliveries.proved.items():
        for package in (None,) if None in proofs else tuple(proofs):
            for name in waiting.lines.carried[shipment]:
                left = len(waiting.deliveries.waiting(shipment, name, package))
                if left:
                    missing[name] = missing.get(name, 0) + left
                    times.append(min(pod.business_at for pod in proofs[package]))
                    told |= {pod.key for pod in proofs[package]}
    yield from _of_quantity(waiting, pool, "DELIVERY_SHORT", missing, times, _without_figures(waiting, "short", told))


def _damaged(waiting: Waiting, pool: dict[LineName, int]) -> Iterator[Finding]:
    hurt: dict[LineName, int] = {}
    times = []
    for pod, name, grains in waiting.deliveries.damaged:
        hurt[name] = hurt.get(name, 0) + grains
        times.append(pod.business_at)
    yield from _of_quantity(waiting, pool, "DELIVERY_DAMAGED", hurt, times, _without_figures(waiting, "damaged", set()))


def _of_quantity(
    waiting: Waiting,
    pool: dict[LineName, int],
    code: str,
    quantities: dict[LineName, int],
    times: list[int],
    unknown: list[int],
) -> Iterator[Finding]:
    """`pool`: what is left of a line's credits, returns and later shipments: each unit settles one difference."""
    left = []
    for name, grains in quantities.items():
        ledger = waiting.lines.ledgers[name]
        if name not in pool:
            beyond = max(0, ledger.reached("shipment") - ledger.reached("order"))
            pool[name] = max(0, ledger.credited_lines) + ledger.returned + beyond
        taken = max(0, min(grains, pool[name]))
        pool[name] -= taken
        if grains > taken:
            left.append((ledger, grains - taken))
    amount = value_of(waiting, left)
    if is_credited(waiting, amount):
        left = []
    if left or unknown:
        since = min([*(times if left else ()), *unknown])
        awaits = "pod" if code == "DELIVERY_SHORT" else None
        yield found(waiting, code, None, since, amount if left else None, awaits=awaits)


def _without_figures(waiting: Waiting, condition: str, told: set[DocumentKey]) -> list[int]:
    """When proofs of delivery said that something was wrong but not how much of it, and nothing has come of it."""
    times = []
    for pod in waiting.papers.of("pod"):
        figures = any(line.short or line.damaged or line.refused for line in goods_body(pod).lines or ())
        if goods_body(pod).condition == condition and pod.key not in told and not figures:
            answers = [*waiting.papers.of("credit_memo"), *waiting.papers.of("return")]
            if not any(_answers(answer) and answer.business_at >= pod.business_at for answer in answers):
                times.append(pod.business_at)
    return times


def _answers(known: Known) -> bool:
    body = known.document.body
    if isinstance(body, CreditMemoBody):
        return body.kind in SETTLING_KINDS
    return isinstance(body, ReturnBody) and body.kind in BROUGHT_BACK


def _on_the_way(waiting: Waiting) -> Iterator[Finding]:
    facts, times = [], []
    left: list[tuple[Ledger, int]] = []
    for shipment in waiting.papers.of("shipment"):
        notices = waiting.notices(shipment)
        lines = waiting.lines.carried[shipment.key]
        still = [(ledger, len(units)) for which, ledger, units in waiting.pending() if which is shipment]
        if any(lines.values()) and not any(count for _, count in still):
            facts += [one.business_at for one in notices if transit_body(one).status in _WRONG]
        elif notices and transit_body(notices[-1]).status in _WRONG:
            times.append(_wrong_since(notices))
            left += [(ledger, count) for ledger, count in still if count]
    if times:
        yield found(waiting, "DELIVERY_EXCEPTION", None, min(times), value_of(waiting, left))
    elif facts:
        yield found(waiting, "DELIVERY_EXCEPTION", None, min(facts), None, recorded=True)


def _wrong_since(notices: list[Known]) -> int:
    """When what the carrier says began to be bad news without any good news since."""
    at = notices[-1].business_at
    for notice in reversed(notices):
        if transit_body(notice).status not in _WRONG:
            break
        at = notice.business_at
    return at


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
