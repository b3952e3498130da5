"""What carriers tell: an EasyPost tracker and X12 214 status messages as canonical events.

What stands for what:

- The parcel that is tracked is a `shipment` of one unit of an order; both are implied, and carry the tracking number.
- A tracker's scan is a `transit` of its own, at its own time; the one that says `delivered` is the `pod`, signed by
  `signed_by`. The estimated delivery goes with every scan.
- An AT7 of a 214 is a `transit`; one whose status (AT701) is AG tells when delivery is estimated and is dated as the
  message. D1, unloaded at the delivery location, is the `pod`. Times are in AT707's zone; LT is where it happened.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from tests.real import x12
from tests.real.material import WEBHOOKS, CanonicalEvent, Document, canonical

SELLER, CARRIER = "seller-erp", "carrier"

SCANS = {
    "pre_transit": "tendered",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "available_for_pickup": "attempted",
    "failure": "exception",
    "return_to_sender": "returning",
}
"""EasyPost's status -> ours."""

AF_DEPARTED, AG_ESTIMATED, D1_UNLOADED = "AF", "AG", "D1"
EASTERN = ZoneInfo("America/New_York")
ZONES = {"ET": EASTERN, "VT": EASTERN}
"""A time code, or a state where the code is LT, local time."""

Record = dict[str, Any]


def tracker() -> Record:
    """The tracker in EasyPost's webhook."""
    event = json.loads((WEBHOOKS / "easypost" / "tracking-webhook.json").read_text(encoding="utf-8"))
    result: Record = event["result"]
    return result


def implied(number: str, order: str, left_at: datetime, carrier: str) -> Iterator[CanonicalEvent]:
    """The order of one unit at 100.00 USD, and the shipment that carries it."""
    refs = {"order": [order], "tracking": [number]}
    line = {"line": "1", "quantity": "1"}
    lines = [{**line, "unit_price": "100"}]
    yield canonical(Document("order", order, SELLER), left_at, currency="USD", lines=lines)
    document = Document("shipment", number, SELLER)
    packages = [{"id": number, "tracking": number}]
    carried = [{**line, "package": number}]
    yield canonical(document, left_at, lines=carried, packages=packages, carrier=carrier, refs=refs)


def tracked(tracker: Record, order: str) -> Iterator[CanonicalEvent]:
    """Every scan of a tracker."""
    number = tracker["tracking_code"]
    refs = {"order": [order], "shipment": [number], "tracking": [number]}
    for count, scan in enumerate(tracker["tracking_details"], start=1):
        at = datetime.fromisoformat(scan["datetime"].replace("Z", "+00:00"))
        if scan["status"] == "delivered":
            yield canonical(Document("pod", number, CARRIER), at, received_by=tracker["signed_by"], refs=refs)
        else:
            yield canonical(
                Document("transit", f"{number}-{count}", CARRIER),
                at,
                status=SCANS[scan["status"]],
                eta=tracker["est_delivery_date"],
                reason=scan["message"],
                refs=refs,
            )


class StatusMessage:
    """An X12 214: which shipment it is about, and its AT7 segments."""

    def __init__(self, path: str) -> None:
        written = x12.read(path)
        header = {segment.name: segment for segment in reversed(written)}
        self.shipment = header["B10"][2]
        self._sent = header["GS"][4], header["GS"][5]
        self._state = header["MS1"][2] if "MS1" in header else ""
        self.statuses = [segment for segment in written if segment.name == "AT7"]

    def departed_at(self) -> datetime | None:
        """When the carrier left with the shipment, if the message says so."""
        times = (self.at(status) for status in self.statuses if status[1] == AF_DEPARTED)
        return next(times, None)

    def at(self, status: x12.Segment) -> datetime:
        """The time that an AT7 names, in UTC."""
        return self._instant(status[5], status[6], self._zone(status))

    def events(self, order: str) -> Iterator[CanonicalEvent]:
        """What the message tells of the shipment of `order`."""
        refs = {"order": [order], "shipment": [self.shipment]}
        for count, status in enumerate(self.statuses, start=1):
            if status[1] == D1_UNLOADED:
                yield canonical(Document("pod", self.shipment, CARRIER), self.at(status), refs=refs)
                continue
            estimated = status[1] == AG_ESTIMATED
            sent_at = self._instant(*self._sent, self._zone(status))
            yield canonical(
                Document("transit", f"{self.shipment}-{count}", CARRIER),
                sent_at if estimated else self.at(status),
                status="in_transit",
                eta=self.at(status) if estimated else None,
                refs=refs,
            )

    def _zone(self, status: x12.Segment) -> ZoneInfo:
        return ZONES[self._state if status[7] == "LT" else status[7]]

    @staticmethod
    def _instant(day: str, time: str, zone: ZoneInfo) -> datetime:
        local = x12.day(day).replace(hour=int(time[:2]), minute=int(time[2:]), tzinfo=zone)
        return local.astimezone(timezone.utc)
