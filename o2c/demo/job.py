"""The job as it is deployed: `o2c run` in a process of its own, on the demo's broker, Redis and policy."""

import http.client
import os
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from o2c.demo.policy import policy_text
from o2c.demo.processes import Child, free_port

_HOST = "127.0.0.1"
_ANSWER_SECONDS = 2.0
_OK = 200

Sample = tuple[str, dict[str, str], float]
"""Name, labels and value of a metric's sample."""


class Job(Child):
    """A running job. Its store and log are in `folder`; no setting of the user's own reaches it."""

    def __init__(self, folder: Path, bootstrap: str, redis_url: str) -> None:
        policy = folder / "policy.toml"
        policy.write_text(policy_text(), encoding="utf-8")
        self._port = free_port()
        settings = {
            "O2C_BROKERS": bootstrap,
            "O2C_REDIS_URL": redis_url,
            "O2C_STORE": str(folder / "store"),
            "O2C_POLICY": str(policy),
            "O2C_TOPIC_ADMIN": "off",
            "O2C_SHARDS": "8",
            "O2C_EPOCH": "1s",
            "O2C_HTTP_PORT": str(self._port),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("O2C_")}
        command = [sys.executable, "-m", "o2c", "run"]
        super().__init__("the job", command, folder / "job.log", {**inherited, **settings})

    def is_ready(self) -> bool:
        """Whether it consumes."""
        return self._get("/readyz")[0] == _OK

    def samples(self) -> list[Sample]:
        """What its metrics are now; none while it does not answer."""
        code, body = self._get("/metrics")
        if code != _OK:
            return []
        families = text_string_to_metric_families(body)
        return [(sample.name, sample.labels, sample.value) for family in families for sample in family.samples]

    def _get(self, path: str) -> tuple[int, str]:
        """Status and body; 0 where nothing answers."""
        connection = http.client.HTTPConnection(_HOST, self._port, timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()
