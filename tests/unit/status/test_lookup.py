"""An order is found by its correlation ID and by whatever names it."""

import json

import pytest

from o2c.errors import OperatingFault
from o2c.status.lookup import find, find_exceptions
from tests.connectors.redis_records import Writer, exception, status
from tests.services.process import free_port


def found(url: str, reference: str) -> list[str]:
    return [json.loads(value)["correlation_id"] for value in find(url, "o2c:", reference)]


def test_the_stored_status_comes_untouched(redis_url: str) -> None:
    record = status("SO-1", size=200)
    Writer(redis_url).write(record)
    assert find(redis_url, "o2c:", "SO-1") == [record.value]


@pytest.mark.parametrize("reference", ["invoice:INV-7", "INV-7"])
def test_a_reference_finds_all_its_orders_by_correlation_id(redis_url: str, reference: str) -> None:
    Writer(redis_url).write(*(status(f"SO-{number}", refs=("invoice:INV-7",)) for number in (2, 1, 3)))
    assert found(redis_url, reference) == ["SO-1", "SO-2", "SO-3"]


def test_a_bare_value_is_sought_under_every_kind(redis_url: str) -> None:
    Writer(redis_url).write(status("SO-1", refs=("tracking:42",)), status("SO-2", refs=("po:42", "invoice:43")))
    assert found(redis_url, "42") == ["SO-1", "SO-2"]


def test_a_scope_stands_before_the_value(redis_url: str) -> None:
    Writer(redis_url).write(status("EU/SO-1", refs=("po:EU/7",)))
    assert found(redis_url, "EU/7") == found(redis_url, "po:EU/7") == found(redis_url, "EU/SO-1") == ["EU/SO-1"]


def test_the_correlation_id_goes_before_a_reference_of_the_same_name(redis_url: str) -> None:
    Writer(redis_url).write(status("7"), status("SO-2", refs=("po:7",)))
    assert found(redis_url, "7") == ["7"]


def test_an_unknown_reference_finds_nothing(redis_url: str) -> None:
    Writer(redis_url).write(status("SO-1", refs=("po:7",)))
    assert find(redis_url, "o2c:", "po:8") == []


def test_no_more_orders_come_than_asked_for(redis_url: str) -> None:
    Writer(redis_url).write(*(status(f"SO-{number}", refs=("po:7",)) for number in range(5)))
    assert len(find(redis_url, "o2c:", "7", limit=2)) == 2


def test_exceptions_come_by_id_as_far_as_they_are_known(redis_url: str) -> None:
    record = exception("e-1")
    Writer(redis_url).write(record)
    assert find_exceptions(redis_url, "o2c:", ["e-1", "e-2"]) == {"e-1": record.value}
    assert find_exceptions(redis_url, "o2c:", []) == {}


def test_a_redis_that_does_not_answer_is_an_operating_fault() -> None:
    with pytest.raises(OperatingFault, match="cannot be used"):
        find(f"redis://127.0.0.1:{free_port()}/0", "o2c:", "SO-1")
