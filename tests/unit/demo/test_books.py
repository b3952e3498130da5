"""What a reader of the job's topics knows."""

import json
from decimal import Decimal
from typing import Any

from o2c.demo.books import Books
from o2c.demo.faults import Subject
from o2c.demo.figures import CodeFigures
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
        "owner": "warehouse",
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
    assert code_of(books, "STALLED_PICK") == CodeFigures("STALLED_PICK", 3, 0, {"USD": Decimal("10.3")}, "warehouse")
    books.on_exception(exception(version=2, state="cleared"))
    assert code_of(books, "STALLED_PICK") == CodeFigures("STALLED_PICK", 2, 1, {"USD": Decimal("0.2")}, "warehouse")


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
