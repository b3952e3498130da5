"""What is waited for, how long, and whose business it is: data out of one TOML file, resolved once.

On the hot path a rule costs one dictionary look-up.
"""

import hashlib
import json
from typing import TypeVar

from o2c.flows.correlation.calendar import ALWAYS
from o2c.flows.correlation.paths import path_of
from o2c.flows.correlation.policy_content import content_of, default_content
from o2c.flows.correlation.policy_fields import duration_us
from o2c.flows.correlation.policy_file import DEFAULT_FEED, FROM_ALLOCATION, PolicyFile, parse_policy_file
from o2c.flows.correlation.policy_rules import FeedRule, calendars_of, feed_rule, retention_of, rule_of
from o2c.flows.correlation.provenance import Origin, origins
from o2c.flows.correlation.public_holidays import NO_HOLIDAYS, holidays_digest
from o2c.flows.correlation.reason_codes import AT_ONCE_CODES, FEED_SILENT, STALL_CODES
from o2c.flows.correlation.rights import Rights
from o2c.flows.correlation.rules import Rule, Rules
from o2c.flows.correlation.selection import Content, Layers, Override, Thresholds, Unit, mentioned, reduced

_REMEMBERED_RULES = 65_536
_VERSION_DIGITS = 16

Key = TypeVar("Key", bound=tuple[object, ...])
Value = TypeVar("Value")


class Policy:
    """One resolved policy. Immutable to its users; it only remembers answers.

    `content` is all of it as plain tables, durations as they are spelled; `stated` is the file as the user wrote it;
    `version` is a hash over the content and the public holidays that it names. `selects_by_amount`: whether any rule
    depends on an order's value.
    """

    def __init__(self, content: Content, stated: PolicyFile) -> None:
        self.content = content
        self.stated = stated
        self.version = _version(content)
        self.calendars = calendars_of(content["calendars"])
        self.retention = retention_of(content["retention"])
        self._rights = Rights(content["roles"])
        self.process = Layers(content["process"])
        self.codes = {code: Layers(content["stalls"][code]) for code in STALL_CODES}
        self.codes |= {code: Layers(content["exceptions"][code]) for code in AT_ONCE_CODES}
        self._escalated = {code: _escalated(layers) for code, layers in self.codes.items()}
        self._mentioned = mentioned((self.process, *self.codes.values()))
        self._thresholds = Thresholds(self._mentioned)
        self.selects_by_amount = bool(self._thresholds)
        self._by_unit: dict[tuple[str | None, ...], Rules] = {}
        self._by_selection: dict[Unit, Rules] = {}
        self._known_rules: dict[tuple[str, tuple[Override, ...], bool], Rule] = {}
        self._set_feeds(content["feeds"])
        self.feed_silent = self._rule(FEED_SILENT, (), ())

    def _set_feeds(self, feeds: Content) -> None:
        default = feeds[DEFAULT_FEED]
        self._grace_us = duration_us(default["grace"], ALWAYS)
        self.heartbeat_silent_after_us = duration_us(default["heartbeat_silent_after"], ALWAYS)
        self.declared: dict[str, FeedRule] = {}
        self._feed_by_warehouse: dict[tuple[str, str], str] = {}
        for name, feed in sorted(feeds.items()):
            document_type, slash, _ = name.partition("/")
            if slash:
                of_type = feeds.get(document_type, {})
                rule = self.declared[name] = feed_rule(feed, of_type, default["grace"], self.calendars)
                self._feed_by_warehouse |= {(document_type, warehouse): name for warehouse in rule.warehouses}

    def rules(
        self,
        customer: str | None,
        warehouse: str | None,
        carrier: str | None,
        channel: str | None,
        fulfilment: str | None,
        amount: int | None = None,
        currency: str | None = None,
    ) -> Rules:
        """What holds for a unit of an order worth `amount` (10^-4 of `currency`).

        The amount matters where `selects_by_amount` alone.
        """
        reached = None
        if amount is not None and self.selects_by_amount:
            reached = self._thresholds.reached(amount, currency)
        unit = (customer, warehouse, carrier, channel, fulfilment, reached)
        found = self._by_unit.get(unit)
        return found if found is not None else self._remembered(Unit(*unit))

    def feed_of(self, document_type: str, warehouse: str | None) -> str:
        """The feed that a unit of this warehouse awaits: the declared one that lists it, else the type alone."""
        if warehouse is None:
            return document_type
        return self._feed_by_warehouse.get((document_type, warehouse), document_type)

    def grace_us(self, feed: str) -> int:
        """How long past a deadline a document of this feed (or bare type) may still be on its way, in microseconds."""
        rule = self.declared.get(feed)
        return self._grace_us if rule is None else rule.grace_us

    def refusal(self, role: str, action: str, code: str, owner: str, assigned: str | None = None) -> str | None:
        """Why a role may not do this to an exception of this code; None where it may.

        `owner` is the rule's, `assigned` whom somebody has assigned it to: it is the business of both.
        """
        owners = frozenset((owner,) if assigned is None else (owner, assigned))
        return self._rights.refusal(role, action, code, owners, self._escalated[code])

    def explain(self, code: str, rule: Rule) -> tuple[Origin, ...]:
        """Where each key of a rule that this policy gave for a code comes from."""
        _, overrides, picks = next(key for key, known in self._known_rules.items() if known is rule)
        path = ("stalls" if code in STALL_CODES else "exceptions", code)
        return origins(path, self.codes[code], overrides, self._values(code, overrides, picks=picks), self.stated)

    def explain_process(self, rules: Rules) -> tuple[Origin, ...]:
        """Where the milestones, lead and settling time of rules that this policy gave come from."""
        unit = next(unit for unit, given in self._by_selection.items() if given is rules)
        overrides = self.process.fitting(unit)
        return origins(("process",), self.process, overrides, self.process.values(overrides), self.stated)

    def _remembered(self, unit: Unit) -> Rules:
        """Most customers are in no override: they share the rules of the selection that is left."""
        selection = reduced(unit, self._mentioned)
        rules = self._by_selection.get(selection)
        if rules is None:
            rules = self._resolve(selection)
            _remember(self._by_selection, selection, rules)
        _remember(self._by_unit, unit, rules)
        return rules

    def _resolve(self, unit: Unit) -> Rules:
        process = self.process.values(self.process.fitting(unit))
        milestones = tuple(process["milestones"])
        codes = {code: self._rule(code, layers.fitting(unit), milestones) for code, layers in self.codes.items()}
        lead_us, settle_us = (duration_us(process[key], ALWAYS) for key in ("lead", "settle"))
        return Rules(milestones, path_of(milestones), lead_us, settle_us, codes)

    def _rule(self, code: str, overrides: tuple[Override, ...], milestones: tuple[str, ...]) -> Rule:
        """Equal rules are one object: there are far fewer than units."""
        picks = "pick" in milestones
        key = (code, overrides, picks)
        rule = self._known_rules.get(key)
        if rule is None:
            rule = rule_of(code, self._values(code, overrides, picks=picks), self.calendars)
            _remember(self._known_rules, key, rule)
        return rule

    def _values(self, code: str, overrides: tuple[Override, ...], *, picks: bool) -> Content:
        """What the table of a code comes to under these overrides; `picks`: whether picking is on the path."""
        values = self.codes[code].values(overrides)
        if FROM_ALLOCATION in values and not picks:
            values["tolerance"] = values[FROM_ALLOCATION]
        return values


def load_policy(text: str | None, name: str = "default") -> Policy:
    """The policy that a file's `text` comes to; None means the packaged default.

    Raises ConfigurationError: one line with `name`, the dotted key and, for an unknown name, the nearest known one.
    """
    if text is None:
        return default_policy()
    file = parse_policy_file(text, name)
    return Policy(content_of(file, name), file)


def default_policy() -> Policy:
    """The packaged default."""
    return Policy(default_content(), PolicyFile())


def _escalated(layers: Layers) -> frozenset[str]:
    """Everybody to whom an exception of a code may be escalated."""
    tables = (layers.base, *(override.values for override in layers.overrides))
    return frozenset(step["to"] for table in tables for step in table.get("escalation", ()))


def _version(content: Content) -> str:
    """Holidays count too: with other ones, from a newer library, deadlines are others."""
    named = {table.get("holidays", NO_HOLIDAYS) for table in content["calendars"].values()}
    holidays = {name: holidays_digest(name) for name in sorted(named)}
    canonical = json.dumps([content, holidays], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_VERSION_DIGITS]


def _remember(memory: dict[Key, Value], key: Key, value: Value) -> None:
    if len(memory) >= _REMEMBERED_RULES:
        memory.clear()
    memory[key] = value
