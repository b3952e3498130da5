"""What others have said is wrong: holds, incidents and disputes that stand."""

from o2c.flows.correlation.conditions.findings import Books, Finding, subject_of, sum_of
from o2c.flows.correlation.disputes import currency_of, is_unresolved
from o2c.flows.correlation.reason_codes import HOLD_CODES, INCIDENT_CODES
from o2c.flows.correlation.stalls import held_value
from o2c.schemas.documents import DisputeBody, HoldBody, IncidentBody
from o2c.schemas.times import rfc3339


def holds(books: Books, found: list[Finding]) -> None:
    """Holds that have been placed and not been released."""
    for hold in books.ledger.holds:
        if hold.business_at > books.clock or not hold.is_open(books.clock):
            continue
        body = hold.document.body
        assert isinstance(body, HoldBody)
        code = HOLD_CODES[body.kind]
        value = held_value(books.ledger, hold)
        found.append(
            Finding(
                code,
                books.rule(code),
                subject_of(hold.document),
                hold.business_at,
                value,
                books.money.currency,
                (hold.document,),
                lambda hold=hold, value=value: (  # type: ignore[misc]  # bound now, asked for later
                    f"Hold {hold.document.document_id} stands since {rfc3339(hold.business_at)}; "
                    f"it blocks {', '.join(hold.blocks)} and keeps {sum_of(value, books.money.currency)}."
                ),
            )
        )


def incidents(books: Books, found: list[Finding]) -> None:
    """Failures that somebody reported and that are not resolved."""
    for business_at, _, _, document in books.ledger.entries["incident"]:
        body = document.body
        assert isinstance(body, IncidentBody)
        if business_at > books.clock or (body.resolved_at is not None and body.resolved_at <= books.clock):
            continue
        code = INCIDENT_CODES[body.kind]
        detail = f": {body.detail}" if body.detail else ""
        found.append(
            Finding(
                code,
                books.rule(code),
                subject_of(document),
                business_at,
                books.money.ordered,
                books.money.currency,
                (document,),
                lambda document=document, business_at=business_at, detail=detail: (  # type: ignore[misc]  # as above
                    f"Incident {document.document_id} since {rfc3339(business_at)}{detail}; "
                    f"the order is worth {sum_of(books.money.ordered, books.money.currency)}."
                ),
            )
        )


def disputes(books: Books, found: list[Finding]) -> None:
    """Disputes that are not resolved."""
    for entry in books.ledger.entries["dispute"]:
        if not is_unresolved(entry, books.clock):
            continue
        business_at, scope, _, document = entry
        body = document.body
        assert isinstance(body, DisputeBody)
        currency = currency_of(books.ledger, books.money, scope, body)
        about = f"invoice {body.invoice}" if body.invoice is not None else f"payment {body.payment}"
        reason = f" ({body.reason})" if body.reason else ""
        until = f", to be answered by {rfc3339(body.respond_by)}" if body.respond_by is not None else ""
        found.append(
            Finding(
                "DISPUTE",
                books.rule("DISPUTE"),
                subject_of(document),
                business_at,
                body.amount,
                currency,
                (document,),
                lambda body=body, about=about, reason=reason, until=until, currency=currency: (  # type: ignore[misc]  # as above
                    f"{sum_of(body.amount, currency)} of {about} in dispute{reason}{until}."
                ),
            )
        )
