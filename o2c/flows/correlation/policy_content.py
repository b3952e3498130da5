"""What a policy file comes to on top of its base, as plain tables. Pure but for the packaged default, read once."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from o2c.errors import ConfigurationError
from o2c.flows.correlation.calendar import ALWAYS_NAME
from o2c.flows.correlation.policy_fields import LONGEST_US
from o2c.flows.correlation.policy_file import DEFAULT_FEED, OTHER_TOLERANCES, PolicyFile, parse_policy_file
from o2c.flows.correlation.reason_codes import AT_ONCE_CODES, FEED_SILENT, STALL_CODES
from o2c.flows.correlation.refusal import dotted, nearest
from o2c.flows.correlation.selection import Content, selectors_of, values_of
from o2c.schemas.times import DAY_US

TOLERANCES = ("tolerance", *OTHER_TOLERANCES)
_NOT_SWITCHED_ON = ("sla", "escalation", "critical", "overrides", *OTHER_TOLERANCES, "after_expected")
_FOR_GOOD = f"{LONGEST_US // DAY_US}d"
"""As long as a duration can be: without a default, nothing is closed or forgotten that the file does not limit."""

_WHOLE_KEYS = ("critical",)
"""Tables that are one value: stated again, nothing of them is kept."""


def content_of(file: PolicyFile, name: str) -> Content:
    """The file on top of its base. Raises ConfigurationError: one line with `name`, the key and what is wrong."""
    stated = stated_content(file)
    base = default_content() if file.base == "default" else _nothing_but(stated)
    content = _merged(_without_replaced_tolerances(base, stated), stated)
    try:
        _check(content, stated)
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}: {error}") from None
    return content


def stated_content(file: PolicyFile) -> Content:
    """What stands in the file."""
    return file.model_dump(exclude_unset=True, exclude={"version", "base"})


@lru_cache(maxsize=1)
def default_content() -> Content:
    """What stands in the packaged default. It is one object for all: nobody changes it."""
    text = resources.files(__package__).joinpath("default_policy.toml").read_text(encoding="utf-8")
    return _merged({}, stated_content(parse_policy_file(text, "default policy")))


def _nothing_but(stated: Content) -> Content:
    """What base = "none" comes to: values come from the default, but only what stands in the file is switched on.

    Everything counts around the clock there unless the file says otherwise.
    """
    default = default_content()
    judged = any("/" in name for name in stated.get("feeds", {}))
    exceptions = {**({FEED_SILENT: {}} if judged else {}), **stated.get("exceptions", {})}
    process = {key: default["process"][key] for key in ("lead", "settle")}
    return {
        **default,
        "retention": dict.fromkeys(default["retention"], _FOR_GOOD),
        "process": process,
        "stalls": {
            code: _switched(default["stalls"][code], stated.get("stalls", {}).get(code)) for code in STALL_CODES
        },
        "exceptions": {code: _switched(default["exceptions"][code], exceptions.get(code)) for code in AT_ONCE_CODES},
    }


def _switched(default: Content, stated: Content | None) -> Content:
    """A default rule, on where the file names it; where it has overrides alone, on for those only."""
    values = _without(default, _NOT_SWITCHED_ON)
    overrides_alone = stated is not None and set(stated) == {"overrides"}
    values["calendar"] = ALWAYS_NAME
    values["enabled"] = stated is not None and not overrides_alone
    if stated is not None and overrides_alone:
        values["overrides"] = [{**dict(selectors_of(entry)), "enabled": True} for entry in stated["overrides"]]
    return values


def _without_replaced_tolerances(base: Content, stated: Content) -> Content:
    """Who states a code's tolerance states it for everybody: the default's exceptions to its own tolerance go, too."""
    stalls = dict(base["stalls"])
    for code, table in stated.get("stalls", {}).items():
        if "tolerance" in table:
            entries = (_without(entry, TOLERANCES) for entry in stalls[code].get("overrides", ()))
            stalls[code] = {
                **_without(stalls[code], TOLERANCES),
                "overrides": [entry for entry in entries if values_of(entry)],
            }
    return {**base, "stalls": stalls}


def _without(table: Content, keys: Iterable[str]) -> Content:
    return {key: value for key, value in table.items() if key not in keys}


def _merged(base: Content, stated: Content) -> Content:
    result = dict(base)
    for key, value in stated.items():
        if key == "overrides":
            result[key] = _merged_overrides(base.get(key, []), value)
        elif isinstance(value, dict) and key not in _WHOLE_KEYS:
            result[key] = _merged(base.get(key, {}), value)
        else:
            result[key] = value
    return result


def _merged_overrides(base: list[Content], stated: list[Content]) -> list[Content]:
    """By selectors, key by key; sorted, so that the order in the file does not count."""
    by_selectors = {selectors_of(entry): entry for entry in base}
    for entry in stated:
        selectors = selectors_of(entry)
        by_selectors[selectors] = {**by_selectors.get(selectors, {}), **entry}
    return [by_selectors[selectors] for selectors in sorted(by_selectors)]


def _check(content: Content, stated: Content) -> None:
    """What only the whole can tell."""
    if "milestones" not in content["process"]:
        raise ConfigurationError(
            'process.milestones: is missing; with base = "none" the file has to say what is observed'
        )
    for name, calendar in content["calendars"].items():
        for key in ("zone", "days", "hours"):
            if key not in calendar:
                raise ConfigurationError(f"{dotted(('calendars', name, key))}: is missing")
    for name, feed in content["feeds"].items():
        document_type, slash, _ = name.partition("/")
        if "silent_after" not in {**content["feeds"].get(document_type, {}), **feed} and name != DEFAULT_FEED:
            why = "a feed is declared by how long it may be silent" if slash else "it is all that a type has to say"
            raise ConfigurationError(f"{dotted(('feeds', name, 'silent_after'))}: is missing: {why}")
    _check_calendars(stated, (ALWAYS_NAME, *content["calendars"]))


def _check_calendars(value: Any, known: tuple[str, ...], *path: str | int) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "calendar" and isinstance(inner, str) and inner not in known:
                hint = nearest(inner, known) or f"; there are {', '.join(known)}"
                raise ConfigurationError(f'{dotted((*path, key))}: unknown calendar "{inner}"{hint}')
            _check_calendars(inner, known, *path, key)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            _check_calendars(inner, known, *path, position)
