"""What was decided about an exception or the billing of an order: by whom, when, why, and what it was before."""

from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from o2c.flows.correlation.billing import State as BillingState
from o2c.flows.correlation.lives import Life
from o2c.schemas.documents import ActionBody
from o2c.schemas.numbers import AMOUNT_PLACES, plain
from o2c.schemas.records import AuditRecord
from o2c.schemas.times import rfc3339

_NAMESPACE: UUID = uuid5(NAMESPACE_URL, "o2c:audit")
_encode = msgspec.json.encode

Shown = dict[str, object] | None
"""An exception or the readiness for billing as an audit shows it."""


def shown_life(life: Life | None) -> Shown:
    """What an audit shows of an exception; None before its first opening."""
    if life is None:
        return None
    return {
        "state": life.state,
        "owner": life.owner,
        "severity": life.severity,
        "level": life.level,
        "snoozed_until": None if life.snoozed_until is None else rfc3339(life.snoozed_until),
    }


def shown_billing(state: BillingState) -> Shown:
    """What an audit shows of the readiness for billing."""
    ready, amount, blocked_by, _ = state
    return {
        "ready": ready,
        "amount": None if amount is None else plain(amount, AMOUNT_PLACES),
        "blocked_by": blocked_by,
    }


class Audit:
    """Writes the records of one order, or of one feed, in sequence."""

    __slots__ = ("_about", "_clock", "_correlation_id", "_generation", "_policy_version", "records", "sequence")

    def __init__(
        self, about: str, correlation_id: str | None, policy_version: str, clock: int, sequence: int, generation: int
    ) -> None:
        self._about = about
        self._correlation_id = correlation_id
        self._policy_version = policy_version
        self._clock = clock
        self._generation = generation
        self.sequence = sequence
        self.records: list[AuditRecord] = []

    def decided(self, action: str, reason: str, life: Life | None, before: Shown, after: Shown) -> None:
        """What the processor decided by itself."""
        self._add(
            exception_id=None if life is None else life.exception_id,
            occurrence=None if life is None else life.occurrence,
            code=None if life is None else life.code,
            actor=None,
            role=None,
            action=action,
            outcome="decided",
            reason=reason,
            before=before,
            after=after,
        )

    def acted(self, body: ActionBody, life: Life | None, refusal: str | None, before: Shown, after: Shown) -> None:
        """What a person wanted, and whether it was done."""
        self._add(
            exception_id=body.exception_id,
            occurrence=body.occurrence,
            code=None if life is None else life.code,
            actor=body.actor,
            role=body.role,
            action=body.action,
            outcome="accepted" if refusal is None else "refused",
            reason=refusal if refusal is not None else body.note,
            before=before,
            after=after,
        )

    def _add(self, **said: object) -> None:
        self.sequence += 1
        key = str(uuid5(_NAMESPACE, f"{self._about}\x1f{self.sequence}"))
        value = {
            "audit_id": key,
            "correlation_id": self._correlation_id,
            **said,
            "at": rfc3339(self._clock),
            "policy_version": self._policy_version,
            "sequence": self.sequence,
            "version": (self._generation << 32) + self.sequence,
        }
        self.records.append(AuditRecord(self._correlation_id, key, self._clock, self.sequence, _encode(value)))
