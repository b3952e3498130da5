"""What must come out: an order's faults with their clocks, and its quantities and money once all is said."""

from o2c.simulator.plan import Content, Finding, Plan
from o2c.simulator.policy import RULES
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
        "fault": None if plan.fault is None else plan.fault.code,
        "faults": [_fault(plan, finding) for finding in plan.findings],
        "quantities": _quantities(plan),
        "amounts": _amounts(plan),
    }


def _fault(plan: Plan, finding: Finding) -> Fields:
    scope, document_type, document_id = finding.subject
    rule = RULES[finding.code]
    return {
        "code": finding.code,
        "subject": {"scope": scope, "type": document_type, "document_id": document_id},
        "since": moment(finding.since),
        "opens_at": moment(finding.deadline),
        "cleared_at": None if finding.cleared_at is None else moment(finding.cleared_at),
        "recorded": finding.recorded,
        "amount": None if finding.amount is None else amount_text(finding.amount),
        "currency": finding.currency or plan.customer.currency,
        "severity": rule.severity,
        "owner": rule.owner,
    }


def _quantities(plan: Plan) -> Fields:
    moved = {
        name: _total(*(parcel.content for parcel in plan.parcels if milestone in parcel.reached))
        for name, milestone in (("shipped", "shipment"), ("delivered", "pod"))
    }
    missing = _total(*(parcel.missing for parcel in plan.parcels))
    invoiced = _total(*(invoice.content for invoice in plan.invoices)) + plan.adjustments.invoiced
    return {
        "ordered": quantity_text(0 if plan.cancelled or plan.unknown else _total(plan.wanted())),
        "shipped": quantity_text(moved["shipped"]),
        "delivered": quantity_text(moved["delivered"] - missing),
        "invoiced": quantity_text(invoiced),
        "returned": quantity_text(plan.adjustments.returned),
    }


def _total(*contents: Content) -> int:
    return sum(quantity for content in contents for _, quantity in content)


def _amounts(plan: Plan) -> Fields:
    applications = [application for payment in plan.payments for application in payment.applications]
    more = plan.adjustments
    amounts = {
        "invoiced": sum(invoice.total for invoice in plan.invoices),
        "paid": sum(application.amount for application in applications) + more.paid,
        "discounted": sum(application.discount for application in applications) + more.discounted,
        "credited": more.credited,
        "deducted": sum(application.deduction for application in applications) + more.deducted,
        "written_off": more.written_off,
    }
    settled = sum(amount for name, amount in amounts.items() if name != "invoiced")
    amounts |= {
        "open": amounts["invoiced"] - settled,
        "overpaid": more.overpaid,
        "unapplied": sum(payment.excess for payment in plan.payments) + more.unapplied,
    }
    ordered = 0 if plan.cancelled else plan.worth
    return {
        "ordered": None if plan.unknown else amount_text(ordered),
        **{name: amount_text(amount) for name, amount in amounts.items()},
    }
