"""Where each key of a rule comes from: the default policy, the file, and which override of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from o2c.flows.correlation.policy_content import default_content
from o2c.flows.correlation.policy_file import FROM_ALLOCATION, PolicyFile
from o2c.flows.correlation.selection import Content, Layers, Override, Selectors, selectors_of

DEFAULT = "default"
FILE = "file"
BASE_NONE = 'base = "none"'


@dataclass(frozen=True, slots=True)
class Origin:
    """A key that holds, its value as the policy spells it, and who stated it.

    `stated_by` is DEFAULT, FILE or BASE_NONE; `selectors` are those of the override in which it stands, if any.
    """

    key: str
    value: Any
    stated_by: str
    selectors: Selectors = ()


def origins(
    path: tuple[str, ...], layers: Layers, overrides: Iterable[Override], values: Content, file: PolicyFile
) -> tuple[Origin, ...]:
    """The origin of each of `values`, to which the table at `path` comes under `overrides`, the weakest first."""
    overrides = tuple(overrides)
    own_tolerance = layers.values(overrides).get("tolerance")
    stated = _table(file.model_dump(exclude_unset=True), path)
    default = _table(default_content(), path)
    found = []
    for key, value in values.items():
        spelled = FROM_ALLOCATION if key == "tolerance" and value != own_tolerance else key
        selectors = _selecting(overrides, spelled)
        by_file = spelled in _entry(stated, selectors)
        by_base = file.base == "none" and not by_file and value != default.get(spelled)
        found.append(Origin(key, value, FILE if by_file else BASE_NONE if by_base else DEFAULT, selectors))
    return tuple(found)


def _table(content: Content, path: tuple[str, ...]) -> Content:
    for name in path:
        content = content.get(name, {})
    return content


def _entry(table: Content, selectors: Selectors) -> Content:
    """What a table says without overrides, or in the one that has these selectors."""
    if not selectors:
        return table
    return next((entry for entry in table.get("overrides", ()) if selectors_of(entry) == selectors), {})


def _selecting(overrides: Iterable[Override], key: str) -> Selectors:
    stating = [override.selectors for override in overrides if key in override.values]
    return stating[-1] if stating else ()
