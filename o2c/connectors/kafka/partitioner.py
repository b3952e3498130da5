"""Kafka's default partitioner: murmur2 of the key's bytes, as Java's `org.apache.kafka.common.utils.Utils` has it."""

from functools import lru_cache
from struct import unpack_from

_SEED = 0x9747B28C
_FACTOR = 0x5BD1E995
_SHIFT = 24
_WORD = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF


def murmur2(data: bytes) -> int:
    """The 32-bit hash of `data`, without sign."""
    length = len(data)
    whole = length // 4
    value = (_SEED ^ length) & _WORD
    for word in unpack_from(f"<{whole}I", data):
        mixed = (word * _FACTOR) & _WORD
        mixed ^= mixed >> _SHIFT
        value = ((value * _FACTOR) & _WORD) ^ ((mixed * _FACTOR) & _WORD)
    rest = data[whole * 4 :]
    if rest:
        value = ((value ^ int.from_bytes(rest, "little")) * _FACTOR) & _WORD
    value ^= value >> 13
    value = (value * _FACTOR) & _WORD
    return value ^ (value >> 15)


@lru_cache(maxsize=65_536)
def partition_of(key: str, partitions: int) -> int:
    """The partition that a producer with Kafka's default partitioner gives a record with this key."""
    return (murmur2(key.encode()) & _POSITIVE) % partitions
