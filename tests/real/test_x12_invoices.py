"""X12 810 invoices: what they ask for, and whether their parts make their total.

By hand (USD): `simple810.edi` has two invoices with the number 00001. The one of 1997-12-11 for A99999-01 has 207 cases
at 12.34, 2,554.38, and says so. The one of 1997-12-15 for A99999-04 has 150 cases, 1,851.00, and says 2,554.38 as well:
703.38 too much. `x12.810a.edi` has 2 at 99.99 and 2 at 79.99, and 6.00 of shipping: 365.96, as it says.

An 810 is an `invoice`; the order is implied, with the invoice's lines. The number is unique within a day only, so the
date is part of the document's number. Charges are those after the total (TDS), which repeats the charges of the lines.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.real import x12
from tests.real.material import X12, CanonicalEvent, Document, canonical, needs, write
from tests.real.outcome import Outcome, money, nonzero, replayed

pytestmark = needs(X12)

POLICY = """
version = 1

[process]
milestones = ["order", "invoice", "payment"]
"""
SIGNS = {"C": "", "A": "-"}
"""SAC01: a charge or an allowance; others change no total."""


def events(path: str) -> Iterator[CanonicalEvent]:
    """The invoices in a file, and the orders that they imply."""
    for written in x12.transactions(x12.read(path), "810"):
        yield from _billed(written)


def _billed(written: list[x12.Segment]) -> Iterator[CanonicalEvent]:
    header = {segment.name: segment for segment in reversed(written)}
    number, order = header["BIG"][2], header["BIG"][4]
    dated = x12.day(header["BIG"][1])
    items = [segment for segment in written if segment.name == "IT1"]
    lines = [{"sku": item[7], "quantity": item[2], "unit_price": item[4], "uom": item[3]} for item in items]
    common: dict[str, Any] = {"currency": "USD", "lines": lines}
    yield canonical(Document("order", order, "seller-erp"), dated, customer_po=order, **common)
    yield canonical(
        Document("invoice", f"{number}-{header['BIG'][1]}", "seller-erp"),
        dated,
        total=cents(header["TDS"][1]),
        charges=[
            {"kind": each[2], "amount": SIGNS[each[1]] + cents(each[5])}
            for each in written[written.index(header["TDS"]) :]
            if each.name == "SAC" and each[1] in SIGNS
        ],
        refs={"order": [order], "po": [order]},
        **common,
    )


def cents(written: str) -> str:
    """An amount with two implied decimal places (type N2)."""
    return str(Decimal(written).scaleb(-2))


def result(path: str, folder: Path, as_of: str) -> Outcome:
    return replayed((write(events(path), folder / "events.jsonl"),), POLICY, as_of, folder / "out")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return result("staedi/simple810.edi", tmp_path_factory.mktemp("x12"), "1997-12-20T00:00:00Z")


def test_the_invoice_whose_lines_make_its_total_has_no_exception(outcome: Outcome) -> None:
    status = outcome.statuses["A99999-01"]
    assert money(status) == {"ordered": "2554.38", "invoiced": "2554.38", "open": "2554.38"}
    assert nonzero(status["quantities"])["invoiced"] == "207"
    assert outcome.states("A99999-01") == {}


def test_the_invoice_whose_lines_make_less_than_its_total_is_found(outcome: Outcome) -> None:
    status = outcome.statuses["A99999-04"]
    assert money(status) == {"ordered": "1851", "invoiced": "2554.38", "open": "2554.38"}
    assert nonzero(status["quantities"])["invoiced"] == "150"
    assert outcome.states("A99999-04") == {"TOTAL_MISMATCH": "open"}
    mismatch = outcome.last_changes("A99999-04")["TOTAL_MISMATCH"]
    assert (mismatch["amount"], mismatch["since"]) == ("703.38", "1997-12-15T00:00:00Z")
    assert mismatch["subject"] == {"scope": "", "type": "invoice", "document_id": "00001-19971215"}


def test_charges_belong_to_the_total(tmp_path: Path) -> None:
    outcome = result("edi.net/x12.810a.edi", tmp_path, "2003-03-11T00:00:00Z")
    assert money(outcome.statuses["DO091003"])["invoiced"] == "365.96"
    assert outcome.states("DO091003") == {}
