"""The one HTTP port: `/metrics`, `/healthz` (the process lives) and `/readyz` (it does its work).

With several processes the first one serves; it shows the metrics of all of them (see `shared_metrics`).
"""

import socket
from collections.abc import Callable, Iterable
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from o2c.errors import OperatingFault
from o2c.flows.telemetry import metrics_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Ready = Callable[[], str | None]
"""Why the job is not ready, in a few words; None while it is."""

REQUEST_SECONDS = 10
"""A client that takes longer to ask is cut off."""


def health_app(ready: Ready) -> "WSGIApplication":
    """Answers `/healthz` with 200, `/readyz` with 200 or 503 and the reason, `/metrics` in Prometheus' format."""
    metrics = metrics_app()

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _plain(environ, start_response, "405 Method Not Allowed", "only GET and HEAD")
        path = environ["PATH_INFO"]
        if path == "/metrics":
            return metrics(environ, start_response)
        if path == "/healthz":
            return _plain(environ, start_response, "200 OK", "alive")
        if path == "/readyz":
            reason = ready()
            if reason is None:
                return _plain(environ, start_response, "200 OK", "ready")
            return _plain(environ, start_response, "503 Service Unavailable", reason)
        return _plain(environ, start_response, "404 Not Found", "there are /metrics, /healthz and /readyz")

    return answer


class HealthServer:
    """Serves in a thread of its own from construction to close. Raises OperatingFault if it cannot listen."""

    def __init__(self, host: str, port: int, ready: Ready) -> None:
        try:
            self._server = _server_class(host)((host, port), _QuietHandler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise OperatingFault(f"cannot serve HTTP on {host}:{port}: {reason}") from error
        self._server.set_app(health_app(ready))
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="http", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on, also where 0 was asked for."""
        return self._server.server_port

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> "HealthServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Binds without asking name servers who we are, which can take long where there are none."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]  # a host as str
        self.setup_environ()


class _ServerIpv6(_Server):
    address_family = socket.AF_INET6


class _QuietHandler(WSGIRequestHandler):
    timeout = REQUEST_SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the signature is the library's
        """Probes come every few seconds; nobody reads a line for each."""


def _server_class(host: str) -> type[_Server]:
    return _ServerIpv6 if ":" in host else _Server


def _plain(environ: "WSGIEnvironment", start_response: "StartResponse", status: str, text: str) -> Iterable[bytes]:
    body = f"{text}\n".encode()
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
