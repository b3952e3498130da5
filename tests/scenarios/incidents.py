"""What systems could not do: each kind opens at once and goes when it is resolved."""

from tests.scenarios.claims import life, look, problem, status
from tests.scenarios.documents import Story, incident, order, shipment, story
from tests.scenarios.policies import SHIPPED

KINDS = {
    "tax_failure": ("TAX_FAILURE", "The tax engine has no rate for the ship-to."),
    "customer_master": ("CUSTOMER_MASTER", "The customer's record has no payment terms."),
    "pricing_failure": ("PRICING_FAILURE", "The price list has no entry for the item."),
    "integration_timeout": ("INTEGRATION_TIMEOUT", "The warehouse did not answer within the minute."),
    "document_rejected": ("DOCUMENT_REJECTED", "The carrier refused the label."),
}


def _kind(kind: str, code: str, why: str) -> Story:
    failed = incident("INC-1", "Mon 1 Jun 10:00", kind, detail=why)
    return story(
        f"an incident: {kind.replace('_', ' ')}",
        f"{why} It is repaired in the afternoon.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"]),
        failed,
        look(
            "Mon 1 Jun 10:00",
            problem(code, "INC-1", since="Mon 1 Jun 10:00", category="failure", due="Tue 2 Jun 10:00"),
        ),
        failed.again("Mon 1 Jun 15:00", business_at="Mon 1 Jun 10:00", resolved_at="Mon 1 Jun 15:00"),
        look("Mon 1 Jun 15:00"),
        life(code, "opened Mon 1 Jun 10:00", "cleared Mon 1 Jun 15:00", about="INC-1"),
        policy=SHIPPED,
    )


STORIES = (
    *(_kind(kind, code, why) for kind, (code, why) in KINDS.items()),
    story(
        "shipped, but an incident is left",
        "All has left, but the carrier's refusal is not cleared up. An order with an open exception is not closed.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"]),
        incident("INC-1", "Mon 1 Jun 10:00", "document_rejected"),
        shipment("SH-1", "Mon 1 Jun 12:00", ["1: 10"]),
        look("Mon 1 Jun 12:00", problem("DOCUMENT_REJECTED", "INC-1"), status(closed=False)),
        incident("INC-1", "Mon 1 Jun 15:00", "document_rejected", revision=2, resolved_at="Mon 1 Jun 15:00"),
        look("Mon 1 Jun 15:00", status(closed=True)),
        policy=SHIPPED,
    ),
)
