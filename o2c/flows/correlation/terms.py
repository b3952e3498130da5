"""Terms of payment: when what is owed falls due, and which discount is earned. Amounts in 10^-4, times in UTC us."""

from o2c.flows.correlation.calendar import Calendar
from o2c.schemas.currencies import minor_unit
from o2c.schemas.documents import InvoiceBody, Terms
from o2c.schemas.numbers import AMOUNT_PLACES, divide_half_even
from o2c.schemas.times import DAY_US

PERCENT_UNIT = 1_000_000
"""A whole (100 %), in the 10^-4 of a percent in which percents are kept."""

Part = tuple[int | None, int]
"""When a part of an invoice is due (None: nobody says), and how much it is."""


def percent_of(amount: int, percent: int, currency: str) -> int:
    """A percentage of an amount, half-even to the currency's minor unit."""
    step: int = 10 ** (AMOUNT_PLACES - min(AMOUNT_PLACES, minor_unit(currency)))
    return divide_half_even(amount * percent, PERCENT_UNIT * step) * step


def parts_due(body: InvoiceBody, business_at: int, order_terms: Terms | None) -> list[Part]:
    """What of an invoice is due when, in order of time. What instalments leave over is due with the last of them."""
    terms = body.terms if body.terms is not None else order_terms
    if terms is not None and terms.instalments:
        parts: list[Part] = []
        rest = body.total
        for instalment in sorted(terms.instalments, key=lambda each: each.due_at):
            share = min(rest, percent_of(body.total, instalment.percent, body.currency))
            parts.append((instalment.due_at, share))
            rest -= share
        last_due, last_share = parts[-1]
        parts[-1] = (last_due, last_share + rest)
        return parts
    if body.due_at is not None:
        return [(body.due_at, body.total)]
    if terms is not None and terms.net_days is not None:
        return [(business_at + terms.net_days * DAY_US, body.total)]
    return [(None, body.total)]


def open_parts(parts: list[Part], still_open: int) -> list[Part]:
    """What is still open of each part: what was settled covers the earliest first."""
    left = still_open
    found: list[Part] = []
    for due_at, share in reversed(parts):
        part = min(left, share)
        if part > 0:
            found.append((due_at, part))
            left -= part
    found.reverse()
    return found


def discount_allowed(
    body: InvoiceBody, business_at: int, order_terms: Terms | None, paid_at: int, calendar: Calendar
) -> int:
    """The most discount that a payment of `paid_at` earns: days are calendar days, nil where no terms grant any."""
    terms = body.terms if body.terms is not None else order_terms
    if terms is None or not terms.discounts:
        return 0
    age = calendar.day_of(paid_at) - calendar.day_of(business_at)
    earned = [percent_of(body.total, each.percent, body.currency) for each in terms.discounts if age <= each.days]
    return max(earned, default=0)
