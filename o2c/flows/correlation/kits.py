"""Kits: an order line that is made of others. Its components move, the kit is what was ordered and is billed."""

from collections.abc import Iterable, Mapping

from o2c.flows.correlation.arrivals import ArrivalTimes, overlay
from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import ALLOCATION, CHAIN_LENGTH
from o2c.schemas.numbers import share_of

_UNIT = 10**6


class Kit:
    """A line of the order and its components, each with how much of it one of the kit takes (10^-6)."""

    __slots__ = ("components", "parent")

    def __init__(self, parent: LineLedger, components: list[tuple[LineLedger, int | None]]) -> None:
        self.parent = parent
        self.components: list[tuple[LineLedger, int]] = []
        for component, ratio in components:
            each = ratio
            if each is None:
                each = share_of(component.ordered_gross, _UNIT, parent.ordered_gross) if parent.ordered_gross else 0
            self.components.append((component, each))
        self._price()

    def _price(self) -> None:
        """A component without a price is worth its share, by quantity, of what the kit costs; or the kit their sum."""
        parts = [component.value(component.ordered_gross) for component, _ in self.components]
        if self.parent.unit_price is None and self.parent.amount is None and None not in parts:
            self.parent.amount = sum(part for part in parts if part is not None)
        worth = self.parent.value(self.parent.ordered_gross)
        pieces = sum(component.ordered_gross for component, _ in self.components)
        for component, _ in self.components:
            component.component = True
            if component.unit_price is None and component.amount is None and worth is not None and pieces:
                component.amount, component.amount_of = worth, pieces

    def assemble(self) -> None:
        """The kit has reached a milestone as often as its components make it whole, beside its own documents."""
        for milestone in range(ALLOCATION, CHAIN_LENGTH):
            made = _complete([(line.effective[milestone], ratio) for line, ratio in self.components if ratio])
            own = self.parent.own[milestone]
            own.sort()
            self.parent.own[milestone] = overlay(own, made)
            total = sum(quantity for _, quantity in self.parent.own[milestone])
            self.parent.reached[milestone] = max(self.parent.reached[milestone], total)


def outermost_first(kits: Mapping[str, Iterable[tuple[LineLedger, object]]]) -> list[str]:
    """The kits' lines by key, each before the kits that it is made of; lines that contain themselves are no kits."""
    parents = {component.key: parent for parent, components in kits.items() for component, _ in components}
    depths: dict[str, int] = {}
    for kit in kits:
        above = [kit]
        while (parent := parents.get(above[-1])) is not None and parent not in above:
            above.append(parent)
        if parent is None:
            depths[kit] = len(above)
    return sorted(depths, key=depths.__getitem__)


def _complete(components: list[tuple[ArrivalTimes, int]]) -> ArrivalTimes:
    """When how many whole kits were there: the least that any component allows, after each arrival."""
    times = sorted({time for arrivals, _ in components for time, _ in arrivals})
    made: ArrivalTimes = []
    done = 0
    for now in times:
        whole = min(
            sum(quantity for time, quantity in arrivals if time <= now) * _UNIT // ratio
            for arrivals, ratio in components
        )
        if whole > done:
            made.append((now, whole - done))
            done = whole
    return made
