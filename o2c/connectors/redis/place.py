"""Where Redis is: connections from a URL, and how to name the place in a message without its password."""

from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import Connection, ConnectionPool, parse_url
from redis.retry import Retry

from o2c.errors import ConfigurationError

DEFAULT_PREFIX = "o2c:"
SOCKET_TIMEOUT_SECONDS = 5.0

_parse: Callable[[str], dict[str, Any]] = parse_url


class RawConnection(Protocol):
    """What is used of redis-py's connections, which carry no types of their own."""

    def connect(self) -> None:
        """Opens the socket and introduces itself."""

    def disconnect(self) -> None:
        """Closes the socket; harmless where it is closed."""

    def pack_command(self, *arguments: bytes | str) -> list[bytes]:
        """A command as it goes over the wire."""

    def send_packed_command(self, command: list[bytes]) -> None:
        """Sends what `pack_command` made."""

    def read_response(self) -> Any:
        """Waits for the next reply; raises it where it is an error."""

    def can_read(self, timeout: float = 0) -> bool:
        """Whether something has come, within `timeout` seconds."""


def settings_of(url: str) -> dict[str, Any]:
    """A connection's settings. Raises ConfigurationError for a URL that names no Redis; the URL is not repeated."""
    try:
        settings = _parse(url)
        database = urlsplit(url).path.strip("/")
        if "path" not in settings and database:
            int(database)
    except ValueError as error:
        raise ConfigurationError("the Redis URL is not of the form redis://host:port/db (rediss: with TLS)") from error
    settings.setdefault("socket_timeout", SOCKET_TIMEOUT_SECONDS)
    settings.setdefault("socket_connect_timeout", SOCKET_TIMEOUT_SECONDS)
    settings.update(protocol=2, decode_responses=False, retry=Retry(NoBackoff(), 0))
    if "path" not in settings:
        settings.setdefault("socket_keepalive", True)
    return settings


def place_of(url: str) -> str:
    """The URL without user, password and options, fit for a log line."""
    settings = settings_of(url)
    if "path" in settings:
        return str(settings["path"])
    return f"{settings.get('host', 'localhost')}:{settings.get('port', 6379)}/{settings.get('db', 0)}"


def connection_to(url: str) -> RawConnection:
    """A raw connection, not yet open, that never retries by itself."""
    settings = settings_of(url)
    connection_class = settings.pop("connection_class", Connection)
    try:
        connection: RawConnection = connection_class(**settings)
    except TypeError as error:
        option = str(error).rpartition("argument ")[2]
        raise ConfigurationError(f"the Redis URL has an option that a connection does not know: {option}") from error
    return connection


def client_of(url: str) -> Redis:
    """A client for a few commands, that never retries by itself."""
    connection_to(url)
    return Redis(connection_pool=ConnectionPool(**settings_of(url)))
