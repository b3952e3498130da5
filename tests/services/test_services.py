"""The services themselves: what every test of a real broker and a real Redis rests on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from confluent_kafka import Consumer, KafkaError, Producer

from tests.services.kafka import Broker
from tests.services.process import ServerProcess, ServiceError, accepts, free_port
from tests.services.redis import RedisServer

ROOT = Path(__file__).parents[2]


def produce(broker: Broker, topic: str, value: bytes) -> None:
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    errors: list[KafkaError | None] = []
    producer.produce(topic, value, on_delivery=lambda error, _: errors.append(error))
    producer.flush(30)
    assert errors == [None]


def consume(broker: Broker, topic: str) -> bytes | None:
    consumer = Consumer(
        {"bootstrap.servers": broker.bootstrap, "group.id": f"{topic}-reader", "auto.offset.reset": "earliest"}
    )
    try:
        consumer.subscribe([topic])
        message = consumer.poll(30)
        assert message is not None
        assert message.error() is None
        return message.value()
    finally:
        consumer.close()


def test_kafka_hands_on_what_was_produced(kafka: Broker) -> None:
    kafka.create_topics({"services-handed-on": 2})
    produce(kafka, "services-handed-on", b"first")
    assert consume(kafka, "services-handed-on") == b"first"


def test_kafka_keeps_its_port_and_data_over_a_stop_and_a_crash(own_kafka: Broker) -> None:
    own_kafka.create_topics({"services-kept": 1}, config={"retention.ms": "86400000"})
    produce(own_kafka, "services-kept", b"kept")
    bootstrap = own_kafka.bootstrap
    own_kafka.restart()
    own_kafka.kill()
    own_kafka.start()
    assert own_kafka.bootstrap == bootstrap
    assert consume(own_kafka, "services-kept") == b"kept"


def test_redis_answers_what_was_set(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.set("key", "value")
        assert client.get("key") == b"value"


@pytest.mark.parametrize("attempt", [1, 2])
def test_redis_url_is_an_empty_database(redis_url: str, attempt: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left-behind", attempt)


@pytest.mark.usefixtures("redis_server")
@pytest.mark.parametrize(("keeps_data", "expected"), [(True, b"value"), (False, None)])
def test_redis_keeps_data_over_a_crash_only_where_asked(
    tmp_path: Path, keeps_data: bool, expected: bytes | None
) -> None:
    with RedisServer(tmp_path, keeps_data=keeps_data) as server:
        with redis.Redis.from_url(server.url) as client:
            client.set("key", "value")
        server.kill()
        server.start()
        with redis.Redis.from_url(server.url) as client:
            assert client.get("key") == expected


def test_a_server_that_exits_is_reported_with_its_log(tmp_path: Path) -> None:
    process = ServerProcess(["sh", "-c", "echo no such port; exit 3"], tmp_path / "server.log")
    with pytest.raises(ServiceError, match=r"(?s)exit code 3.*no such port"):
        process.wait_until(lambda: False)


def test_a_server_ends_with_tests_that_are_killed(tmp_path: Path) -> None:
    port = free_port()
    program = f"""
import os, pathlib, sys
from tests.services.process import ServerProcess, accepts
command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "{port}"]
ServerProcess(command, pathlib.Path("server.log")).wait_until(lambda: accepts({port}))
os.kill(os.getpid(), 9)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=False, timeout=60)
    assert run.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 30
    while accepts(port):
        assert time.monotonic() < deadline, "the server outlived the tests"
        time.sleep(0.05)
