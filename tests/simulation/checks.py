"""What must hold while the job runs: only what is durable is said."""

import json
from collections import Counter

import msgspec

from o2c.flows.correlation.silence import FeedLife
from o2c.flows.correlation.snapshot import decode
from o2c.flows.correlation.state import OrderState
from o2c.flows.orders import order_key
from o2c.flows.outbox import decode_entry
from o2c.schemas.records import Emission, ExceptionRecord, StatusRecord
from tests.simulation.store import Disk

_feed_life = msgspec.msgpack.Decoder(FeedLife)


def check_emission(emission: Emission, disk: Disk) -> None:
    """If the machine stopped now, everything that these records say of exceptions would still be so."""
    through_the_outbox = (emission.exceptions, emission.billings, emission.audits, emission.forgotten)
    entries = disk.durable.between(b"x", b"y") if any(through_the_outbox) else []
    kept = [decode_entry(value) for _, value in entries]
    for each in (*emission.billings, *emission.audits, *emission.forgotten):
        assert each in kept, f"{each}: a crash now would not repeat it"
    for billing in emission.billings:
        assert _durable_order(billing.correlation_id, disk).billing_sequence >= billing.sequence
    for record in emission.exceptions:
        said = f"{record.code} {record.state} of {record.correlation_id}, sequence {record.sequence}"
        assert record in kept, f"{said}: a crash now would not repeat it"
        assert _durable_sequence(record, disk) >= record.sequence, f"{said}: its cause is not durable"
    for status in emission.statuses:
        assert _said_open(status) == _durably_open(status.correlation_id, disk), (
            f"the status of {status.correlation_id} tells of exceptions that are not durable"
        )


def check_figures(disk: Disk) -> None:
    """What the store counts of its orders is what a count over them gives."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for _, value in disk.written.between(b"o", b"p"):
        order = decode(value)
        if order.fulfilment:
            counted["orders", order.fulfilment, order.financial] += 1
        for life in order.lives.values():
            if life.is_open:
                counted["exceptions", life.code, life.severity] += 1
                counted["amounts", life.code, str(life.currency)] += life.amount or 0
    assert figures_of(disk) == {figure: count for figure, count in counted.items() if count}


def figures_of(disk: Disk) -> dict[tuple[str, str, str], int]:
    """The figures as the store has them."""
    rows = json.loads(disk.written.values.get(b"mfigures", b"[]"))
    return {(name, first, second): count for name, first, second, count in rows}


def _durable_order(correlation_id: str, disk: Disk) -> OrderState:
    order = disk.durable.values.get(order_key(correlation_id))
    return OrderState(correlation_id) if order is None else decode(order)


def _durable_sequence(record: ExceptionRecord, disk: Disk) -> int:
    if record.correlation_id is None:
        feed = json.loads(record.value)["subject"]["document_id"].removeprefix("feed:")
        life = disk.durable.values.get(b"l" + feed.encode())
        return -1 if life is None else _feed_life.decode(life).sequence
    return _durable_order(record.correlation_id, disk).sequence


def _durably_open(correlation_id: str, disk: Disk) -> set[str]:
    lives = _durable_order(correlation_id, disk).lives.values()
    return {life.exception_id for life in lives if life.is_open}


def _said_open(status: StatusRecord) -> set[str]:
    return {exception["exception_id"] for exception in json.loads(status.value)["exceptions"]}
