"""Redis as a view of the orders: written by compare-and-set on versions, rebuilt at will."""

from o2c.connectors.redis.place import DEFAULT_PREFIX
from o2c.connectors.redis.service import (
    RedisState,
    asking,
    check_redis,
    look_at_redis,
    reachable,
    read_generation,
    write_generation,
)
from o2c.connectors.redis.sink import RedisSink, RedisSinkPartition

__all__ = [
    "DEFAULT_PREFIX",
    "RedisSink",
    "RedisSinkPartition",
    "RedisState",
    "asking",
    "check_redis",
    "look_at_redis",
    "reachable",
    "read_generation",
    "write_generation",
]
