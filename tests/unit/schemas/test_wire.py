"""A document that is published again is the one that came."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from o2c.schemas.codecs import Decoder
from o2c.schemas.documents import Arrival
from o2c.schemas.events import DOCUMENT_TYPES
from o2c.schemas.wire import event_of
from tests.bad_input import TOPICS
from tests.unit.schemas.registry import record
from tests.unit.schemas.wire_events import wire_events

DECODER = Decoder(TOPICS)


@given(st.sampled_from(DOCUMENT_TYPES).flatmap(lambda name: st.tuples(st.just(name), wire_events(name))))
def test_event_of_a_document_is_read_as_that_document(made: tuple[str, Any]) -> None:
    document_type, wire = made
    first = DECODER.decode(record(f"o2c.{document_type}.v1", msgspec.json.encode(wire)))
    assert isinstance(first, Arrival)
    again = DECODER.decode(record("events.jsonl", msgspec.json.encode(event_of(first.document))))
    assert isinstance(again, Arrival), again
    assert again.document == first.document
