"""Policies for the properties: paths with gaps, short tolerances, overrides, codes switched off, declared feeds.

A policy takes a while to load: there are some dozens of them, each drawn by its number once and for all.
"""

from collections.abc import Sequence
from functools import lru_cache
from random import Random

from hypothesis import strategies as st

from o2c.flows.correlation.policy import Policy, load_policy

FEEDS = (
    *("order", "allocation", "pick", "shipment", "pod", "invoice", "payment", "hold"),
    *("return", "credit_memo", "dispute", "transit", "incident"),
)
STALLS = (
    *("STALLED_RELEASE", "STALLED_ALLOCATION", "STALLED_PICK", "STALLED_SHIPMENT", "MISSING_POD"),
    *("SHIPPED_NOT_INVOICED", "PAST_DUE", "UNCREDITED_RETURN", "UNAPPLIED_CASH", "UNRESOLVED_DISPUTE"),
)
_HOLDS = (
    *("CREDIT", "FRAUD", "EXPORT", "CUSTOMER_MASTER", "PRICING", "TAX", "BILLING", "DELIVERY", "QUALITY"),
    "CUSTOMER_REQUEST",
)
AT_ONCE = (
    *(f"{kind}_HOLD" for kind in _HOLDS),
    *("BACKORDER", "PARTIAL_SHIPMENT", "SHORT_SHIP", "OVER_SHIP", "DELIVERY_SHORT", "DELIVERY_DAMAGED"),
    *("DELIVERY_EXCEPTION", "LATE_DELIVERY", "INVOICE_BEFORE_SHIPMENT", "QUANTITY_MISMATCH", "PRICE_MISMATCH"),
    *("TOTAL_MISMATCH", "CURRENCY_MISMATCH", "DUPLICATE_INVOICE", "DUPLICATE_ORDER", "SHORT_PAYMENT"),
    *("UNEARNED_DISCOUNT", "DEDUCTION", "OVERPAYMENT", "DISPUTE", "TAX_FAILURE", "CUSTOMER_MASTER"),
    *("PRICING_FAILURE", "INTEGRATION_TIMEOUT", "DOCUMENT_REJECTED", "UNMATCHED_LINE", "UOM_MISMATCH"),
    *("REVISION_CONFLICT", "ORPHAN_DOCUMENT", "IDENTITY_CONFLICT"),
)
CODES = (*STALLS, *AT_ONCE)
_OWN_TIMES = {
    "MISSING_POD": "after_eta",
    "UNRESOLVED_DISPUTE": "before_respond_by",
    "BACKORDER": "after_expected",
}
_LIMITED = ("OVER_SHIP", "QUANTITY_MISMATCH", "PRICE_MISMATCH", "SHORT_PAYMENT")
_SELECTORS = ('customer = "C1"', 'warehouse = "W1"', 'carrier = "UPS"', 'channel = "web"')
_POLICIES = 48
_MOST_OFF = 6


def policy_texts() -> st.SearchStrategy[str]:
    """One of the policies."""
    return st.integers(0, _POLICIES - 1).map(policy_text)


def plain_text(tolerance: str = "1d") -> str:
    """The whole path, every code on, around the clock, every stall after one time."""
    parts = ["version = 1"]
    for code in STALLS:
        parts += [f"[stalls.{code}]", f'tolerance = "{tolerance}"', 'calendar = "always"', f'owner = "team {code}"']
    for code in AT_ONCE:
        parts += [f"[exceptions.{code}]", 'calendar = "always"', f'owner = "team {code}"']
    return "\n".join(parts)


@lru_cache(maxsize=_POLICIES)
def policy_text(number: int) -> str:
    """The policy of a number; the first is plain."""
    if number == 0:
        return plain_text()
    chance = Random(number)  # a repeatable choice, no secret
    parts = ["version = 1", "[process]", f'lead = "{chance.randint(0, 3)}h"', f'settle = "{chance.randint(0, 3)}h"']
    parts.append(f"milestones = {_path(chance)}")
    if chance.random() < 0.5:
        selector = chance.choice(('fulfilment = "drop_ship"', 'customer = "C1"', 'channel = "web"'))
        parts += ["[[process.overrides]]", selector, f"milestones = {_path(chance)}"]
    for code in STALLS:
        parts += [f"[stalls.{code}]", *_rule(chance, f"team {code}")]
        if code in _OWN_TIMES and chance.random() < 0.5:
            parts.append(f'{_OWN_TIMES[code]} = "{chance.randint(1, 3)}h"')
        if chance.random() < 0.3:
            selector = chance.choice(_SELECTORS)
            parts += [f"[[stalls.{code}.overrides]]", selector, *_rule(chance, f"others of {code}")]
    off = chance.sample(AT_ONCE, chance.randint(0, _MOST_OFF))
    for code in AT_ONCE:
        parts += [f"[exceptions.{code}]", 'calendar = "always"', f'owner = "team {code}"']
        parts += ["enabled = false"] if code in off else []
        parts += _limits(chance) if code in _LIMITED else []
    parts += ["[feeds.default]", f'grace = "{chance.randint(0, 2)}h"']
    if chance.random() < 0.5:
        feed = chance.choice(FEEDS)
        parts += [f'[feeds."{feed}/wms"]', 'silent_after = "1h"', 'grace = "3h"', 'warehouses = ["W1"]']
    return "\n".join(parts)


def _path(chance: Random) -> list[str]:
    whole = ("allocation", "pick", "shipment", "pod", "invoice", "payment")
    missing = chance.sample(whole, chance.choice((0, 0, 1, 2, 3)))
    return ["order", *(milestone for milestone in whole if milestone not in missing)]


def _rule(chance: Random, owner: str) -> Sequence[str]:
    enabled = chance.choice(("true", "true", "true", "true", "false"))
    severity = chance.choice(("warning", "critical", "info"))
    tolerance = chance.randint(0, 6)
    return (
        'calendar = "always"',
        f"enabled = {enabled}",
        f'tolerance = "{tolerance}h"',
        f'severity = "{severity}"',
        f'owner = "{owner}"',
    )


def _limits(chance: Random) -> Sequence[str]:
    percent, absolute = chance.choice(((None, None), ("50", None), (None, "1"), ("30", "1"), ("0", None)))
    limits = []
    if percent is not None:
        limits.append(f'percent = "{percent}"')
    if absolute is not None:
        limits.append(f'absolute = "{absolute}"')
    return limits


@lru_cache(maxsize=1024)
def policy_of(text: str) -> Policy:
    """The policy of a text, loaded once."""
    return load_policy(text)
