"""Holds of every kind: what they keep from moving, how long they may stand, and what stands still meanwhile."""

from tests.scenarios.claims import blocked, exposure, life, look, problem, ready, status, waiting
from tests.scenarios.documents import Story, allocation, hold, invoice, order, pick, shipment, story
from tests.scenarios.policies import SHIPPING, STOCK, WHOLE, plain

ORDER = order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"])
TWO_LINES = order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50", "2: 4 HOSE @ 10"])
WHY = {
    "credit": "the customer is over the credit limit",
    "fraud": "the card and the address do not fit",
    "export": "the end use must be declared",
    "customer_master": "the customer's ship-to is not set up",
    "pricing": "a price has no approval",
    "tax": "an exemption certificate is missing",
    "billing": "the contract is not signed",
    "delivery": "the customer's dock is closed",
    "quality": "a batch must be inspected",
    "customer_request": "the customer asked to wait",
}
KEEPS_GOODS = {"credit", "fraud", "export", "quality", "customer_request", "customer_master"}
"""Kinds that keep stock from being reserved."""


def _kind(kind: str, why: str) -> Story:
    placed = hold("HO-1", "Mon 1 Jun 10:00", kind)
    stalls = () if kind in KEEPS_GOODS else (problem("STALLED_ALLOCATION", since="Mon 1 Jun 09:00"),)
    return story(
        f"held for {kind.replace('_', ' ')}",
        f"An order is held because {why}. The hold is an exception at once and a stall after eight hours.",
        ORDER,
        placed,
        look(
            "Mon 1 Jun 10:00",
            problem(f"{kind.upper()}_HOLD", "HO-1", since="Mon 1 Jun 10:00", category="hold"),
            status(health="held"),
        ),
        look(
            "Mon 1 Jun 18:00",
            problem(f"{kind.upper()}_HOLD", "HO-1"),
            problem("STALLED_RELEASE", "HO-1", since="Mon 1 Jun 10:00", amount="125"),
            status(health="stalled"),
        ),
        placed.again("Tue 2 Jun 10:00", business_at="Mon 1 Jun 10:00", released_at="Tue 2 Jun 10:00"),
        look("Tue 2 Jun 10:00", *stalls),
        life(f"{kind.upper()}_HOLD", "opened Mon 1 Jun 10:00", "cleared Tue 2 Jun 10:00", about="HO-1"),
        life("STALLED_RELEASE", "opened Mon 1 Jun 18:00", "cleared Tue 2 Jun 10:00", about="HO-1"),
        policy=plain("allocation"),
    )


STORIES = (
    *(_kind(kind, why) for kind, why in WHY.items()),
    story(
        "the clock stands still under a credit hold",
        "An hour after the order it is held for credit, for five hours. The planner's day is five hours longer.",
        ORDER,
        hold("HO-1", "Mon 1 Jun 10:00", "credit", released_at="Mon 1 Jun 15:00", arrives="Mon 1 Jun 15:00"),
        look("Tue 2 Jun 13:59", waiting("allocation", since="Mon 1 Jun 09:00", due_at="Tue 2 Jun 14:00")),
        look("Tue 2 Jun 14:00", problem("STALLED_ALLOCATION", since="Mon 1 Jun 09:00")),
        policy=plain("allocation"),
    ),
    story(
        "what is held is in nobody's stock",
        "While the order is held its value stands under held, not under unallocated.",
        ORDER,
        hold("HO-1", "Mon 1 Jun 10:00", "credit"),
        look("Mon 1 Jun 10:00", problem("CREDIT_HOLD", "HO-1"), exposure(held="125")),
        hold(
            "HO-1",
            "Mon 1 Jun 12:00",
            "credit",
            revision=2,
            business_at="Mon 1 Jun 10:00",
            released_at="Mon 1 Jun 12:00",
        ),
        look("Mon 1 Jun 12:00", exposure(unallocated="125")),
        policy=WHOLE,
    ),
    story(
        "a quality hold on one line",
        "The hoses must be inspected, the valves go out. Only the hoses are held.",
        TWO_LINES,
        hold("HO-1", "Mon 1 Jun 10:00", "quality", lines=[{"line": "2"}]),
        look("Mon 1 Jun 10:00", problem("QUALITY_HOLD", "HO-1"), exposure(held="40", unallocated="125")),
        look(
            "Tue 2 Jun 09:00",
            problem("QUALITY_HOLD", "HO-1"),
            problem("STALLED_RELEASE", "HO-1"),
            problem("STALLED_ALLOCATION", amount="165"),
        ),
        policy=plain("allocation"),
    ),
    story(
        "a delivery hold keeps the truck, not the picker",
        "The customer's dock is closed. The goods are picked in time and then wait without being late.",
        ORDER,
        allocation("AL-1", "Mon 1 Jun 10:00", ["1: 10"]),
        hold("HO-1", "Mon 1 Jun 11:00", "delivery"),
        look(
            "Tue 2 Jun 10:00",
            problem("DELIVERY_HOLD", "HO-1"),
            problem("STALLED_RELEASE", "HO-1"),
            problem("STALLED_PICK", amount="125"),
        ),
        pick("PK-1", "Tue 2 Jun 12:00", ["1: 10"]),
        look("Sat 6 Jun 12:00", problem("DELIVERY_HOLD", "HO-1"), problem("STALLED_RELEASE", "HO-1")),
        hold(
            "HO-1",
            "Sat 6 Jun 13:00",
            "delivery",
            revision=2,
            business_at="Mon 1 Jun 11:00",
            released_at="Sat 6 Jun 13:00",
        ),
        look("Mon 8 Jun 12:59"),
        look("Mon 8 Jun 13:00", problem("STALLED_SHIPMENT", amount="125")),
        policy=STOCK,
    ),
    story(
        "a hold heard of late",
        "The stall is there when word comes of a hold placed the day before. It was no stall after all.",
        ORDER,
        look("Tue 2 Jun 09:00", problem("STALLED_ALLOCATION")),
        hold("HO-1", "Mon 1 Jun 10:00", "credit", arrives="Tue 2 Jun 11:00"),
        look("Tue 2 Jun 11:00", problem("CREDIT_HOLD", "HO-1"), problem("STALLED_RELEASE", "HO-1")),
        life("STALLED_ALLOCATION", "opened Tue 2 Jun 09:00", "cleared Tue 2 Jun 11:00"),
        policy=plain("allocation"),
    ),
    story(
        "a hold placed on the wrong order",
        "The hold is cancelled: it never was, and the clock never stood still.",
        ORDER,
        hold("HO-1", "Mon 1 Jun 10:00", "credit"),
        look("Tue 2 Jun 09:00", problem("CREDIT_HOLD", "HO-1"), problem("STALLED_RELEASE", "HO-1")),
        hold("HO-1", "Tue 2 Jun 10:00", "credit", revision=2, business_at="Mon 1 Jun 10:00", cancelled=True),
        look("Tue 2 Jun 10:00", problem("STALLED_ALLOCATION", since="Mon 1 Jun 09:00")),
        policy=plain("allocation"),
    ),
    story(
        "a credit hold that says what it blocks",
        "Finance holds the invoice alone: goods go out, nothing is billed.",
        ORDER,
        hold("HO-1", "Mon 1 Jun 10:00", "credit", blocks=["invoice"]),
        shipment("SH-1", "Mon 1 Jun 12:00", ["1: 10"]),
        look(
            "Mon 1 Jun 12:00", problem("CREDIT_HOLD", "HO-1"), blocked("125", "CREDIT_HOLD"), exposure(unbilled="125")
        ),
        hold(
            "HO-1",
            "Mon 1 Jun 14:00",
            "credit",
            revision=2,
            business_at="Mon 1 Jun 10:00",
            released_at="Mon 1 Jun 14:00",
        ),
        look("Mon 1 Jun 14:00", ready("125")),
        invoice("INV-1", "Mon 1 Jun 15:00", ["1: 10 @ 12.50"], "125.00", due_at="Wed 1 Jul 00:00"),
        look("Mon 1 Jun 15:00", exposure(open="125")),
        policy=SHIPPING,
    ),
    story(
        "two holds, one after the other",
        "Credit holds from ten to twelve, export from eleven to four. The order stood still for six hours, not seven.",
        ORDER,
        hold("HO-1", "Mon 1 Jun 10:00", "credit", released_at="Mon 1 Jun 12:00", arrives="Mon 1 Jun 12:00"),
        hold("HO-2", "Mon 1 Jun 11:00", "export", released_at="Mon 1 Jun 16:00", arrives="Mon 1 Jun 16:00"),
        look("Tue 2 Jun 14:59"),
        look("Tue 2 Jun 15:00", problem("STALLED_ALLOCATION")),
        policy=plain("allocation"),
    ),
    story(
        "held once more",
        "Released on Monday, held again on Tuesday under another number. The first hold does not count twice.",
        ORDER,
        hold("HO-1", "Mon 1 Jun 10:00", "credit", released_at="Mon 1 Jun 12:00", arrives="Mon 1 Jun 12:00"),
        hold("HO-2", "Tue 2 Jun 08:00", "credit"),
        look("Tue 2 Jun 08:00", problem("CREDIT_HOLD", "HO-2", since="Tue 2 Jun 08:00"), status(health="held")),
        hold(
            "HO-2",
            "Tue 2 Jun 10:00",
            "credit",
            revision=2,
            business_at="Tue 2 Jun 08:00",
            released_at="Tue 2 Jun 10:00",
        ),
        look("Tue 2 Jun 12:59"),
        look("Tue 2 Jun 13:00", problem("STALLED_ALLOCATION")),
        policy=plain("allocation"),
    ),
    story(
        "held after it was late",
        "The stall was there before the hold. A hold does not undo a day that is lost.",
        ORDER,
        hold("HO-1", "Tue 2 Jun 10:00", "credit"),
        look(
            "Tue 2 Jun 10:00", problem("STALLED_ALLOCATION"), problem("CREDIT_HOLD", "HO-1"), status(health="stalled")
        ),
        policy=plain("allocation"),
    ),
    story(
        "held with its stock reserved",
        "Stock is reserved when credit is withdrawn. The value stands under held, and only there.",
        ORDER,
        allocation("AL-1", "Mon 1 Jun 10:00", ["1: 10"]),
        look("Mon 1 Jun 10:00", exposure(unshipped="125")),
        hold("HO-1", "Mon 1 Jun 11:00", "credit"),
        look("Mon 1 Jun 11:00", problem("CREDIT_HOLD", "HO-1", amount="125"), exposure(held="125")),
        policy=WHOLE,
    ),
    story(
        "a hold keeps what has not left",
        "Six have left when the customer is held for credit. The hold keeps the other four.",
        ORDER,
        shipment("SH-1", "Mon 1 Jun 10:00", ["1: 6"]),
        hold("HO-1", "Mon 1 Jun 11:00", "credit"),
        look(
            "Mon 1 Jun 11:00",
            problem("CREDIT_HOLD", "HO-1", amount="50"),
            problem("PARTIAL_SHIPMENT"),
            exposure(unbilled="75", held="50"),
            ready("75"),
        ),
        policy=SHIPPING,
    ),
)
