"""What a reader of the job's topics knows."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from o2c.demo.books import Books
from o2c.demo.faults import Subject
from o2c.demo.figures import BillingFigures, CodeFigures, OwnerFigures
from o2c.flows.correlation.exposure import BUCKETS
from o2c.schemas.times import rfc3339
from tests.unit.demo.builders import at

EAST = "shipment/wms-east"


def status(order: str = "SO-1", version: int = 1, **fields: Any) -> bytes:
    whole: dict[str, Any] = {
        "correlation_id": order,
        "currency": "USD",
        "fulfilment": {"stage": "picked", "complete": True},
        "financial": {"stage": "unbilled", "complete": True},
        "health": "on_track",
        "waiting_for": [],
        "exceptions": [],
        "exposure": {**dict.fromkeys(BUCKETS, "0"), "credit_due": "0", "unapplied": "0"},
        "billing": {"ready": False, "amount": "0", "blocked_by": []},
        "version": version,
        "what later versions add": 1,
    }
    return json.dumps(whole | fields).encode()


def waiting(feed: str, due: float, amount: str | None = "10.25") -> dict[str, Any]:
    return {"milestone": "shipment", "feed": feed, "due_at": rfc3339(at(due)), "amount": amount}


def exception(version: int = 1, state: str = "opened", **fields: Any) -> bytes:
    whole = {
        "exception_id": "e-1",
        "subject": {"scope": "", "type": "order", "document_id": "SO-1"},
        "occurrence": 1,
        "correlation_id": "SO-1",
        "code": "STALLED_PICK",
        "state": state,
        "severity": "warning",
        "owner": "warehouse",
        "escalation": None,
        "amount": "10.1",
        "currency": "USD",
        "version": version,
    }
    return json.dumps(whole | fields).encode()


def code_of(books: Books, code: str) -> CodeFigures:
    return next(each for each in books.codes() if each.code == code)


def test_an_order_stands_where_its_newest_status_has_it() -> None:
    books = Books()
    books.on_status(status(version=2, fulfilment={"stage": "shipped", "complete": True}, health="at_risk"))
    books.on_status(status(version=1))
    books.on_status(status("SO-2"))
    assert books.stages() == {("shipped", "unbilled"): 1, ("picked", "unbilled"): 1}
    assert books.health() == {"at_risk": 1, "on_track": 1}


def test_money_is_at_risk_while_the_exception_is_open() -> None:
    books = Books()
    books.on_exception(exception())
    books.on_exception(exception(exception_id="e-2", amount="0.2"))
    books.on_exception(exception(exception_id="e-3", amount=None))
    figures = CodeFigures("STALLED_PICK", 3, 0, {"USD": Decimal("10.3")}, "warehouse", 0, "warning")
    assert code_of(books, "STALLED_PICK") == figures
    books.on_exception(exception(version=2, state="cleared"))
    assert code_of(books, "STALLED_PICK") == replace(figures, open=2, cleared=1, at_risk={"USD": Decimal("0.2")})


@pytest.mark.parametrize("state", ["cleared", "recorded", "overridden"])
def test_what_nobody_has_to_see_to_is_over(state: str) -> None:
    books = Books()
    books.on_exception(exception(state=state))
    assert (code_of(books, "STALLED_PICK").open, code_of(books, "STALLED_PICK").cleared) == (0, 1)


@pytest.mark.parametrize("state", ["opened", "escalated", "acknowledged", "snoozed"])
def test_what_somebody_has_to_see_to_is_open(state: str) -> None:
    books = Books()
    books.on_exception(exception(state=state))
    assert code_of(books, "STALLED_PICK").open == 1


def test_what_has_gone_to_the_next_level_is_escalated_until_it_is_over() -> None:
    books = Books()
    escalation = {"level": 1, "to": "warehouse-lead", "at": rfc3339(at(8))}
    books.on_exception(exception(version=2, state="escalated", severity="critical", escalation=escalation))
    figures = code_of(books, "STALLED_PICK")
    assert (figures.open, figures.escalated, figures.severity) == (1, 1, "critical")
    books.on_exception(exception(version=3, state="cleared", escalation=escalation))
    assert code_of(books, "STALLED_PICK").escalated == 0


def test_owners_stand_in_order_of_what_they_have_to_see_to() -> None:
    books = Books()
    for number, (owner, amount) in enumerate((("credit", "1"), ("billing", "2"), ("billing", "0.5"))):
        books.on_exception(exception(exception_id=f"e-{number}", owner=owner, amount=amount))
    books.on_exception(exception(exception_id="e-9", owner="tax", state="cleared"))
    assert books.owners() == (
        OwnerFigures("billing", 2, 0, {"USD": Decimal("2.5")}),
        OwnerFigures("credit", 1, 0, {"USD": Decimal(1)}),
    )


def test_exposure_adds_up_by_bucket_and_currency() -> None:
    books = Books()
    nothing = dict.fromkeys(BUCKETS, "0")
    others = {"other_currencies": {"CHF": {"disputed": "0", "past_due": "3", "open": "0"}}}
    books.on_status(status("A", exposure={**nothing, "open": "10.25", **others}))
    books.on_status(status("B", exposure={**nothing, "open": "1", "held": "7"}))
    found = {bucket: amount for bucket, amount in books.exposure().items() if amount}
    assert found == {
        "past_due": {"CHF": Decimal(3)},
        "open": {"USD": Decimal("11.25")},
        "held": {"USD": Decimal(7)},
    }
    books.on_status(status("A", 2))
    assert books.exposure()["open"] == {"USD": Decimal(1)}


def test_billing_parts_what_is_ready_from_what_is_blocked() -> None:
    books = Books()
    books.on_status(status("A", billing={"ready": True, "amount": "10", "blocked_by": ["MISSING_POD"]}))
    books.on_status(status("B", billing={"ready": False, "amount": "5", "blocked_by": ["TAX_HOLD", "MISSING_POD"]}))
    books.on_status(status("C"))
    assert books.billing() == BillingFigures(
        1, {"USD": Decimal(10)}, 1, {"USD": Decimal(5)}, {"TAX_HOLD": 1, "MISSING_POD": 1}
    )
    books.on_status(status("A", 2))
    assert books.billing().ready == 0


def test_a_repeated_older_record_changes_nothing() -> None:
    books = Books()
    books.on_exception(exception(version=2, state="cleared"))
    books.on_exception(exception(version=1))
    assert code_of(books, "STALLED_PICK").open == 0


def test_each_opening_counts() -> None:
    books = Books()
    books.on_exception(exception())
    books.on_exception(exception(version=2, state="cleared"))
    books.on_exception(exception(version=3, occurrence=2))
    assert books.openings() == {("SO-1", "STALLED_PICK", Subject("", "order", "SO-1")): 2}


def test_a_silent_feed_holds_back_what_would_be_a_stall_by_now() -> None:
    books = Books()
    books.on_status(status("EAST", waiting_for=[waiting(EAST, 10)]))
    books.on_status(status("ANY", waiting_for=[waiting("shipment", 10, None)]))
    books.on_status(status("WEST", waiting_for=[waiting("shipment/wms-west", 10)]))
    books.on_status(status("LATER", waiting_for=[waiting(EAST, 40)]))
    assert books.held_back(EAST, at(13)) == (0, {})
    assert books.held_back(EAST, at(14)) == (2, {"USD": Decimal("10.25")})


def test_what_is_told_already_is_not_held_back() -> None:
    books = Books()
    books.on_status(status(waiting_for=[waiting(EAST, 10)], exceptions=[{"code": "STALLED_SHIPMENT"}]))
    assert books.held_back(EAST, at(60)) == (0, {})
