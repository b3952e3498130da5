"""The HTTP port: alive, ready, metrics."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from o2c.errors import OperatingFault
from o2c.flows.health import HealthServer
from o2c.flows.telemetry import DEAD_LETTERS


class Job:
    """What the server asks."""

    def __init__(self) -> None:
        self.reason: str | None = None

    def ready(self) -> str | None:
        return self.reason


@pytest.fixture
def job() -> Job:
    return Job()


@pytest.fixture
def server(job: Job) -> Iterator[HealthServer]:
    with HealthServer("127.0.0.1", 0, job.ready) as running:
        yield running


def get(server: HealthServer, path: str, method: str = "GET") -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_process_that_answers_is_alive_ready_or_not(server: HealthServer, job: Job) -> None:
    job.reason = "Redis does not answer"
    assert get(server, "/healthz") == (200, "alive\n")


def test_job_without_a_reason_is_ready(server: HealthServer) -> None:
    assert get(server, "/readyz") == (200, "ready\n")


def test_job_that_is_not_ready_says_why(server: HealthServer, job: Job) -> None:
    job.reason = "Redis does not answer"
    assert get(server, "/readyz") == (503, "Redis does not answer\n")


def test_metrics_are_served_in_prometheus_format(server: HealthServer) -> None:
    DEAD_LETTERS.labels(code="TEST_CODE", topic="o2c.order.v1").inc()
    code, text = get(server, "/metrics")
    assert code == 200
    assert 'o2c_dead_letters_total{code="TEST_CODE",topic="o2c.order.v1"} 1.0' in text


def test_unknown_path_is_not_found(server: HealthServer) -> None:
    assert get(server, "/")[0] == 404


def test_nothing_can_be_posted(server: HealthServer) -> None:
    assert get(server, "/healthz", "POST")[0] == 405


def test_head_has_no_body(server: HealthServer) -> None:
    assert get(server, "/healthz", "HEAD") == (200, "")


def test_port_in_use_is_an_operating_fault(server: HealthServer, job: Job) -> None:
    with pytest.raises(OperatingFault) as fault:
        HealthServer("127.0.0.1", server.port, job.ready)
    assert str(fault.value) == f"cannot serve HTTP on 127.0.0.1:{server.port}: Address already in use"


def test_address_of_another_machine_is_an_operating_fault(job: Job) -> None:
    with pytest.raises(OperatingFault, match=r"cannot serve HTTP on 192\.0\.2\.1:0: "):
        HealthServer("192.0.2.1", 0, job.ready)


def test_closed_server_frees_its_port(job: Job) -> None:
    with HealthServer("127.0.0.1", 0, job.ready) as first:
        port = first.port
    with HealthServer("127.0.0.1", port, job.ready) as second:
        assert get(second, "/healthz")[0] == 200


COUNTING_PROCESS = "from o2c.flows.telemetry import STATUSES; STATUSES.inc(2)"
SERVING_PROCESS = """
from pathlib import Path
import subprocess, sys, urllib.request
from o2c.flows.shared_metrics import share_metrics
share_metrics(Path(sys.argv[1]))
for _ in range(2):
    subprocess.run([sys.executable, "-c", sys.argv[2]], check=True)
from o2c.flows.health import HealthServer
with HealthServer("127.0.0.1", 0, lambda: None) as server:
    print(urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics").read().decode())
"""


def test_first_process_serves_the_sum_over_all(tmp_path: Path) -> None:
    tmp_path.joinpath("counter_1.db").write_bytes(b"left by an earlier run")
    command = [sys.executable, "-c", SERVING_PROCESS, str(tmp_path), COUNTING_PROCESS]
    path = os.pathsep.join(sys.path)
    outcome = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert "\no2c_statuses_total 4.0" in outcome.stdout
