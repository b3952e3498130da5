"""Terms of payment: when an invoice is due, discounts earned and unearned, instalments."""

from tests.scenarios.claims import amounts, exposure, life, look, problem, status
from tests.scenarios.documents import credit_memo, invoice, order, payment, pays, shipment, story
from tests.scenarios.payments import ORDER, SHIPMENT
from tests.scenarios.policies import SHIPPING

TWO_TEN_NET_THIRTY = {"terms": {"net_days": 30, "discounts": [{"percent": "2", "days": 10}]}}
WITH_DISCOUNT = (
    ORDER,
    SHIPMENT,
    invoice("INV-1", "Mon 1 Jun 14:00", ["1: 10 @ 100"], "1000.00", **TWO_TEN_NET_THIRTY),
)
HALVES = {
    "terms": {
        "instalments": [
            {"percent": "50", "due_at": "Mon 15 Jun 00:00"},
            {"percent": "50", "due_at": "Wed 15 Jul 00:00"},
        ]
    }
}
IN_HALVES = (ORDER, SHIPMENT, invoice("INV-1", "Mon 1 Jun 14:00", ["1: 10 @ 100"], "1000.00", **HALVES))

STORIES = (
    story(
        "due by the terms",
        "The invoice names no date, but net thirty days: due on the 1st of July at two in the afternoon.",
        ORDER,
        SHIPMENT,
        invoice("INV-1", "Mon 1 Jun 14:00", ["1: 10 @ 100"], "1000.00", terms={"net_days": 30}),
        look("Sat 4 Jul 13:59", exposure(past_due="1000")),
        look("Sat 4 Jul 14:00", problem("PAST_DUE", "INV-1", amount="1000", since="Wed 1 Jul 14:00")),
        policy=SHIPPING,
    ),
    story(
        "due by the order's terms",
        "The invoice says nothing of terms; the order says net fourteen days.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 PUMP @ 100"], terms={"net_days": 14}),
        SHIPMENT,
        invoice("INV-1", "Mon 1 Jun 14:00", ["1: 10 @ 100"], "1000.00"),
        look("Thu 18 Jun 14:00", problem("PAST_DUE", "INV-1", since="Mon 15 Jun 14:00", amount="1000")),
        policy=SHIPPING,
    ),
    story(
        "two per cent within ten days",
        "Nine days after the invoice the customer pays 980.00 and keeps the agreed two per cent.",
        *WITH_DISCOUNT,
        payment("PAY-1", "Wed 10 Jun 14:00", "980.00", pays("INV-1", "980.00", "20.00")),
        look("Fri 12 Jun 14:00", amounts(paid="980", discounted="20", open="0"), status(closed=True)),
        policy=SHIPPING,
    ),
    story(
        "two per cent after two weeks",
        "The discount is kept though the ten days are over. The customer pays the twenty dollars after a letter.",
        *WITH_DISCOUNT,
        payment("PAY-1", "Mon 15 Jun 14:00", "980.00", pays("INV-1", "980.00", "20.00")),
        look(
            "Mon 15 Jun 14:00",
            problem("UNEARNED_DISCOUNT", "PAY-1", amount="20", since="Mon 15 Jun 14:00", says=["20"]),
            amounts(paid="980", discounted="20", open="0"),
        ),
        payment("PAY-2", "Mon 22 Jun 14:00", "20.00", pays("INV-1", "20.00")),
        look("Mon 22 Jun 14:00", amounts(paid="1000", discounted="0", open="0"), status(closed=True)),
        life("UNEARNED_DISCOUNT", "opened Mon 15 Jun 14:00", "cleared Mon 22 Jun 14:00", about="PAY-1"),
        policy=SHIPPING,
    ),
    story(
        "three per cent where two are agreed",
        "In time, but thirty dollars instead of twenty: ten of them are not earned.",
        *WITH_DISCOUNT,
        payment("PAY-1", "Wed 10 Jun 14:00", "970.00", pays("INV-1", "970.00", "30.00")),
        look(
            "Wed 10 Jun 14:00",
            problem("UNEARNED_DISCOUNT", "PAY-1", amount="10"),
            amounts(paid="970", discounted="30", open="0"),
        ),
        credit_memo("CM-1", "Mon 15 Jun 10:00", "10.00", "allowance", invoices={"INV-1": "10.00"}),
        look("Mon 15 Jun 10:00", amounts(paid="970", discounted="20", credited="10", open="0")),
        policy=SHIPPING,
    ),
    story(
        "paid in two instalments",
        "Half in the middle of June, half in the middle of July. The first half is no short payment.",
        *IN_HALVES,
        payment("PAY-1", "Fri 12 Jun 10:00", "500.00", pays("INV-1", "500.00")),
        look("Mon 22 Jun 10:00", amounts(paid="500", open="500"), exposure(open="500")),
        look("Sat 18 Jul 00:00", problem("PAST_DUE", "INV-1", amount="500", since="Wed 15 Jul 00:00")),
        payment("PAY-2", "Mon 20 Jul 10:00", "500.00", pays("INV-1", "500.00")),
        look("Mon 20 Jul 10:00", status(closed=True)),
        policy=SHIPPING,
    ),
    story(
        "the first instalment is missing",
        "Half is due in the middle of June and does not come: that half is past due, the other still open.",
        *IN_HALVES,
        look("Wed 17 Jun 12:00", exposure(past_due="500", open="500")),
        look("Thu 18 Jun 00:00", problem("PAST_DUE", "INV-1", since="Mon 15 Jun 00:00", amount="1000")),
        policy=SHIPPING,
    ),
    story(
        "a discount on part of the invoice",
        "Half is paid within the ten days, less two per cent of that half. The other half comes later in full.",
        *WITH_DISCOUNT,
        payment("PAY-1", "Fri 5 Jun 14:00", "490.00", pays("INV-1", "490.00", "10.00")),
        look(
            "Fri 5 Jun 16:00",
            problem("SHORT_PAYMENT", "PAY-1", amount="500"),
            amounts(paid="490", discounted="10", open="500"),
        ),
        payment("PAY-2", "Mon 29 Jun 14:00", "500.00", pays("INV-1", "500.00")),
        look("Mon 29 Jun 16:00", amounts(paid="990", discounted="10", open="0"), status(closed=True)),
        policy=SHIPPING,
    ),
    story(
        "part of it past due",
        "Two invoices, one due in June and one in July. Each stands in its own bucket.",
        ORDER,
        shipment("SH-1", "Mon 1 Jun 12:00", ["1: 10"]),
        invoice("INV-1", "Mon 1 Jun 14:00", ["1: 4 @ 100"], "400.00", due_at="Mon 15 Jun 00:00"),
        invoice("INV-2", "Mon 1 Jun 16:00", ["1: 6 @ 100"], "600.00", due_at="Wed 15 Jul 00:00"),
        look("Thu 18 Jun 00:00", problem("PAST_DUE", "INV-1", amount="400"), exposure(past_due="400", open="600")),
        policy=SHIPPING,
    ),
    story(
        "short of the first instalment",
        "300.00 of the first 500.00 come. The second half explains 500.00 of what is open; 200.00 are short.",
        *IN_HALVES,
        payment("PAY-1", "Fri 12 Jun 10:00", "300.00", pays("INV-1", "300.00")),
        look("Fri 12 Jun 12:00", problem("SHORT_PAYMENT", "PAY-1", amount="200"), amounts(paid="300", open="700")),
        look(
            "Thu 18 Jun 00:00",
            problem("SHORT_PAYMENT", "PAY-1"),
            problem("PAST_DUE", "INV-1", since="Mon 15 Jun 00:00"),
        ),
        policy=SHIPPING,
    ),
    story(
        "half a cent of discount",
        "Two per cent of 1,000.25 are 20.005, by the rule 20.00. The customer takes 20.02: two cents too many.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 1 PUMP @ 1000.25"]),
        shipment("SH-1", "Mon 1 Jun 12:00", ["1: 1"]),
        invoice("INV-1", "Mon 1 Jun 14:00", ["1: 1 @ 1000.25"], "1000.25", **TWO_TEN_NET_THIRTY),
        payment("PAY-1", "Fri 5 Jun 10:00", "980.23", pays("INV-1", "980.23", "20.02")),
        look(
            "Fri 5 Jun 12:00",
            problem("UNEARNED_DISCOUNT", "PAY-1", amount="0.02"),
            amounts(discounted="20.02", open="0"),
        ),
        policy=SHIPPING,
    ),
    story(
        "an invoice without a due date",
        "Neither invoice nor order say when it is due. Nobody can say that it is late.",
        ORDER,
        SHIPMENT,
        invoice("INV-1", "Mon 1 Jun 14:00", ["1: 10 @ 100"], "1000.00"),
        look("Wed 15 Jul 14:00", exposure(open="1000")),
        policy=SHIPPING,
    ),
)
