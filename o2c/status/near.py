"""What resembles a reference that nothing is known under: for the one line that says so."""

import heapq
import re
from typing import NamedTuple

from o2c.connectors.redis import asking

KEYS_LOOKED_AT = 200_000
"""How many keys of Redis are looked at, at most: in a larger Redis a near reference may go unseen."""

_KEYS_A_CALL = 1_000
_SHORTEST_PART = 4
_WIDEST_STRETCH = 2
_GLOB = re.compile(r"([\\*?\[\]])")


class Near(NamedTuple):
    """The nearest references, nearest first, and whether all keys were looked at."""

    references: list[str]
    complete: bool


def near(url: str, prefix: str, reference: str, *, limit: int = 3, keys: int = KEYS_LOOKED_AT) -> Near:
    """References and correlation IDs that resemble `reference`, as `find` takes them.

    Looks at about `keys` keys, in Redis' own order. Raises OperatingFault where Redis does not answer.
    """
    pattern = _GLOB.sub(r"\\\1", prefix) + "*"
    distances: dict[str, int] = {}
    cursor = 0
    with asking(url) as client:
        for _ in range(max(1, keys // _KEYS_A_CALL)):
            cursor, found = client.scan(cursor, match=pattern, count=_KEYS_A_CALL)
            for key in found:
                text = key if isinstance(key, str) else key.decode("utf-8", "replace")
                known = _reference_of(text.removeprefix(prefix))
                if known is not None and (distance := _distance_of(reference, known)) is not None:
                    distances[known] = distance
            if cursor == 0:
                break
    nearest = heapq.nsmallest(limit, distances, key=lambda known: (distances[known], len(known), known))
    return Near(nearest, cursor == 0)


def _reference_of(key: str) -> str | None:
    """What an order or reference is called by: its correlation ID, or `<kind>:<value>`; None for any other key."""
    family, _, name = key.partition(":")
    return name if family in ("order", "ref") and name else None


def _distance_of(asked: str, known: str) -> int | None:
    """As `distance`, to the whole of `known` or, where no kind was asked for, to its value."""
    told = distance(asked, known)
    value = known.partition(":")[2]
    return distance(asked, value) if told is None and value and ":" not in asked else told


def distance(asked: str, known: str) -> int | None:
    """How far apart two texts are, case aside: the signs that differ, if they stand together and are two at most.

    Further, where one is a part of the other: by how much it is longer. None for what is not near.
    """
    one, other = asked.casefold(), known.casefold()
    longer, shorter = max(len(one), len(other)), min(len(one), len(other))
    if longer - shorter <= _WIDEST_STRETCH:
        same = _alike(one, other, shorter)
        same += _alike(one[::-1], other[::-1], shorter - same)
        if longer - same <= min(_WIDEST_STRETCH, shorter // 2):
            return longer - same
    if shorter >= _SHORTEST_PART and (one in other or other in one):
        return _WIDEST_STRETCH + longer - shorter
    return None


def _alike(one: str, other: str, most: int) -> int:
    """With how many equal signs two texts begin, up to `most`."""
    for index in range(most):
        if one[index] != other[index]:
            return index
    return most
