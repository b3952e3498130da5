import json
from collections.abc import Iterator

import pytest

from o2c.connectors.schema_registry import RegistryLookup
from o2c.errors import ConfigurationError, OperatingFault
from o2c.schemas.codecs import Decoder
from o2c.schemas.documents import Arrival
from o2c.schemas.records import Record
from tests.bad_input import GOOD_EVENTS, TOPICS, avro, avro_fields, published_avro
from tests.services.registry import Registry, registry


def register(lookup: RegistryLookup, schema: str) -> int:
    from confluent_kafka.schema_registry import Schema  # noqa: PLC0415 - its import warns, unless RegistryLookup did it

    return lookup.client.register_schema("o2c.pick.v1-value", Schema(schema, "AVRO"))


def test_schema_is_found_by_its_id() -> None:
    lookup = RegistryLookup("mock://found")
    assert lookup.schema(register(lookup, '{"type": "string"}')) == '{"type": "string"}'


def test_unknown_id_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        RegistryLookup("mock://unknown").schema(7)


def test_avro_is_decoded_by_the_registered_schema() -> None:
    lookup = RegistryLookup("mock://decoded")
    schema_id = register(lookup, json.dumps(published_avro("pick")))
    value = avro(schema_id, "pick", avro_fields("pick", GOOD_EVENTS["pick"]))
    record = Record("o2c.pick.v1", 0, 0, 0, None, value)
    assert isinstance(Decoder(TOPICS, lookup).decode(record), Arrival)


def test_registry_that_cannot_be_reached_is_an_operating_fault_without_the_password() -> None:
    lookup = RegistryLookup("http://user:secret@127.0.0.1:1", retries=1)
    with pytest.raises(OperatingFault, match=r"127\.0\.0\.1:1 does not answer") as caught:
        lookup.schema(7)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1"])
def test_url_that_cannot_be_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigurationError, match="schema registry"):
        RegistryLookup(url)


@pytest.fixture
def held() -> Iterator[Registry]:
    with registry() as running:
        yield running


def test_a_schema_is_registered_under_a_subject_that_may_only_grow(held: Registry) -> None:
    lookup = RegistryLookup(held.url)
    schema_id = lookup.register("o2c.status.v1-value", '{"type": "string"}')
    assert RegistryLookup(held.url).schema(schema_id) == '{"type": "string"}'
    assert held.compatibility == {"o2c.status.v1-value": "BACKWARD_TRANSITIVE"}
    assert RegistryLookup(held.url).register("o2c.status.v1-value", '{"type": "string"}') == schema_id
    assert held.subjects == {"o2c.status.v1-value": [schema_id]}


@pytest.mark.parametrize(("before", "after"), [("NONE", "BACKWARD_TRANSITIVE"), ("FULL_TRANSITIVE", "FULL_TRANSITIVE")])
def test_a_stricter_rule_for_a_subject_stays(held: Registry, before: str, after: str) -> None:
    held.compatibility["s"] = before
    RegistryLookup(held.url).register("s", '{"type": "string"}')
    assert held.compatibility["s"] == after


def test_a_schema_that_the_registry_refuses_is_an_operating_fault(held: Registry) -> None:
    held.refused.add("s")
    with pytest.raises(OperatingFault, match=r"refuses s: .*incompatible"):
        RegistryLookup(held.url).register("s", '{"type": "string"}')


def test_nobody_to_register_with_is_an_operating_fault() -> None:
    with pytest.raises(OperatingFault, match="does not answer"):
        RegistryLookup("http://127.0.0.1:1", retries=0).register("s", '{"type": "string"}')
