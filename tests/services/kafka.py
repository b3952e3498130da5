"""A real Kafka broker (KRaft, one node) on 127.0.0.1, run with Java from jars that Maven brings once a user."""

import base64
import os
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from xml.etree import ElementTree as ET

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from tests.services.process import ServerProcess, ServiceError, accepts, free_port

MAVEN_TIMEOUT_SECONDS = 600
FORMAT_TIMEOUT_SECONDS = 60
REQUEST_TIMEOUT_SECONDS = 30
LEAST_JAVA = 17

_POM = Path(__file__).with_name("pom.xml")
_HEAP = ("-Xmx512m", "-XX:+UseSerialGC")


class BrokerUnavailableError(ServiceError):
    """This machine cannot run a broker; the message says what is missing."""


def broker_libraries() -> Path:
    """The folder with the broker's jars, fetched by Maven where it is absent. Raises BrokerUnavailableError."""
    _check_java()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    libraries = cache / "o2c" / f"kafka-{_kafka_version()}" / "libs"
    if not libraries.is_dir():
        _fetch(libraries)
    return libraries


def _check_java() -> None:
    java = shutil.which("java")
    if java is None:
        raise BrokerUnavailableError("there is no java on the PATH")
    banner = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', banner)
    if found is None or int(found[1]) < LEAST_JAVA:
        raise BrokerUnavailableError(f"Kafka needs Java {LEAST_JAVA} or newer, java -version says {banner[:80]!r}")


def _kafka_version() -> str:
    version = ET.parse(_POM).findtext("{*}properties/{*}kafka.version")
    assert version is not None
    return version


def _fetch(libraries: Path) -> None:
    """Fills a folder beside `libraries` and renames it, so that no reader ever sees half of the jars."""
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerUnavailableError("the broker's jars are not in the cache and there is no mvn to fetch them")
    libraries.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=libraries.parent) as scratch:
        fetched = Path(scratch) / "libs"
        goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fetched}")
        run = subprocess.run(
            [maven, "-q", "-B", "-f", str(_POM), *goal],
            capture_output=True,
            text=True,
            check=False,
            timeout=MAVEN_TIMEOUT_SECONDS,
        )
        if run.returncode != 0:
            raise BrokerUnavailableError(f"mvn could not fetch the broker's jars: {run.stdout[-500:]}")
        try:
            fetched.rename(libraries)
        except OSError:
            # Another run was quicker; its folder is as good as this one.
            if not libraries.is_dir():
                raise


class Broker:
    """A broker of its own. It can be stopped, killed and started again on the same port and with the same data.

    `folder` receives its data and log. `properties` are added to the broker's own. As a context manager it runs inside
    the block. Raises BrokerUnavailableError where this machine has no Java, or no jars and no way to fetch them.
    """

    def __init__(self, folder: Path, properties: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self._controller_port = free_port()
        self._classpath = f"{broker_libraries()}/*"
        self._properties = {**self._own_properties(), **(properties or {})}
        self._process: ServerProcess | None = None

    @property
    def bootstrap(self) -> str:
        """The `bootstrap.servers` of a client."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts the broker and waits until it answers."""
        assert self._process is None, "already running"
        configuration = self.folder / "server.properties"
        if not configuration.exists():
            self._format(configuration)
        logging = "-Dorg.apache.logging.log4j.level=WARN"
        command = ["java", *_HEAP, logging, "-cp", self._classpath, "kafka.Kafka", str(configuration)]
        self._process = ServerProcess(command, self.folder / "kafka.log")
        self._process.wait_until(self._answers)

    def stop(self) -> None:
        """Stops the broker in good order."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        """Ends the broker at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def restart(self) -> None:
        """Stops the broker and starts it again on the same port, with its data."""
        self.stop()
        self.start()

    def create_topics(self, partitions: Mapping[str, int], config: Mapping[str, str] | None = None) -> None:
        """Creates topics with their numbers of partitions, all with the settings `config`; returns once they exist."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        topics = [
            NewTopic(name, num_partitions=count, replication_factor=1, config=dict(config or {}))
            for name, count in partitions.items()
        ]
        for created in admin.create_topics(topics, operation_timeout=REQUEST_TIMEOUT_SECONDS).values():
            created.result(REQUEST_TIMEOUT_SECONDS)

    def alter_topic(self, topic: str, config: Mapping[str, str]) -> None:
        """Changes settings of a topic; returns once they hold."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        entries = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in config.items()
        ]
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
        for altered in admin.incremental_alter_configs([resource]).values():
            altered.result(REQUEST_TIMEOUT_SECONDS)

    def __enter__(self) -> "Broker":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def _own_properties(self) -> dict[str, str]:
        broker, controller = f"127.0.0.1:{self.port}", f"127.0.0.1:{self._controller_port}"
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{broker}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self.folder / "data"),
            "auto.create.topics.enable": "false",
            "num.partitions": "1",
            "offsets.topic.num.partitions": "1",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.num.partitions": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            # After a crash the broker waits for its former self's session to end before it serves again.
            "broker.session.timeout.ms": "3000",
            "broker.heartbeat.interval.ms": "500",
            # Replayed history lies in the past: by default it would be deleted under its reader.
            "log.retention.ms": "-1",
        }

    def _format(self, configuration: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = configuration.with_suffix(".draft")
        draft.write_text("".join(f"{name}={value}\n" for name, value in self._properties.items()))
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode().replace("-", "A", 1)
        tool = ["kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(draft)]
        command = ["java", "-XX:TieredStopAtLevel=1", *_HEAP, "-cp", self._classpath, *tool]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=FORMAT_TIMEOUT_SECONDS)
        if run.returncode != 0:
            raise ServiceError(f"the broker's storage could not be formatted: {run.stdout}{run.stderr}")
        draft.rename(configuration)

    def _answers(self) -> bool:
        if not accepts(self.port):
            return False
        try:
            metadata = AdminClient({"bootstrap.servers": self.bootstrap}).list_topics(timeout=5)
        except KafkaException:
            return False
        return bool(metadata.brokers)
