"""How an order comes to be: who orders what, what the customer changes, and in which parcels it will move."""

from o2c.simulator.actions import acknowledge
from o2c.simulator.billing import bill
from o2c.simulator.chance import Chance
from o2c.simulator.extras import add_extras, dress_lines
from o2c.simulator.faults import FAULTS, Kind, fault_of
from o2c.simulator.payments import collect
from o2c.simulator.plan import Content, Fault, OrderedLine, Parcel, Plan
from o2c.simulator.policy import DAY_S, HOUR_S
from o2c.simulator.schedule import move_goods, note_partial_shipment
from o2c.simulator.splitting import split
from o2c.simulator.stops import stop_for
from o2c.simulator.world import CARRIERS, CENT, DROP_SHIP, VENDORS, WAREHOUSES, Warehouse, World

MOST_LINES = 6
LINE_NUMBER_STEP = 10

_USUAL_CHANNELS = ("web", "web", "edi", "edi", "phone")
_MAY_BE_DROPPED = ("STALLED_RELEASE", "STALLED_SHIPMENT", "MISSING_POD", "SHIPPED_NOT_INVOICED", "PAST_DUE")
_PROMISED_DAYS = 40
_HEALTHY = Kind(is_plain=False)


def plan_order(world: World, seed: int, number: int, ordered_at: int) -> Plan:
    """The whole life of order `number`: a pure function of its arguments."""
    chance = Chance(seed, "order", number)
    fault = fault_of(seed, number)
    kind = _HEALTHY if fault is None else FAULTS[fault.code]
    channel = _channel(chance, fault)
    plan = Plan(
        number=number,
        customer=chance.pick(world.customers),
        channel=channel,
        explicit=chance.happens(0.5),
        ordered_at=ordered_at,
        fault=fault,
        lines=_lines(world, chance, channel, fault),
        is_plain=kind.is_plain,
        freight=chance.between(1, 40) * 50 * CENT,
        promised_at=ordered_at + _PROMISED_DAYS * DAY_S,
    )
    if not plan.is_plain:
        _change(plan, chance)
    if plan.cancelled:
        return plan
    if channel != DROP_SHIP and not plan.is_plain and chance.happens(0.15):
        plan.requested_at = ordered_at + chance.between(2, 5) * DAY_S
    if kind.entry is not None:
        kind.entry(plan, chance)
    if not plan.unknown:
        _live(plan, kind, chance)
    return plan


def _live(plan: Plan, kind: Kind, chance: Chance) -> None:
    """Goods, invoices and money, with what the order's fault makes of each."""
    plan.stop = stop_for(plan, chance)
    plan.parcels = _parcels(plan, chance)
    move_goods(plan, chance)
    if kind.goods is not None:
        kind.goods(plan, chance)
    note_partial_shipment(plan)
    bill(plan, chance)
    if kind.invoices is not None:
        kind.invoices(plan, chance)
    (kind.pays or collect)(plan, chance)
    if kind.after is not None:
        kind.after(plan, chance)
    if plan.fault is None:
        add_extras(plan, chance)
    elif plan.is_plain and not plan.findings[0].recorded and chance.happens(0.4):
        acknowledge(plan, plan.findings[0])


def _channel(chance: Chance, fault: Fault | None) -> str:
    may_be_dropped = fault is None or fault.code in _MAY_BE_DROPPED
    return DROP_SHIP if may_be_dropped and chance.happens(0.1) else chance.pick(_USUAL_CHANNELS)


def _lines(world: World, chance: Chance, channel: str, fault: Fault | None) -> list[OrderedLine]:
    parted = fault is not None and fault.code == "PARTIAL_SHIPMENT"
    count = chance.between(2 if parted else 1, MOST_LINES)
    stock = (VENDORS, VENDORS) if channel == DROP_SHIP else _stock(chance)
    lines = []
    for index, product in enumerate(chance.distinct(world.products, count)):
        quantity = chance.between(2, 40) * product.step
        lines.append(
            OrderedLine(
                number=(index + 1) * LINE_NUMBER_STEP,
                product=product,
                quantity=quantity,
                first_quantity=quantity,
                warehouse=stock[0] if index < count - 1 or fault is not None else stock[1],
                free=fault is None and index > 0 and chance.happens(0.01),
            )
        )
    if fault is None:
        dress_lines(lines, chance)
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
    parcels = [
        Parcel(
            number=number,
            warehouse=plan.lines[content[0][0]].warehouse,
            carrier=chance.pick(CARRIERS),
            reserved=content,
            content=content,
        )
        for number, content in enumerate(_contents(plan, chance), 1)
    ]
    parcels[-1].final = chance.happens(0.3)
    return parcels


def _contents(plan: Plan, chance: Chance) -> list[Content]:
    """What each parcel carries. A stop in the middle of an order's life stops a single parcel."""
    wanted = plan.wanted()
    if plan.fault_is("PARTIAL_SHIPMENT"):
        return [wanted[:-1], wanted[-1:]]
    if plan.is_plain or (plan.stop is not None and plan.stop.before != plan.path[0]):
        return [wanted]
    places = {plan.lines[index].warehouse: None for index, _ in wanted}
    if len(places) > 1:
        return [tuple(part for part in wanted if plan.lines[part[0]].warehouse is place) for place in places]
    if plan.channel == DROP_SHIP or not chance.happens(0.3):
        return [wanted]
    parts = [part for part in _split(plan, wanted, chance) if part]
    return parts if all(parts.count(part) == 1 for part in parts) else [wanted]


def _split(plan: Plan, wanted: Content, chance: Chance) -> tuple[Content, ...]:
    first, rest = split(plan, wanted, chance)
    return (first, *split(plan, rest, chance)) if chance.happens(0.2) else (first, rest)
