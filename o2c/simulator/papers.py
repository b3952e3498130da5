"""Documents beside those of an order's ordinary course, as a plan keeps them."""

from o2c.simulator.plan import Paper, Plan
from o2c.simulator.statements import Fields, amount_text

Said = tuple[int | None, Fields | None]
"""When a document says what; None: it never does."""


def revisions(
    plan: Plan,
    document: tuple[str, str],
    source: str,
    *says: Said,
    refs: dict[str, list[str]] | None = None,
    business_at: int | None = None,
) -> Paper:
    """Puts a document (type, number) with what it says, revision by revision, into the plan."""
    told = [(at, fields) for at, fields in says if at is not None and fields is not None]
    first = told[0][0] if business_at is None else business_at
    paper = Paper(document, source, first, told, refs or {})
    plan.papers.append(paper)
    return paper


def credit_memo(plan: Plan, at: int | None, amount: int, kind: str, *, named: str | None, **more: object) -> None:
    """A credit memo over `amount` at `at` (None: none), for the order's first invoice; `named`: a return."""
    if at is None:
        return
    number = plan.document_id("credit_memo", 1 + sum(paper.document[0] == "credit_memo" for paper in plan.papers))
    invoice = plan.document_id("invoice", plan.invoices[0].number)
    fields: Fields = {
        "customer_id": plan.customer.customer_id,
        "currency": plan.customer.currency,
        "amount": amount_text(amount),
        "kind": kind,
        "invoices": [{"invoice": invoice, "amount": amount_text(amount)}],
        **more,
    }
    refs = {"invoice": [invoice]}
    if named is not None:
        refs["return"] = [named]
    revisions(plan, ("credit_memo", number), plan.customer.company.erp, (at, fields), refs=refs)


def refund(plan: Plan, at: int | None, amount: int, *, named: str | None = None) -> None:
    """Money given back at `at` (None: never)."""
    if at is None:
        return
    fields: Fields = {
        "customer_id": plan.customer.customer_id,
        "currency": plan.customer.currency,
        "amount": amount_text(amount),
        "kind": "refund",
        "applications": [],
    }
    document = ("payment", plan.document_id("refund", 1))
    refs = {"return": [named]} if named is not None else None
    revisions(plan, document, plan.customer.company.receivables, (at, fields), refs=refs)
