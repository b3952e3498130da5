"""Goods that came back, and the credit or refund that they wait for."""

from typing import TYPE_CHECKING

from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import INVOICE, SHIPMENT
from o2c.schemas.documents import CreditMemoBody, Document, PaymentBody, ReturnBody

if TYPE_CHECKING:
    from o2c.flows.correlation.ledger import Ledger
    from o2c.flows.correlation.money import Money

LOWERING = ("quantity", "cancellation", "rebill")
"""The kinds of credit memo that lower what is invoiced."""

_GOODS_BACK = ("received", "refused")


class ReturnLedger:
    """One return that brought goods back: its lines, each with how much of it came."""

    __slots__ = ("business_at", "document", "lines")

    def __init__(self, document: Document, business_at: int) -> None:
        self.document = document
        self.business_at = business_at
        self.lines: list[tuple[LineLedger, int]] = []


def brings_goods_back(body: ReturnBody) -> bool:
    """Whether a return of this kind means goods in the house: one that is only authorized, or never left, does not."""
    return body.kind in _GOODS_BACK


def uncredited(ledger: "Ledger", money: "Money") -> list[tuple[ReturnLedger, int, int | None]]:
    """The returns that still wait for their credit or refund, each with the quantity and what it is worth.

    A credit memo that names a return settles what its lines say, all of it where it has none; so does a refund. Credit
    memos of kind `return` that name none, and refunds beyond all credits, settle the oldest first, by lines or by
    amount. Units that were never invoiced need no credit.
    """
    given = _Credits(ledger, money)
    found: list[tuple[ReturnLedger, int, int | None]] = []
    taken: dict[str, int] = {}
    for claim in ledger.returns:
        if (claim.document.scope, claim.document.document_id) in given.named:
            continue
        quantity = 0
        value: int | None = 0
        for line, returned in claim.lines:
            due = min(returned, _needing_credit(line) - taken.get(line.key, 0))
            if due <= 0:
                continue
            taken[line.key] = taken.get(line.key, 0) + due
            due -= given.by_line(line.key, due)
            if due > 0:
                quantity += due
                worth = line.value(due)
                value = None if value is None or worth is None else value + worth
        if quantity:
            left = given.by_amount(value)
            if left is None or left > 0:
                found.append((claim, quantity, left))
    return found


def _needing_credit(line: LineLedger) -> int:
    """How much of what came back had been invoiced; all of it where invoices are not observed."""
    if line.rules.path.invoice_from is None:
        return line.returned
    kept = max(0, line.reached[SHIPMENT] - line.returned)
    return max(0, min(line.returned, line.reached[INVOICE] - kept))


class _Credits:
    """What has been credited or refunded for returns, used up return by return."""

    def __init__(self, ledger: "Ledger", money: "Money") -> None:
        self.named: set[tuple[str, str]] = set()
        self._lines: dict[str, int] = {}
        self._amount = 0
        credited = 0
        for _, scope, _, document in ledger.entries.get("credit_memo", ()):
            body = document.body
            assert isinstance(body, CreditMemoBody)
            credited += body.amount
            named = [number for kind, numbers in document.refs if kind == "return" for number in numbers]
            if named and not body.lines:
                self.named.update((scope, number) for number in named)
            elif body.kind in LOWERING:
                # What is no longer invoiced needs no credit any more.
                continue
            elif body.lines and (named or body.kind == "return"):
                for memo, line, quantity in ledger.credit_lines:
                    if memo is document:
                        self._lines[line.key] = self._lines.get(line.key, 0) + quantity
            elif body.kind == "return":
                self._amount += body.amount
        for _, scope, _, document in ledger.entries.get("payment", ()):
            payment = document.body
            if isinstance(payment, PaymentBody) and payment.kind == "refund":
                self.named.update(
                    (scope, number) for kind, numbers in document.refs if kind == "return" for number in numbers
                )
        self._amount += max(0, money.refunded - credited)

    def by_line(self, key: str, quantity: int) -> int:
        """How much of a line its credit memos cover."""
        taken = min(quantity, self._lines.get(key, 0))
        if taken:
            self._lines[key] -= taken
        return taken

    def by_amount(self, value: int | None) -> int | None:
        """What is left of a value that no line covers; None where it is not known and nothing covers it."""
        if value is None:
            covered = self._amount > 0
            self._amount = 0
            return 0 if covered else None
        taken = min(value, self._amount)
        self._amount -= taken
        return value - taken
