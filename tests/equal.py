"""When two runs have come to the same: the comparison that every test of equality uses.

At the same fixed clock statuses are compared without `version`, `updated_at`, `trace` and their exceptions' `due_at`,
and open exceptions by what says what is wrong, since when, how much and whose it is.
"""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

EXCEPTION_FIELDS = (
    "exception_id",
    "code",
    "subject",
    "since",
    "amount",
    "currency",
    "severity",
    "owner",
    "documents",
)
CLOSED_STATES = frozenset({"cleared", "recorded"})
_OF_THE_RUN = frozenset({"version", "updated_at", "trace"})
_SHOWN = 5


def comparable_status(status: Mapping[str, Any]) -> Json:
    """A status without what differs from run to run."""
    kept = {name: value for name, value in status.items() if name not in _OF_THE_RUN}
    exceptions = sorted(status["exceptions"], key=lambda each: str(each["exception_id"]))
    kept["exceptions"] = [{name: value for name, value in each.items() if name != "due_at"} for each in exceptions]
    return kept


def comparable_exception(exception: Mapping[str, Any]) -> Json:
    """An exception without what differs from run to run."""
    return {name: exception.get(name) for name in EXCEPTION_FIELDS}


def is_open(exception: Mapping[str, Any]) -> bool:
    """Whether an exception record leaves its exception open."""
    return exception["state"] not in CLOSED_STATES


def assert_equal_statuses(found: Mapping[str, Json], wanted: Mapping[str, Json]) -> None:
    """Statuses by correlation ID."""
    _assert_equal(
        {key: comparable_status(status) for key, status in found.items()},
        {key: comparable_status(status) for key, status in wanted.items()},
    )


def assert_equal_open_exceptions(found: Mapping[str, Json], wanted: Mapping[str, Json]) -> None:
    """Open exceptions by exception id."""
    _assert_equal(
        {key: comparable_exception(exception) for key, exception in found.items()},
        {key: comparable_exception(exception) for key, exception in wanted.items()},
    )


def _assert_equal(found: Mapping[str, Json], wanted: Mapping[str, Json]) -> None:
    missing, added = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
    assert not missing, f"{len(missing)} of {len(wanted)} missing: {missing[:_SHOWN]}"
    assert not added, f"{len(added)} beyond {len(wanted)}: {added[:_SHOWN]}"
    differing = [key for key in sorted(wanted) if found[key] != wanted[key]]
    # The fields of one: the difference of thousands of orders would take minutes to show.
    for key in differing[:1]:
        fields = {name: (found[key].get(name), wanted[key][name]) for name in wanted[key]}
        apart = {name: pair for name, pair in fields.items() if pair[0] != pair[1]}
        raise AssertionError(f"{len(differing)} of {len(wanted)} differ; {key} (found, wanted): {apart}")
