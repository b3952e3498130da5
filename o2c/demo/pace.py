"""The demo's time: a day of the simulated distributor lasts three seconds. All times are UTC microseconds."""

from dataclasses import dataclass
from typing import Any

from o2c.schemas.times import SECOND_US, parse_rfc3339, rfc3339
from o2c.simulator.plan import Plan
from o2c.simulator.policy import DAY_S

DAY_US = 3 * SECOND_US
"""How long a simulated day lasts here. The tolerances of `policy.toml` follow from it."""

_TICK_US = SECOND_US // 10

_TIME = "_at"
_TIMES = ("eta", "respond_by", "until")
_PROMISE = "promised_at"
_REAL_DAY_US = DAY_S * SECOND_US


@dataclass(frozen=True, slots=True)
class Pace:
    """When what an order's plan says (seconds since 1970) happens here, in whole tenths of a second.

    `plan_start` of the plan is `placed_at` here. From `waits_from` of the plan on, all comes `waits_us` later: until
    then nobody resolves the order's fault.
    """

    plan_start: int
    placed_at: int
    waits_from: int | None = None
    waits_us: int = 0

    def at(self, planned: int) -> int:
        """The time here."""
        time_us = self.placed_at + (planned - self.plan_start) * DAY_US // DAY_S
        if self.waits_from is not None and planned >= self.waits_from:
            time_us += self.waits_us
        return time_us // _TICK_US * _TICK_US

    def text(self, planned: int) -> str:
        """The time here as an event says it."""
        return rfc3339(self.at(planned))

    def of_fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        """An event's fields with every time in them as it is here."""
        return {name: self._of_field(name, value) for name, value in fields.items()}

    def _of_field(self, name: str, value: Any) -> Any:
        if name == _PROMISE:
            return self._promise(parse_rfc3339(value) // SECOND_US)
        if name.endswith(_TIME) or name in _TIMES:
            return self.text(parse_rfc3339(value) // SECOND_US)
        if isinstance(value, list):
            return [self.of_fields(each) if isinstance(each, dict) else each for each in value]
        return self.of_fields(value) if isinstance(value, dict) else value

    def _promise(self, planned: int) -> str:
        """A promise is kept or broken by the calendar day: it stays as many real days away as in the plan."""
        return rfc3339(self.placed_at + (planned - self.plan_start) // DAY_S * _REAL_DAY_US)


def due_at(plan: Plan, invoiced_at: int) -> int:
    """When an invoice of the plan is to be paid (seconds since 1970). The wire's terms count in real days."""
    return invoiced_at + plan.customer.net_days * DAY_S
