"""Documents without their order, orders twice, customers and numbers that do not fit together."""

from tests.scenarios.claims import life, look, problem, quantities, recorded, status
from tests.scenarios.documents import invoice, order, payment, pays, shipment, story
from tests.scenarios.payments import DUE, SOLD
from tests.scenarios.policies import SHIPPED, SHIPPING, plain

ORDER = order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"])
WITH_PO = order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"], customer_po="PO-77")

STORIES = (
    story(
        "a shipment for an order that nobody knows",
        "The warehouse ships for SO-1, and the order is nowhere. After two hours that is a problem; then it is found.",
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10 VALVE"]),
        look("Tue 2 Jun 11:59", quantities(ordered="0", shipped="10")),
        look("Tue 2 Jun 12:00", problem("ORPHAN_DOCUMENT", since="Tue 2 Jun 10:00", category="identity")),
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"], arrives="Tue 2 Jun 16:00"),
        look("Tue 2 Jun 16:00", quantities(ordered="10", shipped="10"), status(closed=True)),
        life("ORPHAN_DOCUMENT", "opened Tue 2 Jun 12:00", "cleared Tue 2 Jun 16:00"),
        policy=SHIPPED,
    ),
    story(
        "one number, two customers",
        "The invoice for SO-1 is made out to another customer than the one who ordered.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"]),
        invoice("INV-1", "Tue 2 Jun 12:00", ["1: 10 @ 12.50"], "125.00", customer_id="C-2", **DUE),
        look("Tue 2 Jun 12:00", problem("IDENTITY_CONFLICT", category="identity", says=["C-1", "C-2"])),
        invoice("INV-1", "Tue 2 Jun 15:00", ["1: 10 @ 12.50"], "125.00", customer_id="C-1", revision=2, **DUE),
        look("Tue 2 Jun 15:00"),
        life("IDENTITY_CONFLICT", "opened Tue 2 Jun 12:00", "cleared Tue 2 Jun 15:00"),
        policy=SHIPPING,
    ),
    story(
        "sent to one order, speaking of another",
        "The shipment carries SO-1's process number but names order SO-8. One of them is wrong.",
        ORDER,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"], of="SO-8", correlation_id="SO-1"),
        look("Tue 2 Jun 10:00", problem("IDENTITY_CONFLICT", says=["SO-8"])),
        shipment("SH-1", "Tue 2 Jun 12:00", ["1: 10"], correlation_id="SO-1", revision=2),
        look("Tue 2 Jun 12:00", status(closed=True)),
        policy=SHIPPED,
    ),
    story(
        "the same order twice",
        "The customer's purchase order came by mail and by EDI. Both became orders, equal line by line; one is cancelled.",
        WITH_PO,
        order("SO-2", "Mon 1 Jun 11:00", ["1: 10 VALVE @ 12.50"], customer_po="PO-77", correlation_id="SO-1"),
        look("Mon 1 Jun 11:00", problem("DUPLICATE_ORDER", amount="125", says=["PO-77"]), quantities(ordered="20")),
        order("SO-2", "Mon 1 Jun 14:00", ["1: 10 VALVE @ 12.50"], customer_po="PO-77", correlation_id="SO-1", revision=2, cancelled=True),
        look("Mon 1 Jun 14:00", quantities(ordered="10"), recorded()),
        life("DUPLICATE_ORDER", "opened Mon 1 Jun 11:00", "cleared Mon 1 Jun 14:00"),
        policy=SHIPPED,
    ),
    story(
        "two orders under one purchase order",
        "The customer orders hoses under the same number. Other lines: worth a note, and no more than that.",
        WITH_PO,
        order("SO-2", "Mon 1 Jun 11:00", ["2: 4 HOSE @ 10"], customer_po="PO-77", correlation_id="SO-1"),
        look("Mon 1 Jun 15:00", recorded(("DUPLICATE_ORDER", "SO-1")), quantities(ordered="14")),
        policy=SHIPPED,
    ),
    story(
        "two releases of one purchase order",
        "A blanket order is called off twice. Equal lines, but release 1 and release 2: two orders.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"], customer_po="PO-77", refs={"release": ["1"]}),
        order(
            "SO-2", "Mon 1 Jun 11:00", ["1: 10 VALVE @ 12.50"], customer_po="PO-77", refs={"release": ["2"]}, correlation_id="SO-1"
        ),
        look("Mon 1 Jun 15:00", recorded()),
        policy=SHIPPED,
    ),
    story(
        "the same numbers in two companies",
        "Both companies of the group have an order SO-1 and a shipment SH-1. They never meet.",
        ORDER,
        order("SO-1", "Mon 1 Jun 09:00", ["1: 3 VALVE @ 12.50"], scope="eu"),
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 3"], scope="eu"),
        look("Tue 2 Jun 14:00", quantities(shipped="0"), quantities(of="eu/SO-1", shipped="3"), status(of="eu/SO-1", closed=True)),
        policy=SHIPPED,
    ),
    story(
        "money for an invoice that nobody knows",
        "The customer names INV-9, which is not among the order's invoices. The money waits until it comes.",
        *SOLD,
        payment("PAY-1", "Mon 8 Jun 10:00", "300.00", pays("INV-9", "300.00")),
        look("Mon 8 Jun 12:00"),
        payment("PAY-1", "Tue 9 Jun 10:00", "1000.00", pays("INV-1", "1000.00"), revision=2),
        look("Tue 9 Jun 12:00", status(closed=True)),
        policy=SHIPPING,
    ),
    story(
        "orders of one company",
        "What happens to SO-2 is no business of SO-1.",
        ORDER,
        order("SO-2", "Mon 1 Jun 10:00", ["1: 4 HOSE @ 10"]),
        look(
            "Tue 2 Jun 09:00",
            problem("STALLED_ALLOCATION", amount="125"),
        ),
        look(
            "Tue 2 Jun 10:00",
            problem("STALLED_ALLOCATION", amount="125"),
            problem("STALLED_ALLOCATION", "SO-2", of="SO-2", amount="40"),
        ),
        policy=plain("allocation"),
    ),
    story(
        "two documents without their order",
        "Shipment and invoice are there, the order is not. That is one problem, not two.",
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10 VALVE"]),
        invoice("INV-1", "Tue 2 Jun 11:00", ["1: 10 VALVE @ 12.50"], "125.00", **DUE),
        look("Tue 2 Jun 13:00", problem("ORPHAN_DOCUMENT", since="Tue 2 Jun 10:00")),
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"], arrives="Tue 2 Jun 16:00"),
        look("Tue 2 Jun 16:00"),
        policy=SHIPPING,
    ),
)
