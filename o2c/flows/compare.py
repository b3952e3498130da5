"""`o2c replay --compare`: what another policy would have opened, of the same events. Nothing is published."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from o2c.connectors.files import Sorter, lines_of, sorter
from o2c.errors import OperatingFault
from o2c.flows.correlation.policy import Policy
from o2c.flows.replay import ReplayReport, replay
from o2c.flows.settings import ReplayOptions
from o2c.schemas.outputs import ExceptionChange, Severity

DIFFERENCES_FILE = "differences.jsonl"
FOLDERS = ("a", "b")
"""Where under DIR each policy's own results are written."""

Kind: TypeAlias = Literal["only_a", "only_b", "earlier", "later", "changed"]
KINDS: tuple[Kind, ...] = ("only_a", "only_b", "earlier", "later", "changed")
"""How an occurrence differs: under one policy alone, opened earlier or later by the second, or handled otherwise."""

_OPENING = ("opened", "recorded")
_FIRST, _LAST = b"\x00", b"\x01"
_OCCURRENCE_BYTES = 4


class Handled(Struct, frozen=True):
    """One occurrence under one policy: as it opened, and when it cleared if it did."""

    detected_at: str
    severity: Severity
    owner: str
    due_at: str | None
    amount: str | None
    cleared_at: str | None
    escalated_to: str | None


class Difference(Struct, frozen=True):
    """An occurrence of an exception that the two policies do not treat alike: a line of DIFFERENCES_FILE."""

    difference: Kind
    exception_id: str
    occurrence: int
    correlation_id: str | None
    code: str
    currency: str | None
    a: Handled | None
    b: Handled | None


@dataclass
class Comparison:
    """What two policies make of the same events. `sums`: by difference, code, owner and currency, count and amount."""

    reports: tuple[ReplayReport, ReplayReport]
    same: int = 0
    sums: dict[tuple[str, str, str], dict[Kind, tuple[int, Decimal]]] = field(default_factory=dict)

    def add(self, difference: Difference) -> None:
        """Count a difference, at what it is worth under the policy that knows it, the second before the first."""
        handled = difference.b or difference.a
        assert handled is not None
        row = self.sums.setdefault((difference.code, handled.owner, difference.currency or ""), {})
        count, amount = row.get(difference.difference, (0, Decimal()))
        row[difference.difference] = (count + 1, amount + Decimal(handled.amount or 0))


_Occurrence = tuple[bytes, ExceptionChange, ExceptionChange]
_decoder = msgspec.json.Decoder(ExceptionChange)


def compare(options: ReplayOptions, other: Policy) -> Comparison:
    """Replay under both policies, each into its folder of `options.out`, and write how they differ.

    Raises OperatingFault where a file cannot be read or written.
    """
    folders = [options.out / name for name in FOLDERS]
    first = replay(replace(options, out=folders[0]))
    second = replay(replace(options, out=folders[1], policy=other))
    comparison = Comparison((first, second))
    with ExitStack() as stack:
        left, right = (_occurrences(folder, stack.enter_context(sorter())) for folder in folders)
        try:
            with (options.out / DIFFERENCES_FILE).open("wb") as stream:
                for difference in _differences(left, right, comparison):
                    comparison.add(difference)
                    stream.write(msgspec.json.encode(difference) + b"\n")
        except OSError as error:
            raise OperatingFault(f"{options.out} cannot be written: {error.strerror}") from error
    return comparison


def _occurrences(folder: Path, sorting: Sorter) -> Iterator[_Occurrence]:
    """Every occurrence of a replay by exception id and number: as it opened, and as it was left."""
    for _, _, line in lines_of([folder / "exceptions.jsonl"]):
        change = _decoder.decode(line)
        key = change.exception_id.encode() + change.occurrence.to_bytes(_OCCURRENCE_BYTES, "big")
        if change.state in _OPENING and change.changed_at == change.detected_at:
            sorting.put(key + _FIRST, line)
        sorting.put(key + _LAST, line)
    opening: ExceptionChange | None = None
    for key, line in sorting.items():
        change = _decoder.decode(line)
        if key.endswith(_FIRST):
            opening = change
        else:
            assert opening is not None
            yield key[:-1], opening, change


def _differences(
    left: Iterator[_Occurrence], right: Iterator[_Occurrence], comparison: Comparison
) -> Iterator[Difference]:
    """Walk both in the order of their keys."""
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None
            yield _difference("only_a", one, None)
            one = next(left, None)
        elif one is None or other[0] < one[0]:
            yield _difference("only_b", None, other)
            other = next(right, None)
        else:
            kind = _kind(one, other)
            if kind is None:
                comparison.same += 1
            else:
                yield _difference(kind, one, other)
            one, other = next(left, None), next(right, None)


def _kind(one: _Occurrence, other: _Occurrence) -> Kind | None:
    first, second = _handled(one), _handled(other)
    if first == second:
        return None
    # Times without an offset but Z compare as text only where the fraction is as long: what counts is the instant.
    before, after = _instant(first.detected_at), _instant(second.detected_at)
    if before == after:
        return "changed"
    return "earlier" if after < before else "later"


def _instant(text: str) -> tuple[str, str]:
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return whole, fraction


def _handled(occurrence: _Occurrence) -> Handled:
    _, opening, last = occurrence
    escalation = last.escalation
    return Handled(
        detected_at=opening.detected_at,
        severity=last.severity,
        owner=last.owner,
        due_at=last.due_at,
        amount=opening.amount,
        cleared_at=last.cleared_at,
        escalated_to=escalation.to if isinstance(escalation, Struct) else None,
    )


def _difference(kind: Kind, one: _Occurrence | None, other: _Occurrence | None) -> Difference:
    known = other or one
    assert known is not None
    change = known[2]
    return Difference(
        difference=kind,
        exception_id=change.exception_id,
        occurrence=change.occurrence,
        correlation_id=change.correlation_id,
        code=change.code,
        currency=change.currency,
        a=None if one is None else _handled(one),
        b=None if other is None else _handled(other),
    )
