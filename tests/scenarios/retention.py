"""What becomes of orders that nobody touches any more: left open, closed, forgotten, and spoken of too late."""

from tests.scenarios.claims import look, orphaned, problem, quantities, recorded, status
from tests.scenarios.documents import allocation, invoice, order, payment, pays, shipment, story
from tests.scenarios.policies import SHIPPED, plain

ORDER = order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"])
SHIPMENT = shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"])
MONTH = plain("allocation", also='[retention]\nopen = "30d"\nwhole = "60d"\nclosed = "90d"')
WEEK = plain("shipment", also='[retention]\nopen = "30d"\nwhole = "5d"\nclosed = "20d"')

STORIES = (
    story(
        "left lying for a month",
        "Nothing has come for the order since the first of June. On the second of July it is closed as abandoned.",
        ORDER,
        look("Wed 1 Jul 08:59", problem("STALLED_ALLOCATION"), status(closed=False)),
        look("Thu 2 Jul 00:00", recorded(("ABANDONED", "SO-1")), status(closed=True, health="closed")),
        policy=MONTH,
        shuffles=False,
    ),
    story(
        "taken up again",
        "An abandoned order gets its stock after all. It is an order like any other again, and done.",
        ORDER,
        look("Thu 2 Jul 00:00", recorded(("ABANDONED", "SO-1")), status(closed=True)),
        allocation("AL-1", "Mon 6 Jul 10:00", ["1: 4"]),
        look(
            "Mon 6 Jul 10:00",
            problem("STALLED_ALLOCATION", amount="75", since="Mon 1 Jun 09:00"),
            recorded(("ABANDONED", "SO-1")),
            status(closed=False),
        ),
        allocation("AL-2", "Mon 6 Jul 12:00", ["1: 6"]),
        look("Mon 6 Jul 12:00", status(closed=True)),
        policy=MONTH,
        shuffles=False,
    ),
    story(
        "touched in time",
        "A part is reserved after three weeks. The month begins anew with it.",
        ORDER,
        allocation("AL-1", "Mon 22 Jun 10:00", ["1: 4"]),
        look("Tue 21 Jul 12:00", problem("STALLED_ALLOCATION", amount="75"), recorded()),
        look("Thu 23 Jul 00:00", recorded(("ABANDONED", "SO-1")), status(closed=True)),
        policy=MONTH,
        shuffles=False,
    ),
    story(
        "the same message after the books are closed",
        "Ten days after the order was done the shipment is sent again. That raises no ghost.",
        ORDER,
        SHIPMENT,
        look("Tue 2 Jun 10:00", status(closed=True)),
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"], arrives="Fri 12 Jun 10:00"),
        look("Fri 12 Jun 10:00", orphaned(), status(closed=True), quantities(shipped="10")),
        policy=WEEK,
        shuffles=False,
    ),
    story(
        "something new after the books are closed",
        "Ten days after the order was done another shipment comes. Nobody keeps its order any more: it is told apart.",
        ORDER,
        SHIPMENT,
        shipment("SH-2", "Fri 12 Jun 10:00", ["1: 3"]),
        look("Fri 12 Jun 10:00", orphaned(("shipment", "SH-2", "AFTER_RETENTION"))),
        policy=WEEK,
        shuffles=False,
    ),
    story(
        "for nobody's order",
        "A payment names no order at all. It is put aside, and no order has anything to do with it.",
        ORDER,
        SHIPMENT,
        payment("PAY-9", "Tue 2 Jun 12:00", "10.00", pays("INV-77", "10.00"), of=None),
        invoice("INV-1", "Tue 2 Jun 12:00", ["1: 10 @ 12.50"], "125.00", of=None),
        look("Tue 2 Jun 15:00", orphaned(("payment", "PAY-9", "NO_ORDER"), ("invoice", "INV-1", "NO_ORDER"))),
        policy=SHIPPED,
    ),
)
