"""Holds: what each blocks, for which lines, and while which time."""

from o2c.flows.correlation.milestones import HOLD_BLOCKS
from o2c.schemas.documents import Document, HoldBody


class HoldLedger:
    """One counting hold and the time during which it stands."""

    __slots__ = ("blocks", "business_at", "document", "keys", "released_at")

    def __init__(self, document: Document, business_at: int, body: HoldBody, keys: frozenset[str] | None) -> None:
        self.document = document
        self.business_at = business_at
        self.released_at = body.released_at
        self.blocks = body.blocks if body.blocks is not None else HOLD_BLOCKS[body.kind]
        self.keys = keys

    def is_open(self, clock: int) -> bool:
        """Whether the hold has been placed and not been released yet."""
        return self.released_at is None or self.released_at > clock
