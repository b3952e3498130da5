"""What the distributor's systems say of an order: its plan as canonical events, each in its own system's manner."""

from collections.abc import Iterator

from o2c.simulator.chance import Chance
from o2c.simulator.goods import parcel_statements
from o2c.simulator.money_documents import invoice_statements, payment_statements, voided_invoice
from o2c.simulator.order_documents import order_statements
from o2c.simulator.plan import Paper, Plan
from o2c.simulator.statements import Statement, state


def statements_of(plan: Plan, chance: Chance) -> Iterator[Statement]:
    """All that is said of the order, document by document."""
    if not plan.unknown:
        yield from order_statements(plan)
    for parcel in plan.parcels:
        yield from parcel_statements(plan, parcel, chance)
    for invoice in plan.invoices:
        yield from invoice_statements(plan, invoice, chance)
    if plan.invoices and plan.fault is None and chance.happens(0.04):
        yield from voided_invoice(plan, plan.invoices[0], chance)
    for payment in plan.payments:
        yield from payment_statements(plan, payment)
    for paper in plan.papers:
        yield from _paper(plan, paper)


def _paper(plan: Plan, paper: Paper) -> Iterator[Statement]:
    for revision, (at, fields) in enumerate(paper.says, 1):
        yield state(
            plan,
            paper.document,
            paper.source,
            at,
            fields,
            revision=revision,
            business_at=paper.business_at,
            refs=paper.refs,
        )
