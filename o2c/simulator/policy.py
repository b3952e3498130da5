"""The policy under which the simulator's truth holds: one table, written out as TOML and used to plan every order.

A healthy step is done `MARGIN_S` before its deadline and a late one `MARGIN_S` after it, which is more than any event's
delay: the same stalls open whether events are taken as they occurred or as they arrived.
"""

from dataclasses import dataclass

from o2c.simulator.world import DROP_SHIP, PATIENT_CUSTOMER, SLOW_CARRIER, SLOW_WAREHOUSE, WAREHOUSES

HOUR_S = 3_600
DAY_S = 24 * HOUR_S
MARGIN_S = 14 * HOUR_S
LEAD_DAYS = 1
SILENT_AFTER_HOURS = 5


@dataclass(frozen=True, slots=True)
class StallPolicy:
    """A stall's tolerance in days and its one override: (selector, value, days). Overrides only ever add time."""

    days: int
    severity: str
    owner: str
    sla: str
    override: tuple[str, str, int] | None = None


STALLS = {
    "STALLED_RELEASE": StallPolicy(2, "critical", "credit", "8h"),
    "STALLED_ALLOCATION": StallPolicy(2, "warning", "planning", "1d"),
    "STALLED_PICK": StallPolicy(2, "warning", "warehouse", "8h", ("warehouse", SLOW_WAREHOUSE, 3)),
    "STALLED_SHIPMENT": StallPolicy(2, "critical", "warehouse", "4h", ("channel", DROP_SHIP, 4)),
    "MISSING_POD": StallPolicy(5, "warning", "logistics", "2d", ("carrier", SLOW_CARRIER, 8)),
    "SHIPPED_NOT_INVOICED": StallPolicy(3, "critical", "billing", "8h", ("customer", PATIENT_CUSTOMER, 5)),
    "PAST_DUE": StallPolicy(3, "warning", "collections", "5d"),
}
"""The stalls that are injected, in the order in which they take turns."""

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
    feeds = [_feed(f"shipment/{warehouse.source}", warehouse.code) for warehouse in WAREHOUSES]
    return "\n".join([_PROCESS, *stalls, _FEEDS, *feeds])


def _stall(code: str, stall: StallPolicy) -> str:
    text = (
        f'[stalls.{code}]\nenabled = true\ntolerance = "{stall.days}d"\ncalendar = "always"\n'
        f'severity = "{stall.severity}"\nowner = "{stall.owner}"\nsla = "{stall.sla}"\n'
    )
    if stall.override is not None:
        selector, value, days = stall.override
        text += f'\n[[stalls.{code}.overrides]]\n{selector} = "{value}"\ntolerance = "{days}d"\n'
    return text


def _feed(name: str, warehouse: str) -> str:
    return (
        f'[feeds."{name}"]\nsilent_after = "{SILENT_AFTER_HOURS}h"\ncalendar = "always"\nwarehouses = ["{warehouse}"]\n'
    )


_PROCESS = f"""version = 1
base = "none"

[process]
milestones = ["order", "allocation", "pick", "shipment", "pod", "invoice", "payment"]
lead = "{LEAD_DAYS}d"

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
