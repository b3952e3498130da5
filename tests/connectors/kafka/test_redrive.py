"""Dead letters sent back, and remembered."""

import pytest

from o2c.connectors.kafka.redrive import Redrive, identity_of, read_marks
from o2c.connectors.kafka.stored_letters import Source
from o2c.errors import OperatingFault
from o2c.schemas.times import parse_rfc3339
from tests.connectors.kafka.harness import client_of, produce, records_of, topic_with, unique
from tests.services.kafka import Broker
from tests.unit.letters.letters import letter

SENT_AT = "2025-01-08T12:00:00Z"


def redrive(broker: Broker, marks: str, seconds: float = 10.0) -> Redrive:
    return Redrive(client_of(broker), marks, seconds, lambda: parse_rfc3339(SENT_AT))


def marks_of(broker: Broker, topic: str) -> dict[str, str]:
    return read_marks(client_of(broker), topic, 1, unique("group"))


def test_a_letter_goes_back_with_its_bytes_key_and_headers(kafka: Broker) -> None:
    target, marks = topic_with(kafka, 2), topic_with(kafka)
    one = letter(source=Source(target, 1, 17), value=b"\x00\xff")
    tombstone = letter(source=Source(target, 1, 18), key=None, value=None, headers=())
    done = redrive(kafka, marks)
    done.send([one, tombstone])
    assert (done.sent, done.failed) == (2, 0)
    found = records_of(kafka.bootstrap, target, 2, partitions=2)
    assert [(record.partition(), record.key(), record.value(), record.headers()) for record in found] == [
        (1, b"SO-1", b"\x00\xff", list(one.headers)),
        (1, None, None, None),
    ]


def test_what_was_sent_is_remembered_with_its_time(kafka: Broker) -> None:
    target, marks = topic_with(kafka), topic_with(kafka)
    sent = letter(source=Source(target, 0, 17))
    redrive(kafka, marks).send([sent])
    assert marks_of(kafka, marks) == {identity_of(sent): SENT_AT}


def test_what_was_not_taken_is_counted_and_not_remembered(kafka: Broker) -> None:
    target, marks = topic_with(kafka, 1, {"max.message.bytes": "2000"}), topic_with(kafka)
    large, small = letter(source=Source(target, 0, 1), value=b"x" * 5_000), letter(source=Source(target, 0, 2))
    elsewhere = letter(source=Source(target, 9, 3))
    done = redrive(kafka, marks)
    done.send([large, small, elsewhere])
    assert (done.sent, done.failed) == (1, 2)
    assert done.first_failure
    assert list(marks_of(kafka, marks)) == [identity_of(small)]


def test_a_mark_that_is_not_taken_is_a_fault(kafka: Broker) -> None:
    target, marks = topic_with(kafka), topic_with(kafka, 1, {"max.message.bytes": "50"})
    with pytest.raises(OperatingFault, match="1 dead letters were sent back and not marked"):
        redrive(kafka, marks).send([letter(source=Source(target, 0, 1))])


def test_more_letters_than_a_chunk_all_go(kafka: Broker) -> None:
    target, marks = topic_with(kafka), topic_with(kafka)
    done = redrive(kafka, marks)
    done.send(letter(source=Source(target, 0, number)) for number in range(2_500))
    assert (done.sent, done.failed) == (2_500, 0)
    assert len(marks_of(kafka, marks)) == 2_500


def test_a_foreign_record_among_the_marks_is_a_fault(kafka: Broker) -> None:
    marks = topic_with(kafka)
    produce(kafka.bootstrap, marks, [b"rubbish"], key=b"x")
    with pytest.raises(OperatingFault, match=f"topic {marks} holds a record that no redrive wrote"):
        marks_of(kafka, marks)
