"""What policy says of one kind of unit: its path, and for every reason code how long, how bad and whose business."""

from dataclasses import dataclass

from o2c.flows.correlation.calendar import ALWAYS, Calendar
from o2c.flows.correlation.paths import Path


@dataclass(frozen=True, slots=True)
class Step:
    """A level of escalation: who hears of an exception `after_us` past the end of its SLA (time of its calendar)."""

    after_us: int
    to: str


@dataclass(frozen=True, slots=True)
class Critical:
    """What makes an exception critical: its age in time of `calendar`, its amount, or the end of a calendar month.

    `amount` (10^-4) counts in `currency` alone. What is None makes nothing critical.
    """

    after_us: int | None = None
    calendar: Calendar = ALWAYS
    amount: int | None = None
    currency: str | None = None
    period_end: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """How one reason code is dealt with. Durations are microseconds of `calendar`.

    `tolerance_us`: how long a unit may wait; nil for a code that opens at once. `percent` (10^-4 of a percent),
    `absolute_amount` (10^-4) and `absolute_quantity` (10^-6): a difference beyond any one of them opens the code; None
    is no limit. `after_eta_us`, `after_expected_us`, `before_respond_by_us`: where the document names such a time, the
    limit counts from that instead.
    """

    enabled: bool
    tolerance_us: int
    severity: str
    owner: str
    sla_us: int | None
    calendar: Calendar
    escalation: tuple[Step, ...] = ()
    percent: int | None = None
    absolute_amount: int | None = None
    absolute_quantity: int | None = None
    critical: Critical | None = None
    after_eta_us: int | None = None
    after_expected_us: int | None = None
    before_respond_by_us: int | None = None

    def severity_at(self, since: int, clock: int, amount: int | None, currency: str | None) -> str:
        """How bad an exception is at `clock` whose condition began at `since`."""
        critical = self.critical
        if critical is None:
            return self.severity
        limit = critical.amount
        if limit is not None and amount is not None and currency == critical.currency and amount >= limit:
            return "critical"
        turns_at = self.turns_critical_at(since)
        return "critical" if turns_at is not None and clock >= turns_at else self.severity

    def turns_critical_at(self, since: int) -> int | None:
        """When age alone makes critical what began at `since`; None where it never does."""
        critical = self.critical
        if critical is None:
            return None
        times = []
        if critical.after_us is not None:
            times.append(critical.calendar.add(since, critical.after_us))
        if critical.period_end:
            times.append(self.calendar.month_end(since))
        return min(times, default=None)


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one kind of unit: its path, the lead of allocation, what starred codes wait for, a rule a code."""

    milestones: tuple[str, ...]
    path: Path
    lead_us: int
    settle_us: int
    codes: dict[str, Rule]
