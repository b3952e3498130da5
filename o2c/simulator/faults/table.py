"""Every fault by the code of the exception that it must open: what it does to an order's life, and where in it."""

from collections.abc import Callable
from dataclasses import dataclass

from o2c.simulator.chance import Chance
from o2c.simulator.faults import after, entry, goods, invoices, paying
from o2c.simulator.plan import Plan
from o2c.simulator.stops import HOLDS

Spoil = Callable[[Plan, Chance], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: what it does when an order is taken, before it is billed, paid, and after all of that.

    `pays`: how the order is paid instead of properly. `may_last`: nobody has to resolve it. `is_plain`: the order
    moves, is billed and paid as a whole, so that nothing but the fault shows. What has no function is done by the
    schedule.
    """

    entry: Spoil | None = None
    goods: Spoil | None = None
    invoices: Spoil | None = None
    pays: Spoil | None = None
    after: Spoil | None = None
    may_last: bool = True
    is_plain: bool = True


_BY_THE_SCHEDULE = Kind(is_plain=False)
_HOLD = Kind(may_last=False)
"""One that lasts is a `STALLED_RELEASE`."""

FAULTS: dict[str, Kind] = {
    "STALLED_RELEASE": _BY_THE_SCHEDULE,
    "STALLED_ALLOCATION": _BY_THE_SCHEDULE,
    "STALLED_PICK": _BY_THE_SCHEDULE,
    "STALLED_SHIPMENT": _BY_THE_SCHEDULE,
    "MISSING_POD": _BY_THE_SCHEDULE,
    "SHIPPED_NOT_INVOICED": _BY_THE_SCHEDULE,
    "PAST_DUE": _BY_THE_SCHEDULE,
    "UNCREDITED_RETURN": Kind(after=after.uncredited_return),
    "UNAPPLIED_CASH": Kind(pays=paying.unapplied_cash),
    "UNRESOLVED_DISPUTE": Kind(after=after.unresolved_dispute),
    **{f"{kind.upper()}_HOLD": _HOLD for kind in HOLDS},
    "BACKORDER": Kind(),
    "PARTIAL_SHIPMENT": Kind(may_last=False),
    "SHORT_SHIP": Kind(goods=goods.ship_short, after=goods.agree),
    "OVER_SHIP": Kind(goods=goods.ship_over, after=goods.agree),
    "DELIVERY_SHORT": Kind(goods=goods.lose_some, after=goods.credit_what_is_missing),
    "DELIVERY_DAMAGED": Kind(goods=goods.damage_some, after=goods.take_back_what_is_damaged),
    "DELIVERY_EXCEPTION": Kind(may_last=False),
    "LATE_DELIVERY": Kind(entry=entry.promise_too_early, goods=goods.note_late_delivery, may_last=False),
    "INVOICE_BEFORE_SHIPMENT": Kind(entry=entry.bill_early, goods=goods.note_early_invoice, may_last=False),
    "QUANTITY_MISMATCH": Kind(invoices=invoices.bill_more_than_shipped),
    "PRICE_MISMATCH": Kind(invoices=invoices.bill_another_price),
    "TOTAL_MISMATCH": Kind(invoices=invoices.misprint_total),
    "CURRENCY_MISMATCH": Kind(after=after.credit_in_another_currency),
    "DUPLICATE_INVOICE": Kind(invoices=invoices.bill_twice, may_last=False),
    "DUPLICATE_ORDER": Kind(entry=entry.order_twice, may_last=False),
    "SHORT_PAYMENT": Kind(pays=paying.short_payment, may_last=False),
    "UNEARNED_DISCOUNT": Kind(pays=paying.unearned_discount),
    "DEDUCTION": Kind(pays=paying.deduction),
    "OVERPAYMENT": Kind(pays=paying.overpayment),
    "DISPUTE": Kind(invoices=after.dispute, may_last=False),
    **{kind.upper(): Kind(entry=entry.incident(kind)) for kind in entry.INCIDENTS},
    "UNMATCHED_LINE": Kind(entry=entry.allocate_what_nobody_ordered),
    "UOM_MISMATCH": Kind(entry=entry.allocate_in_another_unit),
    "REVISION_CONFLICT": Kind(entry=entry.say_two_things_under_one_revision),
    "ORPHAN_DOCUMENT": Kind(entry=entry.lose_the_order),
    "IDENTITY_CONFLICT": Kind(entry=entry.name_another_order),
}
"""The kinds of fault.

Two codes are not here: `FEED_SILENT` is no order's, and `ABANDONED` takes an order that nobody touches for longer than
a simulation lasts.
"""
