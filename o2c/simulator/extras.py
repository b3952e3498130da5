"""What else happens to healthy orders, and troubles nobody: kits, notices on the way, returns that are credited."""

from collections.abc import Callable

from o2c.simulator.actions import comment
from o2c.simulator.chance import Chance
from o2c.simulator.papers import credit_memo, refund, revisions
from o2c.simulator.plan import OrderedLine, Plan
from o2c.simulator.policy import DAY_S, HOUR_S, healthy_s
from o2c.simulator.statements import goods_lines, moment
from o2c.simulator.world import CREDIT_DESK

_KIT_PARTS = 3


def dress_lines(lines: list[OrderedLine], chance: Chance) -> None:
    """Some articles are kits, some are counted by twos, some are replaced by others."""
    for line in lines:
        drawn = chance.below(100)
        if drawn < 4 and not line.free:
            line.components = tuple(
                (f"{line.product.sku}-{part}", chance.between(1, 4))
                for part in range(1, chance.between(2, _KIT_PARTS) + 1)
            )
        elif drawn < 12:
            line.in_pairs = True
        elif drawn < 16:
            line.substitute = f"{line.product.sku}-B"


def add_extras(plan: Plan, chance: Chance) -> None:
    """Some of what may happen to a healthy order happens to this one."""
    for probability, happen in _EXTRAS:
        if chance.happens(probability):
            happen(plan, chance)


def _check_credit(plan: Plan, _: Chance) -> None:
    """A check that is over as soon as it is heard of."""
    at = plan.ordered_at + 60
    fields = {"kind": "credit", "released_at": moment(at)}
    revisions(plan, ("hold", plan.document_id("hold", 2)), CREDIT_DESK, (at, fields), business_at=plan.ordered_at + 30)


def _tell_of_the_way(plan: Plan, chance: Chance) -> None:
    for parcel in plan.parcels:
        parcel.told = "pod" in parcel.reached
        if chance.happens(0.5):
            parcel.expected_at = parcel.reached.get("pod")


def _try_again(plan: Plan, chance: Chance) -> None:
    """A message that got through at the second attempt."""
    at = plan.ordered_at + chance.between(600, HOUR_S)
    fields = {"kind": "integration_timeout", "resolved_at": moment(at), "detail": "sent again"}
    document = ("incident", plan.document_id("incident", 2))
    revisions(plan, document, "integration-hub", (at, fields), business_at=at - 300)


def _send_something_back(plan: Plan, chance: Chance) -> None:
    """Announced, received, credited and refunded in time."""
    if not plan.invoices or plan.invoices[0].content[0][0] not in _returnable(plan):
        return
    index, _ = plan.invoices[0].content[0]
    content = ((index, plan.lines[index].product.step),)
    lines = goods_lines(plan, content, "padded")
    amount = plan.value(content)
    at = plan.ends_at + chance.between(HOUR_S, 2 * DAY_S)
    announced = {"kind": "authorized", "lines": lines, "reason": "not wanted"}
    number = plan.document_id("return", 1)
    source = plan.parcels[0].warehouse.source
    revisions(plan, ("return", plan.document_id("return", 0)), source, (at, announced))
    revisions(plan, ("return", number), source, (at + DAY_S, {**announced, "kind": "received"}))
    plan.adjustments.returned += sum(quantity for _, quantity in content)
    credited_at = at + DAY_S + chance.early(healthy_s("UNCREDITED_RETURN"))
    credit_memo(plan, credited_at, amount, "return", named=number, lines=lines)
    refund(plan, credited_at + DAY_S, amount, named=number)


def _returnable(plan: Plan) -> list[int]:
    return [index for index, line in enumerate(plan.lines) if line.is_simple]


def _ask_about_the_rest(plan: Plan, chance: Chance) -> None:
    """Somebody asks for the rest of a partial shipment, and it is noted."""
    for finding in plan.findings:
        comment(plan, finding, finding.since + chance.between(60, HOUR_S), "the customer asks for the rest")


_EXTRAS: tuple[tuple[float, Callable[[Plan, Chance], None]], ...] = (
    (0.1, _check_credit),
    (0.3, _tell_of_the_way),
    (0.04, _try_again),
    (0.08, _send_something_back),
    (0.5, _ask_about_the_rest),
)
"""How probable each is."""
