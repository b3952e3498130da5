"""What credit memos take back of what is invoiced, and what of the goods they settle."""

from typing import TYPE_CHECKING

from o2c.flows.correlation.lines import LineLedger
from o2c.flows.correlation.milestones import CREDIT, INVOICE
from o2c.flows.correlation.proofs import Filled
from o2c.flows.correlation.returns import LOWERING
from o2c.schemas.documents import CreditMemoBody, Document

if TYPE_CHECKING:
    from o2c.flows.correlation.ledger import InvoiceLine, Ledger


def read_credit_memos(ledger: "Ledger") -> None:
    """Note what credit memos name of each line; what they take back of an invoice is no longer invoiced."""
    for business_at, scope, _, document in ledger.entries["credit_memo"]:
        body = document.body
        assert isinstance(body, CreditMemoBody)
        lowers = body.kind in LOWERING
        named = _invoices_of(document, body)
        meant = [each for each in ledger.invoice_lines if not named or _is_named(each[0], scope, named)]
        filled: list[Filled] = []
        if body.lines:
            for line in body.lines:
                filled.extend(ledger.matcher.find(line, CREDIT, business_at, document))
        elif lowers and body.kind != "quantity":
            filled = [(ordered, quantity) for _, _, parts in meant for ordered, quantity in parts if quantity > 0]
        for ordered, quantity in filled:
            # A correction of the price names the lines that it corrects: it credits no goods.
            if body.kind != "price":
                ordered.credited += quantity
            ledger.credit_lines.append((document, ordered, quantity))
            if lowers:
                _lower(ledger, ordered, quantity, business_at, meant if named else [])


def _invoices_of(document: Document, body: CreditMemoBody) -> set[str]:
    """The numbers of the invoices that a credit memo names."""
    by_amount = {number for number, _ in body.invoices}
    return by_amount or {number for kind, numbers in document.refs if kind == "invoice" for number in numbers}


def _is_named(invoice: Document, scope: str, numbers: set[str]) -> bool:
    return invoice.scope == scope and invoice.document_id in numbers


def _lower(ledger: "Ledger", line: LineLedger, quantity: int, at: int, meant: list["InvoiceLine"]) -> None:
    """Take back what was invoiced of a line: of the invoices that are meant, where the memo names some."""
    rest = taken = min(quantity, line.reached[INVOICE])
    if taken <= 0:
        return
    line.reached[INVOICE] -= taken
    line.lose(INVOICE, None, at, taken)
    for _, billed, filled in meant:
        for part, amount in filled:
            if part is line and rest > 0:
                key = (id(billed), line.key)
                before = ledger.lowered.get(key, 0)
                lowered = min(rest, amount - before)
                if lowered > 0:
                    ledger.lowered[key] = before + lowered
                    rest -= lowered


def waive_proofs(ledger: "Ledger") -> None:
    """Nobody will prove the delivery of what was refused, or credited of a shipment that was proved."""
    for line in ledger.lines.values():
        for settled, proved_only in ((line.refused, False), (line.credited, True)):
            left = settled
            for shipment in ledger.shipments:
                if left <= 0:
                    break
                if shipment.proved_at is None and proved_only:
                    continue
                taken = min(left, shipment.remaining(line.key))
                if taken > 0:
                    shipment.waived[line.key] = shipment.waived.get(line.key, 0) + taken
                    left -= taken
