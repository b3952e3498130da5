"""The pages for the four readers, docs/for-*.md, against the code."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
import redis
import yaml
from msgspec.structs import fields
from prometheus_client.metrics import MetricWrapperBase

from o2c.connectors.store import BLOCK_CACHE_BYTES, WRITE_BUFFERS_BYTES
from o2c.flows import telemetry
from o2c.flows.correlation.lives import _OPEN
from o2c.flows.correlation.policy import default_policy
from o2c.flows.correlation.policy_fields import ACTIONS
from o2c.flows.policy_table import duration_text
from o2c.flows.settings import Settings
from o2c.flows.shard import BACKLOG_BYTES
from o2c.schemas.codecs import Decoder
from o2c.schemas.documents import Heartbeat
from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.outputs import ExceptionChange, ExceptionState, FinancialStage, FulfilmentStage, Health
from o2c.schemas.records import Record
from o2c.status.worth import worth_lines
from tests.repository.pages import ROOT, blocks, codes, commands, run, table, tidy, write_files
from tests.unit.status.test_screen import WIDE
from tests.unit.status.whole_order import STATUS

DOCS = ROOT / "docs"
PLATFORM = DOCS / "for-platform-engineers.md"
INTEGRATION = DOCS / "for-integration-engineers.md"
OWNERS = DOCS / "for-exception-owners.md"
AGENTS = DOCS / "for-service-agents.md"
LEDGER = DOCS / "ledger.md"
AGENTS_CLOCK = "2025-04-10T12:00:00Z"
MEBIBYTE = 1024 * 1024


def first_codes(page: Path, *header: str) -> list[str]:
    return [codes(row[0])[0] for row in table(page, *header)]


# ---------------------------------------------------------------------------------------------- platform engineers


def test_platform_engineers_are_told_settings_that_exist() -> None:
    named = set(re.findall(r"\bO2C_[A-Z_]+\b", PLATFORM.read_text()))
    assert named <= {f"O2C_{name.upper()}" for name in Settings.model_fields}


def test_platform_engineers_are_told_what_memory_is_reserved() -> None:
    text = " ".join(PLATFORM.read_text().split())
    cache, buffers, backlog = (each // MEBIBYTE for each in (BLOCK_CACHE_BYTES, WRITE_BUFFERS_BYTES, BACKLOG_BYTES))
    assert f"Of each process up to {cache} MiB are block cache and {buffers} MiB write buffers" in text
    assert f"of the job up to {backlog} MiB are a backlog's events" in text


def test_alerts_ask_for_metrics_that_exist() -> None:
    [block] = blocks(PLATFORM, "yaml")
    [group] = yaml.safe_load(block.body)["groups"]
    asked = {name for rule in group["rules"] for name in re.findall(r"\bo2c_\w+", rule["expr"])}
    metrics = [each for each in vars(telemetry).values() if isinstance(each, MetricWrapperBase)]
    assert asked <= {each._name + ("_total" if each._type == "counter" else "") for each in metrics}


# ------------------------------------------------------------------------------------------- integration engineers


def test_integration_engineers_are_told_what_each_event_must_have() -> None:
    envelope = set(first_codes(INTEGRATION, "field", "what to put there"))
    shown = {codes(row[0])[0]: set(codes(row[1])) for row in table(INTEGRATION, "topic", "must have besides")}
    wanted = {
        f"o2c.{name}.v1": {each.encode_name for each in fields(event_class) if each.required}
        for name, event_class in EVENT_CLASSES.items()
    }
    assert shown == {topic: names - envelope for topic, names in wanted.items()}
    assert envelope <= {each.encode_name for each in fields(EVENT_CLASSES["order"])}


def test_heartbeat_of_the_page_is_read() -> None:
    [example] = [each for each in blocks(INTEGRATION, "json") if each.name == "heartbeat.jsonl"]
    event = Decoder({"t": "heartbeat"}).decode(Record("t", 0, 0, 0, None, example.body.strip().encode()))
    assert isinstance(event, Heartbeat)


def test_integration_engineers_are_told_the_defaults_of_feeds() -> None:
    text = " ".join(INTEGRATION.read_text().split())
    policy = default_policy()
    silent_after, grace = policy.heartbeat_silent_after_us, policy.grace_us("order")
    assert f"after {_minutes(silent_after)} minutes without a record or heartbeat" in text
    assert f"later than the feed's `grace` ({_minutes(grace)} minutes by default)" in text


def _minutes(duration_us: int) -> str:
    return duration_text(duration_us).removesuffix("m")


# --------------------------------------------------------------------------------------------- owners of exceptions


def test_owners_are_told_of_fields_that_exist() -> None:
    named = {name for row in table(OWNERS, "field", "says") for name in codes(row[0])}
    assert named <= {each.name for each in fields(ExceptionChange)}


def test_owners_are_told_every_state_and_whether_it_is_open() -> None:
    shown = {codes(state)[0]: is_open for state, _, is_open in table(OWNERS, "state", "means", "open")}
    assert shown == {state: "yes" if state in _OPEN else "no" for state in get_args(ExceptionState)}


def test_owners_are_told_every_action() -> None:
    assert tuple(first_codes(OWNERS, "action", "needs", "does")) == ACTIONS


def test_owners_are_told_who_may_do_what() -> None:
    policy = default_policy()
    allowed = [
        [action for action in ACTIONS if policy.refusal(role, action, "SHIPPED_NOT_INVOICED", "billing") is None]
        for role in ("billing", "billing-lead", "manager", "agent")
    ]
    assert [codes(may) for _, may in table(OWNERS, "role", "may, by the default policy")] == allowed


def test_audit_of_the_page_is_what_is_written(tmp_path: Path) -> None:
    write_files(OWNERS, tmp_path)
    for line, _ in commands(OWNERS):
        run(line, tmp_path)
    written = [json.loads(line) for line in (tmp_path / "result" / "audit.jsonl").read_bytes().splitlines()]
    assert table(OWNERS, "at", "actor", "role", "action", "outcome", "reason") == [
        (
            each["at"],
            each["actor"] or "-",
            each["role"] or "-",
            f"`{each['action']}`",
            each["outcome"],
            each["reason"] or "-",
        )
        for each in written
    ]


def test_readiness_of_the_page_is_what_the_status_shows() -> None:
    [shown] = blocks(OWNERS, "text")
    assert shown.body.strip() in worth_lines(STATUS)


# --------------------------------------------------------------------------------------------------- service agents


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        (("health", "say"), get_args(Health)),
        (("fulfilment", "means"), get_args(FulfilmentStage)),
        (("financial", "means"), get_args(FinancialStage)),
    ],
)
def test_agents_are_told_every_value_in_its_order(header: tuple[str, str], allowed: tuple[str, ...]) -> None:
    assert tuple(first_codes(AGENTS, *header)) == allowed


def test_agents_see_the_page_that_is_printed(tmp_path: Path, redis_url: str) -> None:
    """Of the order whose story the ledger's page tells, while two things are wrong."""
    [shown] = blocks(AGENTS, "text")
    asked, _, printed = shown.body.partition("\n")
    write_files(LEDGER, tmp_path)
    run(f"o2c replay story.jsonl --policy story.toml --as-of {AGENTS_CLOCK} --out result", tmp_path)
    with redis.Redis.from_url(redis_url) as client:
        client.hset("o2c:order:SO-2", "json", (tmp_path / "result" / "status.jsonl").read_bytes().strip())
        for exception in (tmp_path / "result" / "exceptions.jsonl").read_bytes().splitlines():
            client.hset(f"o2c:exception:{json.loads(exception)['exception_id']}", "json", exception)
    settings = {"O2C_REDIS_URL": redis_url, "O2C_TESTING": "1", "O2C_TEST_CLOCK": AGENTS_CLOCK}
    assert tidy(run(asked.removeprefix("$ "), tmp_path, settings)) == tidy(printed)


def test_agents_are_told_what_every_part_of_the_page_is() -> None:
    titles = re.findall(r"^$\n(\w[\w ]*)$", WIDE, re.MULTILINE)
    explained = re.findall(r"^- \*\*([\w ]+)\*\*", AGENTS.read_text(), re.MULTILINE)
    assert explained[-len(titles) :] == titles
