"""A Confluent-compatible schema registry: writers' schemas out of it, the job's own into it."""

import warnings
from typing import TYPE_CHECKING

from o2c.errors import ConfigurationError, OperatingFault

if TYPE_CHECKING:
    from confluent_kafka.schema_registry import SchemaRegistryClient

_UNKNOWN_IDS = frozenset({40400, 40403})
_NOT_FOUND = 404
_RETRIES = 5
_FIRST_WAIT_MS = 200
_LONGEST_WAIT_MS = 5_000
_TIMEOUT_SECONDS = 10.0
_SHOWN = 200


COMPATIBILITY = "BACKWARD_TRANSITIVE"
"""What every version of a schema of the job's must be: able to read all that any version before has written."""

_STRICTER = "FULL_TRANSITIVE"


class RegistryLookup:
    """Looks schemas up by id, and registers them. It connects when it is first asked; what it found, the caller keeps.

    `url` may be a list with commas; `mock://` names a registry within this process. `credentials` are user and
    password; `more` are further properties of the client, such as `ssl.ca.location`. Raises ConfigurationError.
    """

    def __init__(
        self,
        url: str,
        credentials: tuple[str, str] | None = None,
        *,
        retries: int = _RETRIES,
        more: dict[str, str | int | float] | None = None,
    ) -> None:
        self._url = url
        properties: dict[str, str | int | float] = {
            "url": url,
            "max.retries": retries,
            "retries.wait.ms": _FIRST_WAIT_MS,
            "retries.max.wait.ms": _LONGEST_WAIT_MS,
            "timeout": _TIMEOUT_SECONDS,
        }
        if credentials is not None:
            properties["basic.auth.user.info"] = ":".join(credentials)
        try:
            self._client = _client(properties | (more or {}))
        except ValueError as error:
            raise ConfigurationError(f"schema registry: {error}") from None

    @property
    def client(self) -> "SchemaRegistryClient":
        """The client beneath, for whoever registers schemas."""
        return self._client

    def schema(self, schema_id: int) -> str:
        """The schema as JSON text. Raises KeyError for an unknown id, OperatingFault where no answer comes."""
        from confluent_kafka.schema_registry import SchemaRegistryError  # noqa: PLC0415 - see _client

        try:
            found = self._client.get_schema(schema_id)
        except SchemaRegistryError as error:
            if error.error_code in _UNKNOWN_IDS:
                raise KeyError(schema_id) from None
            raise OperatingFault(f"schema registry {self._address}: {error}") from None
        except Exception as error:  # noqa: BLE001 - the client hands on whatever its HTTP library raises
            raise OperatingFault(f"schema registry {self._address} does not answer: {error!r:.{_SHOWN}}") from None
        if found.schema_str is None:
            raise KeyError(schema_id)
        return found.schema_str

    def register(self, subject: str, schema: str) -> int:
        """The id of an Avro schema (JSON text), registered under a subject that is held to COMPATIBILITY.

        A stricter rule that somebody has set stays. Raises OperatingFault, also where the registry refuses the schema.
        """
        from confluent_kafka.schema_registry import Schema, SchemaRegistryError  # noqa: PLC0415 - see _client

        try:
            if self._compatibility(subject) not in (COMPATIBILITY, _STRICTER):
                self._client.set_compatibility(subject, COMPATIBILITY)
            return self._client.register_schema(subject, Schema(schema, "AVRO"))
        except SchemaRegistryError as error:
            raise OperatingFault(f"schema registry {self._address} refuses {subject}: {error}") from None
        except Exception as error:  # noqa: BLE001 - the client hands on whatever its HTTP library raises
            raise OperatingFault(f"schema registry {self._address} does not answer: {error!r:.{_SHOWN}}") from None

    def _compatibility(self, subject: str) -> str | None:
        from confluent_kafka.schema_registry import SchemaRegistryError  # noqa: PLC0415 - see _client

        try:
            return self._client.get_compatibility(subject)
        except SchemaRegistryError as error:
            if error.http_status_code == _NOT_FOUND:
                return None
            raise

    @property
    def _address(self) -> str:
        # Credentials may stand in the URL; they belong in no message.
        return ",".join(part.rpartition("@")[2] for part in self._url.split(","))


def _client(properties: dict[str, str | int | float]) -> "SchemaRegistryClient":
    # A library beneath announces its own deprecations on import, filter or no filter: nothing a user can change.
    with warnings.catch_warnings(record=True):
        from confluent_kafka.schema_registry import SchemaRegistryClient  # noqa: PLC0415 - only jobs with Avro need it

    if str(properties["url"]).startswith("mock://"):
        return SchemaRegistryClient.new_client({"url": properties["url"]})
    return SchemaRegistryClient(properties)
