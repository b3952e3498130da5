"""One quantity in two parts: partial shipments, split invoices."""

from o2c.simulator.chance import Chance
from o2c.simulator.plan import Content, Plan


def split(plan: Plan, content: Content, chance: Chance) -> tuple[Content, Content]:
    """`content` in two parts, line by line; either may be empty."""
    first: list[tuple[int, int]] = []
    rest: list[tuple[int, int]] = []
    for index, quantity in content:
        step = plan.lines[index].product.step
        now = chance.between(0, quantity // step) * step
        if now:
            first.append((index, now))
        if quantity > now:
            rest.append((index, quantity - now))
    return tuple(first), tuple(rest)
