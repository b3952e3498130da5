"""Lines that are made of lines."""

from o2c.flows.correlation.documents import document_key
from o2c.flows.correlation.ledger import Ledger
from o2c.flows.correlation.milestones import ORDER, SHIPMENT
from o2c.flows.correlation.policy import default_policy
from o2c.schemas.documents import Document
from o2c.schemas.numbers import QUANTITY_UNIT
from tests.properties.build import goods, moved, order, ordered, price


def ledger_of(*documents: Document) -> Ledger:
    return Ledger({document_key(each): each for each in documents}, {}, default_policy())


def test_a_kit_of_kits_has_shipped_as_often_as_its_innermost_parts_make_it_whole() -> None:
    for lines in ((("1", 3, None), ("2", 6, "1"), ("3", 12, "2")), (("3", 12, "2"), ("2", 6, "1"), ("1", 3, None))):
        wanted = [ordered(line, number, parent_line=parent) for line, number, parent in lines]
        ledger = ledger_of(order(0, *wanted), goods("shipment", "S1", 1, moved("3", 8)))
        shipped = {line.line: line.reached[SHIPMENT] // QUANTITY_UNIT for line in ledger.ordered_lines}
        assert shipped == {"1": 2, "2": 4, "3": 8}
        assert [line.line for line in ledger.own_lines] == ["1"]


def test_lines_that_contain_each_other_or_themselves_are_lines_like_all_others() -> None:
    wanted = [
        ordered("1", 1, parent_line="2", unit_price=price(10)),
        ordered("2", 1, parent_line="1", unit_price=price(20)),
        ordered("3", 1, parent_line="3", unit_price=price(100)),
    ]
    ledger = ledger_of(order(0, *wanted))
    assert [line.line for line in ledger.own_lines] == ["1", "2", "3"]
    assert all(line.reached[ORDER] == QUANTITY_UNIT for line in ledger.own_lines)
    assert ledger.ordered_value == 1_300_000
