"""Dead letters read back from their topic."""

import time
from collections.abc import Iterable
from typing import Any

import pytest

from o2c.connectors.kafka.dead_letters import TRUNCATED_HEADER, headers_of
from o2c.connectors.kafka.stored_letters import LetterReader, Place, Selection, Source, StoredLetter
from o2c.errors import OperatingFault
from o2c.schemas.records import DeadLetter, Record
from tests.connectors.kafka.harness import NOBODY, client_of, produce, topic_with, unique
from tests.services.kafka import Broker

OWN = (("trace", b"\xff\x00"), ("empty", None), ("trace", b"again"))
DAY_MS = 86_400_000
FIRST_MS = int(time.time() * 1_000) - 10 * DAY_MS


def write(broker: Broker, topic: str, letter: DeadLetter, *more: tuple[str, bytes], **others: Any) -> None:
    """As the job's sink does, `others` of the record."""
    record = letter.record
    headers = [*headers_of(letter), *more]
    produce(broker.bootstrap, topic, [record.value], headers=headers, key=record.key, **others)


def letter(number: int = 0, code: str = "NOT_JSON", topic: str = "in", value: bytes | None = b"x") -> DeadLetter:
    return DeadLetter(Record(topic, 3, number, 0, b"key", value, OWN), code, f"message {number}")


def reader(broker: Broker, topic: str) -> LetterReader:
    return LetterReader(client_of(broker), topic, unique("group"))


def offsets(letters: Iterable[StoredLetter]) -> list[str]:
    return [str(letter.place) for letter in letters]


@pytest.fixture(scope="module")
def topic(kafka: Broker) -> str:
    """Three letters in one partition, two in the other, a day apart."""
    topic = topic_with(kafka, 2)
    for day, (partition, code, source) in enumerate(
        [(0, "A", "in"), (1, "B", "in"), (0, "B", "other"), (1, "A", "in"), (0, "A", "in")]
    ):
        write(kafka, topic, letter(day, code, source), partition=partition, timestamp=FIRST_MS + day * DAY_MS)
    return topic


def test_a_letter_is_what_was_rejected_and_why(kafka: Broker) -> None:
    topic = topic_with(kafka)
    write(kafka, topic, letter(17), timestamp=FIRST_MS)
    [found] = reader(kafka, topic).newest(1, Selection(), 10)
    assert found == StoredLetter(
        place=Place(0, 0),
        rejected_at=FIRST_MS * 1_000,
        code="NOT_JSON",
        message="message 17",
        source=Source("in", 3, 17),
        key=b"key",
        value=b"x",
        headers=OWN,
        truncated=False,
    )


def test_a_letter_without_its_value_is_known_by_its_header(kafka: Broker) -> None:
    topic = topic_with(kafka)
    write(kafka, topic, letter(value=None))
    write(kafka, topic, letter(value=None), TRUNCATED_HEADER)
    assert [found.truncated for found in reader(kafka, topic).newest(1, Selection(), 10)] == [False, True]


def test_headers_of_an_earlier_rejection_are_the_records_own(kafka: Broker) -> None:
    topic = topic_with(kafka)
    own = (("o2c.error.truncated", b"true"), ("o2c.error.code", b"OLD"), ("__connect.errors.topic", b"elsewhere"))
    record = Record("in", 3, 17, 0, b"key", b"x", own)
    write(kafka, topic, DeadLetter(record, "NOT_JSON", "message"))
    [found] = reader(kafka, topic).newest(1, Selection(), 10)
    assert (found.headers, found.code, found.truncated) == (own, "NOT_JSON", False)


@pytest.mark.parametrize("number", [b"99999999999", b"9" * 5_000, b"-1", "\N{ARABIC-INDIC DIGIT ONE}".encode(), b""])
def test_a_place_that_cannot_be_is_no_source(kafka: Broker, number: bytes) -> None:
    topic = topic_with(kafka)
    headers = [("o2c.error.code", b"A"), ("o2c.error.topic", b"in"), ("o2c.error.offset", b"1")]
    produce(kafka.bootstrap, topic, [b"x"], headers=[*headers, ("o2c.error.partition", number)])
    [found] = reader(kafka, topic).newest(1, Selection(), 10)
    assert found.source is None


def test_a_record_of_somebody_else_is_a_letter_of_nobody(kafka: Broker) -> None:
    topic = topic_with(kafka)
    produce(kafka.bootstrap, topic, [b"x"])
    [found] = reader(kafka, topic).newest(1, Selection(), 10)
    assert (found.source, found.code, found.value) == (None, "", b"x")


def test_the_newest_come_last_over_all_partitions(kafka: Broker, topic: str) -> None:
    assert offsets(reader(kafka, topic).newest(2, Selection(), 10)) == ["0/0", "1/0", "0/1", "1/1", "0/2"]
    assert offsets(reader(kafka, topic).newest(2, Selection(), 3)) == ["0/1", "1/1", "0/2"]


def test_letters_are_found_by_code_topic_and_time(kafka: Broker, topic: str) -> None:
    def found(**selection: Any) -> list[str]:
        return offsets(reader(kafka, topic).newest(2, Selection(**selection), 10))

    assert found(codes=frozenset({"B"})) == ["1/0", "0/1"]
    assert found(topics=frozenset({"other"})) == ["0/1"]
    assert found(since=(FIRST_MS + DAY_MS) * 1_000, until=(FIRST_MS + 3 * DAY_MS) * 1_000) == ["1/0", "0/1"]
    assert found(since=(FIRST_MS + 9 * DAY_MS) * 1_000) == []
    assert found(codes=frozenset({"A"}), since=(FIRST_MS + DAY_MS) * 1_000) == ["1/1", "0/2"]


def test_letters_are_found_by_place(kafka: Broker, topic: str) -> None:
    def found(*places: Place) -> list[str]:
        return sorted(offsets(reader(kafka, topic).select(2, Selection(places=frozenset(places)))))

    assert found(Place(1, 1), Place(0, 0), Place(0, 2)) == ["0/0", "0/2", "1/1"]
    assert found(Place(0, 99), Place(7, 0)) == []


def test_a_broker_that_does_not_answer_is_a_fault() -> None:
    silent = LetterReader({"bootstrap.servers": NOBODY}, "topic", "group", timeout_seconds=1)
    with pytest.raises(OperatingFault, match="does not tell the offsets"):
        silent.newest(1, Selection(), 10)
