"""The policy under which the simulator's truth holds: one table, written out as TOML and used to plan every order.

A healthy step is done `MARGIN_S` before its deadline and a late one `MARGIN_S` after it, which is more than any event's
delay: the same exceptions open whether events are taken as they occurred or as they arrived.
"""

from dataclasses import dataclass

from o2c.simulator.world import DROP_SHIP, PATIENT_CUSTOMER, SLOW_CARRIER, SLOW_WAREHOUSE, WAREHOUSES

HOUR_S = 3_600
DAY_S = 24 * HOUR_S
MARGIN_S = 14 * HOUR_S
SETTLE_HOURS = 12
SETTLE_S = SETTLE_HOURS * HOUR_S
"""Longer than any event is late: what is not there by then will not come."""

LEAD_DAYS = 1
AFTER_ETA_DAYS = 2
SILENT_AFTER_HOURS = 5


@dataclass(frozen=True, slots=True)
class StallPolicy:
    """A stall's tolerance in days and its one override: (selector, value, days). Overrides only ever add time."""

    days: int
    severity: str
    owner: str
    sla: str
    override: tuple[str, str, int] | None = None


@dataclass(frozen=True, slots=True)
class ExceptionPolicy:
    """A code that opens at once."""

    severity: str
    owner: str
    sla: str


STALLS = {
    "STALLED_RELEASE": StallPolicy(4, "critical", "credit", "8h"),
    "STALLED_ALLOCATION": StallPolicy(2, "warning", "planning", "1d"),
    "STALLED_PICK": StallPolicy(2, "warning", "warehouse", "8h", ("warehouse", SLOW_WAREHOUSE, 3)),
    "STALLED_SHIPMENT": StallPolicy(2, "critical", "warehouse", "4h", ("channel", DROP_SHIP, 4)),
    "MISSING_POD": StallPolicy(5, "warning", "logistics", "2d", ("carrier", SLOW_CARRIER, 8)),
    "SHIPPED_NOT_INVOICED": StallPolicy(3, "critical", "billing", "8h", ("customer", PATIENT_CUSTOMER, 5)),
    "PAST_DUE": StallPolicy(3, "warning", "collections", "5d"),
    "UNCREDITED_RETURN": StallPolicy(2, "warning", "returns", "2d"),
    "UNAPPLIED_CASH": StallPolicy(2, "warning", "cash", "1d"),
    "UNRESOLVED_DISPUTE": StallPolicy(4, "critical", "collections", "3d"),
}

EXCEPTIONS = {
    "CREDIT_HOLD": ExceptionPolicy("warning", "credit", "8h"),
    "FRAUD_HOLD": ExceptionPolicy("critical", "credit", "4h"),
    "EXPORT_HOLD": ExceptionPolicy("warning", "compliance", "1d"),
    "CUSTOMER_MASTER_HOLD": ExceptionPolicy("warning", "master-data", "8h"),
    "PRICING_HOLD": ExceptionPolicy("warning", "pricing", "1d"),
    "TAX_HOLD": ExceptionPolicy("warning", "tax", "1d"),
    "BILLING_HOLD": ExceptionPolicy("warning", "billing", "1d"),
    "DELIVERY_HOLD": ExceptionPolicy("warning", "logistics", "1d"),
    "QUALITY_HOLD": ExceptionPolicy("warning", "quality", "1d"),
    "CUSTOMER_REQUEST_HOLD": ExceptionPolicy("info", "customer-service", "10d"),
    "BACKORDER": ExceptionPolicy("warning", "customer-service", "10d"),
    "PARTIAL_SHIPMENT": ExceptionPolicy("info", "warehouse", "10d"),
    "SHORT_SHIP": ExceptionPolicy("warning", "warehouse", "8h"),
    "OVER_SHIP": ExceptionPolicy("warning", "warehouse", "1d"),
    "DELIVERY_SHORT": ExceptionPolicy("warning", "logistics", "2d"),
    "DELIVERY_DAMAGED": ExceptionPolicy("warning", "logistics", "1d"),
    "DELIVERY_EXCEPTION": ExceptionPolicy("warning", "logistics", "4h"),
    "LATE_DELIVERY": ExceptionPolicy("info", "logistics", "10d"),
    "INVOICE_BEFORE_SHIPMENT": ExceptionPolicy("warning", "billing", "8h"),
    "QUANTITY_MISMATCH": ExceptionPolicy("warning", "billing", "1d"),
    "PRICE_MISMATCH": ExceptionPolicy("warning", "pricing", "1d"),
    "TOTAL_MISMATCH": ExceptionPolicy("warning", "billing", "8h"),
    "CURRENCY_MISMATCH": ExceptionPolicy("critical", "billing", "8h"),
    "DUPLICATE_INVOICE": ExceptionPolicy("critical", "billing", "4h"),
    "DUPLICATE_ORDER": ExceptionPolicy("warning", "customer-service", "4h"),
    "SHORT_PAYMENT": ExceptionPolicy("warning", "collections", "3d"),
    "UNEARNED_DISCOUNT": ExceptionPolicy("warning", "collections", "5d"),
    "DEDUCTION": ExceptionPolicy("warning", "collections", "5d"),
    "OVERPAYMENT": ExceptionPolicy("warning", "cash", "5d"),
    "DISPUTE": ExceptionPolicy("warning", "collections", "3d"),
    "TAX_FAILURE": ExceptionPolicy("warning", "tax", "4h"),
    "CUSTOMER_MASTER": ExceptionPolicy("warning", "master-data", "4h"),
    "PRICING_FAILURE": ExceptionPolicy("warning", "pricing", "4h"),
    "INTEGRATION_TIMEOUT": ExceptionPolicy("warning", "integration", "2h"),
    "DOCUMENT_REJECTED": ExceptionPolicy("warning", "integration", "4h"),
    "UNMATCHED_LINE": ExceptionPolicy("warning", "integration", "1d"),
    "UOM_MISMATCH": ExceptionPolicy("warning", "master-data", "1d"),
    "REVISION_CONFLICT": ExceptionPolicy("warning", "integration", "1d"),
    "ORPHAN_DOCUMENT": ExceptionPolicy("warning", "integration", "4h"),
    "IDENTITY_CONFLICT": ExceptionPolicy("critical", "integration", "4h"),
}
"""What opens at once, beside `FEED_SILENT`."""

RULES: dict[str, StallPolicy | ExceptionPolicy] = {**STALLS, **EXCEPTIONS}

AWAITED = {
    "STALLED_ALLOCATION": "allocation",
    "STALLED_PICK": "pick",
    "STALLED_SHIPMENT": "shipment",
    "MISSING_POD": "pod",
    "SHIPPED_NOT_INVOICED": "invoice",
}
CODES = {milestone: code for code, milestone in AWAITED.items()}


def healthy_s(code: str) -> int:
    """The longest that a healthy step takes, in seconds: the tolerance that everybody has, less the margin."""
    return STALLS[code].days * DAY_S - MARGIN_S


def tolerance_s(code: str, **selectors: str) -> int:
    """The tolerance in seconds for a customer, warehouse, carrier, channel."""
    stall = STALLS[code]
    if stall.override is not None and selectors.get(stall.override[0]) == stall.override[1]:
        return stall.override[2] * DAY_S
    return stall.days * DAY_S


def policy_toml() -> str:
    """The policy as TOML. All calendars are `always`."""
    stalls = [_stall(code, stall) for code, stall in STALLS.items()]
    exceptions = [_exception(code, each) for code, each in EXCEPTIONS.items()]
    feeds = [_feed(f"shipment/{warehouse.source}", warehouse.code) for warehouse in WAREHOUSES]
    return "\n".join([_PROCESS, *stalls, *exceptions, _FEEDS, *feeds])


def _stall(code: str, stall: StallPolicy) -> str:
    text = (
        f'[stalls.{code}]\nenabled = true\ntolerance = "{stall.days}d"\ncalendar = "always"\n'
        f'severity = "{stall.severity}"\nowner = "{stall.owner}"\nsla = "{stall.sla}"\n{_MORE.get(code, "")}'
    )
    if stall.override is not None:
        selector, value, days = stall.override
        text += f'\n[[stalls.{code}.overrides]]\n{selector} = "{value}"\ntolerance = "{days}d"\n'
    return text


def _exception(code: str, each: ExceptionPolicy) -> str:
    return (
        f'[exceptions.{code}]\nenabled = true\ncalendar = "always"\n'
        f'severity = "{each.severity}"\nowner = "{each.owner}"\nsla = "{each.sla}"\n'
    )


def _feed(name: str, warehouse: str) -> str:
    return (
        f'[feeds."{name}"]\nsilent_after = "{SILENT_AFTER_HOURS}h"\ncalendar = "always"\nwarehouses = ["{warehouse}"]\n'
    )


_MORE = {"MISSING_POD": f'after_eta = "{AFTER_ETA_DAYS}d"\n'}

_PROCESS = f"""version = 1
base = "none"

[process]
milestones = ["order", "allocation", "pick", "shipment", "pod", "invoice", "payment"]
lead = "{LEAD_DAYS}d"
settle = "{SETTLE_HOURS}h"

[[process.overrides]]
channel = "{DROP_SHIP}"
milestones = ["order", "shipment", "pod", "invoice", "payment"]
"""

_FEEDS = f"""[exceptions.FEED_SILENT]
enabled = true
severity = "critical"
owner = "integration"
sla = "1h"

[feeds.default]
grace = "5m"
heartbeat_silent_after = "{SILENT_AFTER_HOURS}h"
"""
