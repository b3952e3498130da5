"""Randomness from a seed, the same on every machine and Python version.

Everything is drawn through `random.Random.random`, the one method whose sequence Python promises to keep.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class Chance:
    """The draws of one stream: `Chance(seed, "order", 7)` always gives the same ones."""

    def __init__(self, seed: int, *stream: str | int) -> None:
        name = "/".join(map(str, (seed, *stream)))
        self._random = Random(name).random  # noqa: S311 -- a simulation has no secrets

    def happens(self, probability: float) -> bool:
        """True with `probability`."""
        return self._random() < probability

    def below(self, limit: int) -> int:
        """An integer from 0 to `limit` - 1."""
        return int(self._random() * limit)

    def between(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return low + int(self._random() * (high - low + 1))

    def early(self, limit: int) -> int:
        """An integer from 0 to `limit` - 1, small ones more often: most work is done soon, some takes its time."""
        drawn = self._random()
        return int(drawn * drawn * limit)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of `items`."""
        return items[int(self._random() * len(items))]

    def distinct(self, items: Sequence[Item], count: int) -> list[Item]:
        """`count` different ones of `items` (fewer than half of them), in the order drawn."""
        chosen: dict[int, None] = {}
        while len(chosen) < count:
            chosen[self.below(len(items))] = None
        return [items[index] for index in chosen]
