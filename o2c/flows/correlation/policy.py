"""What is waited for, how long, and whose business it is: data out of one TOML file, resolved once.

Pure but for the packaged default, which is read once. On the hot path a rule costs one dictionary look-up.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from o2c.errors import ConfigurationError
from o2c.flows.correlation.calendar import ALWAYS, ALWAYS_NAME, Calendar, calendar_named
from o2c.flows.correlation.paths import path_of
from o2c.flows.correlation.policy_file import (
    DEFAULT_FEED,
    SELECTORS,
    PolicyFile,
    keys_not_in_force,
    parse_policy_file,
)
from o2c.flows.correlation.reason_codes import AT_ONCE_CODES, FEED_SILENT, READ_TYPES, STALL_CODES
from o2c.flows.correlation.rules import Rule, Rules
from o2c.schemas.times import DAY_US, HOUR_US

_LATER = ("UNCREDITED_RETURN", "UNAPPLIED_CASH", "UNRESOLVED_DISPUTE")
_JUDGED = tuple(code for code in STALL_CODES if code not in _LATER)
_UNIT_SELECTORS = SELECTORS[:-1]
_REMEMBERED_RULES = 65_536
_VERSION_DIGITS = 16

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FeedRule:
    """A declared feed: silent after this long without a sign of life, its backlog given `grace_us` to arrive."""

    silent_after_us: int
    grace_us: int
    warehouses: tuple[str, ...]
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class _Override:
    selectors: tuple[tuple[str, str], ...]
    values: Content

    @property
    def strength(self) -> tuple[int, tuple[bool, ...]]:
        names = {name for name, _ in self.selectors}
        return len(names), tuple(name in names for name in SELECTORS)

    def fits(self, unit: Mapping[str, str | None]) -> bool:
        return all(unit[name] == value for name, value in self.selectors)


class _Layers:
    """A table and its overrides, the weakest first: each key comes from the strongest that states it."""

    def __init__(self, table: Content) -> None:
        self._base = {key: value for key, value in table.items() if key != "overrides"}
        overrides = [_Override(_selectors(entry), _values(entry)) for entry in table.get("overrides", ())]
        self._overrides = sorted(overrides, key=lambda override: override.strength)

    def mentioned(self) -> set[tuple[str, str]]:
        return {pair for override in self._overrides for pair in override.selectors}

    def for_unit(self, unit: Mapping[str, str | None]) -> Content:
        values = dict(self._base)
        for override in self._overrides:
            if override.fits(unit):
                values.update(override.values)
        return values


class Policy:
    """One resolved policy. Immutable to its users; it only remembers answers.

    `version` is a hash over the resolved content; `content` is that content as plain tables, durations in microseconds;
    `stated` is the file as the user wrote it.
    """

    def __init__(self, content: Content, stated: PolicyFile) -> None:
        self.content = content
        self.stated = stated
        self.version = _hash(content)
        self._process = _Layers(content["process"])
        self._stalls = {code: _Layers(content["stalls"][code]) for code in _JUDGED}
        layers = (self._process, *self._stalls.values())
        self._mentioned = set[tuple[str, str]]().union(*(layer.mentioned() for layer in layers))
        self._by_unit: dict[tuple[str | None, ...], Rules] = {}
        self._by_selection: dict[tuple[str | None, ...], Rules] = {}
        self._set_feeds(content["feeds"])
        self.feed_silent = _stall_rule({"tolerance": 0, **content["exceptions"][FEED_SILENT]})

    def _set_feeds(self, feeds: Content) -> None:
        self._grace_us: int = feeds[DEFAULT_FEED]["grace"]
        self.heartbeat_silent_after_us: int = feeds[DEFAULT_FEED]["heartbeat_silent_after"]
        self.declared = {
            name: _feed_rule(feed, self._grace_us)
            for name, feed in sorted(feeds.items())
            if name.partition("/")[0] in READ_TYPES
        }
        self._feed_by_warehouse = {
            (name.partition("/")[0], warehouse): name
            for name, rule in self.declared.items()
            for warehouse in rule.warehouses
        }

    def rules(
        self,
        customer: str | None,
        warehouse: str | None,
        carrier: str | None,
        channel: str | None,
        fulfilment: str | None,
    ) -> Rules:
        """What holds for a unit. Equal rules are one object."""
        unit = (customer, warehouse, carrier, channel, fulfilment)
        found = self._by_unit.get(unit)
        return found if found is not None else self._remembered(unit)

    def refusal(self, role: str, action: str, code: str, owner: str) -> str | None:  # noqa: ARG002 -- stand-in
        """Why a role may not do this; None where it may."""
        return None

    def feed_of(self, document_type: str, warehouse: str | None) -> str:
        """The feed that a unit of this warehouse awaits: the declared one that lists it, else the type alone."""
        if warehouse is None:
            return document_type
        return self._feed_by_warehouse.get((document_type, warehouse), document_type)

    def grace_us(self, feed: str) -> int:
        """How long past a deadline a document of this feed (or bare type) may still be on its way, in microseconds."""
        rule = self.declared.get(feed)
        return self._grace_us if rule is None else rule.grace_us

    def _remembered(self, unit: tuple[str | None, ...]) -> Rules:
        """Most customers are in no override: they share the rules of the selection that is left."""
        pairs = zip(_UNIT_SELECTORS, unit, strict=True)
        selection = tuple(value if (name, value) in self._mentioned else None for name, value in pairs)
        rules = self._by_selection.get(selection)
        if rules is None:
            rules = self._resolve(dict(zip(_UNIT_SELECTORS, selection, strict=True)))
            _remember(self._by_selection, selection, rules)
        _remember(self._by_unit, unit, rules)
        return rules

    def _resolve(self, unit: Mapping[str, str | None]) -> Rules:
        process = self._process.for_unit(unit)
        stalls = {code: _stall_rule(layers.for_unit(unit)) for code, layers in self._stalls.items()}
        milestones = tuple(process["milestones"])
        for code in (*_LATER, *AT_ONCE_CODES):
            stalls[code] = Rule(True, 2 * DAY_US if code in _LATER else 0, "warning", "billing", None, ALWAYS)
        return Rules(milestones, path_of(milestones), process["lead"], 2 * HOUR_US, stalls)


def load_policy(text: str | None, name: str = "default") -> Policy:
    """The policy that a file's `text` comes to; None means the packaged default.

    Raises ConfigurationError: one line with `name`, the dotted key and, for an unknown name, the nearest known one.
    """
    if text is None:
        return default_policy()
    file = parse_policy_file(text, name)
    stated = file.model_dump(exclude_unset=True)
    base = _default_content() if file.base == "default" else _nothing_but(stated)
    content = _merged(base, {key: value for key, value in stated.items() if key not in ("version", "base")})
    if "milestones" not in content["process"]:
        missing = 'process.milestones: is missing; with base = "none" the file has to say what is observed'
        raise ConfigurationError(f"{name}: {missing}")
    return Policy(content, file)


def default_policy() -> Policy:
    """The packaged default."""
    return Policy(_default_content(), PolicyFile())


def not_in_force(policy: Policy) -> list[str]:
    """The keys of the user's file that are valid but change nothing yet."""
    return keys_not_in_force(policy.stated)


@lru_cache(maxsize=1)
def _default_text() -> str:
    return resources.files(__package__).joinpath("default_policy.toml").read_text(encoding="utf-8")


def _default_content() -> Content:
    content = parse_policy_file(_default_text(), "default policy").model_dump(exclude_unset=True)
    del content["version"]
    return content


def _nothing_but(stated: Content) -> Content:
    """What base = "none" comes to: values come from the default, but only what stands in the file is switched on."""
    default = _default_content()
    named = stated.get("stalls", {})
    stalls = {code: _switched(default["stalls"][code], named.get(code)) for code in _JUDGED}
    judged = any("silent_after" in feed for feed in stated.get("feeds", {}).values())
    silent = stated.get("exceptions", {}).get(FEED_SILENT, {} if judged else None)
    return {
        "process": {"lead": default["process"]["lead"]},
        "stalls": stalls,
        "exceptions": {FEED_SILENT: _switched(default["exceptions"][FEED_SILENT], silent)},
        "feeds": default["feeds"],
    }


def _switched(default: Content, stated: Content | None) -> Content:
    """A default rule without its SLA, on where the file names it; where it has overrides alone, on for those only."""
    values = {key: value for key, value in default.items() if key not in ("sla", "overrides")}
    overrides_alone = stated is not None and set(stated) == {"overrides"}
    values["enabled"] = stated is not None and not overrides_alone
    if stated is not None and overrides_alone:
        values["overrides"] = [{**_selecting(entry), "enabled": True} for entry in stated["overrides"]]
    return values


def _merged(base: Content, stated: Content) -> Content:
    result = dict(base)
    for key, value in stated.items():
        if key == "overrides":
            result[key] = _merged_overrides(base.get(key, []), value)
        elif isinstance(value, dict):
            result[key] = _merged(base.get(key, {}), value)
        else:
            result[key] = value
    return result


def _merged_overrides(base: list[Content], stated: list[Content]) -> list[Content]:
    """By selectors, key by key; sorted, so that the order in the file does not count."""
    by_selectors = {_selectors(entry): entry for entry in base}
    for entry in stated:
        selectors = _selectors(entry)
        by_selectors[selectors] = {**by_selectors.get(selectors, {}), **entry}
    return [by_selectors[selectors] for selectors in sorted(by_selectors)]


def _selectors(entry: Content) -> tuple[tuple[str, str], ...]:
    return tuple((name, entry[name]) for name in SELECTORS if name in entry)


def _selecting(entry: Content) -> Content:
    return dict(_selectors(entry))


def _values(entry: Content) -> Content:
    return {key: value for key, value in entry.items() if key not in SELECTORS}


def _hash(content: Content) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_VERSION_DIGITS]


def _stall_rule(values: Content) -> Rule:
    return Rule(
        enabled=values["enabled"],
        tolerance_us=values["tolerance"],
        severity=values["severity"],
        owner=values["owner"],
        sla_us=values.get("sla"),
        calendar=calendar_named(values["calendar"]),
    )


def _feed_rule(feed: Content, default_grace_us: int) -> FeedRule:
    return FeedRule(
        silent_after_us=feed["silent_after"],
        grace_us=feed.get("grace", default_grace_us),
        warehouses=tuple(feed.get("warehouses", ())),
        calendar=calendar_named(feed.get("calendar", ALWAYS_NAME)),
    )


def _remember(memory: dict[tuple[str | None, ...], Rules], key: tuple[str | None, ...], rules: Rules) -> None:
    if len(memory) >= _REMEMBERED_RULES:
        memory.clear()
    memory[key] = rules
