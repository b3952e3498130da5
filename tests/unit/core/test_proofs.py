"""Which shipments a proof of delivery without lines delivers."""

import pytest

from o2c.flows.correlation.documents import document_key
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.milestones import POD
from o2c.flows.correlation.policy import default_policy
from o2c.schemas.documents import Document
from o2c.schemas.numbers import QUANTITY_UNIT
from tests.properties.build import goods, moved, order, ordered, pod

ORDER = order(0, ordered("1", 3))
FIRST = goods("shipment", "S1", 10, moved("1", 1))
SECOND = goods("shipment", "S2", 20, moved("1", 2))


def delivered(*proofs: Document) -> list[int]:
    """Whole units of each shipment."""
    documents = {document_key(each): each for each in (ORDER, FIRST, SECOND, *proofs)}
    ledger = Ledger(documents, {}, default_policy())
    of_each = [sum(shipment.delivered.values()) // QUANTITY_UNIT for shipment in ledger.shipments]
    assert ledger.lines["1"].reached[POD] == sum(of_each) * QUANTITY_UNIT
    return of_each


@pytest.mark.parametrize(("hours", "expected"), [(15, [1, 0]), (20, [1, 2]), (30, [1, 2])])
def test_one_that_names_none_delivers_what_had_left(hours: int, expected: list[int]) -> None:
    assert delivered(pod("P1", hours)) == expected


def test_one_that_is_dated_before_all_delivers_the_first() -> None:
    assert delivered(pod("P1", 5)) == [1, 0]


def test_one_that_names_its_shipment_delivers_that_whenever_it_is_dated() -> None:
    assert delivered(pod("P1", 5, "S2")) == [0, 2]
