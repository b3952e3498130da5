"""A policy file as it is written: every key of the contract, checked key by key. `policy` says what it comes to."""

import sys
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationError

from o2c.errors import ConfigurationError
from o2c.flows.correlation.policy_fields import (
    AtOnceCode,
    CalendarName,
    Duration,
    Limit,
    Milestones,
    MinAmount,
    MinAmountLater,
    Name,
    OpeningHours,
    PositiveDuration,
    Severity,
    StallCode,
    Zone,
)
from o2c.flows.correlation.reason_codes import FEED_SILENT, LATER_STALL_CODES
from o2c.flows.correlation.refusal import Table, dotted, first_line, nearest, refuse
from o2c.schemas.events import DOCUMENT_TYPES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SELECTORS = ("customer", "warehouse", "carrier", "channel", "fulfilment", "min_amount")
"""What an override may select by, the stronger first where two select by equally many."""

DEFAULT_FEED = "default"


class EscalationStep(Table):
    """Who hears of an exception next, and how long after it opened."""

    after: PositiveDuration
    to: Name


class Selectors(Table):
    """Whom an override is for; all that are given must fit."""

    customer: Name | None = None
    warehouse: Name | None = None
    carrier: Name | None = None
    channel: Name | None = None
    min_amount: MinAmountLater = None


class Handling(Table):
    """Who deals with an exception, and how soon."""

    enabled: bool | None = None
    calendar: CalendarName | None = None
    severity: Severity | None = None
    owner: Name | None = None
    sla: PositiveDuration | None = None
    escalation: list[EscalationStep] | None = None


class ProcessOverride(Selectors):
    """Another process for some orders or lines."""

    fulfilment: Name | None = None
    milestones: Milestones | None = None
    lead: Duration | None = None
    settle: Duration | None = None


class StallOverride(Handling, Selectors):
    """Another rule for some units of a stall."""

    tolerance: Duration | None = None


class ExceptionOverride(Handling, Selectors):
    """Another rule for some orders of a code that opens at once."""

    min_amount: MinAmount | None = None
    percent: Limit | None = None
    absolute: Limit | None = None


OverrideType = TypeVar("OverrideType", bound=Selectors)


def selectors_of(override: Selectors) -> tuple[tuple[str, str], ...]:
    """What an override selects by, in the order of SELECTORS."""
    stated = ((name, getattr(override, name, None)) for name in SELECTORS)
    return tuple((name, value) for name, value in stated if value is not None)


def _overrides(overrides: list[OverrideType]) -> list[OverrideType]:
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for position, override in enumerate(overrides):
        selectors = selectors_of(override)
        known = [name for name in SELECTORS if name in type(override).model_fields and name != "min_amount"]
        if not selectors:
            refuse(f"selects nothing; give at least one of {', '.join(known)}", position)
        if override.model_fields_set <= {*known, "min_amount"}:
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


class Stall(Handling):
    """A stall's rule."""

    tolerance: Duration | None = None
    overrides: Annotated[list[StallOverride], AfterValidator(_overrides)] | None = None


class AtOnce(Handling):
    """The rule of a code that opens at once."""

    percent: Limit | None = None
    absolute: Limit | None = None
    overrides: Annotated[list[ExceptionOverride], AfterValidator(_overrides)] | None = None


class Feed(Table):
    """A declared feed, or under `default` what holds for all."""

    grace: Duration | None = None
    silent_after: PositiveDuration | None = None
    heartbeat_silent_after: PositiveDuration | None = None
    calendar: CalendarName | None = None
    warehouses: list[Name] | None = None


class Retention(Table):
    """How long orders are kept."""

    open: PositiveDuration | None = None
    closed: PositiveDuration | None = None


class CalendarTable(Table):
    """Business hours of a team, site or feed."""

    zone: Zone
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    hours: OpeningHours
    holidays: Name | None = None


def _feeds(feeds: dict[str, Feed]) -> dict[str, Feed]:
    listed: dict[tuple[str, str], str] = {}
    for name, feed in feeds.items():
        if name == DEFAULT_FEED:
            _check_default_feed(feed)
            continue
        document_type = _feed_type(name)
        if feed.heartbeat_silent_after is not None:
            refuse("belongs under feeds.default; a declared feed has silent_after", name, "heartbeat_silent_after")
        if feed.silent_after is None:
            refuse("is missing: a feed is declared by how long it may be silent", name, "silent_after")
        for warehouse in feed.warehouses or ():
            other = listed.setdefault((document_type, warehouse), name)
            if other != name:
                refuse(f'"{warehouse}" is already listed by feeds."{other}"', name, "warehouses")
    return feeds


def _check_default_feed(feed: Feed) -> None:
    if feed.silent_after is not None:
        message = "silence is judged only for declared feeds; for those known by heartbeats: heartbeat_silent_after"
        refuse(message, DEFAULT_FEED, "silent_after")
    for key in ("calendar", "warehouses"):
        if getattr(feed, key) is not None:
            refuse("belongs to a declared feed", DEFAULT_FEED, key)


def _feed_type(name: str) -> str:
    document_type, slash, source = name.partition("/")
    if not slash or not source:
        refuse(f'must be named by type and source, such as "shipment/wms-east"{nearest(name, [DEFAULT_FEED])}', name)
    if document_type not in DOCUMENT_TYPES:
        refuse(f'unknown document type "{document_type}"{nearest(document_type, DOCUMENT_TYPES)}', name)
    return document_type


class PolicyFile(Table):
    """A whole policy file. What is left out is None and comes from the base."""

    version: Literal[1] = 1
    base: Literal["default", "none"] = "default"
    process: Process | None = None
    stalls: dict[StallCode, Stall] = Field(default_factory=dict)
    exceptions: dict[AtOnceCode, AtOnce] = Field(default_factory=dict)
    feeds: Annotated[dict[str, Feed], AfterValidator(_feeds)] = Field(default_factory=dict)
    retention: Retention | None = None
    calendars: dict[Name, CalendarTable] = Field(default_factory=dict)


def parse_policy_file(text: str, name: str) -> PolicyFile:
    """The file's content, checked. Raises ConfigurationError: one line with `name`, the key and what is wrong."""
    try:
        return PolicyFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: not TOML: {error}") from None
    except ValidationError as error:
        raise ConfigurationError(f"{name}: {first_line(error)}") from None


def keys_not_in_force(file: PolicyFile) -> list[str]:
    """The dotted keys of the file that are valid but have no effect yet, in the file's order of tables."""
    found: list[str] = []
    if file.process is not None:
        found += _given(("process",), file.process, ("settle",))
    for code, stall in file.stalls.items():
        if code in LATER_STALL_CODES:
            found.append(dotted(("stalls", code)))
        else:
            found += _given(("stalls", code), stall, ("escalation",))
    for code, rule in file.exceptions.items():
        if code != FEED_SILENT:
            found.append(dotted(("exceptions", code)))
        else:
            unused = ("escalation", "percent", "absolute", "overrides")
            found += [dotted(("exceptions", code, key)) for key in unused if key in rule.model_fields_set]
    if file.retention is not None:
        found += [
            dotted(("retention", key)) for key in Retention.model_fields if key in file.retention.model_fields_set
        ]
    return found + [dotted(("calendars", name)) for name in file.calendars]


def _given(path: tuple[str, ...], table: Process | Stall, keys: tuple[str, ...]) -> list[str]:
    overrides: list[Selectors] = [*(table.overrides or ())]
    own = [dotted((*path, key)) for key in keys if key in table.model_fields_set]
    inner = [
        dotted((*path, "overrides", position, key))
        for position, override in enumerate(overrides)
        for key in keys
        if key in override.model_fields_set
    ]
    return own + inner
