"""Who hears of an exception when its owner's time is over, level by level, in the owner's hours."""

from tests.scenarios.claims import decided, life, look, problem
from tests.scenarios.documents import invoice, order, shipment, story
from tests.scenarios.policies import plain
from tests.scenarios.policy_calendars import IN_OFFICE_HOURS, NEW_YORK, OFFICE

CHAIN = 'escalation = [{ after = "4h", to = "billing-lead" }, { after = "1d", to = "finance-director" }]'
AROUND_THE_CLOCK = plain("shipment", "invoice", SHIPPED_NOT_INVOICED=CHAIN)
OFFICE_HOURS = plain("shipment", "invoice", SHIPPED_NOT_INVOICED=f'sla = "8h"\n{IN_OFFICE_HOURS}\n{CHAIN}', also=OFFICE)
ORDER = order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"])
DUE = {"due_at": "Wed 1 Jul 00:00"}

STORIES = (
    story(
        "up the ladder",
        "Shipped on Tuesday, stalled on Wednesday, the owner's day over on Thursday; then the lead, then the director.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"]),
        look("Wed 3 Jun 10:00", problem("SHIPPED_NOT_INVOICED", state="opened", due="Thu 4 Jun 10:00")),
        look("Thu 4 Jun 13:59", problem("SHIPPED_NOT_INVOICED", level=None)),
        look("Thu 4 Jun 14:00", problem("SHIPPED_NOT_INVOICED", state="escalated", level=1, to="billing-lead")),
        look("Fri 5 Jun 09:59", problem("SHIPPED_NOT_INVOICED", level=1)),
        look("Fri 5 Jun 10:00", problem("SHIPPED_NOT_INVOICED", state="escalated", level=2, to="finance-director")),
        invoice("INV-1", "Fri 5 Jun 12:00", ["1: 10 @ 12.50"], "125.00", **DUE),
        look("Fri 5 Jun 12:00", decided("opened", "escalated", "escalated", "cleared")),
        life(
            "SHIPPED_NOT_INVOICED",
            "opened Wed 3 Jun 10:00",
            "escalated Thu 4 Jun 14:00",
            "escalated Fri 5 Jun 10:00",
            "cleared Fri 5 Jun 12:00",
        ),
        policy=AROUND_THE_CLOCK,
    ),
    story(
        "nobody is called on a Sunday",
        "Stalled on Thursday at ten, over time on Friday at nine. The lead hears at one, the director on Monday.",
        order("SO-1", "Mon 8 Jun 09:00", ["1: 10 VALVE @ 12.50"]),
        shipment("SH-1", "Wed 10 Jun 10:00", ["1: 10"]),
        look("Thu 11 Jun 10:00", problem("SHIPPED_NOT_INVOICED", state="opened", due="Fri 12 Jun 09:00")),
        look("Fri 12 Jun 12:59", problem("SHIPPED_NOT_INVOICED", level=None)),
        look("Fri 12 Jun 13:00", problem("SHIPPED_NOT_INVOICED", state="escalated", level=1, to="billing-lead")),
        look("Sun 14 Jun 12:00", problem("SHIPPED_NOT_INVOICED", level=1)),
        look("Mon 15 Jun 08:59", problem("SHIPPED_NOT_INVOICED", level=1)),
        look("Mon 15 Jun 09:00", problem("SHIPPED_NOT_INVOICED", level=2, to="finance-director")),
        policy=OFFICE_HOURS,
        zone=NEW_YORK,
    ),
    story(
        "a new occurrence starts at the bottom",
        "Escalated, cleared, and back a week later: the owner has the whole time again.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 6"]),
        look(
            "Thu 4 Jun 14:00",
            problem("SHIPPED_NOT_INVOICED", level=1),
            problem("PARTIAL_SHIPMENT"),
            problem("STALLED_SHIPMENT"),
        ),
        invoice("INV-1", "Thu 4 Jun 15:00", ["1: 6 @ 12.50"], "75.00", **DUE),
        shipment("SH-2", "Mon 8 Jun 10:00", ["1: 4"]),
        look("Tue 9 Jun 10:00", problem("SHIPPED_NOT_INVOICED", occurrence=2, state="opened", level=None, amount="50")),
        look("Wed 10 Jun 14:00", problem("SHIPPED_NOT_INVOICED", occurrence=2, level=1)),
        policy=AROUND_THE_CLOCK,
    ),
)
