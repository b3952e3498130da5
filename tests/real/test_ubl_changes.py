"""UBL 2.1: an order that is changed and cancelled, and an invoice that takes goods back, charges and rounds.

By hand:

- Order 34 of 2010-01-20 (SEK): 120 litres at 50 and 15 brushes at 15, a charge and an allowance of 100 each: 6,225.
  Order change 7 a day later: 240 litres; the brushes stay: 12,225. The cancellation comes at the same minute; nothing
  is left.
- Invoice TOSL108 of 2009-12-15 (EUR): lines of 1,273.00, -3.96, 4.96, -25.00 and 187.50, a charge and an allowance of
  100.00, 292.20 of tax and 0.30 of rounding: 1,729.00. 1,000.00 were prepaid, so 729.00 are open, as it says.
"""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.real import ubl
from tests.real.material import UBL, CanonicalEvent, Document, canonical, needs, write
from tests.real.outcome import Outcome, money, nonzero, replayed
from tests.real.ubl import Element, read

pytestmark = needs(UBL)

POLICY = """
version = 1

[process]
milestones = ["order", "invoice", "payment"]
"""


def result(events: Iterable[CanonicalEvent], folder: Path, as_of: str) -> Outcome:
    return replayed((write(events, folder / "events.jsonl"),), POLICY, as_of, folder / "out")


def changed(order: Element, change: Element) -> CanonicalEvent:
    """The order with the lines that the change names, in its second revision."""
    revised = {line.text("ID"): ubl.order_line(line) for line in change.all("OrderLine", "LineItem")}
    lines = [ubl.order_line(line) for line in order.all("OrderLine", "LineItem")]
    return ubl.order(
        order,
        revision=2,
        at=ubl.issued(change),
        lines=[revised.get(line["line"], line) for line in lines],
        total=None,
    )


def test_an_order_change_replaces_the_lines_that_it_names(tmp_path: Path) -> None:
    order = read("Order-2.1")
    outcome = result([ubl.order(order), changed(order, read("OrderChange-2.1"))], tmp_path, "2010-01-21T13:00:00Z")
    status = outcome.statuses["34"]
    assert {line["sku"]: line["ordered"] for line in status["lines"]} == {"SItemNo001": "240", "SItemNo011": "15"}
    assert money(status) == {"ordered": "12225"}


def test_an_order_cancellation_leaves_nothing(tmp_path: Path) -> None:
    order = read("Order-2.1")
    cancellation = read("OrderCancellation-2.1")
    cancelled = ubl.order(order, revision=3, at=ubl.issued(cancellation), cancelled=True)
    events = [ubl.order(order), changed(order, read("OrderChange-2.1")), cancelled]
    status = result(events, tmp_path, "2010-01-21T13:00:00Z").statuses["34"]
    assert status["fulfilment"]["stage"] == "cancelled"
    assert nonzero(status["quantities"]) == nonzero(status["exposure"]) == {}
    assert status["closed"]


def implied(invoice: Element) -> CanonicalEvent:
    """The order of all that the invoice bills or takes back."""
    lines: list[dict[str, Any]] = []
    for line in invoice.all("InvoiceLine"):
        billed = ubl.invoice_line(line, "InvoicedQuantity")
        quantity, amount = (str(abs(Decimal(billed[name]))) for name in ("quantity", "amount"))
        lines.append({**billed, "quantity": quantity, "amount": amount})
    document = Document("order", invoice.text("OrderReference", "ID"), ubl.SELLER)
    return canonical(document, ubl.issued(invoice), currency="EUR", lines=lines)


def test_an_invoice_that_takes_back_charges_and_rounds_makes_its_total(tmp_path: Path) -> None:
    invoice = read("Invoice-2.1")
    outcome = result([implied(invoice), ubl.invoiced(invoice)], tmp_path, "2009-12-16T00:00:00Z")
    status = outcome.statuses["123"]
    amounts = money(status)
    assert (amounts["invoiced"], amounts["paid"], amounts["open"]) == ("1729", "1000", "729")
    assert invoice.text("LegalMonetaryTotal", "PayableAmount") == amounts["open"]
    assert nonzero(status["exposure"])["open"] == "729"
    assert "TOTAL_MISMATCH" not in outcome.states("123")
    assert outcome.count("dead-letters.jsonl") == 0
