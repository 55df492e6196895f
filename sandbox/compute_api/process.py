"""The simulator as a child process, for tests, benchmarks and the sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from sandbox.compute_api import secret

Json = dict[str, Any]

_REPOSITORY = Path(__file__).resolve().parents[2]
_START_SECONDS = 30.0


class Simulator:
    """A running simulator.

    Attributes:
        http: base address of plain HTTP, such as `http://127.0.0.1:40123`.
        proxy: address for HTTPS_PROXY.
        ca: path of the certificate authority that TLS clients must trust.
        key: path of a service account's key.
    """

    def __init__(
        self,
        folder: Path,
        projects: list[str],
        operation_seconds: float = 0.0,
        port: int = 0,
        *,
        hands_out_tokens: bool = True,
    ) -> None:
        self.folder = folder
        self._arguments = ["--folder", str(folder), "--port", str(port)]
        self._arguments += [argument for project in projects for argument in ("--project", project)]
        self._arguments += ["--operation-seconds", str(operation_seconds)]
        self._arguments += [] if hands_out_tokens else ["--no-tokens"]
        self._process: subprocess.Popen[bytes] | None = None
        self._session = requests.Session()
        # Proxies of the environment are not for the simulator's own door.
        self._session.trust_env = False
        self.http = self.https = self.proxy = self.ca = self.key = ""

    def start(self) -> Simulator:
        """Start it and wait until it answers. Raises RuntimeError with its last words."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        log = (self.folder / "simulator.log").open("ab")
        command = [sys.executable, "-m", "sandbox.compute_api", "serve", *self._arguments]
        self._process = subprocess.Popen(command, cwd=_REPOSITORY, stdout=log, stderr=log)
        log.close()
        deadline = time.monotonic() + _START_SECONDS
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                words = (self.folder / "simulator.log").read_text(encoding="utf-8")[-2000:]
                self.stop()
                raise RuntimeError(f"the simulated Compute API did not start:\n{words}")
            time.sleep(0.02)
        for name, value in json.loads(ready.read_text(encoding="utf-8")).items():
            setattr(self, name, value)
        return self

    def stop(self) -> None:
        """Stop it; its state stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=15)
            self._process = None

    def kill(self) -> None:
        """End it without warning, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=15)
            self._process = None

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # -- its own door --------------------------------------------------------------------------

    def ask(self, http_method: str, what: str, body: Json | None = None) -> Json:
        """Ask `/_sandbox/{what}`. Raises RuntimeError with the simulator's words."""
        url, headers = f"{self.http}/_sandbox/{what}", secret.headers(self.folder)
        answer = self._session.request(http_method, url, json=body or {}, headers=headers, timeout=600)
        if answer.status_code != 200:
            raise RuntimeError(answer.text)
        return answer.json()

    def faults(self, *faults: Json) -> None:
        """Declare the faults in force; none clears them. See faults.py for their form."""
        self.ask("PUT", "faults", {"faults": list(faults)})

    def requests(self) -> list[Json]:
        """The log of requests since it was last cleared."""
        return self.ask("GET", "requests")["requests"]

    def clear_requests(self) -> None:
        """Begin a new log."""
        self.ask("DELETE", "requests")

    def key_file(self, email: str, project: str, path: Path | None = None) -> Path:
        """Make a service account and write its key file."""
        path = path or self.folder / f"{email.split('@', maxsplit=1)[0]}.json"
        body = {"email": email, "project": project, "token_uri": f"{self.http}/token"}
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.ask("POST", "accounts", body)), encoding="utf-8")
        return path
