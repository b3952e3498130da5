"""The money of an order in a few lines: what became of it, what is at risk, what can be invoiced."""

from decimal import Decimal

from o2c.status.layout import Status, decimal_of, is_something, money

_SETTLED = ("invoiced", "paid", "discounted", "credited", "deducted", "written_off", "open")
_BESIDE = ("overpaid", "unapplied", "applied_elsewhere", "credit_due", "refunded")
_PARTS_OF_OPEN = ("past_due", "disputed")
_BUCKETS = ("disputed", "past_due", "open", "unbilled", "in_transit", "held", "unshipped", "unallocated")


def worth_lines(status: Status) -> list[str]:
    """What the order is worth, what of it is unsettled and what can be invoiced: a line each, where there is any."""
    lines = [_worth(status), "" if status.get("closed") else _at_risk(status), _billing(status)]
    return [line for line in lines if line]


def _worth(status: Status) -> str:
    amounts = status.get("amounts")
    if not amounts:
        return ""
    ordered = amounts.get("ordered")
    worth = f"Worth {money(ordered, status.get('currency'))}"
    if ordered is None:
        worth = "Worth unknown, as a price is missing"
    told = _named(amounts, _SETTLED, amounts)
    if not told:
        worth += ", nothing invoiced yet"
    moved = told + _named(amounts, _BESIDE, amounts)
    return f"{worth}: {', '.join(moved)}" if moved else worth


def _at_risk(status: Status) -> str:
    exposure = status.get("exposure") or {}
    currency = status.get("currency")
    total = sum((decimal_of(exposure.get(name)) for name in _BUCKETS), Decimal(0))
    buckets = _named(exposure, _BUCKETS)
    parts = []
    if len(buckets) == 1:
        parts.append(f"{money(_plain(total), currency)}, all of it {buckets[0].partition(' ')[2]}")
    elif buckets:
        parts.append(f"{money(_plain(total), currency)}: {', '.join(buckets)}")
    for other, of_currency in (exposure.get("other_currencies") or {}).items():
        parts.append(f"{other}: {', '.join(_named(of_currency, _BUCKETS))}")
    if is_something(exposure.get("unpriced")):
        parts.append(f"{exposure['unpriced']} units without a price")
    return f"At risk {'; '.join(parts)}" if parts else ""


def _billing(status: Status) -> str:
    billing = status.get("billing") or {}
    blocked_by = ", ".join(billing.get("blocked_by") or ())
    worth = money(billing.get("amount"), status.get("currency")) or "an unknown amount, as a price is missing"
    if billing.get("ready"):
        rest = f"; the rest is blocked by {blocked_by}" if blocked_by else ""
        return f"Ready to invoice: {worth}{rest}"
    return f"Not to be invoiced yet: {worth}, blocked by {blocked_by}" if blocked_by else ""


def _named(amounts: Status, names: tuple[str, ...], of_open: Status | None = None) -> list[str]:
    """The amounts that are not zero, each with what it is: "5 past due"."""
    told = []
    for name in names:
        if not is_something(amounts.get(name)):
            continue
        parts = _named(of_open, _PARTS_OF_OPEN) if of_open is not None and name == "open" else []
        told.append(f"{amounts[name]} {name.replace('_', ' ')}" + (f" ({', '.join(parts)})" if parts else ""))
    return told


def _plain(amount: Decimal) -> str:
    """As the status writes its amounts: without exponent and trailing zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
