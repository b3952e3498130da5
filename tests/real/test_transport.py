"""What carriers tell moves the ledger: scans, estimates, deliveries.

By hand:

- EasyPost's tracker EZ4000000004: announced, scanned and out for delivery from 2014-11-21 to 24; delivered to John
  Tester at 10:51:54 on 2014-11-19, two days before it was scanned at its origin. The delivery proves the shipment, at
  that time at the latest. It was estimated for the 27th: not late.
- 214 of shipment 7727019: it left at 11:35 Eastern on 2020-09-10 and is estimated for 11:59 Eastern on the 11th, which
  is 15:59 in UTC. The proof is missed two days after the estimate, not after the five of a parcel.
- 214 of shipment 75027674: unloaded in Vermont at 12:30 local time on 2016-07-26, which is 16:30 in UTC.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path

from tests.real import transport
from tests.real.material import WEBHOOKS, X12, CanonicalEvent, needs, write
from tests.real.outcome import Outcome, replayed
from tests.real.transport import StatusMessage

ORDER = "SO-1"
POLICY = """
version = 1

[process]
milestones = ["order", "shipment", "pod"]

[stalls.MISSING_POD]
calendar = "always"
tolerance = "5d"
after_eta = "2d"
"""


def result(events: Iterable[CanonicalEvent], folder: Path, as_of: str) -> Outcome:
    return replayed((write(events, folder / "events.jsonl"),), POLICY, as_of, folder / "out")


def parcel(tracker: transport.Record) -> list[CanonicalEvent]:
    left_at = datetime(2014, 11, 18, 10, 51, 54, tzinfo=timezone.utc)
    sent = transport.implied(tracker["tracking_code"], ORDER, left_at, tracker["carrier"])
    return [*sent, *transport.tracked(tracker, ORDER)]


def load(message: StatusMessage, left_at: datetime) -> list[CanonicalEvent]:
    return [*transport.implied(message.shipment, ORDER, left_at, "SCAC"), *message.events(ORDER)]


@needs(WEBHOOKS)
def test_a_tracker_up_to_delivered_is_a_delivery_without_exceptions(tmp_path: Path) -> None:
    outcome = result(parcel(transport.tracker()), tmp_path, "2014-12-31T00:00:00Z")
    status = outcome.statuses[ORDER]
    assert status["fulfilment"] == {"stage": "delivered", "complete": True}
    assert status["milestones"]["pod"]["last_at"] == "2014-11-19T10:51:54Z"
    assert outcome.states(ORDER) == {}
    assert status["closed"]
    assert outcome.count("dead-letters.jsonl") == 0


@needs(WEBHOOKS)
def test_a_scan_that_says_failure_is_an_exception_until_it_is_delivered(tmp_path: Path) -> None:
    """The same tracker, had it not been out for delivery but failed on the 24th, and been delivered on the 25th."""
    tracker = transport.tracker()
    *earlier, out_for_delivery, delivered = tracker["tracking_details"]
    failed = {**out_for_delivery, "status": "failure", "message": "RECEIVER REFUSED"}
    delivered_later = {**delivered, "datetime": "2014-11-25T10:00:00Z"}
    events = parcel({**tracker, "tracking_details": [*earlier, failed, delivered_later]})
    outcome = result(events, tmp_path, "2014-12-31T00:00:00Z")
    assert outcome.states(ORDER) == {"DELIVERY_EXCEPTION": "cleared"}
    exception = outcome.last_changes(ORDER)["DELIVERY_EXCEPTION"]
    assert (exception["since"], exception["cleared_at"]) == ("2014-11-24T08:10:00Z", "2014-11-25T10:00:00Z")
    assert (exception["amount"], exception["currency"]) == ("100", "USD")
    assert outcome.statuses[ORDER]["closed"]


@needs(X12)
def test_a_carriers_estimate_moves_the_deadline_of_the_proof(tmp_path: Path) -> None:
    message = StatusMessage("staedi/ts214_ellipses_segterm.edi")
    departed_at = message.departed_at()
    assert departed_at == datetime(2020, 9, 10, 15, 35, tzinfo=timezone.utc)
    outcome = result(load(message, departed_at), tmp_path, "2020-09-14T00:00:00Z")
    missing = outcome.last_changes(ORDER)["MISSING_POD"]
    assert (missing["since"], missing["detected_at"]) == ("2020-09-10T15:35:00Z", "2020-09-13T15:59:00Z")
    assert missing["subject"] == {"scope": "", "type": "shipment", "document_id": "7727019"}
    assert missing["amount"] == "100"


@needs(X12)
def test_an_unloaded_shipment_is_delivered_at_its_local_time(tmp_path: Path) -> None:
    message = StatusMessage("edi.net/214-MGCTLYST-SAMPLE.EDI")
    left_at = message.at(message.statuses[0]) - timedelta(days=1)
    outcome = result(load(message, left_at), tmp_path, "2016-08-31T00:00:00Z")
    status = outcome.statuses[ORDER]
    assert status["milestones"]["pod"]["last_at"] == "2016-07-26T16:30:00Z"
    assert status["closed"]
    assert outcome.states(ORDER) == {}
