"""What Redis holds is taken only where o2c can have written it."""

import json
from typing import Any

import pytest

from o2c.errors import OperatingFault
from o2c.status.reading import json_for_terminal, read_exception, read_status
from tests.unit.status.whole_order import EXCEPTIONS, OPEN_ID, STATUS

FOREIGN: list[Any] = [
    {},
    [],
    None,
    {"correlation_id": 7},
    {"correlation_id": "SO-1", "waiting_for": 7},
    {"correlation_id": "SO-1", "waiting_for": ["soon"]},
    {"correlation_id": "SO-1", "health": "fine"},
    {"correlation_id": "SO-1", "amounts": {"ordered": 12}},
    {"correlation_id": "SO-1", "exceptions": [{"exception_id": "e"}]},
    {"correlation_id": "SO-1", "documents": [{"type": "order"}]},
    {"correlation_id": "SO-1", "updated_at": "yesterday"},
]


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_foreign_value_is_refused(foreign: Any) -> None:
    with pytest.raises(OperatingFault, match=r"^what Redis holds for 'SO-1' was not written by o2c$"):
        read_status(json.dumps(foreign).encode(), "SO-1")


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(OperatingFault, match="was not written by o2c"):
        read_exception(b"{", "e-1")


def test_what_o2c_writes_is_read_as_it_is() -> None:
    assert read_status(json.dumps(STATUS).encode(), "SO-2") == STATUS
    assert read_exception(json.dumps(EXCEPTIONS[OPEN_ID]).encode(), OPEN_ID) == EXCEPTIONS[OPEN_ID]


def test_fields_of_another_version_may_lack_or_be_more() -> None:
    other = {"correlation_id": "SO-1", "later": {"a": 1}}
    assert read_status(json.dumps(other).encode(), "SO-1") == other


def test_control_characters_in_json_are_escaped_and_nothing_else() -> None:
    text = '{"a":"\x9b2J\x7f é 日 \\u001b","b":"\U0001f600"}'
    shown = json_for_terminal(text.encode())
    assert shown.decode() == '{"a":"\\u009b2J\\u007f é 日 \\u001b","b":"\U0001f600"}'
    assert json.loads(shown) == json.loads(text)
