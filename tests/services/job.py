"""The job as it is deployed: `o2c run` in a process of its own, on topics and a Redis database of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from redis import Redis

from tests.services.kafka import Broker
from tests.services.process import free_port

READ_TYPES = ("order", "allocation", "pick", "shipment", "pod", "invoice", "payment", "hold", "heartbeat")
PATIENCE_SECONDS = 120.0
_STOP_SECONDS = 40.0


class JobError(RuntimeError):
    """The job did not do what was waited for; the message has the end of its log."""


class Job:
    """One deployment: its topics, store, Redis database, and the process while it runs."""

    def __init__(
        self,
        broker: Broker,
        redis_url: str,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *,
        partitions: int = 2,
        types: Iterable[str] = READ_TYPES,
    ) -> None:
        self.broker = broker
        self.redis_url = redis_url
        self.folder = folder
        self.types = tuple(types)
        self.partitions = partitions
        self.prefix = f"t{uuid.uuid4().hex[:8]}."
        self.http_port = free_port()
        self.log = folder / "job.log"
        self.settings = {
            "O2C_BROKERS": broker.bootstrap,
            "O2C_REDIS_URL": redis_url,
            "O2C_STORE": str(folder / "store"),
            "O2C_TOPIC_PREFIX": self.prefix,
            "O2C_GROUP": f"{self.prefix}group",
            "O2C_INPUTS": ",".join(self.types),
            "O2C_HTTP_PORT": str(self.http_port),
            "O2C_PARTITIONS": str(partitions),
            "O2C_SHARDS": "8",
            "O2C_EPOCH": "1s",
            **(settings or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        broker.create_topics({self.topic(name): partitions for name in self.types})

    def topic(self, name: str) -> str:
        """The topic of a document type or output."""
        return f"{self.prefix}{name}.v1"

    def start(self, *, ready: bool = True) -> None:
        """Start the process, and wait until it consumes unless told not to."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("O2C_")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "o2c", "run"],
                env={**environment, **self.settings},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        if ready:
            self.wait(self.is_ready, "ready")

    def is_ready(self) -> bool:
        """Whether /readyz says so."""
        return self.http("/readyz")[0] == 200

    def http(self, path: str) -> tuple[int, str]:
        """Status and body of a GET on the job's port; 0 where nothing listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait(self, condition: Any, what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until `condition()` holds. Raises JobError when the process ends or time runs out."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self.process is not None and self.process.poll() is not None:
                raise JobError(f"the job ended with {self.process.returncode} before it was {what}: {self.log_tail()}")
            if time.monotonic() > deadline:
                raise JobError(f"the job was not {what} after {seconds} s: {self.log_tail()}")
            time.sleep(0.05)

    def log_tail(self) -> str:
        """The end of the log."""
        return self.log.read_text(errors="replace")[-3000:]

    def kill(self) -> None:
        """End the process, and all it started, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> int:
        """Ask the process to end, and wait for it."""
        if self.process is None:
            return 0
        self.process.terminate()
        try:
            code = self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise JobError(f"the job did not stop: {self.log_tail()}") from None
        finally:
            self.process = None
        return code

    def __enter__(self) -> "Job":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def produce(self, events: Iterable[tuple[str, bytes]], *, timestamps_ms: Iterable[int] | None = None) -> None:
        """Send (type, value) in order, spread over the partitions."""
        producer = Producer({"bootstrap.servers": self.broker.bootstrap, "linger.ms": 5, "acks": "all"})
        failed: list[KafkaError] = []

        def report(error: KafkaError | None, _: Any) -> None:
            if error is not None:
                failed.append(error)

        times = iter(timestamps_ms) if timestamps_ms is not None else None
        for number, (document_type, value) in enumerate(events):
            at = next(times) if times is not None else 0
            while True:
                try:
                    producer.produce(
                        self.topic(document_type),
                        value,
                        partition=number % self.partitions,
                        on_delivery=report,
                        timestamp=at,
                    )
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        producer.flush()
        assert not failed, failed[0]

    def records(self, name: str, quiet_seconds: float = 0.0) -> list[tuple[bytes | None, bytes | None, dict[str, bytes]]]:
        """(key, value, headers) of all records of an output topic, partition by partition."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.broker.bootstrap,
                "group.id": f"{self.prefix}reader",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "fetch.message.max.bytes": 20_000_000,
            }
        )
        topic = self.topic(name)
        partitions = list(consumer.list_topics(topic, timeout=10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        found: list[tuple[bytes | None, bytes | None, dict[str, bytes]]] = []
        ended: set[int] = set()
        while len(ended) < len(partitions):
            for message in consumer.consume(10_000, timeout=0.5):
                error = message.error()
                if error is None:
                    headers = dict(message.headers() or [])
                    found.append((message.key(), message.value(), headers))  # type: ignore[arg-type]
                elif error.code() == KafkaError._PARTITION_EOF:
                    ended.add(message.partition())  # type: ignore[arg-type]
                else:
                    raise JobError(str(error))
        consumer.close()
        time.sleep(quiet_seconds)
        return found

    def statuses(self) -> dict[str, dict[str, Any]]:
        """The last status an order, as a reader of the compacted topic has it."""
        last = {}
        for key, value, _ in self.records("status"):
            assert key is not None and value is not None
            last[key.decode()] = json.loads(value)
        return last

    def exceptions(self) -> list[dict[str, Any]]:
        """Every exception record, those of one exception in order."""
        return [json.loads(value) for _, value, _ in self.records("exceptions") if value is not None]

    def open_exceptions(self) -> dict[str, dict[str, Any]]:
        """The exceptions that are open by the topic."""
        last = {}
        for record in self.exceptions():
            last[record["exception_id"]] = record
        return {key: record for key, record in last.items() if record["state"] not in ("cleared", "recorded")}

    def redis(self) -> "Redis":
        """A client of the job's Redis database."""
        return Redis.from_url(self.redis_url)

    def lag(self) -> int:
        """How many input records the group has not committed yet."""
        consumer = Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": f"{self.prefix}group"})
        partitions = [TopicPartition(self.topic(name), part) for name in self.types for part in range(self.partitions)]
        lag = 0
        for committed in consumer.committed(partitions, timeout=10):
            _, end = consumer.get_watermark_offsets(committed, timeout=10)
            lag += end - max(0, committed.offset)
        consumer.close()
        return lag

    def settle(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until all input is read and everything that follows from it has been said."""
        self.wait(lambda: self.lag() == 0, "through with its input", seconds)
        time.sleep(1.5)
        self.wait(lambda: self._metric("o2c_outbox_records") == 0, "through with its outbox", seconds)

    def _metric(self, name: str) -> float:
        body = self.http("/metrics")[1]
        values = [float(line.rpartition(" ")[2]) for line in body.splitlines() if line.startswith(name)]
        return sum(values) if values else -1.0
