"""What is kept of an order, and for how long.

An open one is kept until it is abandoned; a closed one whole, then as a stub that tells a late duplicate from something
new, then as the bare fact that it was, then not at all. Times are UTC microseconds. What is due falls due at the end of
a day, or of a part of a shorter duration, so that the events of one day do not move it.
"""

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from o2c.flows.correlation.documents import document_key
from o2c.schemas.canonical import content_hash
from o2c.schemas.documents import Document
from o2c.schemas.records import ForgottenOrder
from o2c.schemas.times import DAY_US

if TYPE_CHECKING:
    from o2c.flows.correlation.state import OrderState

_PARTS = 8
_DIGEST_BYTES = 8


class Retention(Protocol):
    """How long orders are kept, in microseconds: open ones untouched; closed ones whole, and in all."""

    @property
    def open_us(self) -> int:
        """For how long an open order may be untouched before it is abandoned, and a forgotten one is remembered."""
        ...

    @property
    def whole_us(self) -> int:
        """For how long a closed order is kept with all its documents."""
        ...

    @property
    def closed_us(self) -> int:
        """For how long a closed order is known at all; counts from when it closed."""
        ...


class Seen(Struct, frozen=True, gc=False, array_like=True):
    """A document's winning revision, as far as a stub knows it."""

    revision: int
    occurred_at: int
    event_id: str
    digest: bytes


class Retired(Struct, frozen=True, gc=False, array_like=True):
    """What has taken the place of a closed order's documents and exceptions.

    `seen`: by document key, nothing once the order is forgotten. `exceptions`: id and code of those that it has had.
    """

    seen: dict[str, Seen]
    exceptions: tuple[tuple[str, str], ...] = ()
    forgotten_at: int | None = None


def ends_at(since: int, duration_us: int) -> int:
    """When a retention of this length ends that began at `since`: not before, and at most a day later."""
    grain = min(DAY_US, max(1, duration_us // _PARTS))
    return -(-(since + duration_us) // grain) * grain


def abandoned_since(state: "OrderState", retention: Retention, clock: int) -> int | None:
    """When an order was last touched that nobody has touched for too long; None for any other."""
    touched_at = state.touched_at
    if touched_at is None or clock < ends_at(touched_at, retention.open_us):
        return None
    return touched_at


def note(state: "OrderState", retention: Retention, clock: int, *, closed: bool) -> None:
    """Keep account of a judgement: since when the order is closed, and when its retention next has something to say."""
    if state.touched_at is None:
        # Kept by a version that did not know: its time begins now.
        state.touched_at = clock
    if not closed:
        state.closed_at = None
    elif state.closed_at is None:
        state.closed_at = clock
    due_at = _due_at(state, retention)
    if due_at < state.wake_at and (closed or due_at > clock):
        state.wake_at = due_at


def is_due(state: "OrderState", retention: Retention, clock: int) -> bool:
    """Whether a closed order is to shrink."""
    return state.closed_at is not None and _due_at(state, retention) <= clock


def shrunk(state: "OrderState", retention: Retention, clock: int) -> "OrderState":
    """What is left of a closed order that is due: a whole one's stub; of a stub what remembers it; of that, nothing."""
    left = type(state)(state.correlation_id)
    retired = state.retired
    if is_forgotten(state):
        return left
    left.closed_at = state.closed_at
    left.version, left.sequence, left.events = state.version, state.sequence, state.events
    if retired is not None:
        left.retired = Retired({}, (), clock)
    else:
        left.fulfilment, left.financial, left.health = state.fulfilment, state.financial, state.health
        seen = {key: _seen(document) for key, document in state.documents.items()}
        left.retired = Retired(seen, tuple(sorted((life.exception_id, life.code) for life in state.lives.values())))
    left.wake_at = _due_at(left, retention)
    return left


def reschedule(state: "OrderState", retention: Retention) -> None:
    """Let what is retired fall due under another policy."""
    state.wake_at = _due_at(state, retention)


def is_forgotten(state: "OrderState") -> bool:
    """Whether of the order no more is kept than that it was."""
    return state.retired is not None and state.retired.forgotten_at is not None


def forgotten_order(stub: "OrderState", version: int) -> ForgottenOrder:
    """What is published of an order of which this was the stub."""
    assert stub.retired is not None
    return ForgottenOrder(stub.correlation_id, version, stub.retired.exceptions)


def repeats(retired: Retired, document: Document) -> bool:
    """Whether a document says nothing new: the order heard it while it was whole. A forgotten one knows none."""
    held = retired.seen.get(document_key(document))
    if held is None:
        return False
    named = (document.revision, document.occurred_at, document.event_id)
    kept = (held.revision, held.occurred_at, held.event_id)
    return named < kept or (named == kept and _digest(document) <= held.digest)


def _due_at(state: "OrderState", retention: Retention) -> int:
    retired = state.retired
    if retired is not None and retired.forgotten_at is not None:
        return ends_at(retired.forgotten_at, retention.open_us)
    if state.closed_at is not None:
        whole_us, closed_us = retention.whole_us, retention.closed_us
        return ends_at(state.closed_at, closed_us if retired is not None else min(whole_us, closed_us))
    assert state.touched_at is not None
    return ends_at(state.touched_at, retention.open_us)


def _seen(document: Document) -> Seen:
    return Seen(document.revision, document.occurred_at, document.event_id, _digest(document))


def _digest(document: Document) -> bytes:
    """Enough of the content's hash to tell two contents of one revision apart, in the order of the hashes."""
    return content_hash(document)[:_DIGEST_BYTES]
