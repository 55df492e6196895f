"""An Engine API that has an empty swarm and keeps what it is sent, so that specs can be compared without an engine.

It answers what `docker stack deploy` asks on its way. Objects that the project calls external are there; every object
has its name as its id.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, Any]

_CREATED = re.compile(r"/(networks|configs|secrets|services)/create")
_ONE = re.compile(r"/(networks|configs|secrets|services)/([^/]+)")


@dataclass
class FakeEngine:
    """What was sent, by kind (`networks`, `configs`, `secrets`, `services`) and name.

    Attributes:
        api_version: the newest the engine speaks, such as `1.47`.
        unknown: requests that it has no answer for; a test has to find none.
    """

    api_version: str
    address: str = ""
    sent: dict[str, dict[str, Json]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """Begin with an empty swarm."""
        self.sent = {kind: {} for kind in ("networks", "configs", "secrets", "services")}
        self.unknown = []

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any]:
        """Status and body for one request."""
        parts = urlsplit(target)
        path = re.sub(r"^/v[0-9.]+", "", parts.path)
        created = _CREATED.fullmatch(path)
        if method == "POST" and created:
            spec = json.loads(body)
            if created[1] == "services" and not spec["TaskTemplate"]["ContainerSpec"].get("Image"):
                return 400, {"message": "ContainerSpec: image reference must be provided"}
            self.sent[created[1]][spec["Name"]] = spec
            return 201, {"ID": spec["Name"], "Id": spec["Name"]}
        fixed = {
            "/_ping": "OK",
            "/info": {"Swarm": {"LocalNodeState": "active", "ControlAvailable": True}, "OSType": "linux"},
            "/version": {"ApiVersion": self.api_version, "MinAPIVersion": "1.24", "Os": "linux"},
            "/services": [],
            "/networks": [],
        }
        if path in fixed:
            return 200, fixed[path]
        if path in ("/configs", "/secrets"):
            filters = json.loads(parse_qs(parts.query).get("filters", ["{}"])[0])
            return 200, [{"ID": name, "Spec": {"Name": name}} for name in filters.get("name", {})]
        return self._one(method, path, target)

    def _one(self, method: str, path: str, target: str) -> tuple[int, Any]:
        one = _ONE.fullmatch(path)
        if method == "GET" and one and one[1] == "networks":
            return 200, {"Name": unquote(one[2]), "Id": unquote(one[2]), "Scope": "swarm"}
        if method == "GET" and one:
            return 404, {"message": f"{one[2]} not found"}
        self.unknown.append(f"{method} {target}")
        return 501, {"message": "the fake engine has no answer"}


@contextmanager
def fake_engine(api_version: str) -> Iterator[FakeEngine]:
    """A running fake engine; `address` is what DOCKER_HOST takes."""
    engine = FakeEngine(api_version)
    engine.forget()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            status, answer = engine.answer(self.command, self.path, self.rfile.read(length))
            body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Api-Version", engine.api_version)
            self.send_header("Ostype", "linux")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_HEAD = _respond  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    engine.address = f"tcp://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield engine
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
