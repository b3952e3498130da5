"""Who may do what about whose exceptions."""

from collections.abc import Mapping
from dataclasses import dataclass

from o2c.flows.correlation.policy_fields import ACTIONS
from o2c.flows.correlation.policy_file import ESCALATION_ROLE, OWNER_ROLE
from o2c.flows.correlation.refusal import nearest
from o2c.flows.correlation.selection import Content

_NO_NAMES = (OWNER_ROLE, ESCALATION_ROLE)
"""Not names of roles: a role has these rights by what it is to an exception."""


@dataclass(frozen=True, slots=True)
class Right:
    """What a role may do; `owners` and `codes` limit it to exceptions of theirs, None to nothing."""

    actions: tuple[str, ...]
    owners: tuple[str, ...] | None
    codes: tuple[str, ...] | None


class Rights:
    """The roles of a policy."""

    def __init__(self, roles: Mapping[str, Content]) -> None:
        self.roles = {name: _right(table) for name, table in sorted(roles.items())}

    def refusal(
        self, role: str, action: str, code: str, owners: frozenset[str], escalated: frozenset[str]
    ) -> str | None:
        """Why a role may not do this to an exception that `owners` own and `escalated` hear of; None where it may."""
        if action not in ACTIONS:
            return f'there is no action "{action}"{nearest(action, ACTIONS)}'
        right = self._right_of(role, owners, escalated)
        if right is None:
            return f'it does not own this, and the policy knows no role "{role}"{nearest(role, self._named())}'
        if action not in right.actions:
            may = ", ".join(right.actions) or "nothing"
            return f'the role "{role}" may not {action}; it may {may}'
        if right.owners is not None and owners.isdisjoint(right.owners):
            return f'the role "{role}" may act for {", ".join(right.owners)} alone; this is owned by {_names(owners)}'
        if right.codes is not None and code not in right.codes:
            return f'the role "{role}" may not act on {code}; it may on {", ".join(right.codes)}'
        return None

    def _right_of(self, role: str, owners: frozenset[str], escalated: frozenset[str]) -> Right | None:
        """A table of its own, else that of those who hear of it next, else that of its owners."""
        if role in self.roles and role not in _NO_NAMES:
            return self.roles[role]
        if role in escalated:
            return self.roles.get(ESCALATION_ROLE)
        return self.roles.get(OWNER_ROLE) if role in owners else None

    def _named(self) -> list[str]:
        return [name for name in self.roles if name not in _NO_NAMES]


def _right(table: Content) -> Right:
    owners, codes = table.get("owners"), table.get("codes")
    return Right(
        tuple(table.get("actions", ())),
        None if owners is None else tuple(owners),
        None if codes is None else tuple(codes),
    )


def _names(owners: frozenset[str]) -> str:
    return " and ".join(sorted(owners))
