"""Everything that is no event, sent through the running job between good events."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import pytest
from confluent_kafka import Message

from tests.bad_input import GOOD_EVENTS, SCHEMAS, TOPICS, BadInput, avro, avro_fields, bad_input
from tests.equal import comparable_status
from tests.integration.events import order
from tests.services.job import Job
from tests.services.kafka import Broker

TEN_MB = 10_000_000
SCHEMA_IDS = {name: number for number, name in enumerate(SCHEMAS, 1)}


class _Registry(BaseHTTPRequestHandler):
    """What of a schema registry a reader asks for: a schema by its id."""

    def do_GET(self) -> None:
        number = self.path.partition("?")[0].rpartition("/")[2]
        known = {str(number): name for name, number in SCHEMA_IDS.items()}
        if number in known:
            self._answer(200, {"schema": json.dumps(SCHEMAS[known[number]])})
        else:
            self._answer(404, {"error_code": 40403, "message": "Schema not found"})

    def _answer(self, code: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library names it
        """Silence."""


@pytest.fixture(scope="module")
def registry_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Registry) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Outcome(NamedTuple):
    """What the job made of it all. `letters` by the number of the bad input."""

    bad: list[BadInput]
    letters: dict[int, Message]
    statuses: dict[str, dict[str, Any]]
    feeds: set[bytes]
    input_topics: dict[str, str]


@pytest.fixture(scope="module")
def outcome(
    kafka: Broker,
    new_redis_url: Callable[[], str],
    registry_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Outcome]:
    bad = bad_input(SCHEMA_IDS)
    large = order("LARGE")[1]
    bad.append(BadInput("10 MB value", "o2c.order.v1", large[:-1] + b" " * TEN_MB + b"}", (), "OVERSIZED"))
    job = Job(
        kafka,
        new_redis_url(),
        tmp_path_factory.mktemp("bad-input"),
        {"O2C_REGISTRY_URL": registry_url, "O2C_TESTING": "1", "O2C_TEST_CLOCK": "2026-01-06T00:00:00Z"},
        partitions=1,
        topic_config={"max.message.bytes": str(2 * TEN_MB)},
    )
    with job:
        job.produce([order("BEFORE")])
        job.produce(
            [(TOPICS[each.topic], each.value) for each in bad],
            headers=[[*each.headers, ("trace", b"\xff\x00")] for each in bad],
        )
        job.produce([order("LATER!"), *_twins()])
        job.start()
        job.settle()
        letters = {int(message.key() or b"-1"): message for message in job.messages("dead-letters")}
        feeds = set(job.redis().scan_iter("o2c:feed:*wms-*"))
        yield Outcome(bad, letters, job.statuses(), feeds, {name: job.topic(name) for name in job.types})


def _twins() -> Iterator[tuple[str, bytes]]:
    """A good event of each type twice: in JSON for one order, in Avro for another."""
    for document_type, event in GOOD_EVENTS.items():
        for name in ("JSON", "AVRO"):
            owner = {"correlation_id": name} if document_type != "heartbeat" else {"source": f"wms-{name}"}
            own = {**event, **owner}
            if name == "JSON":
                yield document_type, json.dumps(own).encode()
            else:
                fields = avro_fields(document_type, own)
                yield document_type, avro(SCHEMA_IDS[document_type], document_type, fields)


def test_at_least_thirty_kinds_are_told_apart(outcome: Outcome) -> None:
    assert len({bad.code for bad in outcome.bad}) >= 30


def test_each_is_a_dead_letter_with_its_code(outcome: Outcome) -> None:
    found = {
        outcome.bad[number].name: dict(letter.headers() or [])["o2c.error.code"] for number, letter in _of(outcome)
    }
    assert found == {bad.name: bad.code.encode() for bad in outcome.bad}


def test_each_keeps_its_bytes_and_headers(outcome: Outcome) -> None:
    for number, letter in _of(outcome):
        bad = outcome.bad[number]
        assert letter.value() == bad.value, bad.name
        own = list(letter.headers() or [])[: len(bad.headers) + 1]
        assert own == [*bad.headers, ("trace", b"\xff\x00")], bad.name


def test_each_names_the_record_that_it_was(outcome: Outcome) -> None:
    places = set()
    for number, letter in _of(outcome):
        headers = dict(letter.headers() or [])
        assert headers["o2c.error.topic"] == outcome.input_topics[TOPICS[outcome.bad[number].topic]].encode()
        assert headers["o2c.error.partition"] == b"0"
        assert headers["o2c.error.message"]
        assert {headers[f"__connect.errors.{name}"] for name in ("topic", "partition", "offset")} == {
            headers[f"o2c.error.{name}"] for name in ("topic", "partition", "offset")
        }
        places.add((headers["o2c.error.topic"], headers["o2c.error.offset"]))
    assert len(places) == len(outcome.bad)


def test_good_events_before_and_after_are_unharmed(outcome: Outcome) -> None:
    before, after = (_anonymous(outcome.statuses[name]) for name in ("BEFORE", "LATER!"))
    assert outcome.statuses["BEFORE"]["quantities"]["ordered"] == "3"
    assert before == after


def test_nothing_else_became_an_order(outcome: Outcome) -> None:
    assert outcome.statuses.keys() == {"BEFORE", "LATER!", "JSON", "AVRO"}


def test_avro_says_the_same_as_json(outcome: Outcome) -> None:
    from_json, from_avro = (_anonymous(outcome.statuses[name]) for name in ("JSON", "AVRO"))
    assert len(outcome.statuses["JSON"]["documents"]) == len(GOOD_EVENTS) - 1
    assert from_avro == from_json


def test_heartbeats_speak_in_both_formats(outcome: Outcome) -> None:
    assert outcome.feeds == {b"o2c:feed:shipment/wms-JSON", b"o2c:feed:shipment/wms-AVRO"}


def _of(outcome: Outcome) -> list[tuple[int, Message]]:
    assert outcome.letters.keys() == set(range(len(outcome.bad)))
    return sorted(outcome.letters.items())


def _anonymous(status: dict[str, Any]) -> str:
    """A status as it would be for an order of another name."""
    kept = comparable_status(status)
    for exception in kept["exceptions"]:
        del exception["exception_id"]
    # They stand in the order of their ids.
    kept["exceptions"].sort(key=json.dumps)
    return json.dumps(kept, sort_keys=True).replace(kept["correlation_id"], "ORDER")
