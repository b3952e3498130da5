"""A shard's store in memory, for tests of what lies above it."""

from collections.abc import Iterator

from o2c.flows.orders import Write


class MemoryStore:
    """Keeps keys and values; sorted when scanned."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.reads = 0

    def get(self, key: bytes) -> bytes | None:
        """One value."""
        return self.values.get(key)

    def get_many(self, keys: list[bytes]) -> list[bytes | None]:
        """Several values."""
        self.reads += len(keys)
        return [self.values.get(key) for key in keys]

    def write(self, batch: list[Write]) -> None:
        """All of it."""
        for key, value in batch:
            if value is None:
                self.values.pop(key, None)
            else:
                self.values[key] = value

    def scan(self, start: bytes, end: bytes) -> Iterator[tuple[bytes, bytes]]:
        """A range, as it stands now."""
        return iter(sorted((key, value) for key, value in self.values.items() if start <= key < end))

    def sync(self) -> None:
        """Memory is as durable as it gets."""

    def close(self) -> None:
        """Nothing to give back."""
