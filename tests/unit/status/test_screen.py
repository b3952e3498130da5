"""The page of an order that has everything, as a person sees it on a terminal of 80 and of 120 columns."""

import io

import msgspec
import pyte
import pytest
from rich.console import Console

from o2c.schemas.outputs import ExceptionChange, Status
from o2c.schemas.times import parse_rfc3339
from o2c.status.render import render
from tests.unit.status.whole_order import EXCEPTIONS, NOW, STATUS

ROWS = 100
WIDE = """\
SO-2  STALLED  delivered in part, invoiced, not paid
Order SO-2, customer C-7, channel edi, warehouse WH-1
Worth 440 EUR: 400 invoiced, 150 paid, 8 discounted, 160 credited, 30 deducted, 2 written off, 50 open (15 past due, 10
disputed), 3 overpaid, 7.5 unapplied, 20 credit due, 4 refunded
At risk 90.5 EUR: 10 disputed, 15 past due, 25 open, 20 unbilled, 20.5 unallocated; USD: 9 past due; 2 units without a
price
Ready to invoice: 20 EUR; the rest is blocked by BILLING_HOLD, PRICE_MISMATCH

Waits for
Invoice of 5 since 2025-04-09 08:00 (2 d ago); billing has it
  overdue by 28 h (since 2025-04-10 08:00), worth 20 EUR, word of it comes from invoice/erp-eu
Payment from 2025-05-02 15:00 (in 21 d); collections has it
  no deadline runs now, worth 50 EUR

Wrong
SHIPPED_NOT_INVOICED  critical; billing has it, overdue by 20 h (since 2025-04-10 16:00)
  5 units have waited to be invoiced since 2025-04-09 08:00, expected by 2025-04-10 08:00, worth 20 EUR.
  Invoice what has shipped.
  20 EUR since 2025-04-09 08:00 (2 d ago); escalated to billing-lead, level 1, 2025-04-10 20:00 (16 h ago); acknowledged
  exception 0c0ffee0-0000-5000-8000-000000000001, occurrence 2; see shipment/SH-3
DEDUCTION  warning; collections has it
  Payment PA-2 over 150 EUR deducts 30 EUR: damage or quality (code 04) on invoice IN-2.
  Check the claim: credit it, write it off, or collect it.
  30 EUR since 2025-04-10 09:00 (27 h ago); snoozed until 2025-04-14 07:00
  exception 0c0ffee0-0000-5000-8000-000000000002, occurrence 1; see invoice/IN-1, invoice/IN-2, invoice/IN-3,
  invoice/IN-4, invoice/IN-5 and 2 more

On record
LATE_DELIVERY  on record since 2025-04-10 09:00 (27 h ago)
  Delivered on 2025-04-03, promised for 2025-04-02.
  exception 0c0ffee0-0000-5000-8000-000000000004, occurrence 1
PRICE_MISMATCH  accepted as it is since 2025-04-11 10:00 (2 h ago)
  Line 1 of IN-2 bills 4.1 a unit, the order says 4.
  exception 0c0ffee0-0000-5000-8000-000000000003, occurrence 1; see invoice/IN-2

Reached
ordered  100 %  2025-04-01 09:00
shipped  95 %   2025-04-02 08:00 to 2025-04-09 08:00

Lines
line  sku    ordered  allocated  picked  shipped  delivered  invoiced  returned
1     VALVE  100      100        100     100      100        100       5
2     HOSE   10       5          5       5        0          0         0
all          110      105        105     105      100        100       5
Line 1: 10 of VALVE-B shipped instead of VALVE

Timeline
2025-04-01 09:00  order        SO-2     from erp      revision 3
2025-04-01 10:00  allocation   AL-2     from erp
2025-04-01 12:00  pick         PK-2     from wms
2025-04-02 08:00  shipment     SH-3     from wms
2025-04-02 09:00  transit      TR-1     from carrier
2025-04-02 15:00  invoice      EU/IN-2  from billing
2025-04-03 10:00  pod          PD-2     from carrier
2025-04-04 10:00  credit memo  CM-1     from finance
2025-04-05 10:00  hold         HO-1     from erp      cancelled
2025-04-06 10:00  incident     IC-1     from tax
2025-04-10 09:00  payment      PA-2     from bank
2025-04-10 11:00  return       RE-1     from wms
2025-04-11 09:00  dispute      DI-1     from finance
2025-04-11 10:00  action       AC-1     from desk

As of 2025-04-11 12:00 UTC; last change 2025-04-11 10:00 (2 h ago), version 12
"""


def screen(columns: int) -> list[str]:
    """The rows of a terminal on which the page was printed."""
    text = io.StringIO()
    console = Console(file=text, width=columns, force_terminal=True, color_system="standard")
    render(STATUS, EXCEPTIONS, parse_rfc3339(NOW), console)
    terminal = pyte.Screen(columns, ROWS)
    pyte.Stream(terminal).feed(text.getvalue().replace("\n", "\r\n"))
    return [row.rstrip() for row in terminal.display]


def words(rows: list[str]) -> list[str]:
    return " ".join(rows).split()


def test_the_order_is_one_that_o2c_publishes() -> None:
    msgspec.convert(STATUS, Status)
    for exception in EXCEPTIONS.values():
        msgspec.convert(exception, ExceptionChange)


def test_a_terminal_of_120_columns_shows_the_whole_order() -> None:
    assert "\n".join(screen(120)).rstrip() == WIDE.rstrip()


def test_a_terminal_of_80_columns_shows_the_same_words() -> None:
    assert words(screen(80)) == words(screen(120))


@pytest.mark.parametrize("columns", [80, 120])
def test_tables_keep_a_row_a_line_and_a_document(columns: int) -> None:
    rows = screen(columns)
    assert [row.split()[0] for row in rows[rows.index("Lines") + 2 :][:3]] == ["1", "2", "all"]
    timeline = rows[rows.index("Timeline") + 1 :][: len(STATUS["documents"])]
    assert [row[:16] for row in timeline] == [
        each["business_at"][:16].replace("T", " ") for each in STATUS["documents"]
    ]
