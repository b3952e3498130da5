"""The view fits the terminal and says what the figures say."""

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from o2c.demo.figures import CodeFigures, FeedFigures, Figures, added, money_text
from o2c.demo.view import plain_line, view
from o2c.flows.correlation.reason_codes import FEED_SILENT, STALL_CODES
from o2c.schemas.times import parse_rfc3339

SIZES = [(80, 24), (120, 40)]
STATUS: dict[str, Any] = {
    "correlation_id": "OTC-0000031",
    "order": "SO-0000031",
    "customer_id": "C-0231",
    "currency": "USD",
    "health": "stalled",
    "fulfilment": {"stage": "picked", "complete": True},
    "financial": {"stage": "unbilled", "complete": True},
    "waiting_for": [
        {
            "milestone": "shipment",
            "feed": "shipment/wms-west",
            "since": "2026-01-05T08:00:00.1Z",
            "due_at": "2026-01-05T08:00:06.1Z",
            "quantity": "2",
            "amount": "40.36",
            "owner": "warehouse",
        }
    ],
    "amounts": {"ordered": "55.36"},
    "version": 3,
    "updated_at": "2026-01-05T08:00:09Z",
}
OPEN = {"STALLED_PICK": 2, "MISSING_POD": 1, FEED_SILENT: 1}
EAST = FeedFigures("shipment/wms-east", 1, 12, silent=True, judged=True, held_back=3, held_amount={"USD": Decimal(12)})
FIGURES = Figures(
    elapsed_s=92,
    doing="in business",
    events=1_204,
    events_a_second=31,
    stages={("ordered", "unbilled"): 12, ("shipped", "invoiced"): 3, ("delivered", "paid"): 1_021},
    health={"on_track": 40, "at_risk": 8, "held": 2, "stalled": 5, "closed": 981},
    codes=tuple(
        CodeFigures(code, OPEN.get(code, 0), 4, {"USD": Decimal("1231831.33")} if code in OPEN else {}, "warehouse")
        for code in (FEED_SILENT, *STALL_CODES)
    ),
    feeds=(
        FeedFigures("shipment/wms-central", 1, 2, silent=False, judged=True),
        *(FeedFigures(f"pod/carrier-{number}", 0, 3, silent=False, judged=False) for number in range(18)),
        EAST,
    ),
    dead_letters={"UNKNOWN_CURRENCY": 2, "NEGATIVE_QUANTITY": 1},
    followed=STATUS,
    now=parse_rfc3339("2026-01-05T08:00:09Z"),
    redis_url="redis://127.0.0.1:31234/0",
)


def lines(figures: Figures, width: int, height: int) -> list[str]:
    text = io.StringIO()
    Console(file=text, width=width, height=height).print(view(figures, width, height))
    return text.getvalue().splitlines()


def line_with(shown: list[str], words: str) -> str:
    return " ".join(next(line for line in shown if words in line).split())


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fills_the_terminal_and_no_more(width: int, height: int) -> None:
    shown = lines(FIGURES, width, height)
    assert len(shown) == height
    assert max(map(len, shown)) <= width


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_but_the_status_is_cut_off(width: int, height: int) -> None:
    shown = lines(FIGURES, width, height)
    assert not any("…" in line for line in shown)
    assert "1,231,831.33 USD" in line_with(shown, "MISSING_POD")
    assert all(any(code in line for line in shown) for code in (FEED_SILENT, *STALL_CODES))


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_says_how_fast_it_goes_and_what_was_rejected(width: int, height: int) -> None:
    [head, *_] = lines(FIGURES, width, height)
    assert " ".join(head.split()) == "o2c demo 1:32 in business 1,204 events, 31/s, 3 dead letters"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_counts_orders_by_both_stages_and_by_health(width: int, height: int) -> None:
    shown = lines(FIGURES, width, height)
    assert line_with(shown, "1,036 orders").startswith("1,036 orders unbilled invoiced paid")
    assert line_with(shown, "delivered").startswith("delivered · · 1,021")
    assert "stalled 5" in "\n".join(shown)


def test_orders_without_a_document_of_their_own_are_counted() -> None:
    shown = lines(replace(FIGURES, stages={("none", "unbilled"): 7}), 80, 24)
    assert line_with(shown, "none").startswith("none 7 · ·")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_silent_feed_comes_first_with_what_it_holds_back(width: int, height: int) -> None:
    shown = lines(FIGURES, width, height)
    first = shown[next(number for number, line in enumerate(shown) if "20 feeds" in line) + 1]
    assert " ".join(first.split()) == "shipment/wms-east 1 s 12 s ago SILENT holds back 3 stalls, 12.00 USD"


@pytest.mark.parametrize(("width", "height", "others"), [(80, 24, 17), (120, 40, 12)])
def test_feeds_that_have_no_room_are_one_line(width: int, height: int, others: int) -> None:
    assert line_with(lines(FIGURES, width, height), "others") == f"{others} others 0 s"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_one_order_is_shown_as_o2c_status_prints_it(width: int, height: int) -> None:
    shown = lines(FIGURES, width, height)
    command = line_with(shown, "o2c status")
    assert command == "O2C_REDIS_URL=redis://127.0.0.1:31234/0 o2c status OTC-0000031"
    assert line_with(shown, "picked, unbilled") == "OTC-0000031 STALLED picked, unbilled"
    assert line_with(shown, "Shipment of 2") == ("Shipment of 2 since 2026-01-05 08:00 (8 s ago); warehouse has it")


def test_a_wide_terminal_has_owners_and_what_was_cleared() -> None:
    assert line_with(lines(FIGURES, 120, 40), "PAST_DUE").endswith("PAST_DUE · - 4 warehouse")


@pytest.mark.parametrize(("width", "height"), [*SIZES, (40, 10), (20, 5)])
def test_it_stands_before_there_is_anything_and_where_there_is_no_room(width: int, height: int) -> None:
    for figures in (FIGURES, Figures(doing="starting")):
        assert max(map(len, lines(figures, width, height))) <= width


def test_a_plain_line_says_the_same() -> None:
    assert plain_line(FIGURES) == (
        "1:32 in business; 1036 orders; 1204 events (31/s);"
        " open exceptions: FEED_SILENT 1, STALLED_PICK 2, MISSING_POD 1; at risk: 3,695,493.99 USD;"
        " shipment/wms-east silent for 12 s, stalls held back: 3; dead letters: 3"
    )


def test_a_plain_line_of_a_quiet_moment() -> None:
    assert plain_line(Figures(doing="starting")) == (
        "0:00 starting; 0 orders; 0 events (0/s); open exceptions: none; at risk: -; dead letters: 0"
    )


def test_currencies_are_never_added_up() -> None:
    total = added([{"USD": Decimal("0.1")}, {"EUR": Decimal(5)}, {"USD": Decimal("0.2")}])
    assert money_text(total) == "5.00 EUR + 0.30 USD"
