"""Goods that come back, and the credit that is due for them."""

from tests.scenarios.claims import amounts, exposure, life, look, nothing_to_bill, problem, quantities, ready
from tests.scenarios.documents import credit_memo, invoice, item, order, payment, pays, returned, shipment, story
from tests.scenarios.payments import DUE, ORDER, SHIPMENT, SOLD
from tests.scenarios.policies import SHIPPING

TWO_BACK = returned("RT-1", "Mon 8 Jun 10:00", ["1: 2"], reason="wrong type")
PAID = payment("PAY-1", "Fri 5 Jun 10:00", "1000.00", pays("INV-1", "1000.00"))

STORIES = (
    story(
        "two come back and nobody credits them",
        "Two pumps are back since Monday. On Saturday the customer still has no credit; he gets it on Monday.",
        *SOLD,
        TWO_BACK,
        look("Mon 8 Jun 10:00", quantities(shipped="10", returned="2")),
        look(
            "Sat 13 Jun 10:00", problem("UNCREDITED_RETURN", "RT-1", amount="200", since="Mon 8 Jun 10:00", says=["2"])
        ),
        credit_memo("CM-1", "Mon 15 Jun 10:00", "200.00", "return", invoices={"INV-1": "200.00"}, lines=["1: 2"]),
        look("Mon 15 Jun 10:00", amounts(credited="200", open="800"), quantities(invoiced="10"), nothing_to_bill()),
        life("UNCREDITED_RETURN", "opened Sat 13 Jun 10:00", "cleared Mon 15 Jun 10:00", about="RT-1"),
        policy=SHIPPING,
    ),
    story(
        "half of the return credited",
        "Two are back, one is credited. The other is still owed.",
        *SOLD,
        TWO_BACK,
        credit_memo("CM-1", "Wed 10 Jun 10:00", "100.00", "return", invoices={"INV-1": "100.00"}, lines=["1: 1"]),
        look("Sat 13 Jun 10:00", problem("UNCREDITED_RETURN", "RT-1", amount="100")),
        credit_memo("CM-2", "Sat 13 Jun 12:00", "100.00", "return", invoices={"INV-1": "100.00"}, lines=["1: 1"]),
        look("Sat 13 Jun 12:00", amounts(credited="200", open="800")),
        policy=SHIPPING,
    ),
    story(
        "money back instead of a credit",
        "The invoice is paid; for the two that came back the customer gets his money.",
        *SOLD,
        PAID,
        TWO_BACK,
        payment("RF-1", "Wed 10 Jun 10:00", "200.00", kind="refund"),
        look("Sat 13 Jun 10:00", quantities(returned="2")),
        policy=SHIPPING,
    ),
    story(
        "a return that is only allowed",
        "The customer may send two back, but has not. Nothing is returned and nothing is due.",
        *SOLD,
        returned("RT-1", "Mon 8 Jun 10:00", ["1: 2"], kind="authorized"),
        look("Mon 15 Jun 10:00", quantities(returned="0"), amounts(open="1000")),
        returned("RT-1", "Wed 17 Jun 10:00", ["1: 2"], kind="received", revision=2, business_at="Wed 17 Jun 10:00"),
        look("Mon 22 Jun 10:00", problem("UNCREDITED_RETURN", "RT-1", amount="200", since="Wed 17 Jun 10:00")),
        policy=SHIPPING,
    ),
    story(
        "goods that never left",
        "The return desk notes that two were never loaded. No goods come back, so nothing is waiting for a credit.",
        *SOLD,
        returned("RT-1", "Mon 8 Jun 10:00", ["1: 2"], kind="unshipped"),
        look("Mon 15 Jun 10:00", quantities(returned="0")),
        policy=SHIPPING,
    ),
    story(
        "back before the invoice",
        "Two come back before billing has written anything. Eight are to bill, and nothing to credit.",
        ORDER,
        SHIPMENT,
        returned("RT-1", "Mon 1 Jun 16:00", ["1: 2"]),
        look("Mon 1 Jun 16:00", ready("800"), quantities(returned="2")),
        invoice("INV-1", "Mon 1 Jun 18:00", ["1: 8 @ 100"], "800.00", **DUE),
        look("Mon 8 Jun 12:00", nothing_to_bill(), amounts(invoiced="800", open="800")),
        policy=SHIPPING,
    ),
    story(
        "a return booked by mistake",
        "The two belonged to another customer. The return is cancelled.",
        *SOLD,
        TWO_BACK,
        look("Sat 13 Jun 10:00", problem("UNCREDITED_RETURN", "RT-1", amount="200")),
        TWO_BACK.again("Sat 13 Jun 12:00", cancelled=True),
        look("Sat 13 Jun 12:00", quantities(returned="0")),
        policy=SHIPPING,
    ),
    story(
        "everything comes back",
        "The customer sends all ten back; the invoice is credited wholly as a return.",
        *SOLD,
        returned("RT-1", "Mon 8 Jun 10:00", ["1: 10"]),
        credit_memo("CM-1", "Tue 9 Jun 10:00", "1000.00", "return", invoices={"INV-1": "1000.00"}, lines=["1: 10"]),
        look(
            "Mon 15 Jun 10:00",
            quantities(shipped="10", returned="10", invoiced="10"),
            amounts(invoiced="1000", credited="1000", open="0"),
            exposure(),
            nothing_to_bill(),
        ),
        policy=SHIPPING,
    ),
    story(
        "back on two lines",
        "A pump and two hoses come back on one note. Their value is that of both lines.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 PUMP @ 100", "2: 5 HOSE @ 10"]),
        shipment("SH-1", "Mon 1 Jun 12:00", ["1: 10", "2: 5"]),
        invoice("INV-1", "Mon 1 Jun 14:00", ["1: 10 @ 100", "2: 5 @ 10"], "1050.00", **DUE),
        returned("RT-1", "Mon 8 Jun 10:00", [item("1: 1", sku="PUMP"), item("2: 2", sku="HOSE")]),
        look("Sat 13 Jun 10:00", problem("UNCREDITED_RETURN", "RT-1", amount="120")),
        policy=SHIPPING,
    ),
    story(
        "credited by amount alone",
        "The credit memo for the return gives its amount, not its lines. The return is credited all the same.",
        *SOLD,
        TWO_BACK,
        credit_memo("CM-1", "Wed 10 Jun 10:00", "200.00", "return", invoices={"INV-1": "200.00"}),
        look("Sat 13 Jun 10:00", amounts(credited="200", open="800")),
        policy=SHIPPING,
    ),
    story(
        "credited before it is back",
        "The customer is trusted: the credit comes first, the goods a week later. Nothing is owed then.",
        *SOLD,
        credit_memo("CM-1", "Wed 3 Jun 10:00", "200.00", "return", invoices={"INV-1": "200.00"}, lines=["1: 2"]),
        TWO_BACK,
        look("Sat 13 Jun 10:00", quantities(returned="2"), amounts(credited="200")),
        policy=SHIPPING,
    ),
)
