"""Units of measure: what is ordered in cases and shipped in pieces, and what no factor converts."""

from tests.scenarios.claims import amounts, line, look, problem, quantities, ready, status
from tests.scenarios.documents import invoice, item, order, shipment, story
from tests.scenarios.payments import DUE
from tests.scenarios.policies import SHIPPED, SHIPPING

CASES = order("SO-1", "Mon 1 Jun 09:00", [item("1: 10 VALVE @ 144", uom="CS", units={"EA": "0.083333", "PAL": "40"})])
DOZENS = order("SO-1", "Mon 1 Jun 09:00", [item("1: 60 VALVE @ 12", uom="EA", units={"CS": "12"})])

STORIES = (
    story(
        "ordered in pieces, shipped in cases",
        "Sixty pieces are ordered and five cases of twelve leave. The order's line knows the factor.",
        DOZENS,
        shipment("SH-1", "Tue 2 Jun 10:00", [item("1: 5", uom="CS")]),
        look("Tue 2 Jun 14:00", quantities(ordered="60", shipped="60"), status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "billed in cases at the price of a case",
        "Five cases at 144.00 are sixty pieces at 12.00: no difference in quantity, none in price.",
        DOZENS,
        shipment("SH-1", "Tue 2 Jun 10:00", [item("1: 60", uom="EA")]),
        invoice("INV-1", "Tue 2 Jun 12:00", [item("1: 5 @ 144", uom="CS")], "720.00", **DUE),
        look("Tue 2 Jun 15:00", quantities(invoiced="60"), amounts(ordered="720", invoiced="720", open="720")),
        policy=SHIPPING,
    ),
    story(
        "billed in cases at a price a little higher",
        "145.20 a case is 12.10 a piece: ten cents a piece too much, six dollars in all.",
        DOZENS,
        shipment("SH-1", "Tue 2 Jun 10:00", [item("1: 60", uom="EA")]),
        invoice("INV-1", "Tue 2 Jun 12:00", [item("1: 5 @ 145.20", uom="CS")], "726.00", **DUE),
        look("Tue 2 Jun 12:00", problem("PRICE_MISMATCH", "INV-1", amount="6")),
        policy=SHIPPING,
    ),
    story(
        "a unit that nobody can convert",
        "The warehouse ships two barrels of what was ordered in pieces. Nobody knows how many pieces a barrel has.",
        DOZENS,
        shipment("SH-1", "Tue 2 Jun 10:00", [item("1: 2 VALVE", uom="BBL")]),
        look("Tue 2 Jun 12:00", problem("UOM_MISMATCH", says=["BBL"], category="identity"), line("1", shipped="0")),
        shipment("SH-1", "Tue 2 Jun 15:00", [item("1: 60", uom="EA")], revision=2),
        look("Tue 2 Jun 15:00", quantities(shipped="60"), status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "the factor is added afterwards",
        "Master data adds the missing factor to the order: what was shipped in barrels counts at once.",
        DOZENS,
        shipment("SH-1", "Tue 2 Jun 10:00", [item("1: 2 VALVE", uom="BBL")]),
        look("Tue 2 Jun 12:00", problem("UOM_MISMATCH")),
        DOZENS.again("Tue 2 Jun 16:00", lines=[item("1: 60 VALVE @ 12", uom="EA", units={"CS": "12", "BBL": "30"})]),
        look("Tue 2 Jun 16:00", quantities(shipped="60"), status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "half a pallet",
        "Ten cases are ordered, a quarter of a pallet of forty is shipped.",
        CASES,
        shipment("SH-1", "Tue 2 Jun 10:00", [item("1: 0.25", uom="PAL")]),
        look("Tue 2 Jun 10:00", quantities(shipped="10"), ready("1440")),
        policy=SHIPPING,
    ),
)
