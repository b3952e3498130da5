"""A policy file as it is written: every key of the contract, checked key by key. `policy` says what it comes to."""

import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationError

from o2c.errors import ConfigurationError
from o2c.flows.correlation.calendar import ALWAYS_NAME
from o2c.flows.correlation.policy_fields import (
    DIFFERENCES,
    NO_LIMIT,
    Actions,
    AtOnceCode,
    Codes,
    Duration,
    HolidayName,
    Limit,
    Milestones,
    MinAmount,
    Name,
    OpeningHours,
    PositiveDuration,
    Severity,
    StallCode,
    Weekdays,
    Zone,
    limit_places,
)
from o2c.flows.correlation.refusal import Table, first_line, nearest, refuse
from o2c.schemas.events import DOCUMENT_TYPES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SELECTORS = ("customer", "warehouse", "carrier", "channel", "fulfilment", "min_amount")
"""What an override may select by, the stronger first where two select by equally many."""

DEFAULT_FEED = "default"
OWNER_ROLE = "owner"
"""What any role may do about the exceptions that it owns, where no table bears its own name."""

ESCALATION_ROLE = "escalation"
"""What any role may do about exceptions that are escalated to it, where no table bears its own name."""


class EscalationStep(Table):
    """Who hears of an exception next, and how long after the owner's time has ended."""

    after: PositiveDuration
    to: Name


class CriticalTable(Table):
    """What makes an exception critical: its age, its amount, or the end of a calendar month."""

    after: PositiveDuration | None = None
    calendar: Name | None = None
    amount: MinAmount | None = None
    period_end: bool | None = None


class Selectors(Table):
    """Whom an override is for; all that are given must fit."""

    customer: Name | None = None
    warehouse: Name | None = None
    carrier: Name | None = None
    channel: Name | None = None
    min_amount: MinAmount | None = None


class Handling(Table):
    """Who deals with an exception, and how soon."""

    enabled: bool | None = None
    calendar: Name | None = None
    severity: Severity | None = None
    critical: CriticalTable | None = None
    owner: Name | None = None
    sla: PositiveDuration | None = None
    escalation: list[EscalationStep] | None = None


class StallLimits(Table):
    """How long a unit may wait."""

    tolerance: Duration | None = None
    from_allocation: Duration | None = None
    after_eta: Duration | None = None
    before_respond_by: Duration | None = None


FROM_ALLOCATION = "from_allocation"
OTHER_TOLERANCES = (FROM_ALLOCATION, "after_eta", "before_respond_by")
"""What says how long a unit may wait where something is known of it. Who states a tolerance states these anew."""


class DifferenceLimits(Table):
    """How large a difference may be, and how long after the date that was promised."""

    percent: Limit | None = None
    absolute: Limit | None = None
    after_expected: Duration | None = None


class ProcessOverride(Selectors):
    """Another process for some orders or lines."""

    fulfilment: Name | None = None
    milestones: Milestones | None = None
    lead: Duration | None = None
    settle: Duration | None = None


class StallOverride(StallLimits, Handling, Selectors):
    """Another rule for some units of a stall."""


class ExceptionOverride(DifferenceLimits, Handling, Selectors):
    """Another rule for some orders of a code that opens at once."""


OverrideType = TypeVar("OverrideType", bound=Selectors)


def selectors_of(override: Selectors) -> tuple[tuple[str, str], ...]:
    """What an override selects by, in the order of SELECTORS."""
    stated = ((name, getattr(override, name, None)) for name in SELECTORS)
    return tuple((name, value) for name, value in stated if value is not None)


def _overrides(overrides: list[OverrideType]) -> list[OverrideType]:
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for position, override in enumerate(overrides):
        selectors = selectors_of(override)
        known = [name for name in SELECTORS if name in type(override).model_fields]
        if not selectors:
            refuse(f"selects nothing; give at least one of {', '.join(known)}", position)
        if override.model_fields_set <= {*known}:
            refuse("changes nothing: it has selectors alone", position)
        if selectors in seen:
            named = ", ".join(f'{name} = "{value}"' for name, value in selectors)
            refuse(f"selects the same as overrides[{seen[selectors]}]: {named}", position)
        seen[selectors] = position
    return overrides


class Process(Table):
    """The milestones that this business can observe."""

    milestones: Milestones | None = None
    lead: Duration | None = None
    settle: Duration | None = None
    overrides: Annotated[list[ProcessOverride], AfterValidator(_overrides)] | None = None


class Stall(StallLimits, Handling):
    """A stall's rule."""

    overrides: Annotated[list[StallOverride], AfterValidator(_overrides)] | None = None


class AtOnce(DifferenceLimits, Handling):
    """The rule of a code that opens at once."""

    overrides: Annotated[list[ExceptionOverride], AfterValidator(_overrides)] | None = None


KEYS_OF_CODES = {
    FROM_ALLOCATION: ("STALLED_SHIPMENT",),
    "after_eta": ("MISSING_POD",),
    "before_respond_by": ("UNRESOLVED_DISPUTE",),
    "after_expected": ("BACKORDER",),
    "percent": DIFFERENCES,
    "absolute": DIFFERENCES,
}
"""Keys that only some codes have."""

RuleType = TypeVar("RuleType", Stall, AtOnce)


def _rules(rules: dict[str, RuleType]) -> dict[str, RuleType]:
    for code, rule in rules.items():
        _check_keys(code, rule, code)
        for position, override in enumerate(rule.overrides or ()):
            _check_keys(code, override, code, "overrides", position)
    return rules


def _check_keys(code: str, table: Table, *path: str | int) -> None:
    for key, codes in KEYS_OF_CODES.items():
        if getattr(table, key, None) is not None and code not in codes:
            refuse(f"{code} has none; it belongs to {', '.join(codes)}", *path, key)
    absolute = getattr(table, "absolute", None)
    if absolute not in (None, NO_LIMIT) and Decimal(absolute) != round(Decimal(absolute), limit_places(code)):
        refuse(f"must have at most {limit_places(code)} decimal places", *path, "absolute")


class Feed(Table):
    """A declared feed; under the name of a document type what its feeds have; under `default` what all have."""

    grace: Duration | None = None
    silent_after: PositiveDuration | None = None
    heartbeat_silent_after: PositiveDuration | None = None
    calendar: Name | None = None
    warehouses: list[Name] | None = None


class Retention(Table):
    """How long orders are kept."""

    open: PositiveDuration | None = None
    closed: PositiveDuration | None = None
    whole: PositiveDuration | None = None


class CalendarTable(Table):
    """Business hours of a team, site or feed."""

    zone: Zone | None = None
    days: Weekdays | None = None
    hours: OpeningHours | None = None
    holidays: HolidayName | None = None


class Role(Table):
    """What those who act in this role may do, and about whose exceptions."""

    actions: Actions | None = None
    owners: list[Name] | None = None
    codes: Codes | None = None


_NO_SILENCE = "silence is judged only for declared feeds; for those known by heartbeats: heartbeat_silent_after"
_DECLARED = "belongs to a declared feed"
_DEFAULT = "belongs under feeds.default"
_MISPLACED = {
    "default": {"silent_after": _NO_SILENCE, "calendar": _DECLARED, "warehouses": _DECLARED},
    "type": {"heartbeat_silent_after": _DEFAULT, "grace": f"{_DEFAULT} or a declared feed", "warehouses": _DECLARED},
    "declared": {"heartbeat_silent_after": f"{_DEFAULT}; a declared feed has silent_after"},
}
"""Keys that one kind of table under `feeds` does not have, and why."""


def _feeds(feeds: dict[str, Feed]) -> dict[str, Feed]:
    listed: dict[tuple[str, str], str] = {}
    for name, feed in feeds.items():
        for key, why in _MISPLACED[_kind_of_feed(name)].items():
            if getattr(feed, key) is not None:
                refuse(why, name, key)
        for warehouse in feed.warehouses or ():
            other = listed.setdefault((name.partition("/")[0], warehouse), name)
            if other != name:
                refuse(f'"{warehouse}" is already listed by feeds."{other}"', name, "warehouses")
    return feeds


def _kind_of_feed(name: str) -> str:
    if name == DEFAULT_FEED:
        return "default"
    document_type, slash, source = name.partition("/")
    if document_type not in DOCUMENT_TYPES:
        if slash:
            refuse(f'unknown document type "{document_type}"{nearest(document_type, DOCUMENT_TYPES)}', name)
        hint = nearest(name, (DEFAULT_FEED, *DOCUMENT_TYPES))
        refuse(f'must be named by type and source, such as "shipment/wms-east"{hint}', name)
    if slash and not source:
        refuse('must be named by type and source, such as "shipment/wms-east"', name)
    return "declared" if slash else "type"


def _calendars(calendars: Mapping[str, CalendarTable]) -> Mapping[str, CalendarTable]:
    if ALWAYS_NAME in calendars:
        refuse("is around the clock and cannot be another", ALWAYS_NAME)
    return calendars


def _roles(roles: Mapping[str, Role]) -> Mapping[str, Role]:
    for name in (OWNER_ROLE, ESCALATION_ROLE):
        if name in roles and roles[name].owners is not None:
            refuse("follow from the exception itself here", name, "owners")
    return roles


class PolicyFile(Table):
    """A whole policy file. What is left out is None and comes from the base."""

    version: Literal[1] = 1
    base: Literal["default", "none"] = "default"
    process: Process | None = None
    stalls: Annotated[dict[StallCode, Stall], AfterValidator(_rules)] = Field(default_factory=dict)
    exceptions: Annotated[dict[AtOnceCode, AtOnce], AfterValidator(_rules)] = Field(default_factory=dict)
    feeds: Annotated[dict[str, Feed], AfterValidator(_feeds)] = Field(default_factory=dict)
    retention: Retention | None = None
    roles: Annotated[dict[Name, Role], AfterValidator(_roles)] = Field(default_factory=dict)
    calendars: Annotated[dict[Name, CalendarTable], AfterValidator(_calendars)] = Field(default_factory=dict)


def parse_policy_file(text: str, name: str) -> PolicyFile:
    """The file's content, checked. Raises ConfigurationError: one line with `name`, the key and what is wrong."""
    try:
        return PolicyFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: not TOML: {error}") from None
    except ValidationError as error:
        raise ConfigurationError(f"{name}: {first_line(error)}") from None
