"""The schema registry that the settings name, and what is written by the schemas in it."""

from collections.abc import Callable, Mapping

from o2c.connectors.schema_registry import RegistryLookup
from o2c.flows.settings import Settings
from o2c.schemas.avro_writing import AvroWriter, output_schema

AVRO_OUTPUTS = {
    "status": "status",
    "exceptions": "exception",
    "orphans": "orphan",
    "billing": "billing",
    "audit": "audit",
}
"""By topic, as `OutputTopics` names it, the class of its values in OUTPUT_CLASSES. Dead letters stay as they came."""


def registry_of(settings: Settings, *, retries: int | None = None) -> RegistryLookup | None:
    """A client, which connects when it is first asked; None where no registry is set. Raises ConfigurationError."""
    if settings.registry_url is None:
        return None
    credentials = None
    if settings.registry_user is not None and settings.registry_password is not None:
        credentials = (settings.registry_user.get_secret_value(), settings.registry_password.get_secret_value())
    if retries is None:
        return RegistryLookup(settings.registry_url, credentials)
    return RegistryLookup(settings.registry_url, credentials, retries=retries)


def register_outputs(settings: Settings) -> dict[str, int]:
    """By topic, as AVRO_OUTPUTS has it, the id of the schema that it is written by; none where outputs are JSON.

    Raises OperatingFault.
    """
    registry = registry_of(settings) if settings.output_format == "avro" else None
    if registry is None:
        return {}
    return {
        topic: registry.register(f"{settings.topic(topic)}-value", output_schema(name))
        for topic, name in AVRO_OUTPUTS.items()
    }


def encoders_of(schema_ids: Mapping[str, int]) -> dict[str, Callable[[bytes], bytes]]:
    """By topic, what makes Avro of the JSON of its values."""
    return {topic: AvroWriter(AVRO_OUTPUTS[topic], schema_id) for topic, schema_id in schema_ids.items()}
