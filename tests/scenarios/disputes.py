"""Deductions and disputes: what customers keep back, and how it ends."""

from tests.scenarios.claims import amounts, exposure, life, look, problem, status
from tests.scenarios.documents import credit_memo, dispute, less, payment, pays, story
from tests.scenarios.payments import SOLD
from tests.scenarios.policies import SHIPPING

DEDUCTED = payment("PAY-1", "Mon 15 Jun 10:00", "950.00", pays("INV-1", "950.00", None, less("50.00", "01")))
DISPUTED = dispute("DSP-1", "Mon 8 Jun 10:00", "300.00", invoice="INV-1", reason="short delivery")
FAMILIES = (
    ("price", "01", "keeps 50.00 back for a pricing error"),
    ("shortage", "03", "keeps 50.00 back for goods that did not arrive"),
    ("damage", "04", "keeps 50.00 back for damaged goods"),
    ("freight", "06", "keeps 50.00 back for freight"),
)

STORIES = (
    *(
        story(
            f"a deduction for {family}",
            f"The customer {told}. The invoice is settled but for the deduction, which a credit memo grants.",
            *SOLD,
            payment("PAY-1", "Mon 15 Jun 10:00", "950.00", pays("INV-1", "950.00", None, less("50.00", code))),
            look(
                "Mon 15 Jun 12:00",
                problem("DEDUCTION", "PAY-1", amount="50", since="Mon 15 Jun 10:00", category="cash", says=["50"]),
                amounts(paid="950", deducted="50", open="0"),
            ),
            credit_memo("CM-1", "Mon 22 Jun 10:00", "50.00", invoices={"INV-1": "50.00"}),
            look("Mon 22 Jun 10:00", amounts(paid="950", credited="50", deducted="0", open="0"), status(closed=True)),
            policy=SHIPPING,
        )
        for family, code, told in FAMILIES
    ),
    story(
        "three deductions at once",
        "One payment, three deductions on one invoice: they add up.",
        *SOLD,
        payment(
            "PAY-1",
            "Mon 15 Jun 10:00",
            "900.00",
            pays("INV-1", "900.00", None, less("50.00", "01"), less("30.00", "04"), less("20.00", "06", code_list="X12")),
        ),
        look("Mon 15 Jun 12:00", problem("DEDUCTION", "PAY-1", amount="100"), amounts(deducted="100", paid="900", open="0")),
        policy=SHIPPING,
    ),
    story(
        "a deduction and a short payment",
        "50.00 are explained, another 100.00 are not: the first is a deduction, the second is missing.",
        *SOLD,
        payment("PAY-1", "Mon 15 Jun 10:00", "850.00", pays("INV-1", "850.00", None, less("50.00", "01"))),
        look(
            "Mon 15 Jun 12:00",
            problem("DEDUCTION", "PAY-1", amount="50"),
            problem("SHORT_PAYMENT", "PAY-1", amount="100"),
            amounts(paid="850", deducted="50", open="100"),
        ),
        policy=SHIPPING,
    ),
    story(
        "a deduction won back",
        "The claim is refused, and the customer pays the fifty after all.",
        *SOLD,
        DEDUCTED,
        look("Mon 15 Jun 12:00", problem("DEDUCTION", "PAY-1", amount="50")),
        dispute("DSP-1", "Tue 16 Jun 10:00", "50.00", payment="PAY-1"),
        look("Tue 16 Jun 10:00", problem("DEDUCTION", "PAY-1"), problem("DISPUTE", "DSP-1", amount="50")),
        payment("PAY-2", "Mon 22 Jun 10:00", "50.00", pays("INV-1", "50.00")),
        dispute(
            "DSP-1",
            "Mon 22 Jun 10:00",
            "50.00",
            payment="PAY-1",
            revision=2,
            business_at="Tue 16 Jun 10:00",
            resolved_at="Mon 22 Jun 10:00",
            outcome="recovered",
            recovered="50.00",
        ),
        look("Mon 22 Jun 10:00", amounts(paid="1000", deducted="0", open="0"), status(closed=True)),
        life("DEDUCTION", "opened Mon 15 Jun 10:00", "cleared Mon 22 Jun 10:00", about="PAY-1"),
        policy=SHIPPING,
    ),
    story(
        "a deduction written off",
        "It is not worth a quarrel. The fifty are written off, and the books say so.",
        *SOLD,
        DEDUCTED,
        dispute(
            "DSP-1",
            "Tue 16 Jun 10:00",
            "50.00",
            payment="PAY-1",
            resolved_at="Tue 16 Jun 12:00",
            outcome="written_off",
        ),
        look(
            "Tue 16 Jun 12:00",
            amounts(invoiced="1000", paid="950", deducted="0", written_off="50", open="0"),
            exposure(),
            status(closed=True),
        ),
        policy=SHIPPING,
    ),
    story(
        "partly recovered, the rest written off",
        "Of fifty deducted the customer pays thirty; twenty are written off.",
        *SOLD,
        DEDUCTED,
        payment("PAY-2", "Thu 18 Jun 09:00", "30.00", pays("INV-1", "30.00")),
        dispute(
            "DSP-1",
            "Tue 16 Jun 10:00",
            "50.00",
            payment="PAY-1",
            resolved_at="Thu 18 Jun 10:00",
            outcome="written_off",
            recovered="30.00",
            arrives="Thu 18 Jun 10:00",
        ),
        look("Thu 18 Jun 10:00", amounts(paid="980", deducted="0", written_off="20", open="0"), status(closed=True)),
        policy=SHIPPING,
    ),
    story(
        "a dispute over an invoice",
        "The customer disputes 300.00 of the invoice. After thirty days it is still not decided; then it is credited.",
        *SOLD,
        DISPUTED,
        look(
            "Mon 8 Jun 10:00",
            problem("DISPUTE", "DSP-1", amount="300", since="Mon 8 Jun 10:00"),
            exposure(disputed="300", open="700"),
        ),
        payment("PAY-1", "Mon 29 Jun 10:00", "700.00", pays("INV-1", "700.00")),
        look(
            "Wed 8 Jul 10:00",
            problem("DISPUTE", "DSP-1"),
            problem("UNRESOLVED_DISPUTE", "DSP-1", amount="300", since="Mon 8 Jun 10:00"),
            problem("SHORT_PAYMENT", "PAY-1", amount="300"),
            problem("PAST_DUE", "INV-1", amount="300"),
            exposure(disputed="300"),
        ),
        credit_memo("CM-1", "Thu 9 Jul 10:00", "300.00", invoices={"INV-1": "300.00"}),
        DISPUTED.again("Thu 9 Jul 10:00", resolved_at="Thu 9 Jul 10:00", outcome="credited"),
        look("Thu 9 Jul 10:00", amounts(paid="700", credited="300", open="0"), status(closed=True)),
        life("UNRESOLVED_DISPUTE", "opened Wed 8 Jul 10:00", "cleared Thu 9 Jul 10:00", about="DSP-1"),
        policy=SHIPPING,
    ),
    story(
        "an answer is asked for by Friday",
        "The customer's portal wants an answer by Friday the 19th. Three days before that it must be in hand.",
        *SOLD,
        dispute("DSP-1", "Mon 8 Jun 10:00", "300.00", invoice="INV-1", respond_by="Fri 19 Jun 10:00"),
        look("Tue 16 Jun 09:59", problem("DISPUTE", "DSP-1")),
        look("Tue 16 Jun 10:00", problem("DISPUTE", "DSP-1"), problem("UNRESOLVED_DISPUTE", "DSP-1", amount="300")),
        policy=SHIPPING,
    ),
    story(
        "a dispute without merit",
        "The dispute is dropped after two days. What was disputed is simply open again.",
        *SOLD,
        DISPUTED,
        look("Mon 8 Jun 10:00", problem("DISPUTE", "DSP-1"), exposure(disputed="300", open="700")),
        DISPUTED.again("Wed 10 Jun 10:00", resolved_at="Wed 10 Jun 10:00", outcome="recovered"),
        look("Wed 10 Jun 10:00", exposure(open="1000"), amounts(open="1000")),
        policy=SHIPPING,
    ),
    story(
        "part of the invoice written off",
        "40.00 of the invoice are disputed and given up. They are neither paid nor open.",
        *SOLD,
        dispute(
            "DSP-1", "Mon 8 Jun 10:00", "40.00", invoice="INV-1", resolved_at="Tue 9 Jun 10:00", outcome="written_off",
            arrives="Tue 9 Jun 10:00",
        ),
        look("Tue 9 Jun 10:00", amounts(written_off="40", open="960"), exposure(open="960")),
        policy=SHIPPING,
    ),
)
