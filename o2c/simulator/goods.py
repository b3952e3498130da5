"""What warehouses and carriers say: allocations, picks, shipments, proofs of delivery."""

from collections.abc import Iterator

from o2c.schemas.numbers import QUANTITY_PLACES, QUANTITY_UNIT, plain
from o2c.simulator.chance import Chance
from o2c.simulator.plan import Content, Parcel, Plan
from o2c.simulator.policy import HOUR_S
from o2c.simulator.statements import Fields, Statement, goods_lines, moment, quantity_text, state
from o2c.simulator.world import DROP_SHIP, QUARTERS

_SCANS = ("picked_up", "in_transit", "out_for_delivery")
_RECEIVERS = ("front desk", "goods-in", "neighbour", "M. Okafor", "L. Brandt")


def parcel_statements(plan: Plan, parcel: Parcel, chance: Chance) -> Iterator[Statement]:
    """All that is said of a parcel on its way."""
    reached = parcel.reached
    if "allocation" in reached:
        fields: Fields = {"lines": goods_lines(plan, parcel.reserved, "number")}
        document = ("allocation", plan.document_id("allocation", parcel.number))
        yield state(plan, document, plan.customer.company.erp, reached["allocation"], fields)
    if "pick" in reached:
        lines = _in_pairs(plan, parcel, goods_lines(plan, parcel.reserved, parcel.warehouse.naming))
        fields = {"lines": lines, "warehouse": parcel.warehouse.code}
        document = ("pick", plan.document_id("pick", parcel.number))
        yield state(plan, document, parcel.warehouse.source, reached["pick"], fields)
    if "shipment" in reached:
        yield from _shipment(plan, parcel, chance)
    if parcel.told:
        yield from _notices(plan, parcel)
    if "pod" in reached:
        yield _proof_of_delivery(plan, parcel, chance)


def _in_pairs(plan: Plan, parcel: Parcel, lines: list[Fields]) -> list[Fields]:
    """Some pickers count some articles by twos."""
    if len(lines) != len(parcel.reserved):
        return lines
    for line, (index, quantity) in zip(lines, parcel.reserved, strict=True):
        if plan.lines[index].in_pairs:
            line |= {"quantity": plain(quantity * QUANTITY_UNIT // (2 * QUARTERS), QUANTITY_PLACES), "uom": "PR"}
    return lines


def _shipment(plan: Plan, parcel: Parcel, chance: Chance) -> Iterator[Statement]:
    shipped_at = parcel.reached["shipment"]
    document_id = plan.document_id("shipment", parcel.number)
    fields: Fields = {"lines": _shipped_lines(plan, parcel), "carrier": parcel.carrier.code}
    if plan.channel != DROP_SHIP:
        fields["warehouse"] = parcel.warehouse.code
    if parcel.final:
        fields["final"] = True
    if parcel.expected_at is not None:
        fields["eta"] = moment(parcel.expected_at)
    package = f"{document_id}-1"
    # Every second system says what is in the package.
    named = {"package": package} if plan.number % 2 else {}
    packed = {
        **fields,
        "lines": [{**line, **named} for line in fields["lines"]],
        "packages": [{"id": package, "tracking": _tracking(plan, parcel)}],
    }
    named_later = chance.happens(0.04)
    first = fields if named_later else packed
    document = ("shipment", document_id)
    yield state(plan, document, parcel.warehouse.source, shipped_at, first, business_at=shipped_at)
    if named_later:
        said_at = shipped_at + chance.between(300, HOUR_S)
        yield state(plan, document, parcel.warehouse.source, said_at, packed, revision=2, business_at=shipped_at)


def _shipped_lines(plan: Plan, parcel: Parcel) -> list[Fields]:
    """An article may have been replaced by another one."""
    lines = goods_lines(plan, parcel.content, parcel.warehouse.naming)
    if parcel.warehouse.naming == "padded" and len(lines) == len(parcel.content):
        for line, (index, _) in zip(lines, parcel.content, strict=True):
            line["sku"] = plan.lines[index].substitute or line["sku"]
    return lines


def _notices(plan: Plan, parcel: Parcel) -> Iterator[Statement]:
    """The carrier's scans between departure and arrival."""
    shipped_at = parcel.reached["shipment"]
    arrived_at = parcel.reached.get("pod", shipped_at + HOUR_S)
    refs = {"tracking": [_tracking(plan, parcel)], "shipment": [plan.document_id("shipment", parcel.number)]}
    for number, status in enumerate(_SCANS):
        at = shipped_at + (arrived_at - shipped_at) * (number + 1) // (len(_SCANS) + 1)
        fields: Fields = {"status": status}
        if number and parcel.expected_at is not None:
            fields["eta"] = moment(parcel.expected_at)
        document = ("transit", plan.document_id("transit", 10 * parcel.number + number))
        yield state(plan, document, parcel.carrier.source, at, fields, refs=refs)


def _tracking(plan: Plan, parcel: Parcel) -> str:
    return f"{parcel.carrier.code[:2]}{plan.number:09d}{parcel.number}"


def _proof_of_delivery(plan: Plan, parcel: Parcel, chance: Chance) -> Statement:
    """Recorded up to an hour after the delivery; a delivery that something is wrong with is recorded at once."""
    delivered_at = parcel.reached["pod"]
    recorded_at = delivered_at + chance.early(HOUR_S) if plan.fault is None else delivered_at
    fields: Fields = {"received_by": chance.pick(_RECEIVERS), "condition": "ok"}
    form = chance.below(10)
    refs = {"shipment": [plan.document_id("shipment", parcel.number)], "tracking": [_tracking(plan, parcel)]}
    if parcel.missing or parcel.damaged:
        fields |= _shortfall(plan, parcel)
    elif form > 6:
        fields["lines"] = goods_lines(plan, parcel.content, "sku")
    if form == 9 and plan.fault is None and len(plan.parcels) == 1:
        refs = {}
    document = ("pod", plan.document_id("pod", parcel.number))
    return state(plan, document, parcel.carrier.source, recorded_at, fields, business_at=delivered_at, refs=refs)


def _shortfall(plan: Plan, parcel: Parcel) -> Fields:
    """What did not come, or came damaged, line by line."""
    missing, damaged = dict(parcel.missing), dict(parcel.damaged)
    came: Content = tuple((index, quantity - missing.get(index, 0)) for index, quantity in parcel.content)
    lines = goods_lines(plan, came, "padded")
    for line, (index, _) in zip(lines, came, strict=True):
        for name, quantities in (("short", missing), ("damaged", damaged)):
            if index in quantities:
                line[name] = quantity_text(quantities[index])
    return {"lines": lines, "condition": "short" if missing else "damaged"}
