"""Kits: ordered and billed as one, shipped as their parts."""

from tests.scenarios.claims import amounts, exposure, line, look, nothing_to_bill, problem, quantities, ready, status
from tests.scenarios.documents import allocation, invoice, item, order, shipment, story
from tests.scenarios.payments import DUE
from tests.scenarios.policies import SHIPPED, SHIPPING, plain

KIT = order(
    "SO-1",
    "Mon 1 Jun 09:00",
    [
        "1: 5 PUMP-SET @ 200",
        item("2: 5 PUMP", parent_line="1", ratio="1"),
        item("3: 10 CLAMP", parent_line="1", ratio="2"),
    ],
)

STORIES = (
    story(
        "a kit shipped as its parts",
        "Five sets of one pump and two clamps. The parts leave, and so five sets have left.",
        KIT,
        shipment("SH-1", "Tue 2 Jun 10:00", ["2: 5", "3: 10"]),
        look(
            "Tue 2 Jun 10:00",
            quantities(ordered="5", shipped="5"),
            line("1", shipped="5"),
            line("3", shipped="10"),
            amounts(ordered="1000"),
            status(closed=True),
        ),
        policy=SHIPPED,
    ),
    story(
        "as many sets as the scarcest part allows",
        "All pumps leave, but seven clamps of ten: three and a half sets are whole.",
        KIT,
        shipment("SH-1", "Tue 2 Jun 10:00", ["2: 5", "3: 7"]),
        look("Tue 2 Jun 10:00", problem("PARTIAL_SHIPMENT", amount="300"), quantities(shipped="3.5"), ready("700")),
        shipment("SH-2", "Tue 2 Jun 15:00", ["3: 3"]),
        look("Tue 2 Jun 15:00", quantities(shipped="5"), ready("1000"), exposure(unbilled="1000")),
        policy=SHIPPING,
    ),
    story(
        "a kit billed as one",
        "The parts leave, the set is billed: nothing of it is unbilled and nothing billed too early.",
        KIT,
        shipment("SH-1", "Tue 2 Jun 10:00", ["2: 5", "3: 10"]),
        invoice("INV-1", "Tue 2 Jun 12:00", ["1: 5 @ 200"], "1000.00", **DUE),
        look("Wed 3 Jun 12:00", nothing_to_bill(), exposure(open="1000"), amounts(invoiced="1000")),
        policy=SHIPPING,
    ),
    story(
        "a kit waits for its last part",
        "The clamps are reserved, the pumps are not. What waits are five sets, not their parts.",
        KIT,
        allocation("AL-1", "Mon 1 Jun 10:00", ["3: 10"]),
        look("Tue 2 Jun 09:00", problem("STALLED_ALLOCATION", amount="1000", says=["5"])),
        allocation("AL-2", "Tue 2 Jun 10:00", ["2: 5"]),
        look("Tue 2 Jun 10:00", quantities(allocated="5"), status(closed=True)),
        policy=plain("allocation"),
    ),
    story(
        "a kit shipped ready-made",
        "The warehouse has assembled the sets and ships them as such, without a word of the parts.",
        KIT,
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 5"]),
        look("Tue 2 Jun 14:00", quantities(shipped="5"), status(closed=True)),
        policy=SHIPPED,
    ),
)
