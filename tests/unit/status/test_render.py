"""A person sees where the order is, what it waits for, what is wrong and what it is worth."""

import io
from typing import Any

from rich.console import Console

from o2c.status.render import render

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
            "exception_id": "0c0ffee0-0000-5000-8000-000000000000",
            "code": "SHIPPED_NOT_INVOICED",
            "severity": "warning",
            "owner": "billing",
            "due_at": "2024-01-03T16:00:00Z",
        }
    ],
    "version": 4_294_967_297,
    "updated_at": "2024-01-03T08:00:00Z",
}


def shown(status: dict[str, Any], width: int = 120, *, terminal: bool = False) -> str:
    text = io.StringIO()
    render(
        status, Console(file=text, width=width, force_terminal=terminal, color_system="standard" if terminal else None)
    )
    return text.getvalue()


def line_with(text: str, word: str) -> str:
    return " ".join(next(line for line in text.splitlines() if word in line).split())


def test_the_first_line_says_where_the_order_is() -> None:
    assert line_with(shown(STALLED), "stalled") == "SO-1 stalled shipped in part, unbilled"


def test_it_says_what_the_order_waits_for_since_when_and_who_has_it() -> None:
    waits = line_with(shown(STALLED), "invoice/erp-eu")
    assert waits == "invoice 2024-01-02T08:00:00Z - 5 100.5 USD billing invoice/erp-eu"


def test_it_says_what_is_wrong() -> None:
    wrong = line_with(shown(STALLED), "SHIPPED_NOT_INVOICED")
    assert wrong.startswith("SHIPPED_NOT_INVOICED warning billing 2024-01-03T16:00:00Z")


def test_it_says_what_the_order_is_worth() -> None:
    assert "ordered 100.5 USD" in shown(STALLED)


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
    assert not {"\x1b", "\x9b", "\x07"} & set(shown(hostile))


def test_nothing_is_cut_off_where_it_is_narrow() -> None:
    joined = "".join(shown(STALLED, width=50).split())
    assert "…" not in joined
    assert "0c0ffee0" in joined


def test_what_a_status_lacks_is_left_out() -> None:
    text = shown({"correlation_id": "SO-1", "health": "on_track"})
    assert text.split() == ["SO-1", "on", "track", "unknown,", "unknown"]
