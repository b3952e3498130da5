"""What is asked of Redis before the first event is read: is it there, is it fit, which generation wrote last."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from msgspec import Struct
from redis import Redis
from redis.exceptions import AuthenticationError, MovedError, RedisError

from o2c.connectors.redis.place import DEFAULT_PREFIX, client_of, place_of
from o2c.errors import ConfigurationError, OperatingFault
from o2c.schemas.times import SECOND_US

NO_EVICTION = "noeviction"

_RAISE_GENERATION = """
local held = tonumber(redis.call('GET', KEYS[1]) or '0')
if held >= tonumber(ARGV[1]) then return held end
redis.call('SET', KEYS[1], ARGV[1])
return tonumber(ARGV[1])
"""

_log = structlog.get_logger(__name__)


@contextmanager
def asking(url: str) -> Iterator[Redis]:
    """A client whose failures are OperatingFaults of one line, without a password in it."""
    place = place_of(url)
    client = client_of(url)
    try:
        yield client
    except AuthenticationError as error:
        raise OperatingFault(f"Redis at {place} refuses the user or password: {error}") from error
    except MovedError as error:
        node = f"{error.host}:{error.port}"
        raise OperatingFault(f"Redis at {place} is not the node of the prefix's slot: connect to {node}") from error
    except (RedisError, OSError) as error:
        raise OperatingFault(f"Redis at {place} cannot be used: {error}") from error
    finally:
        client.close()


class RedisState(Struct, frozen=True):
    """A Redis that can hold the view. `clock_us` is its clock, UTC microseconds, when it was asked."""

    place: str
    version: str
    maxmemory_policy: str
    clock_us: int

    @property
    def may_evict(self) -> bool:
        """Whether it may drop keys of the view when its memory is full."""
        return self.maxmemory_policy != NO_EVICTION


def check_redis(url: str, prefix: str = DEFAULT_PREFIX) -> None:
    """Refuses a Redis that cannot hold the view, as `look_at_redis` does; warns where it may evict keys."""
    state = look_at_redis(url, prefix)
    if state.may_evict:
        _log.warning(
            "redis_may_evict_keys", place=state.place, maxmemory_policy=state.maxmemory_policy, wanted=NO_EVICTION
        )


def look_at_redis(url: str, prefix: str = DEFAULT_PREFIX) -> RedisState:
    """What is at the URL; nothing is written.

    Raises OperatingFault where it does not answer or is a cluster's node that does not serve the prefix,
    ConfigurationError for a cluster where the prefix has no hash tag.
    """
    with asking(url) as client:
        info = client.info()
        if info.get("cluster_enabled") and not _has_hash_tag(prefix):
            raise ConfigurationError(
                f"Redis at {place_of(url)} is a cluster: the prefix {prefix!r} needs a hash tag, as in '{{o2c}}:'"
            )
        client.get(prefix + "generation")
        seconds, micros = client.time()
    return RedisState(
        place=place_of(url),
        version=str(info.get("redis_version", "unknown")),
        maxmemory_policy=str(info.get("maxmemory_policy", NO_EVICTION)),
        clock_us=seconds * SECOND_US + micros,
    )


def reachable(url: str) -> bool:
    """Whether Redis answers now."""
    try:
        with asking(url) as client:
            return bool(client.ping())
    except OperatingFault:
        return False


def read_generation(url: str, prefix: str = DEFAULT_PREFIX) -> int:
    """The highest generation that wrote here; 0 where none did."""
    with asking(url) as client:
        held = client.get(prefix + "generation")
    try:
        return int(held or 0)
    except ValueError as error:
        raise OperatingFault(f"Redis at {place_of(url)} holds no number under {prefix}generation") from error


def write_generation(url: str, prefix: str, generation: int) -> int:
    """Raises the generation to `generation`, never lowers it; returns the one that stands now."""
    with asking(url) as client:
        return int(client.eval(_RAISE_GENERATION, 1, prefix + "generation", str(generation)))


def _has_hash_tag(prefix: str) -> bool:
    opened = prefix.find("{")
    return opened >= 0 and prefix.find("}", opened) > opened + 1
