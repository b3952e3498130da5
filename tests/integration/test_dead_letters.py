"""Dead letters of the running job: found, shown, sent back, read again, and not sent twice."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pexpect
import pytest
from confluent_kafka import Message

from tests.integration.events import order
from tests.services.job import Job
from tests.services.kafka import Broker
from tests.services.terminal import at_terminal

OWN_HEADERS = [("trace", b"\xff\x00"), ("empty", None)]
LIMIT_BYTES = 4_000
GOOD = order("GOOD")
# Too large for the job's first setting: with another one the same bytes are an order.
LARGE = ("order", GOOD[1].replace(b"GOOD", b"LATE") + b" " * LIMIT_BYTES)
BROKEN = ("pick", b'{"\x1b[2J": 1')


class Deployment:
    """The job and its commands."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def letters(self, *options: str) -> list[dict[str, Any]]:
        """What `list --json` tells."""
        return [json.loads(line) for line in self.ran("list", "--json", *options).splitlines()]

    def ran(self, *arguments: str) -> str:
        """What a command that succeeds prints."""
        done = self.job.command("dead-letters", *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def inputs(self, document_type: str) -> list[Message]:
        """All records of an input topic."""
        return self.job.messages(document_type)


@pytest.fixture(scope="module")
def deployment(
    kafka: Broker, new_redis_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    settings = {"O2C_MAX_MESSAGE_BYTES": str(LIMIT_BYTES), "O2C_RETRY_BUDGET": "10s"}
    job = Job(kafka, new_redis_url(), tmp_path_factory.mktemp("letters"), settings, partitions=1)
    with job:
        job.produce([GOOD, LARGE, BROKEN], headers=[[], OWN_HEADERS, []])
        job.start()
        job.settle()
        job.stop()
        yield Deployment(job)


def test_letters_are_listed_by_what_is_asked_for(deployment: Deployment) -> None:
    codes = {letter["code"]: letter for letter in deployment.letters()}
    assert codes.keys() == {"OVERSIZED", "MALFORMED_JSON"}
    assert codes["OVERSIZED"]["topic"] == deployment.job.topic("order")
    assert [letter["code"] for letter in deployment.letters("--code", "oversized")] == ["OVERSIZED"]
    assert [letter["code"] for letter in deployment.letters("--topic", "pick")] == ["MALFORMED_JSON"]
    assert deployment.letters("--until", "2020-01-01T00:00:00Z") == []
    assert len(deployment.letters("--limit", "1")) == 1


def test_a_letter_is_shown_without_its_control_characters(deployment: Deployment) -> None:
    [letter] = deployment.letters("--code", "MALFORMED_JSON")
    shown = deployment.ran("show", letter["place"])
    assert r'{"\x1b[2J": 1' in shown
    assert "The message is broken JSON." in shown
    assert "\x1b" not in shown


def test_without_a_terminal_nothing_is_sent_unasked(deployment: Deployment) -> None:
    done = deployment.job.command("dead-letters", "redrive")
    assert done.returncode == 2
    assert len(deployment.inputs("order")) == 2


def test_whoever_says_no_sends_nothing(deployment: Deployment) -> None:
    with at_terminal(deployment.job.environment(), "dead-letters", "redrive") as session:
        order_topic, pick_topic = deployment.job.topic("order"), deployment.job.topic("pick")
        session.expect_exact(f"Send 2 dead letters back: 1 to {order_topic}, 1 to {pick_topic}? [y/N]: ")
        session.sendline("n")
        session.expect_exact("o2c: stopped")
        session.expect(pexpect.EOF)
    assert session.exitstatus == 1
    assert len(deployment.inputs("order")) == 2


def test_a_letter_goes_round_once(deployment: Deployment) -> None:
    job = deployment.job
    [letter] = deployment.letters("--code", "OVERSIZED")
    with at_terminal(job.environment(), "dead-letters", "redrive", letter["place"]) as session:
        session.expect_exact("[y/N]: ")
        session.sendline("y")
        session.expect_exact("1 dead letter sent back")
        session.expect(pexpect.EOF)
    assert session.exitstatus == 0

    records = deployment.inputs("order")
    assert len(records) == 3
    first, again = records[letter["offset"]], records[-1]
    assert (again.key(), again.value(), again.headers()) == (first.key(), LARGE[1], OWN_HEADERS)

    assert "nothing to send back, 1 skipped (sent back before)" in deployment.ran("redrive", "--yes", letter["place"])
    assert len(deployment.inputs("order")) == 3
    assert deployment.letters("--code", "OVERSIZED")[0]["redriven_at"]

    job.settings["O2C_MAX_MESSAGE_BYTES"] = str(10 * LIMIT_BYTES)
    job.start()
    job.settle()
    job.stop()
    assert job.statuses().keys() == {"GOOD", "LATE"}

    assert deployment.ran("redrive", "--yes", "--again", letter["place"]) == "1 dead letter sent back\n"
    assert len(deployment.inputs("order")) == 4


def test_a_place_without_a_letter_is_named(deployment: Deployment) -> None:
    done = deployment.job.command("dead-letters", "redrive", "--yes", "0/0", "0/99")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"o2c: there is no dead letter at 0/99 of {deployment.job.topic('dead-letters')}")


def test_what_cannot_be_sent_fails(deployment: Deployment, kafka: Broker) -> None:
    job = deployment.job
    kafka.alter_topic(job.topic("pick"), {"max.message.bytes": "20"})
    done = job.command("dead-letters", "redrive", "--yes", "--topic", "pick")
    assert done.returncode == 1
    assert done.stdout == "0 dead letters sent back\n"
    assert done.stderr.startswith("o2c: 1 dead letter could not be sent back: ")
    assert deployment.letters("--topic", "pick")[0]["redriven_at"] is None
