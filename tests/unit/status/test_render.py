"""A person sees where the order is, what it waits for, what is wrong and what it is worth."""

import io
from typing import Any, Literal

import pytest
from rich.console import Console

from o2c.schemas.times import parse_rfc3339
from o2c.status.render import overview, render

EXCEPTION_ID = "0c0ffee0-0000-5000-8000-000000000000"
STALLED: dict[str, Any] = {
    "correlation_id": "SO-1",
    "order": "SO-1",
    "customer_id": "C-7",
    "channel": None,
    "currency": "USD",
    "fulfilment": {"stage": "shipped", "complete": False},
    "financial": {"stage": "unbilled", "complete": False},
    "health": "stalled",
    "waiting_for": [
        {
            "milestone": "invoice",
            "feed": "invoice/erp-eu",
            "since": "2024-01-02T08:00:00Z",
            "due_at": None,
            "quantity": "5",
            "amount": "100.5",
            "owner": "billing",
        }
    ],
    "amounts": {"ordered": "100.5", "invoiced": "0", "open": "0"},
    "milestones": {
        "shipment": {"first_at": "2024-01-02T08:00:00Z", "last_at": "2024-01-02T08:00:00Z", "fraction": "0.5"}
    },
    "lines": [{"line": "1", "sku": "[red]SKU", "ordered": "10", "shipped": "5"}],
    "documents": [
        {
            "scope": scope,
            "type": kind,
            "document_id": number,
            "revision": 1,
            "source": "erp-eu",
            "business_at": at,
            "cancelled": kind == "pick",
        }
        for scope, kind, number, at in (
            ("EU", "shipment", "SH-9", "2024-01-02T08:00:00Z"),
            ("", "pick", "PK-3", "2024-01-01T09:00:00Z"),
        )
    ],
    "exceptions": [
        {
            "exception_id": EXCEPTION_ID,
            "code": "SHIPPED_NOT_INVOICED",
            "severity": "warning",
            "owner": "billing",
            "due_at": "2024-01-03T16:00:00Z",
        }
    ],
    "version": 4_294_967_297,
    "updated_at": "2024-01-03T08:00:00Z",
}


NOW_US = parse_rfc3339("2024-01-04T08:00:30Z")
EXPLAINED = {
    "explanation": "5 units have waited to be invoiced since 2024-01-02T08:00:00Z, expected by 2024-01-03T08:00:00Z.",
    "next_action": "Invoice what has shipped.",
}


def shown(
    status: dict[str, Any], width: int = 120, *, terminal: bool = False, known: dict[str, Any] | None = None
) -> str:
    text = io.StringIO()
    colours: Literal["standard"] | None = "standard" if terminal else None
    console = Console(file=text, width=width, force_terminal=terminal, color_system=colours)
    render(status, {} if known is None else {EXCEPTION_ID: known}, NOW_US, console)
    return text.getvalue()


def line_with(text: str, word: str) -> str:
    return " ".join(next(line for line in text.splitlines() if word in line).split())


def waiting(**changes: Any) -> dict[str, Any]:
    return STALLED | {"waiting_for": [STALLED["waiting_for"][0] | changes]}


def test_the_first_line_says_where_the_order_is() -> None:
    assert shown(STALLED).splitlines()[0] == "SO-1  STALLED  shipped in part, not invoiced"


def test_it_says_what_the_order_waits_for_since_when_and_who_has_it() -> None:
    text = shown(STALLED)
    assert line_with(text, "has it") == "Invoice of 5 since 2024-01-02 08:00 (2 d ago); billing has it"
    assert (
        line_with(text, "word of it") == "no deadline runs now, worth 100.5 USD, word of it comes from invoice/erp-eu"
    )


def test_a_deadline_is_told_by_the_clock() -> None:
    assert "due in 23 h (2024-01-05 08:00), worth" in shown(waiting(due_at="2024-01-05T08:00:00Z"))
    assert "overdue by 24 h (since 2024-01-03 08:00), worth" in shown(waiting(due_at="2024-01-03T08:00:00Z"))


def test_a_feed_that_is_a_type_alone_says_nothing_new() -> None:
    assert "word of it" not in shown(waiting(feed="invoice"))


def test_money_waits_without_a_quantity() -> None:
    assert "Payment since" in shown(waiting(milestone="payment", quantity=None))


def test_it_says_what_is_wrong_and_what_to_do() -> None:
    text = shown(STALLED, known=EXPLAINED)
    assert line_with(text, "SHIPPED_NOT_INVOICED") == (
        "SHIPPED_NOT_INVOICED warning; billing has it, overdue by 16 h (since 2024-01-03 16:00)"
    )
    assert "5 units have waited to be invoiced since 2024-01-02 08:00, expected by 2024-01-03 08:00." in text
    assert "Invoice what has shipped." in text
    assert EXCEPTION_ID in text


def test_what_is_wrong_is_told_even_where_nothing_more_is_known() -> None:
    assert "SHIPPED_NOT_INVOICED" in shown(STALLED)


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        ({"ordered": "100.5", "invoiced": "0", "open": "0"}, "Worth 100.5 USD, nothing invoiced yet"),
        ({"ordered": "9", "invoiced": "9", "paid": "4", "open": "5"}, "Worth 9 USD: 9 invoiced, 4 paid, 5 open"),
        ({"ordered": None, "invoiced": "0"}, "Worth unknown, as a price is missing, nothing invoiced yet"),
    ],
)
def test_it_says_what_the_order_is_worth(amounts: dict[str, Any], words: str) -> None:
    assert line_with(shown(STALLED | {"amounts": amounts}), "Worth") == words


def test_a_share_is_rounded_down_so_that_all_is_all() -> None:
    milestones = {"shipment": STALLED["milestones"]["shipment"] | {"fraction": "0.999999"}}
    assert line_with(shown(STALLED | {"milestones": milestones}), " %") == "shipped 99 % 2024-01-02 08:00"


def test_several_orders_are_a_row_each() -> None:
    text = io.StringIO()
    late = waiting(due_at="2024-01-03T08:00:00Z")
    Console(file=text, width=120).print(overview([late, {"correlation_id": "SO-2", "health": "closed"}], NOW_US))
    rows = [" ".join(row.split()) for row in text.getvalue().splitlines()]
    assert rows[1] == "SO-1 STALLED shipped in part, not invoiced 100.5 USD invoice of 5 24 h"
    assert rows[2] == "SO-2 closed unknown, unknown - - -"


def test_documents_stand_in_the_order_of_their_business_times() -> None:
    text = shown(STALLED)
    assert text.index("PK-3") < text.index("EU/SH-9")
    assert line_with(text, "PK-3").endswith("cancelled")


def test_brackets_in_data_are_not_taken_for_markup() -> None:
    assert "[red]SKU" in shown(STALLED)


def test_without_a_terminal_there_is_no_colour() -> None:
    assert "\x1b" not in shown(STALLED)
    assert "\x1b" in shown(STALLED, terminal=True)


def test_control_characters_in_data_do_not_reach_the_terminal() -> None:
    hostile = STALLED | {"correlation_id": "SO-1\x1b[2J", "customer_id": "\x1b]0;x\x07", "lines": [{"sku": "\x9b2J"}]}
    assert not {"\x1b", "\x9b", "\x07"} & set(shown(hostile, known={"explanation": "\x1b[2J"}))


def test_control_characters_in_what_people_and_exceptions_say_do_not_either() -> None:
    known = {
        "explanation": "so",
        "occurrence": 1,
        "documents": ["invoice/\x1b[2J"],
        "escalation": {"level": 1, "to": "\x9b2J", "at": "2024-01-03T08:00:00Z"},
        "state": "snoozed",
    }
    line = {"line": "\x1b[1", "sku": "A", "substitutes": [{"sku": "\x9b2J", "quantity": "1"}]}
    text = shown(STALLED | {"lines": [line], "billing": {"ready": False, "blocked_by": ["\x1b[2J"]}}, known=known)
    assert not {"\x1b", "\x9b"} & set(text)
    assert "escalated to" in text


def test_nothing_is_cut_off_where_it_is_narrow() -> None:
    joined = "".join(shown(STALLED, width=50).split())
    assert "…" not in joined
    assert "0c0ffee0" in joined


def test_what_a_status_lacks_is_left_out() -> None:
    text = shown({"correlation_id": "SO-1", "health": "on_track"})
    assert text == "SO-1  on track  unknown, unknown\n"
