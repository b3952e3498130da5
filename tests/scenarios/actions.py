"""What people do about exceptions, what they may not, and what becomes of it. Roles and rights are the policy's."""

from tests.scenarios.claims import audited, blocked, life, look, problem, status
from tests.scenarios.documents import (
    Event,
    Story,
    action,
    exception_of,
    hold,
    invoice,
    order,
    payment,
    pays,
    shipment,
    story,
)
from tests.scenarios.policies import plain

POLICY = plain(
    "shipment",
    "invoice",
    "payment",
    SHIPPED_NOT_INVOICED='escalation = [{ after = "4h", to = "billing-lead" }]',
    also="""
[roles.owner]
actions = ["acknowledge", "assign", "snooze", "resolve", "comment"]
[roles.escalation]
actions = ["acknowledge", "assign", "snooze", "override", "resolve", "comment"]
[roles.agent]
actions = ["acknowledge", "comment"]
[roles.controller]
actions = ["override"]
codes = ["SHIPPED_NOT_INVOICED"]
""",
)
ORDER = order("SO-1", "Mon 1 Jun 09:00", ["1: 10 VALVE @ 12.50"])
SHIPMENT = shipment("SH-1", "Tue 2 Jun 10:00", ["1: 10"])
STUCK = (ORDER, SHIPMENT)
UNBILLED = exception_of("SHIPPED_NOT_INVOICED")
DUE = {"due_at": "Wed 1 Jul 00:00"}
INVOICE = invoice("INV-1", "Fri 5 Jun 12:00", ["1: 10 @ 12.50"], "125.00", **DUE)


def acts(at: str, what: str, number: str = "ACT-1", role: str = "billing", **fields: object) -> Event:
    """Ann of billing does something about the unbilled shipment."""
    return action(number, at, what, UNBILLED, by="ann", role=role, **fields)


def _refused(name: str, told: str, event: Event, why: str) -> Story:
    return story(
        name,
        told,
        *STUCK,
        look("Wed 3 Jun 10:00", problem("SHIPPED_NOT_INVOICED", state="opened")),
        event,
        look(
            "Wed 3 Jun 12:00",
            problem("SHIPPED_NOT_INVOICED", state="opened", owner="billing"),
            audited((event.body["action"], "refused", event.body["actor"]), why=why),
        ),
        policy=POLICY,
    )


STORIES = (
    story(
        "Ann has seen it",
        "Ann of billing acknowledges the stall at eleven. Her time runs on; when she bills it is over.",
        *STUCK,
        look("Wed 3 Jun 10:00", problem("SHIPPED_NOT_INVOICED", state="opened", due="Thu 4 Jun 10:00")),
        acts("Wed 3 Jun 11:00", "acknowledge"),
        look(
            "Wed 3 Jun 11:00",
            problem("SHIPPED_NOT_INVOICED", state="acknowledged", due="Thu 4 Jun 10:00"),
            audited(("acknowledge", "accepted", "ann")),
            status(health="stalled"),
        ),
        look("Thu 4 Jun 14:00", problem("SHIPPED_NOT_INVOICED", level=1, to="billing-lead")),
        INVOICE,
        look("Fri 5 Jun 12:00"),
        policy=POLICY,
    ),
    story(
        "it is somebody else's",
        "Ann hands the case to the customer's own team. It owns it from then on.",
        *STUCK,
        acts("Wed 3 Jun 11:00", "assign", to="customer-service"),
        look(
            "Wed 3 Jun 11:00",
            problem("SHIPPED_NOT_INVOICED", owner="customer-service"),
            audited(("assign", "accepted", "ann")),
        ),
        policy=POLICY,
    ),
    story(
        "wake me on Friday",
        "Ann snoozes it until Friday at noon. Nobody is called until then; then it is open as before, and escalates.",
        *STUCK,
        acts("Wed 3 Jun 11:00", "snooze", until="Fri 5 Jun 12:00"),
        look("Wed 3 Jun 11:00", problem("SHIPPED_NOT_INVOICED", state="snoozed")),
        look("Fri 5 Jun 11:59", problem("SHIPPED_NOT_INVOICED", state="snoozed", level=None)),
        look("Fri 5 Jun 12:00", problem("SHIPPED_NOT_INVOICED", state="escalated", level=1)),
        policy=POLICY,
    ),
    story(
        "snoozed, and done before the alarm rings",
        "Ann snoozes it until Friday and bills on Thursday. There is nothing to wake her for.",
        *STUCK,
        acts("Wed 3 Jun 11:00", "snooze", until="Fri 5 Jun 12:00"),
        look("Wed 3 Jun 12:00", problem("SHIPPED_NOT_INVOICED", state="snoozed")),
        invoice("INV-1", "Thu 4 Jun 12:00", ["1: 10 @ 12.50"], "125.00", **DUE),
        look("Fri 5 Jun 12:00"),
        life(
            "SHIPPED_NOT_INVOICED",
            "opened Wed 3 Jun 10:00",
            "snoozed Wed 3 Jun 11:00",
            "cleared Thu 4 Jun 12:00",
        ),
        policy=POLICY,
    ),
    story(
        "it is all right so",
        "The controller overrides the stall: this shipment is a loan. It is not open any more while it lasts.",
        *STUCK,
        look("Wed 3 Jun 10:00", problem("SHIPPED_NOT_INVOICED")),
        acts("Wed 3 Jun 11:00", "override", role="controller", note="on loan until autumn"),
        look("Wed 3 Jun 11:00", audited(("override", "accepted", "ann")), status(exceptions=[])),
        look("Mon 8 Jun 11:00"),
        INVOICE,
        look("Mon 8 Jun 12:00"),
        life("SHIPPED_NOT_INVOICED", "opened Wed 3 Jun 10:00", "overridden Wed 3 Jun 11:00", "cleared Fri 5 Jun 12:00"),
        policy=POLICY,
    ),
    story(
        "an override ends with what it overrode",
        "The override was for this wait. It ends with the invoice; the next shipment that waits is a case of its own.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 20 VALVE @ 12.50"]),
        SHIPMENT,
        look("Wed 3 Jun 08:59", problem("PARTIAL_SHIPMENT")),
        acts("Wed 3 Jun 11:00", "override", role="controller"),
        look("Wed 3 Jun 11:00", problem("PARTIAL_SHIPMENT"), problem("STALLED_SHIPMENT")),
        invoice("INV-1", "Thu 4 Jun 12:00", ["1: 10 @ 12.50"], "125.00", **DUE),
        shipment("SH-2", "Mon 8 Jun 10:00", ["1: 10"]),
        look("Tue 9 Jun 10:00", problem("SHIPPED_NOT_INVOICED", occurrence=2, amount="125")),
        policy=POLICY,
    ),
    story(
        "resolved by hand",
        "Ann has billed it in the old system and resolves the case. It stays resolved, since nothing has come back.",
        *STUCK,
        look("Wed 3 Jun 10:00", problem("SHIPPED_NOT_INVOICED")),
        acts("Wed 3 Jun 11:00", "resolve", note="billed in the old system"),
        look("Wed 3 Jun 11:00", audited(("resolve", "accepted", "ann"))),
        look("Mon 8 Jun 11:00"),
        life("SHIPPED_NOT_INVOICED", "opened Wed 3 Jun 10:00", "cleared Wed 3 Jun 11:00"),
        policy=POLICY,
    ),
    story(
        "resolved, over, and back",
        "The resolved wait ends with an invoice. The invoice is cancelled: that is a new case, and it opens.",
        *STUCK,
        acts("Wed 3 Jun 11:00", "resolve"),
        INVOICE,
        look("Fri 5 Jun 12:00"),
        INVOICE.again("Mon 8 Jun 12:00", cancelled=True),
        look("Mon 8 Jun 12:00", problem("SHIPPED_NOT_INVOICED", occurrence=2, since="Tue 2 Jun 10:00")),
        policy=POLICY,
    ),
    story(
        "a word on it",
        "Ann writes down what the customer said. Nothing changes but the record of it.",
        *STUCK,
        acts("Wed 3 Jun 11:00", "comment", note="customer wants one invoice a month"),
        look(
            "Wed 3 Jun 11:00", problem("SHIPPED_NOT_INVOICED", state="opened"), audited(("comment", "accepted", "ann"))
        ),
        policy=POLICY,
    ),
    story(
        "acted on before it was seen to open",
        "Ann's click is stamped before the exception reached this log. It waits for it, and then counts.",
        *STUCK,
        acts("Wed 3 Jun 09:00", "acknowledge"),
        look("Wed 3 Jun 09:00"),
        look("Wed 3 Jun 10:00", problem("SHIPPED_NOT_INVOICED", state="acknowledged")),
        policy=POLICY,
    ),
    _refused(
        "an agent may not snooze",
        "The service agent may say that it was seen, not that it can wait.",
        acts("Wed 3 Jun 11:00", "snooze", role="agent", until="Fri 5 Jun 12:00"),
        "agent",
    ),
    _refused(
        "a stranger may do nothing",
        "Somebody from marketing acknowledges it. The policy knows no such role.",
        acts("Wed 3 Jun 11:00", "acknowledge", role="marketing"),
        "marketing",
    ),
    _refused(
        "the owner may not override",
        "Whose case it is may work on it, but not decide that it is none.",
        acts("Wed 3 Jun 11:00", "override"),
        "override",
    ),
    _refused(
        "assigned to nobody",
        "Ann hands it on without saying to whom.",
        acts("Wed 3 Jun 11:00", "assign"),
        "to",
    ),
    _refused(
        "snoozed into the past",
        "Ann snoozes it until yesterday.",
        acts("Wed 3 Jun 11:00", "snooze", until="Tue 2 Jun 12:00"),
        "until",
    ),
    story(
        "another code than the role is for",
        "The controller may override unbilled shipments, nothing else: not the price.",
        *STUCK,
        invoice("INV-1", "Tue 2 Jun 12:00", ["1: 10 @ 13.00"], "130.00", **DUE),
        action(
            "ACT-1",
            "Wed 3 Jun 11:00",
            "override",
            exception_of("PRICE_MISMATCH", ("invoice", "INV-1")),
            by="carl",
            role="controller",
        ),
        look(
            "Wed 3 Jun 11:00",
            problem("PRICE_MISMATCH", "INV-1", state="opened"),
            audited(("override", "refused", "carl"), why="PRICE_MISMATCH"),
        ),
        policy=POLICY,
    ),
    story(
        "about an occurrence that is over",
        "The stall was cleared and is back. Ann's click is about the first time, and comes too late.",
        *STUCK,
        invoice("INV-1", "Wed 3 Jun 12:00", ["1: 10 @ 12.50"], "125.00", **DUE),
        look("Wed 3 Jun 12:00"),
        invoice("INV-1", "Thu 4 Jun 12:00", ["1: 10 @ 12.50"], "125.00", revision=2, cancelled=True, **DUE),
        acts("Thu 4 Jun 15:00", "acknowledge"),
        look(
            "Thu 4 Jun 15:00",
            problem("SHIPPED_NOT_INVOICED", occurrence=2, state="opened"),
            audited(("acknowledge", "refused", "ann")),
        ),
        policy=POLICY,
    ),
    story(
        "about something that never was",
        "An action names an exception that does not exist. It waits for two hours and is refused.",
        *STUCK,
        invoice("INV-1", "Tue 2 Jun 12:00", ["1: 10 @ 12.50"], "125.00", **DUE),
        acts("Tue 2 Jun 13:00", "acknowledge"),
        look("Tue 2 Jun 14:59", audited()),
        look("Tue 2 Jun 15:00", audited(("acknowledge", "refused", "ann"))),
        policy=POLICY,
    ),
    story(
        "the lead to whom it was escalated decides",
        "After four hours past Ann's day the billing lead hears of it, and may do what Ann may not: override.",
        *STUCK,
        look("Thu 4 Jun 14:00", problem("SHIPPED_NOT_INVOICED", level=1, to="billing-lead")),
        action("ACT-1", "Thu 4 Jun 15:00", "override", UNBILLED, by="lee", role="billing-lead"),
        look("Thu 4 Jun 15:00", audited(("override", "accepted", "lee"))),
        INVOICE,
        payment("PAY-1", "Mon 8 Jun 10:00", "125.00", pays("INV-1", "125.00")),
        look("Mon 8 Jun 12:00", status(closed=True)),
        policy=POLICY,
    ),
    story(
        "acknowledged the first time, opened the second",
        "What Ann had seen was over with the invoice. The next unbilled shipment is a new case, seen by nobody.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 20 VALVE @ 12.50"]),
        SHIPMENT,
        acts("Wed 3 Jun 11:00", "acknowledge"),
        look(
            "Wed 3 Jun 11:00",
            problem("SHIPPED_NOT_INVOICED", state="acknowledged"),
            problem("PARTIAL_SHIPMENT"),
            problem("STALLED_SHIPMENT"),
        ),
        invoice("INV-1", "Wed 3 Jun 12:00", ["1: 10 @ 12.50"], "125.00", **DUE),
        shipment("SH-2", "Thu 4 Jun 10:00", ["1: 10"]),
        look("Fri 5 Jun 10:00", problem("SHIPPED_NOT_INVOICED", occurrence=2, state="opened")),
        policy=POLICY,
    ),
    story(
        "acknowledging what was overridden",
        "The controller has decided that it is none; Ann's click on it comes too late.",
        *STUCK,
        acts("Wed 3 Jun 11:00", "override", role="controller"),
        acts("Wed 3 Jun 12:00", "acknowledge", "ACT-2"),
        look("Wed 3 Jun 12:00", audited(("override", "accepted", "ann"), ("acknowledge", "refused", "ann"))),
        policy=POLICY,
    ),
    story(
        "assigned, and then to be acknowledged by the new owner",
        "Ann hands it to customer service. From then on that team may act, and Ann's team no more.",
        *STUCK,
        acts("Wed 3 Jun 11:00", "assign", to="customer-service"),
        acts("Wed 3 Jun 12:00", "acknowledge", "ACT-2", role="customer-service"),
        look(
            "Wed 3 Jun 12:00",
            problem("SHIPPED_NOT_INVOICED", owner="customer-service", state="acknowledged"),
            audited(("assign", "accepted", "ann"), ("acknowledge", "accepted", "ann")),
        ),
        policy=POLICY,
    ),
    story(
        "the same click twice",
        "The desk sends Ann's acknowledgement again. It is one action.",
        *STUCK,
        acts("Wed 3 Jun 11:00", "acknowledge"),
        acts("Wed 3 Jun 11:00", "acknowledge"),
        look(
            "Wed 3 Jun 12:00",
            problem("SHIPPED_NOT_INVOICED", state="acknowledged"),
            audited(("acknowledge", "accepted", "ann")),
        ),
        policy=POLICY,
    ),
    story(
        "snoozed the first time, opened the second",
        "Ann's snooze was for the first wait. The second wakes her at once.",
        order("SO-1", "Mon 1 Jun 09:00", ["1: 20 VALVE @ 12.50"]),
        SHIPMENT,
        acts("Wed 3 Jun 11:00", "snooze", until="Mon 15 Jun 12:00"),
        invoice("INV-1", "Wed 3 Jun 12:00", ["1: 10 @ 12.50"], "125.00", **DUE),
        shipment("SH-2", "Thu 4 Jun 10:00", ["1: 10"]),
        look("Fri 5 Jun 10:00", problem("SHIPPED_NOT_INVOICED", occurrence=2, state="opened")),
        policy=POLICY,
    ),
    story(
        "resolving a hold does not release it",
        "Ann closes the case of the billing hold. The hold still keeps the goods from being billed.",
        *STUCK,
        hold("HO-1", "Tue 2 Jun 11:00", "billing"),
        action(
            "ACT-1",
            "Tue 2 Jun 12:00",
            "resolve",
            exception_of("BILLING_HOLD", ("hold", "HO-1")),
            by="ann",
            role="billing",
        ),
        look(
            "Tue 2 Jun 12:00",
            blocked("125", "BILLING_HOLD"),
            audited(("resolve", "accepted", "ann")),
            status(health="held"),
        ),
        policy=POLICY,
    ),
)
