"""The ids of the exceptions that an order may have had are those that the core gives them."""

from o2c.flows.commands.settled import possible_exceptions
from o2c.flows.correlation.exceptions import exception_id
from o2c.flows.correlation.reason_codes import FEED_SILENT, REASON_CODES
from tests.unit.status.whole_order import STATUS

SUBJECT_TYPES = ("order", "hold", "shipment", "invoice", "payment", "credit_memo", "return", "dispute", "incident")


def test_every_code_is_asked_for() -> None:
    documents = [{"scope": "EU", "type": document_type, "document_id": "7"} for document_type in SUBJECT_TYPES]
    asked = set(possible_exceptions({"correlation_id": "SO-1", "documents": documents}))
    subjects = [("", "order", "SO-1"), *(("EU", document_type, "7") for document_type in SUBJECT_TYPES)]
    for code in REASON_CODES:
        ids = {exception_id("SO-1", code, subject) for subject in subjects}
        assert bool(ids & asked) == (code != FEED_SILENT), code


def test_what_names_no_document_is_asked_for_the_order_alone() -> None:
    alone = possible_exceptions({"correlation_id": "SO-2"})
    assert exception_id("SO-2", "LATE_DELIVERY", ("", "order", "SO-2")) in alone
    assert len(set(possible_exceptions(STATUS))) > len(alone)
