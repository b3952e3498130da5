"""All that is kept of an order, and what a shard may ask of the feeds."""

from typing import Protocol

from msgspec import Struct, field

from o2c.flows.correlation.billing import NOTHING
from o2c.flows.correlation.billing import State as BillingState
from o2c.flows.correlation.documents import document_key, same_content, supersedes
from o2c.flows.correlation.lives import Life
from o2c.flows.correlation.retention import Retired
from o2c.schemas.documents import Document

NEVER = 2**62
"""Later than any time: nothing is due."""


class FeedView(Protocol):
    """What an order may know about feeds, by name: `<type>/<source>`, or a bare document type."""

    def progress(self, feed: str) -> int:
        """The time up to which everything that this feed had to say has been read, UTC microseconds."""
        ...

    def grace_us(self, feed: str) -> int:
        """How far past a deadline this feed must have got before its silence proves anything."""
        ...


class OrderState(Struct, gc=False, array_like=True):
    """All that is kept of an order.

    `least_seen`: the least `occurred_at` among the revisions of a document, where there were several. `wake_at`: when
    the clock alone next changes something. `gates`: by feed, the progress at which a condition that has begun opens.
    `fulfilment`, `financial`: the stages of its last status; empty before the first. `conflicts`: by document key the
    revision that came with two contents. `waiting_actions`: actions still to be decided, with when they
    were first looked at, 0 before. `billing`:
    what was last published of it. `past_due`: what was past due (10^-4) when it was last judged. `touched_at`: the
    clock when a document last changed it; `closed_at`: when it was found closed. `retired`: it is no longer whole, and
    is not judged any more.
    """

    correlation_id: str
    documents: dict[str, Document] = field(default_factory=dict)
    least_seen: dict[str, int] = field(default_factory=dict)
    lives: dict[str, Life] = field(default_factory=dict)
    events: int = 0
    version: int = 0
    sequence: int = 0
    health: str = ""
    trace: str | None = None
    wake_at: int = NEVER
    gates: dict[str, int] = field(default_factory=dict)
    fulfilment: str = ""
    financial: str = ""
    conflicts: dict[str, int] = field(default_factory=dict)
    waiting_actions: dict[str, int] = field(default_factory=dict)
    billing: BillingState = NOTHING
    billing_sequence: int = 0
    audit_sequence: int = 0
    past_due: int = 0
    touched_at: int | None = None
    closed_at: int | None = None
    retired: Retired | None = None


def merge(state: OrderState, document: Document) -> bool:
    """Take a revision in. One that loses against what is there, or repeats it, changes no document: False."""
    state.events += 1
    key = document_key(document)
    held = state.documents.get(key)
    if held is None:
        state.documents[key] = document
        if document.type == "action":
            state.waiting_actions[key] = 0
        return True
    if document.occurred_at != held.occurred_at:
        least = min(document.occurred_at, state.least_seen.get(key, held.occurred_at))
        state.least_seen[key] = least
    known = state.conflicts.get(key) == held.revision
    if document.revision == held.revision and not known and not same_content(document, held):
        state.conflicts[key] = held.revision
    if not supersedes(document, held):
        return False
    state.documents[key] = document
    if document.type == "action":
        # Another word on the same action is another action.
        state.waiting_actions[key] = 0
    return True
