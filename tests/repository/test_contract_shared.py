"""The project against the contract that it was built to, where that stands beside the project."""

import re

import msgspec
import pytest
from click import Option
from msgspec.structs import astuple

from o2c.connectors.kafka.names import OutputTopics
from o2c.flows.cli import main
from o2c.flows.correlation.reason_codes import AT_ONCE_CODES, STALL_CODES
from o2c.schemas import events
from o2c.schemas.events import EVENT_CLASSES
from o2c.schemas.outputs import ExceptionChange, OrphanedDocument, Status
from tests.repository.pages import ROOT, codes, table
from tests.repository.test_contract_code import leaves

CONTRACT = ROOT.parent / "shared" / "CONTRACT.md"
ADDED_FIELDS = {"snoozed_until"}
ADDED = {"o2c completion", "o2c dead-letters redrive", "o2c dead-letters show", "o2c doctor", "o2c policy explain"}
FIELD = re.compile(r"`([a-z_]+)\??(?:\[.*?\])?`")

pytestmark = pytest.mark.skipif(not CONTRACT.is_file(), reason="the contract does not stand beside the project")


def outside_parentheses(text: str) -> str:
    """The text less all that stands in parentheses, which may be nested."""
    depth, kept = 0, []
    for sign in text:
        depth += sign == "("
        if depth == 0:
            kept.append(sign)
        depth -= sign == ")"
    return "".join(kept)


def further_fields(document_type: str) -> str:
    """What the contract says that a document of this type has of its own."""
    rows = table(CONTRACT, "type", "further fields (`?` optional)")
    return next(fields for name, fields in rows if name == document_type)


def wire_names(described: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(described)}


def test_envelope_has_the_fields_of_the_contract() -> None:
    named = {name for cell, *_ in table(CONTRACT, "field", "type", "meaning") for name in codes(cell)}
    assert named <= wire_names(events.OrderEvent)
    assert wire_names(events.DocumentEvent) - named == {"traceparent"}


@pytest.mark.parametrize("document_type", EVENT_CLASSES)
def test_document_has_the_fields_of_the_contract(document_type: str) -> None:
    named = set(FIELD.findall(outside_parentheses(further_fields(document_type))))
    assert named <= wire_names(EVENT_CLASSES[document_type])


def test_order_line_has_the_fields_of_the_contract() -> None:
    line = re.search(r"`lines\[\{([^}]*)\}\]`", further_fields("order"))
    assert line is not None
    assert {name.strip().rstrip("?") for name in line[1].split(",")} <= wire_names(events.OrderLine)


def test_every_type_of_the_contract_is_read() -> None:
    named = {name for name, _ in table(CONTRACT, "type", "further fields (`?` optional)")}
    assert named == set(EVENT_CLASSES)


def test_outputs_have_the_fields_of_the_contract() -> None:
    text = CONTRACT.read_text()
    exception = text.partition("\nException: ")[2].partition("\nA stall's condition")[0]
    status = text.partition("\nStatus: ")[2].partition("\nException: ")[0]
    for described, passage in ((Status, status), (ExceptionChange, exception)):
        assert {name for name in described.__struct_fields__ if f"`{name}" not in passage} <= ADDED_FIELDS
    assert f"`{{{', '.join(OrphanedDocument.__struct_fields__)}}}`" in text


def test_output_topics_are_those_of_the_contract() -> None:
    named = {codes(topic)[0] for topic, *_ in table(CONTRACT, "topic", "key", "value")}
    names = OutputTopics()
    assert set(astuple(names)) - named == {names.billing, names.audit}
    assert named < set(astuple(names))


def test_reason_codes_are_those_of_the_contract() -> None:
    text = CONTRACT.read_text().partition("### Reason codes")[2].partition("### Redis")[0]
    named = set(re.findall(r"`([A-Z_]{4,})`", text))
    known = {*STALL_CODES, *AT_ONCE_CODES}
    assert named <= known
    assert {code for code in known - named if not code.endswith("_HOLD")} == {"ABANDONED"}


def test_commands_and_options_are_those_of_the_contract() -> None:
    named = {}
    for cell, _ in table(CONTRACT, "command", "does"):
        line = codes(cell)[0]
        name = re.match(r"o2c(?: [a-z][a-z-]*)+", line)
        assert name is not None
        named[name[0]] = set(re.findall(r"--[a-z-]+", line))
    known = {
        name: {option for each in command.params if isinstance(each, Option) for option in each.opts}
        for name, command in leaves(main)
    }
    assert named.keys() <= known.keys()
    assert known.keys() - named.keys() == ADDED
    assert all(named[name] <= known[name] for name in known.keys() & named.keys())
