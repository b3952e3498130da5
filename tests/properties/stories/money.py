"""What moves money: invoices, payments, credit memos and disputes; and what keeps an order from moving."""

from hypothesis import strategies as st
from msgspec import structs

from o2c.schemas.documents import (
    Adjustment,
    Application,
    CreditMemoBody,
    DisputeBody,
    Document,
    HoldBody,
    IncidentBody,
    InvoiceBody,
    Line,
    OrderLine,
    PaymentBody,
)
from tests.properties.build import at, money, price
from tests.properties.stories.desk import LAST, Desk, line_of, lines_of, mostly
from tests.properties.stories.orders import terms


def invoice(desk: Desk) -> None:
    """An invoice, at the order's prices or nearly."""
    draw = desk.draw
    if desk.of("invoice") and draw(mostly(False, True)):
        first = desk.of("invoice")[0]
        desk.write("invoice", first.body, refs=first.refs)
        return

    def line(desk: Desk, ordered: OrderLine) -> Line:
        made = line_of(desk, ordered)
        asked = (ordered.unit_price or price(1)) + desk.draw(mostly(0, price(1), times=6))
        factor = 2 if made.uom == "CASE" else 1
        return structs.replace(made, unit_price=asked * factor)

    kind = draw(mostly("standard", "freight", "down_payment", "debit_memo", "service", "proforma", times=12))
    lines = () if kind in ("freight", "service", "down_payment") else lines_of(desk, line)
    freight = draw(mostly(None, money(1)))
    asked = sum(one.quantity * (one.unit_price or 0) // 10**14 for one in lines) + (freight or 0)
    if not lines:
        asked = money(draw(st.integers(1, 6)))
    shipment = desk.one_of("shipment")
    body = InvoiceBody(
        currency=draw(mostly("USD", "EUR", times=15)),
        lines=lines,
        total=(asked + draw(mostly(0, money(1), money(-1), times=8))) * (1 if lines else draw(mostly(1, -1, times=15))),
        kind=kind,
        posted=draw(mostly(True, False, times=15)),
        freight=freight,
        prepaid=draw(mostly(None, money(2), times=8)),
        due_at=draw(mostly(None, at(5), at(12))),
        terms=draw(st.none() | terms()),
    )
    refs = (("shipment", (shipment.document_id,)),) if shipment is not None and draw(st.booleans()) else ()
    desk.write("invoice", body, refs=refs, customer_id=draw(mostly(None, "C1", "C2", times=8)))


def _application(desk: Desk, invoice: Document) -> Application:
    draw = desk.draw
    assert isinstance(invoice.body, InvoiceBody)
    total = abs(invoice.body.total)
    how = draw(
        st.sampled_from(("whole", "less", "deduction", "more", "discount", "whole", "deduction", "discount", "back"))
    )
    part = min(total, money(draw(st.integers(1, 3))))
    if how == "less":
        return Application(invoice.document_id, total - part)
    if how == "more":
        return Application(invoice.document_id, total + part)
    if how == "discount":
        off = total // 10
        return Application(invoice.document_id, total - off, off)
    if how == "deduction":
        return Application(invoice.document_id, total - part, 0, (Adjustment(part, "59"),))
    if how == "back":
        return Application(invoice.document_id, -part)
    return Application(invoice.document_id, total)


def payment(desk: Desk) -> None:
    """Money of some kind."""
    draw = desk.draw
    kind = draw(mostly("receipt", "remittance", "refund", "chargeback", "reversal", "authorization", times=10))
    invoices = [one for one in desk.of("invoice") if draw(mostly(True, False, times=2))]
    applications = tuple(_application(desk, one) for one in invoices)
    if kind == "receipt" and draw(mostly(False, True)):
        applications = ()
    if draw(mostly(False, True, times=8)):
        applications = (*applications, Application("I9", money(1)))
    amount = max(0, sum(one.amount for one in applications)) + money(draw(mostly(0, 1, 5)))
    refs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    if kind in ("chargeback", "reversal", "refund"):
        paid = desk.one_of("payment")
        refs = (("payment", (paid.document_id,)),) if paid is not None and draw(st.booleans()) else ()
        applications = draw(mostly((), applications))
        amount = money(draw(st.integers(1, 6)))
    body = PaymentBody(
        currency=draw(mostly("USD", "EUR", times=15)),
        amount=amount,
        kind=kind,
        applications=applications,
        reference=draw(mostly(None, "REF", times=2)),
    )
    desk.write("payment", body, refs=refs)


def credit_memo(desk: Desk) -> None:
    """A credit memo of any kind."""
    draw = desk.draw
    kind = draw(st.sampled_from(("allowance", "return", "price", "quantity", "cancellation", "rebill")))
    invoice = desk.one_of("invoice")
    amount = money(draw(st.integers(1, 8)))
    invoices: tuple[tuple[str, int], ...] = ()
    refs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    if invoice is not None:
        assert isinstance(invoice.body, InvoiceBody)
        if draw(st.booleans()):
            amount = abs(invoice.body.total)
        how = draw(st.sampled_from(("invoices", "refs", "none")))
        invoices = ((invoice.document_id, amount),) if how == "invoices" else ()
        refs = (("invoice", (invoice.document_id,)),) if how == "refs" else ()
    back = desk.one_of("return")
    if back is not None and draw(st.booleans()):
        refs = (*refs, ("return", (back.document_id,)))
    lines = (lines_of(desk) or None) if draw(mostly(False, True, times=2)) else None
    currency = draw(mostly("USD", "EUR", times=15))
    desk.write("credit_memo", CreditMemoBody(currency, amount, kind, invoices, lines), refs=refs)


def dispute(desk: Desk) -> None:
    """A dispute about an invoice or a payment."""
    draw = desk.draw
    about = desk.one_of(draw(st.sampled_from(("payment", "invoice"))))
    if about is None:
        return
    outcome = draw(mostly(None, "recovered", "written_off", "written_off", "credited", times=3))
    body = DisputeBody(
        money(draw(st.integers(1, 4))),
        invoice=about.document_id if about.type == "invoice" else None,
        payment=about.document_id if about.type == "payment" else None,
        respond_by=draw(mostly(None, at(14))),
        resolved_at=at(draw(st.integers(4, LAST))) if outcome else None,
        outcome=outcome,
        recovered=money(1) if outcome and draw(mostly(False, True, times=3)) else None,
    )
    desk.write("dispute", body)


def hold(desk: Desk) -> None:
    """A hold of any kind."""
    draw = desk.draw
    kinds = ("credit", "fraud", "export", "customer_master", "pricing", "tax", "billing", "delivery")
    for kind in draw(st.lists(st.sampled_from((*kinds, "quality", "customer_request")), min_size=1, max_size=2)):
        released = draw(st.none() | st.integers(0, 30).map(at))
        lines = (Line("1", None, 0),) if draw(mostly(False, True, times=3)) else None
        desk.write("hold", HoldBody(kind, released, lines))


def incident(desk: Desk) -> None:
    """Something that failed."""
    draw = desk.draw
    kinds = ("tax_failure", "customer_master", "pricing_failure", "integration_timeout", "document_rejected")
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=2)):
        desk.write("incident", IncidentBody(kind, draw(st.none() | st.integers(0, 20).map(at))))
