"""Feeds of which nothing is heard: what awaits them is not judged, and the silence itself is told."""

from tests.scenarios.claims import feed_problem, look, problem, status
from tests.scenarios.documents import invoice, order, shipment, silence, story
from tests.scenarios.policies import SHIPPED, SHIPPING, plain

ORDER = order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"])
SITES = plain(
    "shipment",
    also="""
[feeds."shipment/wms"]
silent_after = "30m"
warehouses = ["WH-1"]
[feeds."shipment/wms-west"]
silent_after = "30m"
warehouses = ["WH-2"]
""",
)

STORIES = (
    story(
        "the warehouse system falls silent",
        "Nothing is heard of the warehouse since Tuesday. Whether the goods have left nobody can say: no stall.",
        ORDER,
        silence("shipment/wms", after="Tue 2 Jun 12:00"),
        look("Tue 2 Jun 11:59"),
        look("Tue 2 Jun 12:00", feed_problem("FEED_SILENT", "shipment/wms", since="Tue 2 Jun 12:00", category="feed")),
        look("Fri 5 Jun 09:00", feed_problem("FEED_SILENT", "shipment/wms"), status(exceptions=[])),
        policy=SHIPPED,
        shuffles=False,
    ),
    story(
        "late before it fell silent",
        "The order was late already when the warehouse fell silent. That stall is true.",
        ORDER,
        silence("shipment/wms", after="Wed 3 Jun 09:00"),
        look("Thu 4 Jun 09:00", feed_problem("FEED_SILENT", "shipment/wms"), problem("STALLED_SHIPMENT", amount="125")),
        policy=SHIPPED,
        shuffles=False,
    ),
    story(
        "billed, and the warehouse silent",
        "The invoice is there, the shipment is not; but it could not be heard of. Nothing is claimed of the invoice.",
        ORDER,
        invoice("INV-1", "Tue 2 Jun 12:00", ["1: 10 @ 12.50"], "125.00", due_at="Wed 1 Jul 00:00"),
        silence("shipment/wms", after="Tue 2 Jun 13:00"),
        look("Tue 2 Jun 18:00", feed_problem("FEED_SILENT", "shipment/wms")),
        policy=SHIPPING,
        shuffles=False,
    ),
    story(
        "one site silent, the other not",
        "The west falls silent; what the east has to send is judged as ever.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"], warehouse="WH-1"),
        order("SO-2", "Mon 1 Jun 09:00", ["1: 4 HOSE @ 10"], warehouse="WH-2"),
        shipment("SH-0", "Mon 1 Jun 12:00", ["1: 1"], of="SO-2", source="wms-west"),
        silence("shipment/wms-west", after="Tue 2 Jun 12:00"),
        look(
            "Wed 3 Jun 09:00",
            feed_problem("FEED_SILENT", "shipment/wms-west"),
            problem("STALLED_SHIPMENT", amount="125"),
            problem("PARTIAL_SHIPMENT", "SO-2", of="SO-2"),
        ),
        policy=SITES,
        shuffles=False,
    ),
)
