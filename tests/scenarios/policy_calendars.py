"""Business time: weekends, public holidays, nights, and the days on which clocks change; age and amount; overrides."""

from tests.scenarios.claims import look, problem, recorded, status, waiting
from tests.scenarios.documents import allocation, hold, invoice, order, payment, pays, pod, shipment, story
from tests.scenarios.policies import PACKAGED, plain

NEW_YORK = "America/New_York"
OFFICE = """
[calendars.us-office]
zone = "America/New_York"
days = ["mon", "tue", "wed", "thu", "fri"]
hours = "08:00-17:00"
holidays = "US"
"""


IN_OFFICE_HOURS = 'calendar = "us-office"'


def office(*milestones: str, codes: tuple[str, ...]) -> str:
    """A plain policy in which these codes keep office hours."""
    return plain(*milestones, also=OFFICE, **dict.fromkeys(codes, IN_OFFICE_HOURS))


ALLOCATION = office("allocation", codes=("STALLED_ALLOCATION",))
RELEASE = office("allocation", codes=("STALLED_RELEASE", "STALLED_ALLOCATION", "CREDIT_HOLD"))
BILLING = office("shipment", "invoice", codes=("SHIPPED_NOT_INVOICED",))
GROWING = plain(
    "shipment",
    "invoice",
    "payment",
    PAST_DUE='critical = { after = "30d", amount = "5000 USD" }',
    SHIPPED_NOT_INVOICED='critical = { after = "3d", period_end = true }',
)
DEAREST = plain(
    "shipment",
    STALLED_SHIPMENT="""
[[stalls.STALLED_SHIPMENT.overrides]]
customer = "C-1"
tolerance = "3d"
[[stalls.STALLED_SHIPMENT.overrides]]
customer = "C-1"
channel = "web"
tolerance = "4d"
[[stalls.STALLED_SHIPMENT.overrides]]
min_amount = "10000 USD"
tolerance = "1d"
owner = "key-accounts"
severity = "critical"
""",
)
OFF = plain("allocation", STALLED_ALLOCATION="enabled = false")
GERMAN_SITE = plain(
    "allocation",
    STALLED_ALLOCATION="""
[[stalls.STALLED_ALLOCATION.overrides]]
warehouse = "WH-DE"
calendar = "de-site"
""",
    also="""
[calendars.de-site]
zone = "Europe/Berlin"
days = ["mon", "tue", "wed", "thu", "fri"]
hours = "06:00-22:00"
holidays = "DE"
""",
)
VALVES = ["1: 10 VALVE @ 12.50"]

STORIES = (
    story(
        "ordered on Friday, late on Monday",
        "Taken at three on Friday afternoon. One business day later is three on Monday.",
        order("SO-1", "Fri 12 Jun 15:00", VALVES),
        look("Mon 15 Jun 14:59", waiting("allocation", due_at="Mon 15 Jun 15:00")),
        look("Mon 15 Jun 15:00", problem("STALLED_ALLOCATION", since="Fri 12 Jun 15:00", due="Tue 16 Jun 15:00")),
        policy=ALLOCATION,
        zone=NEW_YORK,
    ),
    story(
        "ordered before the Fourth of July",
        "The 4th is a Saturday, so Friday the 3rd is the holiday. Thursday at three runs to Monday at three.",
        order("SO-1", "Thu 2 Jul 15:00", VALVES),
        look("Mon 6 Jul 14:59"),
        look("Mon 6 Jul 15:00", problem("STALLED_ALLOCATION")),
        policy=ALLOCATION,
        zone=NEW_YORK,
    ),
    story(
        "ordered at night",
        "Taken at ten at night. The day begins at eight the next morning and is over at its end, at five.",
        order("SO-1", "Tue 9 Jun 22:00", VALVES),
        look("Wed 10 Jun 16:59"),
        look("Wed 10 Jun 17:00", problem("STALLED_ALLOCATION", since="Tue 9 Jun 22:00")),
        policy=ALLOCATION,
        zone=NEW_YORK,
    ),
    story(
        "a credit hold over the weekend",
        "Held on Friday at two: three hours on Friday, five on Monday, then it should have been decided.",
        order("SO-1", "Fri 12 Jun 13:00", VALVES),
        hold("HO-1", "Fri 12 Jun 14:00", "credit"),
        look("Sun 14 Jun 12:00", problem("CREDIT_HOLD", "HO-1"), status(health="held")),
        look("Mon 15 Jun 12:59", problem("CREDIT_HOLD", "HO-1")),
        look(
            "Mon 15 Jun 13:00",
            problem("CREDIT_HOLD", "HO-1", due="Mon 15 Jun 14:00"),
            problem("STALLED_RELEASE", "HO-1", since="Fri 12 Jun 14:00"),
        ),
        hold(
            "HO-1",
            "Mon 15 Jun 16:00",
            "credit",
            revision=2,
            business_at="Fri 12 Jun 14:00",
            released_at="Mon 15 Jun 16:00",
        ),
        look("Mon 15 Jun 16:00"),
        policy=RELEASE,
        zone=NEW_YORK,
    ),
    story(
        "a credit hold over a holiday",
        "Held on Thursday the 2nd of July at two. Friday is the holiday, then the weekend: due on Monday at one.",
        order("SO-1", "Thu 2 Jul 13:00", VALVES),
        hold("HO-1", "Thu 2 Jul 14:00", "credit"),
        look("Mon 6 Jul 12:59", problem("CREDIT_HOLD", "HO-1")),
        look("Mon 6 Jul 13:00", problem("CREDIT_HOLD", "HO-1"), problem("STALLED_RELEASE", "HO-1")),
        policy=RELEASE,
        zone=NEW_YORK,
    ),
    story(
        "what a hold stops is office time",
        "Ordered on Friday at one, held from two until Monday at two. One office hour was used before, eight are left.",
        order("SO-1", "Fri 12 Jun 13:00", VALVES),
        hold("HO-1", "Fri 12 Jun 14:00", "credit", released_at="Mon 15 Jun 14:00", arrives="Mon 15 Jun 14:00"),
        look("Tue 16 Jun 12:59"),
        look("Tue 16 Jun 13:00", problem("STALLED_ALLOCATION", since="Fri 12 Jun 13:00")),
        policy=RELEASE,
        zone=NEW_YORK,
    ),
    story(
        "the clocks go forward",
        "Taken on Friday at three before the night that is an hour short: Monday at three by the clock on the wall.",
        order("SO-1", "Fri 6 Mar 15:00", VALVES),
        look("Mon 9 Mar 14:59"),
        look("Mon 9 Mar 15:00", problem("STALLED_ALLOCATION", since="Fri 6 Mar 15:00")),
        policy=ALLOCATION,
        zone=NEW_YORK,
    ),
    story(
        "the clocks go back",
        "Taken on Friday at three before the night that has one hour twice: Monday at three by the clock on the wall.",
        order("SO-1", "Fri 30 Oct 15:00", VALVES),
        look("Mon 2 Nov 14:59"),
        look("Mon 2 Nov 15:00", problem("STALLED_ALLOCATION", since="Fri 30 Oct 15:00")),
        policy=ALLOCATION,
        zone=NEW_YORK,
    ),
    story(
        "around the clock knows no summer time",
        "A day around the clock is twenty-four hours, also in the night in which clocks go forward.",
        order("SO-1", "Sat 7 Mar 15:00", VALVES),
        look("Sun 8 Mar 15:59"),
        look("Sun 8 Mar 16:00", problem("STALLED_ALLOCATION")),
        policy=plain("allocation"),
        zone=NEW_YORK,
    ),
    story(
        "around the clock in the long night",
        "When clocks go back, twenty-four hours end an hour earlier on the wall.",
        order("SO-1", "Sat 31 Oct 15:00", VALVES),
        look("Sun 1 Nov 13:59"),
        look("Sun 1 Nov 14:00", problem("STALLED_ALLOCATION")),
        policy=plain("allocation"),
        zone=NEW_YORK,
    ),
    story(
        "shipped on Saturday",
        "The truck leaves on Saturday. Billing has its whole Monday, and is late at five.",
        order("SO-1", "Fri 12 Jun 10:00", VALVES),
        shipment("SH-1", "Sat 13 Jun 10:00", ["1: 10"]),
        look("Mon 15 Jun 16:59"),
        look("Mon 15 Jun 17:00", problem("SHIPPED_NOT_INVOICED", since="Sat 13 Jun 10:00")),
        policy=BILLING,
        zone=NEW_YORK,
    ),
    story(
        "older and dearer: critical",
        "A hundred dollars past due are a warning, and critical after thirty days.",
        order("SO-1", "Mon 1 Jun 09:00", VALVES),
        shipment("SH-1", "Mon 1 Jun 12:00", ["1: 10"]),
        invoice("INV-1", "Mon 1 Jun 14:00", ["1: 10 @ 12.50"], "125.00", due_at="Wed 10 Jun 00:00"),
        look("Sat 13 Jun 00:00", problem("PAST_DUE", "INV-1", severity="warning")),
        look("Thu 9 Jul 23:59", problem("PAST_DUE", "INV-1", severity="warning")),
        look("Fri 10 Jul 00:00", problem("PAST_DUE", "INV-1", severity="critical")),
        payment("PAY-1", "Mon 13 Jul 10:00", "125.00", pays("INV-1", "125.00")),
        look("Mon 13 Jul 12:00", status(closed=True)),
        policy=GROWING,
    ),
    story(
        "large from the first day",
        "Six thousand dollars past due are critical at once.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 PRESS @ 600"]),
        shipment("SH-1", "Mon 1 Jun 12:00", ["1: 10"]),
        invoice("INV-1", "Mon 1 Jun 14:00", ["1: 10 @ 600"], "6000.00", due_at="Wed 10 Jun 00:00"),
        look("Sat 13 Jun 00:00", problem("PAST_DUE", "INV-1", amount="6000", severity="critical")),
        policy=GROWING,
    ),
    story(
        "unbilled over the end of the month",
        "Shipped on the 29th of June and not billed: a warning on the 30th, critical when July begins.",
        order("SO-1", "Mon 29 Jun 09:00", VALVES),
        shipment("SH-1", "Mon 29 Jun 12:00", ["1: 10"]),
        look("Tue 30 Jun 12:00", problem("SHIPPED_NOT_INVOICED", severity="warning")),
        look("Wed 1 Jul 00:00", problem("SHIPPED_NOT_INVOICED", severity="critical")),
        policy=GROWING,
    ),
    story(
        "the customer's own patience",
        "C-1 has agreed to three days.",
        order("SO-1", "Mon 1 Jun 09:00", VALVES),
        look("Thu 4 Jun 08:59"),
        look("Thu 4 Jun 09:00", problem("STALLED_SHIPMENT")),
        policy=DEAREST,
    ),
    story(
        "customer and channel beat the customer alone",
        "The same customer in the web shop has agreed to four days.",
        order("SO-1", "Mon 1 Jun 09:00", VALVES, channel="web"),
        look("Fri 5 Jun 08:59"),
        look("Fri 5 Jun 09:00", problem("STALLED_SHIPMENT")),
        policy=DEAREST,
    ),
    story(
        "a large order of somebody else",
        "Ten thousand dollars are watched by the key-account team, after one day.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 10 PRESS @ 1000"], customer_id="C-5"),
        look("Tue 2 Jun 09:00", problem("STALLED_SHIPMENT", owner="key-accounts", severity="critical", amount="10000")),
        policy=DEAREST,
    ),
    story(
        "a code switched off",
        "This business does not want to hear of allocation.",
        order("SO-1", "Mon 1 Jun 09:00", VALVES),
        look("Mon 8 Jun 09:00", status(health="on_track")),
        policy=OFF,
    ),
    story(
        "the packaged policy: allocation by the next business day",
        "As delivered: taken on Friday the 26th of June at ten in New York, allocation is late on Monday at ten.",
        order("SO-1", "Fri 26 Jun 10:00", VALVES),
        look("Mon 29 Jun 09:59"),
        look("Mon 29 Jun 10:00", problem("STALLED_ALLOCATION", severity="warning")),
        allocation("AL-1", "Mon 29 Jun 11:00", ["1: 10"]),
        look("Mon 29 Jun 11:00"),
        policy=PACKAGED,
        zone=NEW_YORK,
    ),
    story(
        "the packaged policy: a hold over Thanksgiving",
        "Held on Wednesday at two before Thanksgiving: three hours then, five on Friday; released that day at three.",
        order("SO-1", "Wed 25 Nov 13:00", VALVES),
        hold("HO-1", "Wed 25 Nov 14:00", "credit"),
        look("Fri 27 Nov 12:59", problem("CREDIT_HOLD", "HO-1")),
        look("Fri 27 Nov 13:00", problem("CREDIT_HOLD", "HO-1"), problem("STALLED_RELEASE", "HO-1", owner="credit")),
        hold(
            "HO-1",
            "Fri 27 Nov 15:00",
            "credit",
            revision=2,
            business_at="Wed 25 Nov 14:00",
            released_at="Fri 27 Nov 15:00",
        ),
        look("Fri 27 Nov 15:00"),
        policy=PACKAGED,
        zone=NEW_YORK,
    ),
    story(
        "the packaged policy: shipped, not billed",
        "As delivered: shipped on Monday at ten, billed by Tuesday at ten, else billing hears of it.",
        order("SO-1", "Mon 1 Jun 09:00", VALVES),
        shipment("SH-1", "Mon 1 Jun 10:00", ["1: 10"]),
        look("Tue 2 Jun 10:00", problem("SHIPPED_NOT_INVOICED", owner="billing", amount="125")),
        policy=PACKAGED,
        zone=NEW_YORK,
    ),
    story(
        "the packaged policy: the proof by the carrier",
        "As delivered: without an arrival date a parcel is proved within five business days. That is a week.",
        order("SO-1", "Mon 1 Jun 09:00", VALVES),
        shipment("SH-1", "Mon 1 Jun 10:00", ["1: 10"], carrier="UPS"),
        invoice("INV-1", "Mon 1 Jun 12:00", ["1: 10 @ 12.50"], "125.00", due_at="Wed 1 Jul 00:00"),
        look("Mon 8 Jun 09:59"),
        look("Mon 8 Jun 10:00", problem("MISSING_POD", "SH-1", owner="transport")),
        pod("PD-1", "Mon 8 Jun 11:00", shipment="SH-1"),
        look("Mon 8 Jun 11:00"),
        policy=PACKAGED,
        zone=NEW_YORK,
    ),
    story(
        "late by the calendar of the zone",
        "Delivered at eleven at night in New York, past midnight in Greenwich, on the promised day: not late.",
        order("SO-1", "Mon 1 Jun 09:00", VALVES, promised_at="Thu 4 Jun 17:00"),
        shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"]),
        pod("PD-1", "Thu 4 Jun 23:00", shipment="SH-1"),
        look("Mon 8 Jun 09:00", recorded()),
        policy=office("shipment", "pod", codes=("LATE_DELIVERY",)),
        zone=NEW_YORK,
    ),
    story(
        "the German site's holiday",
        "The first of May is a Friday. At the German site Thursday at three runs to Monday at three.",
        order("SO-1", "Thu 30 Apr 15:00", VALVES, warehouse="WH-DE"),
        look("Mon 4 May 14:59"),
        look("Mon 4 May 15:00", problem("STALLED_ALLOCATION")),
        policy=GERMAN_SITE,
        zone="Europe/Berlin",
    ),
    story(
        "the other site works on the first of May",
        "The same order for the other site is late on Friday at three.",
        order("SO-1", "Thu 30 Apr 15:00", VALVES, warehouse="WH-1"),
        look("Fri 1 May 15:00", problem("STALLED_ALLOCATION")),
        policy=GERMAN_SITE,
        zone="Europe/Berlin",
    ),
)
