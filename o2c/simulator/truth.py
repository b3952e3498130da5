"""What must come out: an order's faults with their clocks, and its quantities and money once all is said."""

from o2c.simulator.plan import Content, Finding, Plan
from o2c.simulator.policy import STALLS
from o2c.simulator.statements import Fields, amount_text, moment, quantity_text


def truth_of(plan: Plan) -> Fields:
    """One line of the truth file."""
    return {
        "correlation_id": plan.correlation_id,
        "scope": plan.scope,
        "order": plan.order_id,
        "customer_id": plan.customer.customer_id,
        "channel": plan.channel,
        "cancelled": plan.cancelled,
        "faults": [_fault(plan, finding) for finding in plan.findings],
        "quantities": _quantities(plan),
        "amounts": _amounts(plan),
    }


def _fault(plan: Plan, finding: Finding) -> Fields:
    scope, document_type, document_id = finding.subject
    stall = STALLS[finding.code]
    return {
        "code": finding.code,
        "subject": {"scope": scope, "type": document_type, "document_id": document_id},
        "since": moment(finding.since),
        "deadline": moment(finding.deadline),
        "cleared_at": None if finding.cleared_at is None else moment(finding.cleared_at),
        "amount": amount_text(finding.amount),
        "currency": plan.customer.currency,
        "severity": stall.severity,
        "owner": stall.owner,
    }


def _quantities(plan: Plan) -> Fields:
    moved = {
        name: _total(*(parcel.content for parcel in plan.parcels if milestone in parcel.reached))
        for name, milestone in (("shipped", "shipment"), ("delivered", "pod"))
    }
    return {
        "ordered": quantity_text(0 if plan.cancelled else _total(plan.wanted())),
        "shipped": quantity_text(moved["shipped"]),
        "delivered": quantity_text(moved["delivered"]),
        "invoiced": quantity_text(_total(*(invoice.content for invoice in plan.invoices))),
    }


def _total(*contents: Content) -> int:
    return sum(quantity for content in contents for _, quantity in content)


def _amounts(plan: Plan) -> Fields:
    applications = [application for payment in plan.payments for application in payment.applications]
    invoiced = sum(invoice.total for invoice in plan.invoices)
    settled = sum(application.settled for application in applications)
    ordered = 0 if plan.cancelled else plan.value(plan.wanted()) + plan.freight
    return {
        "ordered": amount_text(ordered),
        "invoiced": amount_text(invoiced),
        "paid": amount_text(sum(application.amount for application in applications)),
        "open": amount_text(invoiced - settled),
        "unapplied": amount_text(sum(payment.excess for payment in plan.payments)),
    }
