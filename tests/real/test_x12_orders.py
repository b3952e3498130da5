"""An X12 850 is an order whose lines make the total that it says.

By hand (USD): 120 at 9.25, 220 at 13.79, 126 at 10.99, 76 at 4.35, 72 at 7.50 and 696 at 9.55 are 13,045.94, as AMT
says, over 1,310 units. To be shipped from 2010-12-14 on; 2 % within 45 days, net within 46.

The order is placed on its date; DTM 002, the delivery that is asked for, is the ship date that is asked for.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.real import x12
from tests.real.material import X12, CanonicalEvent, Document, canonical, needs, write
from tests.real.outcome import money, nonzero, replayed

pytestmark = needs(X12)

SAMPLE = "ediengine/850.OK.edi"
POLICY = """
version = 1

[process]
milestones = ["order", "allocation"]
lead = "2d"

[stalls.STALLED_ALLOCATION]
calendar = "always"
tolerance = "1d"
"""


def orders(written: list[x12.Segment]) -> Iterator[CanonicalEvent]:
    for transaction in x12.transactions(written, "850"):
        header = {segment.name: segment for segment in reversed(transaction)}
        number, terms = header["BEG"][3], header["ITD"]
        discount = {"percent": terms[3], "days": int(terms[5])}
        yield canonical(
            Document("order", number, "buyer"),
            x12.day(header["BEG"][5]),
            customer_po=number,
            currency="USD",
            requested_ship_at=x12.day(x12.element(transaction, "DTM", "002")),
            terms={"net_days": int(terms[7]), "discounts": [discount]},
            total=x12.element(transaction, "AMT", "1"),
            lines=[
                {"line": item[1], "sku": item[11], "quantity": item[2], "uom": item[3], "unit_price": item[4]}
                for item in transaction
                if item.name == "PO1"
            ],
        )


def test_the_lines_make_the_total_and_stock_is_awaited_before_the_ship_date(tmp_path: Path) -> None:
    written = x12.read(SAMPLE)
    file = write(orders(written), tmp_path / "events.jsonl")
    outcome = replayed((file,), POLICY, "2010-12-13T00:00:00Z", tmp_path / "out")
    status = outcome.statuses["08292233294"]
    assert money(status) == {"ordered": x12.element(written, "AMT", "1")} == {"ordered": "13045.94"}
    assert nonzero(status["quantities"]) == {"ordered": "1310"}
    assert nonzero(status["exposure"]) == {"unallocated": "13045.94"}
    stall = outcome.last_changes("08292233294")["STALLED_ALLOCATION"]
    assert (stall["since"], stall["detected_at"]) == ("2010-12-12T00:00:00Z", "2010-12-13T00:00:00Z")
