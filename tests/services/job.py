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
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from redis import Redis

from o2c.schemas.events import EVENT_CLASSES
from tests.equal import is_open
from tests.services.kafka import Broker
from tests.services.process import accepts, free_port

READ_TYPES = tuple(EVENT_CLASSES)
OUTPUTS = ("status", "exceptions", "dead-letters", "orphans", "billing", "audit")
PATIENCE_SECONDS = 90.0
_STOP_SECONDS = 40.0
_QUIET_EPOCHS = 3
_MODULE = ("-m", "o2c")


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
        topic_config: Mapping[str, str] | None = None,
    ) -> None:
        self.broker = broker
        self.redis_url = redis_url
        self.folder = folder
        self.python = sys.executable
        """Whose o2c runs: that of this interpreter."""
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
            "O2C_PROCESS_PORT": str(_free_ports(2)),
            **(settings or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        broker.create_topics({self.topic(name): partitions for name in self.types}, topic_config)

    def topic(self, name: str) -> str:
        """The topic of a document type or output."""
        return f"{self.prefix}{name}.v1"

    def start(self, *, ready: bool = True) -> None:
        """Start the process, and wait until it consumes unless told not to."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.python, *_MODULE, "run"],
                env=self.environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        if ready:
            self.wait(self.is_ready, "ready")

    def environment(self, settings: Mapping[str, str] | None = None) -> dict[str, str]:
        """The variables of a process of this deployment, with other settings on top."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("O2C_")}
        return {**inherited, **self.settings, **(settings or {})}

    def command(self, *arguments: str, settings: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """Run `o2c` with these arguments to its end, under this deployment's settings and others on top."""
        return subprocess.run(
            [self.python, *_MODULE, *arguments],
            env=self.environment(settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    def workers(self) -> list[int]:
        """The process ids of the further workers."""
        assert self.process is not None
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def ended(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait for the process to end by itself; its exit code."""
        assert self.process is not None
        code = self.process.wait(seconds)
        self.process = None
        return code

    def errors(self) -> list[str]:
        """What the log has but log entries: the lines that a user would read."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if not line.startswith("{")]

    def log_entries(self, event: str) -> list[dict[str, Any]]:
        """The log entries of one kind."""
        lines = self.log.read_text(errors="replace").splitlines()
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        return [entry for entry in entries if event in entry["event"]]

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

    def wait(
        self, condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS, every: float = 0.1
    ) -> None:
        """Wait until `condition()` holds. Raises JobError when the process ends or time runs out."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self.process is not None and self.process.poll() is not None:
                raise JobError(f"the job ended with {self.process.returncode} before it was {what}: {self.log_tail()}")
            if time.monotonic() > deadline:
                raise JobError(f"the job was not {what} after {seconds} s: {self.log_tail()}")
            time.sleep(every)

    def log_tail(self) -> str:
        """The end of the log."""
        return self.log.read_text(errors="replace")[-3000:]

    def kill(self) -> None:
        """End the process, and all it started, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """Ask the process to end, and wait for it."""
        if self.process is None:
            return 0
        self.process.send_signal(signal_number)
        try:
            return self.ended(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise JobError(f"the job did not stop: {self.log_tail()}") from None

    def __enter__(self) -> "Job":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def produce(
        self,
        events: Iterable[tuple[str, bytes | None]],
        headers: Iterable[list[tuple[str, bytes | None]]] | None = None,
    ) -> None:
        """Send (type, value) in order, spread over the partitions; the key tells the number of the event."""
        producer = Producer(
            {"bootstrap.servers": self.broker.bootstrap, "linger.ms": 5, "acks": "all", "message.max.bytes": 50_000_000}
        )
        failed: list[KafkaError] = []

        def report(error: KafkaError | None, _: Any) -> None:
            if error is not None:
                failed.append(error)

        headers_of = iter(headers) if headers is not None else None
        for number, (document_type, value) in enumerate(events):
            more = next(headers_of) if headers_of is not None else []
            while True:
                try:
                    producer.produce(
                        self.topic(document_type),
                        value,
                        key=b"%d" % number,
                        partition=number % self.partitions,
                        on_delivery=report,
                        headers=more,  # type: ignore[arg-type]  # the library takes what it gives
                    )
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        producer.flush()
        assert not failed, failed[0]

    def messages(self, name: str) -> list[Message]:
        """All records of an output topic, partition by partition; none where there is no such topic."""
        consumer = self._reader()
        topic = self.topic(name)
        partitions = self._partitions_of(consumer, topic)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        found: list[Message] = []
        ended: set[int | None] = set()
        while len(ended) < len(partitions):
            for message in consumer.consume(10_000, timeout=0.5):
                error = message.error()
                if error is None:
                    found.append(message)
                elif error.code() == KafkaError._PARTITION_EOF:
                    ended.add(message.partition())
                else:
                    raise JobError(str(error))
        consumer.close()
        return found

    def records(self, name: str) -> list[tuple[bytes | None, bytes | None, dict[str, bytes]]]:
        """(key, value, headers) of all records of an output topic, partition by partition."""
        return [
            (message.key(), message.value(), dict(message.headers() or []))  # type: ignore[arg-type]  # bytes here
            for message in self.messages(name)
        ]

    def _reader(self) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self.broker.bootstrap,
                "group.id": f"{self.prefix}reader",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "log_level": 2,
                "fetch.message.max.bytes": 20_000_000,
            }
        )

    def _partitions_of(self, consumer: Consumer, topic: str) -> list[int]:
        found = consumer.list_topics(timeout=10).topics.get(topic)
        return [] if found is None else list(found.partitions)

    def statuses(self) -> dict[str, dict[str, Any]]:
        """The last status an order, as a reader of the compacted topic has it."""
        return last_values(self.records("status"))

    def exceptions(self) -> list[dict[str, Any]]:
        """Every exception record, those of one exception in order."""
        return [json.loads(value) for _, value, _ in self.records("exceptions") if value is not None]

    def open_exceptions(self) -> dict[str, dict[str, Any]]:
        """The exceptions that are open by the topic."""
        return {key: record for key, record in last_values(self.records("exceptions")).items() if is_open(record)}

    def redis(self, *, decode_responses: bool = False) -> Any:
        """A client of the job's Redis database: untyped, as its replies have unions for types."""
        return Redis.from_url(self.redis_url, decode_responses=decode_responses)

    def lag(self) -> int:
        """How many input records the group has not committed yet."""
        consumer = self._group_reader()
        try:
            return sum(_lags(consumer, self._input_partitions()))
        finally:
            consumer.close()

    def _group_reader(self) -> Consumer:
        group = {"bootstrap.servers": self.broker.bootstrap, "group.id": f"{self.prefix}group", "log_level": 2}
        return Consumer(group)

    def _input_partitions(self) -> list[TopicPartition]:
        return [TopicPartition(self.topic(name), part) for name in self.types for part in range(self.partitions)]

    def settle(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until all input is read and everything that follows from it has been said."""
        consumer = self._group_reader()
        partitions = self._input_partitions()
        try:
            self.wait(lambda: not any(_lags(consumer, partitions)), "through with its input", seconds, every=0.3)
        finally:
            consumer.close()
        self.wait_until_quiet(seconds)

    def wait_until_quiet(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until no output has grown for some epochs of every shard: by the job's own work, however slow it is."""
        consumer = self._reader()
        outputs = [
            TopicPartition(topic, partition)
            for topic in map(self.topic, OUTPUTS)
            for partition in self._partitions_of(consumer, topic)
        ]
        ends: list[int] = []
        epochs_before = 0.0

        def quiet() -> bool:
            nonlocal ends, epochs_before
            epochs = self.metric("o2c_epoch_write_seconds_count")
            now = [consumer.get_watermark_offsets(output, timeout=10)[1] for output in outputs]
            if now != ends or self.metric("o2c_outbox_records"):
                ends, epochs_before = now, epochs
            return epochs - epochs_before >= _QUIET_EPOCHS * int(self.settings["O2C_SHARDS"])

        self.wait(quiet, "quiet", seconds, every=0.3)
        consumer.close()

    def metric(self, name: str) -> float:
        """The sum of a metric's samples whose line starts with `name`; 0 where there is none."""
        body = self.http("/metrics")[1]
        return sum(float(line.rpartition(" ")[2]) for line in body.splitlines() if line.startswith(name))


def last_values(records: Iterable[tuple[bytes | None, bytes | None, Any]]) -> dict[str, dict[str, Any]]:
    """The last value of each key, decoded."""
    last = {key: value for key, value, _ in records}
    return {key.decode(): json.loads(value) for key, value in last.items() if key is not None and value is not None}


def _lags(consumer: Consumer, partitions: list[TopicPartition]) -> Iterator[int]:
    for committed in consumer.committed(partitions, timeout=10):
        low, high = consumer.get_watermark_offsets(committed, timeout=10)
        yield high - max(low, committed.offset)


def _free_ports(count: int) -> int:
    """The first of some free ports that follow one another."""
    while True:
        first = free_port()
        if not any(accepts(first + number) for number in range(count)):
            return first
