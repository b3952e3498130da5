"""A schema registry: what of Confluent's interface readers and writers ask for, over HTTP, in memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import unquote

_UNKNOWN = {"subject": 40401, "schema": 40403, "config": 40408}
_REFUSED = 409


class Registry:
    """Schemas by id, ids by subject, and each subject's own compatibility. Subjects in `refused` take no schema."""

    def __init__(self) -> None:
        self.url = ""
        self.schemas: dict[int, str] = {}
        self.subjects: dict[str, list[int]] = {}
        self.compatibility: dict[str, str] = {}
        self.refused: set[str] = set()
        self._lock = Lock()

    def answer(self, method: str, path: list[str], content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body of one request."""
        with self._lock:
            match method, path:
                case "GET", ["schemas", "ids", number]:
                    known = self.schemas.get(int(number))
                    return (200, {"schema": known}) if known is not None else _unknown("schema")
                case "POST", ["subjects", subject, "versions"]:
                    if subject in self.refused:
                        return _REFUSED, {"error_code": _REFUSED, "message": "Schema being registered is incompatible"}
                    return 200, {"id": self._register(subject, content["schema"])}
                case "GET", ["config", subject]:
                    level = self.compatibility.get(subject)
                    return (200, {"compatibilityLevel": level}) if level is not None else _unknown("config")
                case "PUT", ["config", subject]:
                    self.compatibility[subject] = content["compatibility"]
                    return 200, content
                case _:
                    return _unknown("subject")

    def _register(self, subject: str, schema: str) -> int:
        known = {text: number for number, text in self.schemas.items()}
        number = known.get(schema, len(known) + 1)
        self.schemas[number] = schema
        ids = self.subjects.setdefault(subject, [])
        if number not in ids:
            ids.append(number)
        return number


def _unknown(what: str) -> tuple[int, dict[str, Any]]:
    return 404, {"error_code": _UNKNOWN[what], "message": f"{what} not found"}


@contextmanager
def registry() -> Iterator[Registry]:
    """A registry that listens on loopback."""
    held = Registry()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            content = json.loads(self.rfile.read(length)) if length else {}
            path = [unquote(part) for part in self.path.partition("?")[0].strip("/").split("/")]
            code, answer = held.answer(self.command, path, content)
            body = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _serve  # noqa: N815 -- the library names them

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library names it
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        held.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield held
        server.shutdown()
