"""What `o2c replay` wrote, read back for questions."""

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from o2c.flows.correlation.policy import load_policy
from o2c.flows.replay import replay
from o2c.flows.settings import ReplayOptions
from o2c.schemas.times import parse_rfc3339

Status = dict[str, Any]

BOOKS = ("paid", "discounted", "credited", "deducted", "written_off", "open")
"""What is invoiced is one of these."""

OVER = ("cleared", "overridden", "recorded")
AMOUNTS = ("ordered", "invoiced", *BOOKS, "overpaid", "unapplied")


class Outcome:
    """The statuses by correlation ID, and the exceptions' changes in their order; read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def statuses(self) -> dict[str, Status]:
        return {status["correlation_id"]: status for status in self.lines("status.jsonl")}

    @cached_property
    def changes(self) -> list[dict[str, Any]]:
        return list(self.lines("exceptions.jsonl"))

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """The records of one output file."""
        with (self._folder / name).open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    def count(self, name: str) -> int:
        """How many records one output file has."""
        return sum(1 for _ in self.lines(name))

    def opened(self, code: str) -> dict[tuple[str, str], str]:
        """(order, number of the subject document) -> when the exception was first found, of all that ever opened."""
        return {
            (change["correlation_id"], change["subject"]["document_id"]): change["detected_at"]
            for change in self.changes
            if change["code"] == code and change["state"] == "opened" and change["occurrence"] == 1
        }

    def cleared(self, code: str) -> set[tuple[str, str]]:
        """(order, number of the subject document) of the exceptions that opened and no longer hold at the end."""
        last = {
            (change["correlation_id"], change["subject"]["document_id"]): change["state"]
            for change in self.changes
            if change["code"] == code
        }
        return {subject for subject, state in last.items() if state == "cleared"}

    def last_changes(self, correlation_id: str) -> dict[str, dict[str, Any]]:
        """The last change of each exception that an order ever had, by code; an order with two of one code fails."""
        last: dict[str, dict[str, Any]] = {}
        for change in self.changes:
            if change["correlation_id"] == correlation_id:
                before = last.setdefault(change["code"], change)
                assert before["exception_id"] == change["exception_id"], f"{change['code']} stands twice"
                last[change["code"]] = change
        return last

    def states(self, correlation_id: str) -> dict[str, str]:
        """Code -> "open", or how it ended, of each exception that an order ever had."""
        last = self.last_changes(correlation_id)
        return {code: state if (state := change["state"]) in OVER else "open" for code, change in last.items()}

    def open_at_end(self, code: str) -> set[str]:
        """The orders in whose final status an exception of this code is open."""
        return {
            correlation_id
            for correlation_id, status in self.statuses.items()
            if any(exception["code"] == code for exception in status["exceptions"])
        }


def replayed(
    files: tuple[Path, ...], policy: str, as_of: str, out: Path, order: Literal["occurred", "received"] = "occurred"
) -> Outcome:
    """Replays `files` as they occurred, or were received, up to `as_of`."""
    out.mkdir()
    options = ReplayOptions(
        files=files, out=out, policy=load_policy(policy, "policy.toml"), as_of_us=parse_rfc3339(as_of), order=order
    )
    replay(options)
    return Outcome(out)


def nonzero(figures: dict[str, Any]) -> dict[str, Any]:
    """Those of a status's figures that are not zero."""
    return {name: figure for name, figure in figures.items() if figure != "0"}


def money(status: Status) -> dict[str, str]:
    """The terms of the books, and what came of the order beside them, that are not zero."""
    return {name: status["amounts"][name] for name in AMOUNTS if status["amounts"][name] != "0"}


def documents(status: Status, document_type: str) -> list[dict[str, Any]]:
    """The documents of one type on the order's timeline."""
    return [document for document in status["documents"] if document["type"] == document_type]


def business_times(status: Status, document_type: str) -> list[int]:
    """When the documents of one type took effect, ascending, UTC microseconds."""
    return sorted(parse_rfc3339(document["business_at"]) for document in documents(status, document_type))


def reached_at(status: Status, milestone: str, edge: str) -> int:
    """When the first (`edge` "first_at") or last ("last_at") quantity reached `milestone`, UTC microseconds."""
    return parse_rfc3339(status["milestones"][milestone][edge])
