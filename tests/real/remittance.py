"""The X12 820 sample as canonical events: a cheque of a retailer for seven invoices, each with its discount.

The 820 is all there is. What it implies of the rest:

- An `order` for each purchase order number (REF PO), of one line that is worth the invoice's total and named after the
  number, as of the invoice's date.
- The `invoice` (RMR IV), of its date (DTM 097) and total (RMR05). Its terms allow the discount that was taken (RMR06):
  as many percent of the total, within as many days as the oldest of the invoices had waited; they are the net days too.
- The 820 itself, a `payment` of kind remittance: BPR01 is I, remittance information only. What was paid is RMR04.
  An ADX is an adjustment: less paid, so its minus is dropped.
- The cheque that it tells of (BPR04 is CHK), a receipt of BPR02 on the day of BPR16, with the number of TRN02.

All is of one account, so it has one correlation ID; or, where `apart`, every order has its own, and the 820 and the
cheque are said to each of the seven.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_UP, Decimal
from typing import Any

from tests.real import x12
from tests.real.material import CanonicalEvent, Document, canonical

SAMPLE = "edi.net/x12.820.issue140.edi"
ACCOUNT = "MART"
SELLER, BUYER, BANK = "seller-erp", "buyer", "seller-bank"


@dataclass(frozen=True)
class Adjustment:
    """What was deducted, by ADX02's code."""

    amount: Decimal
    reason_code: str


@dataclass(frozen=True)
class Remitted:
    """One invoice as the remittance tells of it."""

    invoice: str
    po: str
    dated: datetime
    paid: Decimal
    total: Decimal
    discount: Decimal
    adjustments: tuple[Adjustment, ...]


@dataclass(frozen=True)
class Remittance:
    """The whole 820."""

    number: str
    payer: str
    currency: str
    paid_at: datetime
    amount: Decimal
    invoices: tuple[Remitted, ...]

    @property
    def oldest_days(self) -> int:
        """How long the oldest invoice had waited, in days."""
        return max((self.paid_at - each.dated).days for each in self.invoices)


def remittance() -> Remittance:
    """The sample, read."""
    (written,) = x12.transactions(x12.read(SAMPLE), "820")
    header = {segment.name: segment for segment in reversed(written)}
    return Remittance(
        number=header["TRN"][2],
        payer=x12.element(written, "N1", "PR", 4),
        currency=header["CUR"][2],
        paid_at=x12.day(header["BPR"][16]),
        amount=Decimal(header["BPR"][2]),
        invoices=tuple(_remitted(group) for group in x12.groups(written, "RMR")),
    )


def _remitted(written: list[x12.Segment]) -> Remitted:
    """An RMR and what follows it."""
    invoice = written[0]
    adjustments = (segment for segment in written if segment.name == "ADX")
    return Remitted(
        invoice=invoice[2],
        po=x12.element(written, "REF", "PO"),
        dated=x12.day(x12.element(written, "DTM", "097")),
        paid=Decimal(invoice[4]),
        total=Decimal(invoice[5]),
        discount=Decimal(invoice[6]),
        adjustments=tuple(Adjustment(-Decimal(each[1]), each[2]) for each in adjustments),
    )


def events(
    sample: Remittance, *, discount_days: int | None = None, cheque: bool = True, apart: bool = False
) -> Iterator[CanonicalEvent]:
    """What the remittance implies. `discount_days`: instead of those that the oldest invoice took."""
    days = sample.oldest_days if discount_days is None else discount_days
    for each in sample.invoices:
        yield from _billed(sample, each, days, each.po if apart else ACCOUNT)
    for account in [each.po for each in sample.invoices] if apart else [ACCOUNT]:
        yield _advice(sample, account)
        if cheque:
            yield _cheque(sample, account)


def _billed(sample: Remittance, each: Remitted, discount_days: int, account: str) -> Iterator[CanonicalEvent]:
    line = {"line": each.po, "quantity": "1", "amount": str(each.total)}
    common: dict[str, Any] = {
        "correlation_id": account,
        "customer_id": sample.payer,
        "currency": sample.currency,
        "lines": [line],
    }
    order = Document("order", each.po, SELLER)
    yield canonical(order, each.dated, customer_po=each.po, **common)
    discount = {"percent": str(discount_percent(each)), "days": discount_days}
    yield canonical(
        Document("invoice", each.invoice, SELLER),
        each.dated,
        total=str(each.total),
        terms={"net_days": sample.oldest_days, "discounts": [discount]},
        refs={"order": [each.po], "po": [each.po]},
        **common,
    )


def discount_percent(each: Remitted) -> Decimal:
    """The least percent of the total, to four decimal places, that allows the discount."""
    return (each.discount * 100 / each.total).quantize(Decimal("0.0001"), ROUND_UP)


def _advice(sample: Remittance, account: str) -> CanonicalEvent:
    applications = [
        {
            "invoice": each.invoice,
            "amount": str(each.paid),
            "discount": str(each.discount),
            "adjustments": [
                {"amount": str(adjustment.amount), "reason_code": adjustment.reason_code, "code_list": "X12-426"}
                for adjustment in each.adjustments
            ],
        }
        for each in sample.invoices
    ]
    document = Document("payment", f"820-{sample.number}", BUYER)
    return _payment(document, sample, account, kind="remittance", applications=applications)


def _cheque(sample: Remittance, account: str) -> CanonicalEvent:
    return _payment(Document("payment", sample.number, BANK), sample, account, kind="receipt")


def _payment(document: Document, sample: Remittance, account: str, **fields: Any) -> CanonicalEvent:
    return canonical(
        document,
        sample.paid_at,
        event_id=f"{account}/{document.document_type}/{document.document_id}",
        correlation_id=account,
        customer_id=sample.payer,
        currency=sample.currency,
        amount=str(sample.amount),
        reference=sample.number,
        **fields,
    )
