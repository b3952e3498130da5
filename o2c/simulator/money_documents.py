"""What ERP and receivables say: invoices, payments, remittances."""

from collections.abc import Iterator

from o2c.simulator.chance import Chance
from o2c.simulator.plan import Application, Invoice, Payment, Plan
from o2c.simulator.policy import HOUR_S
from o2c.simulator.statements import Fields, Statement, amount_text, moment, quantity_text, state
from o2c.simulator.world import CENT, QUARTERS


def invoice_statements(plan: Plan, invoice: Invoice, chance: Chance) -> Iterator[Statement]:
    """An invoice, some of them as a draft first, some corrected later."""
    document = ("invoice", plan.document_id("invoice", invoice.number))
    refs = invoice_refs(plan, invoice)
    fields = invoice_fields(plan, invoice)
    source = plan.customer.company.erp
    at = invoice.issued_at
    revision = 1
    if plan.fault is None and chance.happens(0.03):
        drafted_at = max(plan.ordered_at, at - HOUR_S)
        draft: Fields = {**fields, "posted": False}
        yield state(plan, document, source, drafted_at, draft, business_at=at, refs=refs)
        revision = 2
    printed = {**fields, "total": amount_text(invoice.parts + invoice.misprint)}
    yield state(plan, document, source, at, printed, revision=revision, business_at=at, refs=refs)
    if invoice.corrected_at is not None:
        yield state(plan, document, source, invoice.corrected_at, fields, revision=2, business_at=at, refs=refs)


def voided_invoice(plan: Plan, invoice: Invoice, chance: Chance) -> Iterator[Statement]:
    """An invoice with a wrong tax shortly before the right one, made void at once: by its number or by a reversal."""
    document = ("invoice", plan.document_id("invoice", 0))
    at = max(plan.ordered_at, invoice.issued_at - HOUR_S)
    fields = invoice_fields(plan, invoice)
    wrong = {**fields, "tax": "0", "total": amount_text(invoice.total - invoice.tax + 7 * CENT), "rounding": "0.07"}
    source = plan.customer.company.erp
    yield state(plan, document, source, at, wrong, business_at=at)
    if chance.happens(0.5):
        yield state(plan, document, source, at + 600, {**wrong, "cancelled": True}, revision=2, business_at=at)
        return
    named = {"type": document[0], "document_id": document[1]}
    reversal = ("invoice", plan.document_id("reversal", 1))
    yield state(plan, reversal, source, at + 600, {**wrong, "reverses": [named]}, business_at=at + 600)


def invoice_refs(plan: Plan, invoice: Invoice) -> dict[str, list[str]]:
    """The shipment that an invoice bills."""
    return {"shipment": [plan.document_id("shipment", invoice.parcel.number)]}


def invoice_fields(plan: Plan, invoice: Invoice) -> Fields:
    """What an invoice says in the end."""
    lines = [_invoice_line(plan, index, quantity) for index, quantity in invoice.content]
    if invoice.overcharge:
        index, quantity = invoice.content[0]
        lines[0].pop("unit_price")
        lines[0]["amount"] = amount_text(quantity * plan.lines[index].price // QUARTERS + invoice.overcharge)
    fields: Fields = {
        "customer_id": plan.customer.customer_id,
        "currency": plan.customer.currency,
        "lines": lines,
        "tax": amount_text(invoice.tax),
        "total": amount_text(invoice.total),
    }
    if invoice.freight:
        fields["freight"] = amount_text(invoice.freight)
    terms = _terms(invoice)
    said = plan.number % 3
    if said == 0 and not invoice.instalment_percent:
        fields["due_at"] = moment(invoice.due_at)
    if said == 1 or len(terms) > 1:
        fields["terms"] = terms
    return fields


def _terms(invoice: Invoice) -> Fields:
    terms: Fields = {"net_days": invoice.net_days}
    if invoice.discount_percent:
        terms["discounts"] = [{"percent": str(invoice.discount_percent), "days": invoice.net_days}]
    if invoice.instalment_percent:
        shares = ((invoice.instalment_percent, invoice.first_due_at), (None, invoice.due_at))
        terms["instalments"] = [
            {"percent": str(100 - invoice.instalment_percent if share is None else share), "due_at": moment(due_at)}
            for share, due_at in shares
        ]
    return terms


def _invoice_line(plan: Plan, index: int, quantity: int) -> Fields:
    line = plan.lines[index]
    return {
        "line": str(line.number),
        "sku": line.product.sku,
        "quantity": quantity_text(quantity),
        "unit_price": amount_text(line.price),
        "amount": amount_text(quantity * line.price // QUARTERS),
    }


def payment_statements(plan: Plan, payment: Payment) -> Iterator[Statement]:
    """Money received; where it is advised, what it is for comes an hour later as a remittance with its reference."""
    applications = [_application(plan, application) for application in payment.applications]
    amount = sum(application.amount for application in payment.applications) + payment.excess
    fields: Fields = {
        "customer_id": plan.customer.customer_id,
        "currency": plan.customer.currency,
        "amount": amount_text(amount),
        "applications": [] if payment.advised else applications,
        "reference": f"WIRE-{plan.number}-{payment.number}",
    }
    number = plan.document_id("payment", payment.number)
    refs = {"invoice": [application["invoice"] for application in applications]}
    at = payment.received_at
    source = plan.customer.company.receivables
    yield state(plan, ("payment", number), source, at, fields, business_at=at, refs=None if payment.advised else refs)
    if payment.advised:
        advice = {**fields, "kind": "remittance", "applications": applications}
        document = ("payment", plan.document_id("remittance", payment.number))
        yield state(plan, document, source, at + HOUR_S, advice, business_at=at, refs=refs)


def _application(plan: Plan, application: Application) -> Fields:
    fields: Fields = {
        "invoice": plan.document_id("invoice", application.invoice.number),
        "amount": amount_text(application.amount),
    }
    if application.discount:
        fields["discount"] = amount_text(application.discount)
    if application.deduction:
        fields["adjustments"] = [
            {"amount": amount_text(application.deduction), "reason_code": application.reason, "code_list": "426"}
        ]
    return fields
