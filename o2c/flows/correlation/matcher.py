"""Which lines of the order the lines of its other documents mean, and what of them fits none."""

from o2c.flows.correlation.lines import LineLedger, fill, promised_first
from o2c.flows.correlation.matching import identities, key_of, line_key
from o2c.flows.correlation.proofs import Entry
from o2c.flows.correlation.units import differs, in_order_units
from o2c.schemas.documents import Document, Line

_REMAINDER = "\x1e"
"""Told apart from the order's line of the same name: what of a document's line no line of the order has room for."""

Misfit = tuple[int, Document, Line, int]
"""What of a document's line fits no line of the order: business time, document, its line, how much of it."""


class Matcher:
    """Matches lines against `lines`, those of the order documents `orders`; `order_document` where none of them counts.

    `unmatched`: what fits no line of the order; `uom_mismatches`: what counts in a unit that nothing converts.
    """

    __slots__ = ("_by_identity", "_lines", "_order_document", "_orders", "unmatched", "uom_mismatches")

    def __init__(
        self, lines: dict[str, LineLedger], orders: list[Entry] | None, order_document: Document | None
    ) -> None:
        self._lines = lines
        self._orders = orders
        self._order_document = order_document
        self._by_identity: dict[str, list[LineLedger]] | None = None
        self.unmatched: list[Misfit] = []
        self.uom_mismatches: list[Misfit] = []

    def find(self, line: Line, milestone: int, business_at: int, document: Document) -> list[tuple[LineLedger, int]]:
        """Which lines of the order a document's line fills, and with how much each."""
        own = self._lines.get(line_key(line.line)) if line.line is not None else None
        if own is not None and own.on_order:
            if line.uom is None or not differs(line, own):
                return [(own, line.quantity)]
            candidates = [own]
        else:
            candidates = self.candidates(line)
        if line.uom is not None and candidates and differs(line, candidates[0]):
            converted = in_order_units(line, candidates[0])
            if converted is None:
                return [self._apart(line, line.quantity, business_at, document, self.uom_mismatches)]
            line = converted
        if len(candidates) == 1:
            return [(candidates[0], line.quantity)]
        filled, rest = fill(candidates, line.quantity, milestone) if candidates else ([], line.quantity)
        if rest or not candidates:
            filled.append(self._apart(line, rest, business_at, document, self.unmatched))
        return filled

    def meant(self, line: Line) -> list[LineLedger]:
        """The lines of the order that a document's line can mean."""
        own = self._lines.get(line_key(line.line)) if line.line is not None else None
        return [own] if own is not None and own.on_order else self.candidates(line)

    def converted(self, line: Line) -> Line:
        """The line in the unit in which the order counts, with all its quantities; as it is where nothing converts."""
        meant = self.meant(line)
        if not meant or not differs(line, meant[0]):
            return line
        return in_order_units(line, meant[0]) or line

    def _apart(
        self, line: Line, quantity: int, business_at: int, document: Document, misfits: list[Misfit]
    ) -> tuple[LineLedger, int]:
        """What fits no line of the order stands on a line of its own."""
        key = key_of(line.line, line.sku)
        own = self._lines.get(key)
        if own is None or own.on_order:
            key = key if own is None else key + _REMAINDER
            own = self._lines.setdefault(key, LineLedger(key, line.line, line.sku))
        misfits.append((business_at, document, line, quantity))
        return own, quantity

    def candidates(self, line: Line) -> list[LineLedger]:
        """The order's lines that have the sku or an item id of `line`, earliest promised first, then by line."""
        if self._by_identity is None:
            self._by_identity = {}
            orders = [entry[3] for entry in self._orders or ()]
            if not orders and self._order_document is not None:
                orders = [self._order_document]
            for document in orders:
                for ordered in document.body.lines:  # type: ignore[union-attr]  # orders alone are here
                    ledger = self._lines[key_of(ordered.line, ordered.sku)]
                    for identity in identities(ordered):
                        same = self._by_identity.setdefault(identity, [])
                        if ledger not in same:
                            same.append(ledger)
            for same in self._by_identity.values():
                same.sort(key=promised_first)
        for identity in identities(line):
            found = self._by_identity.get(identity)
            if found:
                return found
        return []
