"""How an order comes to be: who orders what, what the customer changes, and in which parcels it will move."""

from o2c.simulator.billing import bill
from o2c.simulator.chance import Chance
from o2c.simulator.faults import fault_of
from o2c.simulator.payments import collect
from o2c.simulator.plan import Content, Fault, OrderedLine, Parcel, Plan
from o2c.simulator.policy import DAY_S, HOUR_S
from o2c.simulator.schedule import hold_for, move_goods
from o2c.simulator.splitting import split
from o2c.simulator.world import CARRIERS, CENT, DROP_SHIP, VENDORS, WAREHOUSES, Warehouse, World

MOST_LINES = 6
LINE_NUMBER_STEP = 10

_USUAL_CHANNELS = ("web", "web", "edi", "edi", "phone")
_WAREHOUSE_FAULTS = ("STALLED_ALLOCATION", "STALLED_PICK")


def plan_order(world: World, seed: int, number: int, ordered_at: int) -> Plan:
    """The whole life of order `number`: a pure function of its arguments."""
    chance = Chance(seed, "order", number)
    fault = fault_of(seed, number)
    channel = _channel(chance, fault)
    plan = Plan(
        number=number,
        customer=chance.pick(world.customers),
        channel=channel,
        explicit=chance.happens(0.5),
        ordered_at=ordered_at,
        fault=fault,
        lines=_lines(world, chance, channel, fault),
        freight=chance.between(0, 40) * 50 * CENT,
    )
    _change(plan, chance)
    if plan.cancelled:
        return plan
    if channel != DROP_SHIP and chance.happens(0.15):
        plan.requested_at = ordered_at + chance.between(2, 5) * DAY_S
    plan.hold = hold_for(plan, chance)
    plan.parcels = _parcels(plan, chance)
    move_goods(plan, chance)
    bill(plan, chance)
    collect(plan, chance)
    return plan


def _channel(chance: Chance, fault: Fault | None) -> str:
    may_be_dropped = fault is None or fault.code not in _WAREHOUSE_FAULTS
    return DROP_SHIP if may_be_dropped and chance.happens(0.1) else chance.pick(_USUAL_CHANNELS)


def _lines(world: World, chance: Chance, channel: str, fault: Fault | None) -> list[OrderedLine]:
    count = chance.between(1, MOST_LINES)
    stock = (VENDORS, VENDORS) if channel == DROP_SHIP else _stock(chance)
    lines = []
    for index, product in enumerate(chance.distinct(world.products, count)):
        quantity = chance.between(1, 40) * product.step
        lines.append(
            OrderedLine(
                number=(index + 1) * LINE_NUMBER_STEP,
                product=product,
                quantity=quantity,
                first_quantity=quantity,
                warehouse=stock[0] if index < count - 1 else stock[1],
                free=fault is None and index > 0 and chance.happens(0.01),
            )
        )
    return lines


def _stock(chance: Chance) -> tuple[Warehouse, Warehouse]:
    """Where all lines but the last, and where the last one comes from."""
    main = chance.pick(WAREHOUSES)
    return main, chance.pick(WAREHOUSES) if chance.happens(0.15) else main


def _change(plan: Plan, chance: Chance) -> None:
    """What the customer changes within the first two hours, before anything moves."""
    drawn = chance.below(100)
    if drawn >= 9:
        return
    plan.revised_at = plan.ordered_at + chance.between(600, 2 * HOUR_S)
    line = chance.pick(plan.lines)
    if drawn == 0 and plan.fault is None:
        plan.cancelled = True
    elif drawn < 5 and line.quantity > line.product.step:
        line.cancelled = chance.between(1, line.quantity // line.product.step - 1) * line.product.step
    else:
        line.first_quantity = line.quantity + chance.between(1, 5) * line.product.step


def _parcels(plan: Plan, chance: Chance) -> list[Parcel]:
    contents = _contents(plan, chance)
    parcels = [
        Parcel(
            number=number,
            warehouse=plan.lines[content[0][0]].warehouse,
            carrier=chance.pick(CARRIERS),
            reserved=content,
            content=content,
        )
        for number, content in enumerate(contents, 1)
    ]
    parcels[-1].final = chance.happens(0.3)
    if len(parcels) == 1 and plan.fault is None and plan.hold is None and chance.happens(0.02):
        _ship_short(plan, parcels[0])
    return parcels


def _contents(plan: Plan, chance: Chance) -> list[Content]:
    """What each parcel carries. A hold in the middle of an order's life stops a single parcel."""
    wanted = plan.wanted()
    if plan.hold is not None and plan.hold.before != plan.path[0]:
        stopped = plan.lines[wanted[0][0]].warehouse
        for line in plan.lines:
            line.warehouse = stopped
        return [wanted]
    places = {plan.lines[index].warehouse: None for index, _ in wanted}
    if len(places) > 1:
        return [tuple(part for part in wanted if plan.lines[part[0]].warehouse is place) for place in places]
    if plan.channel == DROP_SHIP or not chance.happens(0.3):
        return [wanted]
    first, rest = split(plan, wanted, chance)
    if chance.happens(0.2):
        return [part for part in (first, *split(plan, rest, chance)) if part]
    return [part for part in (first, rest) if part]


def _ship_short(plan: Plan, parcel: Parcel) -> None:
    """Less of the first line is found than was reserved, and nothing more will come."""
    index, quantity = parcel.reserved[0]
    step = plan.lines[index].product.step
    if quantity > step:
        parcel.content = ((index, quantity - step), *parcel.reserved[1:])
        parcel.final = True
