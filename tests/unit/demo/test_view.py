"""The view fits the terminal and says what the figures say."""

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from o2c.demo.figures import BillingFigures, CodeFigures, FeedFigures, Figures, OwnerFigures, added, money_text
from o2c.demo.view import CATEGORIES, plain_line, view
from o2c.flows.correlation.exposure import BUCKETS
from o2c.flows.correlation.reason_codes import FEED_SILENT, REASON_CODES, STALL_CODES
from o2c.schemas.times import parse_rfc3339

SIZES = [(80, 24), (100, 30), (120, 40)]
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
SEVERE = {"STALLED_PICK": "critical", "MISSING_POD": "warning", FEED_SILENT: "critical"}
EAST = FeedFigures("shipment/wms-east", 1, 12, silent=True, judged=True, held_back=3, held_amount={"USD": Decimal(12)})
FIGURES = Figures(
    elapsed_s=92,
    doing="in business",
    events=1_204,
    events_a_second=31,
    stages={("ordered", "unbilled"): 12, ("shipped", "invoiced"): 3, ("delivered", "paid"): 1_021},
    health={"on_track": 40, "at_risk": 8, "held": 2, "stalled": 5, "closed": 981},
    codes=tuple(
        CodeFigures(
            code,
            OPEN.get(code, 0),
            4,
            {"USD": Decimal("1231831.33")} if code in OPEN else {},
            "warehouse",
            OPEN.get(code, 1) - 1,
            SEVERE.get(code, "info"),
        )
        for code in (FEED_SILENT, *STALL_CODES)
    ),
    owners=tuple(OwnerFigures(f"team-{number}", 20 - number, number, {"USD": Decimal(number)}) for number in range(12)),
    exposure={
        **{bucket: {} for bucket in BUCKETS},
        "past_due": {"USD": Decimal("1234567.89")},
        "held": {"USD": Decimal(5), "CHF": Decimal(7)},
    },
    billing=BillingFigures(3, {"USD": Decimal(10)}, 2, {"USD": Decimal("4.5")}, {"TAX_HOLD": 2, "MISSING_POD": 1}),
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
    assert "1,231,831" in line_with(shown, "MISSING_POD")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_is_worst_stands_first(width: int, height: int) -> None:
    shown = lines(FIGURES, width, height)
    places = [next(number for number, line in enumerate(shown) if code in line) for code in sorted(OPEN)]
    assert places == [2, 4, 3]
    assert "4 exceptions open esc at risk" in line_with(shown, "exceptions")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_codes_that_have_no_room_are_one_line(width: int, height: int) -> None:
    codes = tuple(CodeFigures(code, 2, 0, {"USD": Decimal(1)}, "somebody", 1, "warning") for code in REASON_CODES)
    shown = lines(replace(FIGURES, codes=codes, billing=BillingFigures()), width, height)
    told = sum(code in "\n".join(shown).split() for code in REASON_CODES)
    rest = len(codes) - told
    line = line_with(shown, "more codes")
    assert f"{rest} more codes {2 * rest} {rest} {rest}" in line
    assert told >= 7


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_says_who_has_most_to_see_to(width: int, height: int) -> None:
    shown = lines(FIGURES, width, height)
    assert "12 owners open esc at risk" in line_with(shown, "owners")
    assert "team-0 20 ·" in line_with(shown, "team-0")
    assert "team-2 18 2 2" in line_with(shown, "team-2")
    assert "others" in "\n".join(shown)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_says_what_is_unsettled_bucket_by_bucket(width: int, height: int) -> None:
    shown = lines(FIGURES, width, height)
    assert "exposure 7" in line_with(shown, "exposure")
    assert "1,234,57" in line_with(shown, "exposure")
    assert "past due 1,234,56" in line_with(shown, "past due")
    assert all(any(bucket.replace("_", " ") in line for line in shown) for bucket in BUCKETS)


def test_a_plus_says_that_there_is_more_in_another_currency() -> None:
    assert "held 5+" in line_with(lines(FIGURES, 80, 24), "past due")
    assert "7.00 CHF + 5.00 USD" in line_with(lines(FIGURES, 120, 40), "7.00 CHF + 5.00 USD")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_says_what_can_be_billed_and_what_keeps_the_rest(width: int, height: int) -> None:
    line = line_with(lines(FIGURES, width, height), "billing").replace(".00", "").replace("4.50", "4")
    assert line == "billing 3 ready, 10 USD; 2 blocked, 4 USD: TAX_HOLD 2, MISSING_POD 1"


def test_reasons_that_have_no_room_are_told_to_be_there() -> None:
    blocked = {f"{name}_HOLD": 9 for name in ("CUSTOMER_MASTER", "PRICING", "TAX", "BILLING")}
    figures = replace(FIGURES, billing=replace(FIGURES.billing, blocked_by=blocked))
    assert line_with(lines(figures, 80, 24), "billing").endswith(", ...")


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


@pytest.mark.parametrize(("width", "height", "others"), [(80, 24, 19), (100, 30, 18), (120, 40, 17)])
def test_feeds_that_have_no_room_are_one_line(width: int, height: int, others: int) -> None:
    assert line_with(lines(FIGURES, width, height), f"{others} others").startswith(f"{others} others ")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_one_order_is_shown_as_o2c_status_prints_it(width: int, height: int) -> None:
    shown = lines(FIGURES, width, height)
    command = line_with(shown, "o2c status")
    assert command == "O2C_REDIS_URL=redis://127.0.0.1:31234/0 o2c status OTC-0000031"
    assert line_with(shown, "picked, unbilled") == "OTC-0000031 STALLED picked, unbilled"


def test_a_higher_terminal_has_more_of_the_order() -> None:
    shown = lines(FIGURES, 120, 40)
    assert line_with(shown, "Shipment of 2") == ("Shipment of 2 since 2026-01-05 08:00 (8 s ago); warehouse has it")


def test_a_wide_terminal_has_owners_and_what_was_cleared() -> None:
    assert line_with(lines(FIGURES, 120, 40), "MISSING_POD").endswith("MISSING_POD 1 · 1,231,831.33 USD 4 warehouse")


@pytest.mark.parametrize(("width", "height"), [*SIZES, (40, 10), (20, 5)])
def test_it_stands_before_there_is_anything_and_where_there_is_no_room(width: int, height: int) -> None:
    for figures in (FIGURES, Figures(doing="starting")):
        assert max(map(len, lines(figures, width, height))) <= width


def test_a_plain_line_says_the_same() -> None:
    assert plain_line(FIGURES) == (
        "1:32 in business; 1036 orders; 1204 events (31/s);"
        " open exceptions: 4 (feed 1, stall 3); escalated: 1; exposure: 7.00 CHF + 1,234,572.89 USD;"
        " ready to bill: 10.00 USD; blocked: 4.50 USD;"
        " shipment/wms-east silent for 12 s, stalls held back: 3; dead letters: 3"
    )


def test_a_plain_line_of_a_quiet_moment() -> None:
    assert plain_line(Figures(doing="starting")) == (
        "0:00 starting; 0 orders; 0 events (0/s); open exceptions: none; escalated: 0; exposure: -;"
        " ready to bill: -; blocked: -; dead letters: 0"
    )


def test_every_category_has_a_place_in_the_line() -> None:
    assert {code.category for code in REASON_CODES.values()} == set(CATEGORIES)


def test_currencies_are_never_added_up() -> None:
    total = added([{"USD": Decimal("0.1")}, {"EUR": Decimal(5)}, {"USD": Decimal("0.2")}])
    assert money_text(total) == "5.00 EUR + 0.30 USD"
