"""OASIS UBL examples as canonical events: the chain of order AEG012345, and an order that is changed and cancelled.

What stands for what:

- The buyer's order is the `order`, under the seller's number (`SalesOrderID`) where it has one; the buyer's is the PO.
  A line's `LineExtensionAmount` is its amount; `PriceAmount` goes along as the unit price.
- An order response that accepts is the order's next revision: the delivery that was asked for is now promised.
- A despatch advice is a `shipment` of what is delivered, and an `allocation` of that with the rest backordered.
- A receipt advice is the `pod` of the despatch that it names, at the actual time of delivery.
- An invoice is an `invoice`, its allowances and charges are charges, its due date the last moment of that day.
- A credit note is a `credit_memo`; where its reason says that an invoice is cancelled, of kind cancellation.
- A remittance advice is a `payment` of kind remittance. The cheque that it announces is a receipt with its reference.
- A fulfilment cancellation is a `shipment` that takes back the despatch and the receipt which it names.

The documents have dates without times: each takes effect as its day begins in UTC.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from tests.real.material import UBL, CanonicalEvent, Document, canonical

SELLER, WAREHOUSE, BUYER, BANK = "seller-erp", "seller-warehouse", "buyer", "seller-bank"

Fields = dict[str, Any]


class Element:
    """An element of a UBL document, asked by the local names of what lies in it: namespaces may have any prefix."""

    def __init__(self, element: ET.Element) -> None:
        self._element = element

    def find(self, *names: str) -> "Element | None":
        """The first element at this path, if there is one."""
        found = self._element.find("/".join(f"{{*}}{name}" for name in names))
        return None if found is None else Element(found)

    def all(self, *names: str) -> list["Element"]:
        """Every element at this path."""
        return [Element(found) for found in self._element.findall("/".join(f"{{*}}{name}" for name in names))]

    def text(self, *names: str) -> str:
        """The text at this path. Raises LookupError where nothing stands there."""
        text = self.optional(*names)
        if text is None:
            raise LookupError("/".join(names))
        return text

    def optional(self, *names: str) -> str | None:
        """The text at this path; None where nothing stands there."""
        found = self._element.find("/".join(f"{{*}}{name}" for name in names))
        return None if found is None else (found.text or "").strip()

    def attribute(self, name: str, *names: str) -> str:
        """An attribute of the first element at this path."""
        found = self._element.find("/".join(f"{{*}}{each}" for each in names))
        if found is None:
            raise LookupError("/".join(names))
        return found.attrib[name]


def read(name: str) -> Element:
    """A document of the folder, `UBL-<name>-Example.xml`."""
    return parsed(UBL / f"UBL-{name}-Example.xml")


def parsed(path: Path) -> Element:
    return Element(ET.parse(path).getroot())


def day(date: str, at: str | None = None) -> datetime:
    """The beginning of a day, or a time on it, in UTC."""
    moment = time.min if at is None else time.fromisoformat(at[:8])
    return datetime.combine(datetime.fromisoformat(date), moment, timezone.utc)


def issued(document: Element) -> datetime:
    return day(document.text("IssueDate"), document.optional("IssueTime"))


def order_number(document: Element) -> str:
    """The number under which the seller keeps the order that `document` is or names."""
    return document.optional("SalesOrderID") or document.text("ID")


def order_refs(document: Element) -> dict[str, list[str]]:
    """What `document` says of its order."""
    reference = document.find("OrderReference")
    assert reference is not None
    return {"order": [order_number(reference)], "po": [reference.text("ID")]}


def order(document: Element, revision: int = 1, **changed: Any) -> CanonicalEvent:
    """The order as the buyer sent it, with what a later revision changed of it."""
    fields: Fields = {
        "customer_id": document.optional("BuyerCustomerParty", "SupplierAssignedAccountID"),
        "customer_po": document.text("ID"),
        "currency": document.attribute("currencyID", "AnticipatedMonetaryTotal", "PayableAmount"),
        "total": document.text("AnticipatedMonetaryTotal", "PayableAmount"),
        "charges": charges(document),
        "lines": [order_line(line) for line in document.all("OrderLine", "LineItem")],
    }
    key = Document("order", order_number(document), SELLER)
    return canonical(key, changed.pop("at", issued(document)), revision=revision, **(fields | changed))


def order_line(line: Element) -> Fields:
    return {
        "line": line.text("ID"),
        **item(line),
        "quantity": line.text("Quantity"),
        "uom": line.attribute("unitCode", "Quantity"),
        **price(line),
        "amount": line.text("LineExtensionAmount"),
    }


def item(line: Element) -> Fields:
    """The seller's number of what a line is about, with other ids."""
    ids = {"buyer": line.optional("Item", "BuyersItemIdentification", "ID")}
    ids["gtin"] = line.optional("Item", "StandardItemIdentification", "ID")
    return {
        "sku": line.text("Item", "SellersItemIdentification", "ID"),
        "item_ids": {kind: value for kind, value in ids.items() if value},
    }


def price(line: Element) -> Fields:
    """The price of one unit; nothing where it is one of several units."""
    one = line.optional("Price", "BaseQuantity") == "1"
    return {"unit_price": line.text("Price", "PriceAmount")} if one else {}


def charges(document: Element) -> list[Fields]:
    """Charges, and allowances with a minus."""
    converted = []
    for each in document.all("AllowanceCharge"):
        sign = "" if each.text("ChargeIndicator") == "true" else "-"
        kind = each.optional("AllowanceChargeReason") or each.text("AllowanceChargeReasonCode")
        converted.append({"kind": kind, "amount": sign + each.text("Amount")})
    return converted


def accepted(document: Element, response: Element) -> CanonicalEvent:
    """The order once the seller has accepted it: the delivery asked for is the delivery promised."""
    assert response.text("AcceptedIndicator") == "true"
    asked = document.find("Delivery", "RequestedDeliveryPeriod")
    assert asked is not None
    promised_at = day(asked.text("EndDate"), asked.text("EndTime"))
    return order(document, revision=2, at=issued(response), promised_at=promised_at)


def despatched(advice: Element) -> Iterator[CanonicalEvent]:
    """What stock was found for, and what left."""
    allocated, shipped = [], []
    for line in advice.all("DespatchLine"):
        of_order = {
            "line": line.text("OrderLineReference", "LineID"),
            **item(line),
            "quantity": line.text("DeliveredQuantity"),
            "uom": line.attribute("unitCode", "DeliveredQuantity"),
        }
        shipped.append(of_order)
        allocated.append({**of_order, "backordered": line.text("BackorderQuantity")})
    number, refs = advice.text("ID"), order_refs(advice)
    yield canonical(Document("allocation", number, WAREHOUSE), issued(advice), lines=allocated, refs=refs)
    yield canonical(Document("shipment", number, WAREHOUSE), issued(advice), lines=shipped, refs=refs)


def received(advice: Element) -> CanonicalEvent:
    """What came to the buyer's door. A line's `short` is what the buyer says it is short of."""
    delivery = advice.find("Shipment", "Delivery")
    assert delivery is not None
    lines = [
        {
            **item(line),
            "quantity": line.text("ReceivedQuantity"),
            "uom": line.attribute("unitCode", "ReceivedQuantity"),
            "short": line.text("ShortQuantity"),
        }
        for line in advice.all("ReceiptLine")
    ]
    return canonical(
        Document("pod", advice.text("ID"), BUYER),
        issued(advice),
        business_at=day(delivery.text("ActualDeliveryDate"), delivery.text("ActualDeliveryTime")),
        lines=lines,
        refs={**order_refs(advice), "shipment": [advice.text("DespatchDocumentReference", "ID")]},
    )


def invoiced(invoice: Element) -> CanonicalEvent:
    """The invoice; its total is what it says with tax, before what was prepaid."""
    total = invoice.optional("LegalMonetaryTotal", "TaxInclusiveAmount")
    payable = invoice.text("LegalMonetaryTotal", "PayableAmount")
    due = day(invoice.text("PaymentMeans", "PaymentDueDate"))
    return canonical(
        Document("invoice", invoice.text("ID"), SELLER),
        issued(invoice),
        currency=invoice.attribute("currencyID", "LegalMonetaryTotal", "PayableAmount"),
        lines=[invoice_line(line, "InvoicedQuantity") for line in invoice.all("InvoiceLine")],
        charges=charges(invoice),
        tax=invoice.text("TaxTotal", "TaxAmount"),
        rounding=invoice.optional("LegalMonetaryTotal", "PayableRoundingAmount"),
        prepaid=invoice.optional("LegalMonetaryTotal", "PrepaidAmount"),
        total=total or payable,
        due_at=due + timedelta(days=1, microseconds=-1),
        refs=order_refs(invoice),
    )


def invoice_line(line: Element, quantity: str) -> Fields:
    named = line.optional("OrderLineReference", "LineID")
    return {
        **({} if named is None else {"line": named}),
        **item(line),
        "quantity": line.text(quantity),
        "uom": line.attribute("unitCode", quantity),
        **price(line),
        "amount": line.text("LineExtensionAmount"),
    }


def credited(note: Element, refs: dict[str, list[str]]) -> CanonicalEvent:
    """The credit note of one invoice, for the order `refs`, which it does not name itself."""
    (invoice,) = {
        line.text("BillingReference", "InvoiceDocumentReference", "ID") for line in note.all("CreditNoteLine")
    }
    reasons = {line.optional("DiscrepancyResponse", "Description") for line in note.all("CreditNoteLine")}
    amount = note.text("LegalMonetaryTotal", "PayableAmount")
    return canonical(
        Document("credit_memo", note.text("ID"), SELLER),
        issued(note),
        kind="cancellation" if reasons == {"invoice cancelation"} else "allowance",
        currency=note.attribute("currencyID", "LegalMonetaryTotal", "PayableAmount"),
        amount=amount,
        invoices=[{"invoice": invoice, "amount": amount}],
        lines=[invoice_line(line, "CreditedQuantity") for line in note.all("CreditNoteLine")],
        refs={**refs, "invoice": [invoice]},
    )


def remitted(advice: Element, refs: dict[str, list[str]]) -> Iterator[CanonicalEvent]:
    """The advice and the cheque that it announces, for the order `refs`, which it does not name itself."""
    common: Fields = {
        "currency": advice.attribute("currencyID", "TotalPaymentAmount"),
        "amount": advice.text("TotalPaymentAmount"),
        "reference": advice.text("ID"),
        "refs": refs,
    }
    applications = [
        {
            "invoice": line.text("BillingReference", "InvoiceDocumentReference", "ID"),
            "amount": line.text("DebitLineAmount"),
        }
        for line in advice.all("RemittanceAdviceLine")
    ]
    document = Document("payment", advice.text("ID"), BUYER)
    yield canonical(document, issued(advice), kind="remittance", applications=applications, **common)
    yield canonical(Document("payment", f"cheque-{advice.text('ID')}", BANK), issued(advice), **common)


def fulfilment_cancelled(cancellation: Element, despatch: Element) -> CanonicalEvent:
    """The despatch and its receipt taken back, with the lines of the despatch."""
    taken_back = cancellation.text("DespatchDocumentReference", "ID")
    assert taken_back == despatch.text("ID")
    lines = [
        {"line": line.text("OrderLineReference", "LineID"), "quantity": line.text("DeliveredQuantity")}
        for line in despatch.all("DespatchLine")
    ]
    reverses = [
        {"type": "allocation", "document_id": taken_back},
        {"type": "shipment", "document_id": taken_back},
        {"type": "pod", "document_id": cancellation.text("ReceiptDocumentReference", "ID")},
    ]
    return canonical(
        Document("shipment", f"cancellation-{cancellation.text('ID')}", WAREHOUSE),
        issued(cancellation),
        lines=lines,
        reverses=reverses,
        refs=order_refs(cancellation),
    )
