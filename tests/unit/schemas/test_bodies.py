"""What the documents that disputes, returns, credits and people write come to inside."""

from typing import Any

import pytest
from msgspec.structs import asdict

from o2c.schemas.codecs import Decoder
from o2c.schemas.currencies import CURRENCIES, minor_unit
from o2c.schemas.documents import ActionBody, CreditMemoBody, Line, ReturnBody
from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.rejection_codes import REJECTION_CODES
from tests.bad_input import ABSENT, GOOD_EVENTS, bad_fields, event
from tests.unit.schemas.registry import document, record


def body(decoder: Decoder, document_type: str, **changes: Any) -> Any:
    return document(decoder.decode(record(f"o2c.{document_type}.v1", event(document_type, **changes)))).body


def test_return_takes_a_negative_quantity_as_it_stands(decoder: Decoder) -> None:
    lines = [{"line": 1, "sku": "S-1", "quantity": "-2.5"}]
    assert body(decoder, "return", lines=lines, kind=ABSENT, reason="") == ReturnBody(
        (Line("1", "S-1", -2_500_000),), "received", None
    )


def test_credit_memo_keeps_its_invoices_and_its_lines_apart(decoder: Decoder) -> None:
    assert body(decoder, "credit_memo") == CreditMemoBody(
        "EUR", 99_900, "quantity", (("INV-1", 99_900),), (Line("1", "S-1", 2_000_000),)
    )


def test_credit_memo_without_lines_is_told_from_one_with_none(decoder: Decoder) -> None:
    assert body(decoder, "credit_memo", lines=ABSENT).lines is None
    assert body(decoder, "credit_memo", lines=[]).lines == ()


@pytest.mark.parametrize(("about", "other"), [("invoice", "payment"), ("payment", "invoice")])
def test_dispute_is_about_one_document(decoder: Decoder, about: str, other: str) -> None:
    read = body(decoder, "dispute", **{about: "X-1", other: ""})
    assert (getattr(read, about), getattr(read, other)) == ("X-1", None)


def test_action_is_known_by_its_event_where_it_has_no_number(decoder: Decoder) -> None:
    for number in (ABSENT, ""):
        value = event("action", document_id=number, event_id="click-7")
        assert document(decoder.decode(record("o2c.action.v1", value))).document_id == "click-7"
    assert document(decoder.decode(record("o2c.action.v1", event("action")))).document_id == "D-1"


def test_action_says_who_does_what_until_when(decoder: Decoder) -> None:
    read = body(decoder, "action", note="as agreed\nby phone")
    assert isinstance(read, ActionBody)
    assert asdict(read) == {
        "exception_id": "7bbeb106-422e-573d-9400-0ad698534b2f",
        "occurrence": 1,
        "action": "snooze",
        "actor": "j.doe",
        "role": "billing",
        "to": None,
        "until": 1_767_873_600_000_000,
        "note": "as agreed\nby phone",
    }


def test_every_type_and_every_code_has_its_row() -> None:
    assert {"return", "credit_memo", "dispute", "transit", "incident", "action"} < EVENT_CLASSES.keys()
    assert {bad.code for bad in bad_fields()} <= REJECTION_CODES.keys()
    assert GOOD_EVENTS.keys() == EVENT_CLASSES.keys()


@pytest.mark.parametrize(
    ("currency", "places"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("XAU", 4), ("SLL", 2), ("MRU", 2)]
)
def test_minor_unit_is_that_of_the_currency(currency: str, places: int) -> None:
    assert minor_unit(currency) == places


def test_no_currency_lacks_a_minor_unit() -> None:
    assert {minor_unit(currency) for currency in CURRENCIES} == {0, 2, 3, 4}
