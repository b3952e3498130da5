"""Whose line is it: line numbers, skus and item ids, several orders on one document, free lines, no line at all."""

from tests.scenarios.claims import amounts, exposure, life, line, look, problem, quantities, status
from tests.scenarios.documents import allocation, invoice, item, order, returned, shipment, story
from tests.scenarios.payments import DUE
from tests.scenarios.policies import SHIPPED, SHIPPING, plain

ORDER = order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"])
TWICE_VALVE = order(
    "SO-1",
    "Mon 1 Jun 09:00",
    [
        item("1: 5 VALVE @ 12.50", promised_at="Fri 12 Jun 17:00"),
        item("2: 5 VALVE @ 12.50", promised_at="Mon 8 Jun 17:00"),
    ],
)
DROP_SHIP = plain(
    "allocation",
    "pick",
    "shipment",
    "pod",
    "invoice",
    "payment",
    also="""
[[process.overrides]]
fulfilment = "drop_ship"
milestones = ["order", "shipment", "invoice", "payment"]
[[process.overrides]]
fulfilment = "service"
milestones = ["order", "invoice", "payment"]
""",
)

WITH_SERVICE = plain(
    "shipment",
    "invoice",
    "payment",
    also='[[process.overrides]]\nfulfilment = "service"\nmilestones = ["order", "invoice", "payment"]',
)

STORIES = (
    story(
        "line 10 is line 0010",
        "The warehouse writes line numbers with leading noughts. They are the same lines.",
        order("SO-1", "Mon 1 Jun 09:00", ["10: 10 VALVE @ 12.50", "20: 4 HOSE @ 10"]),
        shipment("SH-1", "Tue 2 Jun 10:00", ["0010: 10", "00020: 4"]),
        look("Tue 2 Jun 14:00", line("10", shipped="10"), line("20", shipped="4"), status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "a sku and no line number",
        "The pick system knows articles, not lines.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50", "2: 4 HOSE @ 10"]),
        shipment("SH-1", "Tue 2 Jun 10:00", ["4 HOSE", "10 VALVE"]),
        look("Tue 2 Jun 14:00", line("1", shipped="10"), line("2", shipped="4"), status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "the customer's own article number",
        "The carrier's system has only the GTIN. The order's line names it.",
        order("SO-1", "Mon 1 Jun 09:00", [item("1: 10 VALVE @ 12.50", item_ids={"gtin": "04012345678901"})]),
        shipment("SH-1", "Tue 2 Jun 10:00", [item("10", item_ids={"gtin": "04012345678901"})]),
        look("Tue 2 Jun 14:00", line("1", shipped="10"), status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "the earlier promise first",
        "Two lines of the same valve; seven are shipped without a line. The line promised earlier is filled first.",
        TWICE_VALVE,
        shipment("SH-1", "Tue 2 Jun 10:00", ["7 VALVE"]),
        look(
            "Tue 2 Jun 10:00",
            problem("PARTIAL_SHIPMENT", amount="37.50"),
            line("2", shipped="5"),
            line("1", shipped="2"),
        ),
        policy=SHIPPED,
    ),
    story(
        "what was reserved goes first",
        "Stock was reserved for line 1 alone. What is shipped without a line is taken from there first.",
        TWICE_VALVE,
        allocation("AL-1", "Mon 1 Jun 10:00", ["1: 5"]),
        shipment("SH-1", "Mon 1 Jun 15:00", ["5 VALVE"]),
        look(
            "Mon 1 Jun 15:00",
            problem("PARTIAL_SHIPMENT"),
            line("1", allocated="5", shipped="5"),
            line("2", shipped="0"),
        ),
        policy=plain("allocation", "shipment"),
    ),
    story(
        "something that nobody ordered",
        "A clamp is on the truck that is on no line of the order. It comes back.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10", "7: 3 CLAMP"]),
        look("Tue 2 Jun 11:59"),
        look(
            "Tue 2 Jun 12:00",
            problem("UNMATCHED_LINE", since="Tue 2 Jun 10:00", says=["CLAMP"]),
            line("7", ordered="0", shipped="3"),
        ),
        shipment("SH-1", "Wed 3 Jun 10:00", ["1: 10"], revision=2),
        look("Wed 3 Jun 10:00", status(closed=True)),
        life("UNMATCHED_LINE", "opened Tue 2 Jun 12:00", "cleared Wed 3 Jun 10:00"),
        policy=SHIPPED,
    ),
    story(
        "the line is added to the order within the hour",
        "The clamp was asked for by telephone. The order is changed before anybody is alarmed.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10", "7: 3 CLAMP"]),
        ORDER.again("Tue 2 Jun 11:00", lines=["1: 10 VALVE @ 12.50", "7: 3 CLAMP @ 2"]),
        look("Tue 2 Jun 14:00", amounts(ordered="131"), status(closed=True)),
        life("UNMATCHED_LINE"),
        policy=SHIPPED,
    ),
    story(
        "billed for something that nobody ordered",
        "The invoice has a line more than the order. The money counts for the order all the same.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"]),
        invoice("INV-1", "Tue 2 Jun 12:00", ["1: 10 @ 12.50", "9: 1 LABEL @ 3"], "128.00", **DUE),
        look("Tue 2 Jun 12:00", amounts(invoiced="128", open="128")),
        look("Tue 2 Jun 14:00", problem("UNMATCHED_LINE", since="Tue 2 Jun 12:00")),
        invoice("INV-1", "Wed 3 Jun 10:00", ["1: 10 @ 12.50"], "125.00", revision=2, **DUE),
        look("Wed 3 Jun 10:00", amounts(invoiced="125", open="125")),
        policy=SHIPPING,
    ),
    story(
        "a line dropped after it was shipped",
        "The hoses have left when their line is taken out of the order. They fit no line any more, and come back.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50", "2: 4 HOSE @ 10"]),
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10", "2: 4"]),
        look("Tue 2 Jun 14:00", status(closed=True)),
        order("SO-1", "Wed 3 Jun 10:00", ["1: 10 VALVE @ 12.50"], revision=2),
        look("Wed 3 Jun 10:00", problem("UNMATCHED_LINE"), quantities(ordered="10")),
        order("SO-1", "Wed 3 Jun 12:00", ["1: 10 VALVE @ 12.50", "2: 4 HOSE @ 10"], revision=3),
        look("Wed 3 Jun 12:00", status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "straight from the supplier",
        "Line 2 is sent by the supplier: no stock is reserved or picked for it, and no proof of delivery comes.",
        order(
            "SO-1",
            "Mon 1 Jun 09:00",
            ["1: 10 VALVE @ 12.50", item("2: 1 BOILER @ 900", fulfilment="drop_ship")],
        ),
        allocation("AL-1", "Mon 1 Jun 10:00", ["1: 10"]),
        look("Tue 2 Jun 09:00", exposure(unshipped="125", unallocated="900")),
        shipment("SH-7", "Tue 2 Jun 09:30", ["2: 1"]),
        look("Tue 2 Jun 09:30", problem("PARTIAL_SHIPMENT"), exposure(unshipped="125", unbilled="900")),
        look("Tue 2 Jun 10:00", problem("PARTIAL_SHIPMENT"), problem("STALLED_PICK", amount="125")),
        policy=DROP_SHIP,
    ),
    story(
        "an hour of work",
        "Line 2 is a service. Nobody waits for it to be shipped; it is billed like the rest.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50", item("2: 1 FITTING @ 60", fulfilment="service")]),
        shipment("SH-1", "Mon 1 Jun 12:00", ["1: 10"]),
        invoice("INV-1", "Mon 1 Jun 14:00", ["1: 10 @ 12.50", "2: 1 @ 60"], "185.00", **DUE),
        look("Mon 1 Jun 18:00", amounts(invoiced="185", open="185"), exposure(open="185")),
        policy=WITH_SERVICE,
    ),
    story(
        "two back without a line number",
        "The return desk notes the article alone. It comes from what was shipped of it.",
        TWICE_VALVE,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 5", "2: 5"]),
        returned("RT-1", "Thu 4 Jun 10:00", ["2 VALVE"]),
        look("Thu 4 Jun 10:00", quantities(returned="2"), line("2", returned="2"), line("1", returned="0")),
        policy=SHIPPED,
    ),
    story(
        "the last truck does not carry the fitter",
        "The shipment is final and has all the valves. The fitting was never to be shipped: nothing is short.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50", item("2: 1 FITTING @ 60", fulfilment="service")]),
        shipment("SH-1", "Mon 1 Jun 12:00", ["1: 10"], final=True),
        invoice("INV-1", "Mon 1 Jun 14:00", ["1: 10 @ 12.50", "2: 1 @ 60"], "185.00", **DUE),
        look("Mon 1 Jun 18:00", amounts(invoiced="185", open="185")),
        policy=WITH_SERVICE,
    ),
)
