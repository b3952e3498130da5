"""The README's tables of the contract against the code: events, outputs, stalls, Redis, commands, settings."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import click
import msgspec
import pytest
import redis
from msgspec.structs import astuple

from o2c.connectors.kafka.names import OutputTopics
from o2c.connectors.kafka.topic_rules import OutputSettings, output_rules
from o2c.connectors.redis import write_generation
from o2c.flows.cli import main
from o2c.flows.correlation.reason_codes import FEED_SILENT
from o2c.flows.correlation.stalls import AWAITED_BY_CODE
from o2c.flows.settings import settings_table
from o2c.schemas import events, outputs, publish
from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.outputs import OUTPUT_CLASSES
from tests.connectors.redis_records import Writer, exception, feed, status
from tests.repository.pages import README, codes, table

ENVELOPE, DOCUMENT = "(all)", "(all but heartbeat)"
PARTS: dict[str, type[msgspec.Struct]] = {
    "reference of a line": events.LineReference,
    "order line": events.OrderLine,
    "goods line": events.GoodsLine,
    "invoice line": events.InvoiceLine,
    "document key": events.DocumentKey,
    "charge": events.Charge,
    "terms": events.Terms,
    "discount": events.Discount,
    "instalment": events.Instalment,
    "package": events.Package,
    "application": events.Application,
    "credited invoice": events.CreditedInvoice,
    "adjustment": events.Adjustment,
}
VALUES: dict[str, type[msgspec.Struct]] = {
    "status": outputs.Status,
    "status `fulfilment`, `financial`": outputs.Fulfilment,
    "status `waiting_for`": outputs.Waiting,
    "status `quantities`": outputs.Quantities,
    "status `amounts`": outputs.Amounts,
    "status `exposure`": outputs.Exposure,
    "status `exposure` `other_currencies`": outputs.OtherExposure,
    "status `billing`": outputs.BillingReadiness,
    "status `milestones`": outputs.Milestone,
    "status `lines`": outputs.StatusLine,
    "status `lines` `substitutes`": outputs.Substitute,
    "status `documents`": outputs.TimelineDocument,
    "status `exceptions`": outputs.OpenException,
    "exception": outputs.ExceptionChange,
    "exception `subject`": outputs.Subject,
    "exception `escalation`": outputs.Escalation,
    "billing": outputs.BillingChange,
    "billing `lines`": outputs.BillingLine,
    "audit": outputs.AuditEntry,
    "audit `before`, `after`": outputs.AuditedState,
    "orphan": outputs.OrphanedDocument,
}


def fields_of(described: type[msgspec.Struct], *shared: type[msgspec.Struct]) -> list[str]:
    """The fields as the README has them, less those of the classes that it shares; a `?` may be left out."""
    known = {field.encode_name for each in shared for field in msgspec.structs.fields(each)}
    return [
        field.encode_name + ("" if field.required else "?")
        for field in msgspec.structs.fields(described)
        if field.encode_name not in known
    ]


def structs_within(described: Any) -> Iterator[type[msgspec.Struct]]:
    """The struct classes that an annotation or a struct is made of, without itself."""
    inner = [field.type for field in msgspec.structs.fields(described)] if is_struct(described) else get_args(described)
    for each in inner:
        if is_struct(each):
            yield each
        yield from structs_within(each)


def is_struct(described: Any) -> bool:
    return isinstance(described, type) and issubclass(described, msgspec.Struct)


def test_published_schemas_are_those_of_the_classes(capsys: pytest.CaptureFixture[str]) -> None:
    assert publish.main(["--check"]) == 0, capsys.readouterr().err


def test_readme_has_every_field_of_every_event() -> None:
    shown = {topic: codes(fields) for topic, _, fields in table(README, "topic", "document", "fields")}
    assert sorted(shown.pop(ENVELOPE)) == sorted(fields_of(events.Event))
    assert sorted(shown.pop(DOCUMENT)) == sorted(fields_of(events.DocumentEvent, events.Event))
    expected = {f"`o2c.{name}.v1`": fields_of(each, events.DocumentEvent) for name, each in EVENT_CLASSES.items()}
    assert {topic: sorted(names) for topic, names in shown.items()} == {
        topic: sorted(names) for topic, names in expected.items()
    }


def test_readme_has_every_part_of_an_event_with_its_fields() -> None:
    shown = {part: codes(fields) for part, _, fields in table(README, "part", "stands in", "fields")}
    shared = {"order line", "goods line", "invoice line"}
    expected = {
        name: fields_of(part, *([events.LineReference] if name in shared else [])) for name, part in PARTS.items()
    }
    assert {part: sorted(names) for part, names in shown.items()} == {
        part: sorted(names) for part, names in expected.items()
    }
    assert {part for each in EVENT_CLASSES.values() for part in structs_within(each)} <= set(PARTS.values())


def test_readme_has_every_field_of_every_output() -> None:
    shown = {value: codes(fields) for value, fields in table(README, "value", "fields")}
    assert shown == {value: list(described.__struct_fields__) for value, described in VALUES.items()}
    described = {part for each in OUTPUT_CLASSES.values() for part in (each, *structs_within(each))}
    assert described <= {*VALUES.values(), outputs.Financial}
    assert outputs.Financial.__struct_fields__ == outputs.Fulfilment.__struct_fields__


def test_readme_names_the_output_topics() -> None:
    assert [codes(topic)[0] for topic, *_ in table(README, "topic", "key", "value")] == [*astuple(OutputTopics())]


def test_readme_tells_how_output_topics_are_made() -> None:
    wanted = output_rules(OutputTopics(), 0, OutputSettings())
    shown = table(README, "topic", "cleanup.policy", "retention", "max.message.bytes")
    assert {
        (codes(topic)[0], frozenset(cleanup.split(", ")), retention, int(size.split()[0]) * 1024 * 1024)
        for topic, cleanup, retention, size in shown
    } == {
        (
            topic,
            each.cleanup,
            f"{each.retention_days} days" if each.retention_days else "for good",
            each.max_message_bytes,
        )
        for topic, each in wanted.items()
    }


def test_readme_has_every_stall_and_the_document_that_it_awaits() -> None:
    rows = table(README, "code", "waits from", "to", "document awaited")
    shown = {codes(code)[0]: codes(document)[0] for code, _, _, document in rows}
    assert shown == AWAITED_BY_CODE
    assert FEED_SILENT in README.read_text()


def test_readme_names_every_setting_with_its_default() -> None:
    shown = [
        (codes(variable)[0], "".join(codes(default)), meaning)
        for variable, default, meaning in table(README, "variable", "default", "meaning")
    ]
    assert shown == settings_table()


def leaves(group: click.Group, path: tuple[str, ...] = ("o2c",)) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its whole name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def test_readme_names_every_command_with_its_options() -> None:
    shown = {}
    for command, _ in table(README, "command", "does"):
        name = re.match(r"`(o2c(?: [a-z][a-z-]*)+)", command)
        assert name is not None
        shown[name[1]] = (set(re.findall(r"--[a-z-]+", command)), set(re.findall(r"\[(--[a-z-]+)", command)))
    expected = {}
    for command_name, command_object in leaves(main):
        options = [each for each in command_object.params if isinstance(each, click.Option)]
        named = {option.opts[0] for option in options}
        expected[command_name] = (named, {option.opts[0] for option in options if not option.required})
    assert shown == expected


def test_readme_knows_every_key_in_redis(redis_url: str) -> None:
    writer = Writer(redis_url)
    writer.write(status(refs=("invoice:INV-7",), at_risk=(("EUR", 125_000),)), exception(), feed(1))
    write_generation(redis_url, "o2c:", 1)
    shown = table(README, "key", "type", "holds")
    patterns = {re.sub(r"<[a-z ]+>", "[^:]+", codes(key)[0]): (kind, codes(holds)) for key, kind, holds in shown}
    types = {"hash": b"hash", "set": b"set", "sorted set": b"zset", "string": b"string"}
    used = set()
    with redis.Redis.from_url(redis_url) as client:
        for key in client.scan_iter():
            [pattern] = [each for each in patterns if re.fullmatch(each, key.decode())]
            used.add(pattern)
            kind, fields = patterns[pattern]
            assert client.type(key) == types[kind]
            if kind == "hash":
                assert set(fields) <= {name.decode() for name in client.hkeys(key)}
    assert used == set(patterns)
