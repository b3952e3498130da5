"""The schema registry that the settings name."""

from o2c.connectors.schema_registry import RegistryLookup
from o2c.flows.settings import Settings


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
