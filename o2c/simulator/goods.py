"""What warehouses and carriers say: allocations, picks, shipments, proofs of delivery."""

from collections.abc import Iterator

from o2c.simulator.chance import Chance
from o2c.simulator.plan import Content, Parcel, Plan
from o2c.simulator.policy import HOUR_S
from o2c.simulator.statements import Fields, Statement, quantity_text, state
from o2c.simulator.world import DROP_SHIP

_RECEIVERS = ("front desk", "goods-in", "neighbour", "M. Okafor", "L. Brandt")


def parcel_statements(plan: Plan, parcel: Parcel, chance: Chance) -> Iterator[Statement]:
    """All that is said of a parcel on its way."""
    reached = parcel.reached
    if "allocation" in reached:
        fields: Fields = {"lines": goods_lines(plan, parcel.reserved, "number")}
        document = ("allocation", plan.document_id("allocation", parcel.number))
        yield state(plan, document, plan.customer.company.erp, reached["allocation"], fields)
    if "pick" in reached:
        lines = goods_lines(plan, parcel.content, parcel.warehouse.naming)
        fields = {"lines": lines, "warehouse": parcel.warehouse.code}
        document = ("pick", plan.document_id("pick", parcel.number))
        yield state(plan, document, parcel.warehouse.source, reached["pick"], fields)
    if "shipment" in reached:
        yield from _shipment(plan, parcel, chance)
    if "pod" in reached:
        yield _proof_of_delivery(plan, parcel, chance)


def goods_lines(plan: Plan, content: Content, naming: str) -> list[Fields]:
    """The lines of `content`, named as one system names them: by padded number and article, by article, by number."""
    return [{**_name(plan, index, naming), "quantity": quantity_text(quantity)} for index, quantity in content]


def _name(plan: Plan, index: int, naming: str) -> Fields:
    line = plan.lines[index]
    if naming == "sku":
        return {"sku": line.product.sku}
    if naming == "number":
        return {"line": line.number}
    return {"line": f"{line.number:06d}", "sku": line.product.sku}


def _shipment(plan: Plan, parcel: Parcel, chance: Chance) -> Iterator[Statement]:
    shipped_at = parcel.reached["shipment"]
    document_id = plan.document_id("shipment", parcel.number)
    fields: Fields = {
        "lines": goods_lines(plan, parcel.content, parcel.warehouse.naming),
        "carrier": parcel.carrier.code,
    }
    if plan.channel != DROP_SHIP:
        fields["warehouse"] = parcel.warehouse.code
    if parcel.final:
        fields["final"] = True
    packed = {**fields, "packages": [{"id": f"{document_id}-1", "tracking": _tracking(plan, parcel)}]}
    named_later = chance.happens(0.04)
    first = fields if named_later else packed
    document = ("shipment", document_id)
    yield state(plan, document, parcel.warehouse.source, shipped_at, first, business_at=shipped_at)
    if named_later:
        said_at = shipped_at + chance.between(300, HOUR_S)
        yield state(plan, document, parcel.warehouse.source, said_at, packed, revision=2, business_at=shipped_at)


def _tracking(plan: Plan, parcel: Parcel) -> str:
    return f"{parcel.carrier.code[:2]}{plan.number:09d}{parcel.number}"


def _proof_of_delivery(plan: Plan, parcel: Parcel, chance: Chance) -> Statement:
    """Recorded up to an hour after the delivery; a delivery that was missed for days is recorded at once."""
    delivered_at = parcel.reached["pod"]
    late = plan.fault_is("MISSING_POD")
    recorded_at = delivered_at if late else delivered_at + chance.early(HOUR_S)
    fields: Fields = {"received_by": chance.pick(_RECEIVERS), "condition": "ok"}
    form = chance.below(10)
    refs = {"shipment": [plan.document_id("shipment", parcel.number)], "tracking": [_tracking(plan, parcel)]}
    if form > 6:
        fields["lines"] = goods_lines(plan, parcel.content, "sku")
    if form == 9 and plan.fault is None:
        refs = {}
    document = ("pod", plan.document_id("pod", parcel.number))
    return state(plan, document, parcel.carrier.source, recorded_at, fields, business_at=delivered_at, refs=refs)
