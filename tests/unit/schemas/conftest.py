"""A registry in memory that knows the schemas of the table of bad input."""

import pytest

from o2c.schemas.codecs import Decoder
from tests.bad_input import TOPICS
from tests.unit.schemas.registry import MemoryRegistry


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry()


@pytest.fixture
def decoder(registry: MemoryRegistry) -> Decoder:
    return Decoder(TOPICS, registry)
