"""Orders that change when their goods are on the way: more, less, other lines, nothing at all."""

from tests.scenarios.claims import (
    amounts,
    exposure,
    look,
    problem,
    quantities,
    status,
)
from tests.scenarios.documents import allocation, item, order, pick, returned, shipment, story
from tests.scenarios.policies import SHIPPED, STOCK, plain

ORDER = order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"])
LENIENT = plain("shipment", OVER_SHIP='[[exceptions.OVER_SHIP.overrides]]\ncustomer = "C-LENIENT"\npercent = "10"')

STORIES = (
    story(
        "a line closed short",
        "Sales closes the line after eight of ten have shipped. Nothing more comes: the two are missing, not late.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 8"]),
        look("Tue 2 Jun 13:00", problem("PARTIAL_SHIPMENT")),
        ORDER.again("Tue 2 Jun 16:00", lines=[item("1: 10 VALVE @ 12.50", closed=True)]),
        look("Wed 3 Jun 12:00", problem("SHORT_SHIP", amount="25")),
        ORDER.again(
            "Wed 3 Jun 14:00", lines=[item("1: 10 VALVE @ 12.50", closed=True, cancelled_quantity="2")], revision=3
        ),
        look("Wed 3 Jun 14:00", status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "the rest is cancelled",
        "Six have shipped, the customer cancels the other four. The order is as complete as it will be.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 6"]),
        look("Tue 2 Jun 12:00", problem("PARTIAL_SHIPMENT")),
        ORDER.again("Tue 2 Jun 15:00", lines=[item("1: 10 VALVE @ 12.50", cancelled_quantity="4")]),
        look("Wed 3 Jun 12:00", quantities(ordered="6", shipped="6"), amounts(ordered="75"), status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "less is ordered than has left",
        "Ten have left when the customer reduces the order to eight. Two are too many now.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"]),
        look("Tue 2 Jun 14:00", status(closed=True)),
        ORDER.again("Wed 3 Jun 10:00", lines=["1: 8 VALVE @ 12.50"]),
        look("Wed 3 Jun 12:00", problem("OVER_SHIP", amount="25")),
        returned("RT-1", "Fri 5 Jun 10:00", ["1: 2"]),
        look("Fri 5 Jun 10:00"),
        policy=SHIPPED,
    ),
    story(
        "more is ordered after the goods have left",
        "Ten have left when the customer wants five more. The five wait from the day they were asked for.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"]),
        ORDER.again("Thu 4 Jun 10:00", lines=[item("1: 15 VALVE @ 12.50", at="Thu 4 Jun 10:00")]),
        look("Thu 4 Jun 10:00", problem("PARTIAL_SHIPMENT"), quantities(ordered="15", shipped="10")),
        look(
            "Sat 6 Jun 10:00",
            problem("PARTIAL_SHIPMENT"),
            problem("STALLED_SHIPMENT", amount="62.50", since="Thu 4 Jun 10:00"),
        ),
        shipment("SH-2", "Sat 6 Jun 11:00", ["1: 5"]),
        look("Sat 6 Jun 11:00", status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "a line is added after the first shipment",
        "The valves have left; hoses are added on Wednesday, with a line of their own and its own time.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"]),
        look("Tue 2 Jun 10:00", status(closed=True)),
        ORDER.again("Wed 3 Jun 10:00", lines=["1: 10 VALVE @ 12.50", item("2: 4 HOSE @ 10", at="Wed 3 Jun 10:00")]),
        look("Wed 3 Jun 10:00", problem("PARTIAL_SHIPMENT"), amounts(ordered="165"), status(closed=False)),
        shipment("SH-2", "Thu 4 Jun 10:00", ["2: 4"]),
        look("Thu 4 Jun 10:00", status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "a line dropped before it was picked",
        "Stock was reserved for two lines; the customer drops the second. Only the first is waited for.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50", "2: 4 HOSE @ 10"]),
        allocation("AL-1", "Mon 1 Jun 10:00", ["1: 10", "2: 4"]),
        order(
            "SO-1",
            "Mon 1 Jun 12:00",
            ["1: 10 VALVE @ 12.50", item("2: 4 HOSE @ 10", cancelled_quantity="4")],
            revision=2,
        ),
        look("Mon 1 Jun 12:00", quantities(ordered="10"), amounts(ordered="125"), exposure(unshipped="125")),
        look("Tue 2 Jun 10:00", problem("STALLED_PICK", amount="125")),
        pick("PK-1", "Tue 2 Jun 11:00", ["1: 10"]),
        shipment("SH-1", "Tue 2 Jun 12:00", ["1: 10"]),
        look("Tue 2 Jun 12:00", status(closed=True)),
        policy=STOCK,
    ),
    story(
        "cancelled after it has left",
        "The customer cancels on Wednesday what left on Tuesday. Ten are on the road that nobody wants.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"]),
        ORDER.again("Wed 3 Jun 10:00", lines=[item("1: 10 VALVE @ 12.50", cancelled_quantity="10")]),
        look("Wed 3 Jun 10:00", problem("OVER_SHIP", amount="125"), quantities(ordered="0", shipped="10")),
        returned("RT-1", "Fri 5 Jun 10:00", ["1: 10"]),
        look("Fri 5 Jun 10:00", quantities(returned="10")),
        policy=SHIPPED,
    ),
    story(
        "a line closed before anything of it has left",
        "The valves have left. Sales closes the line of the hoses, which were never shipped: all four are missing.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50", "2: 4 HOSE @ 10"]),
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"]),
        order("SO-1", "Tue 2 Jun 12:00", ["1: 10 VALVE @ 12.50", item("2: 4 HOSE @ 10", closed=True)], revision=2),
        look("Wed 3 Jun 12:00", problem("SHORT_SHIP", amount="40")),
        policy=SHIPPED,
    ),
)
