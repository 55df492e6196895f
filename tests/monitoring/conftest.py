"""Three managers with the monitoring stack, brought up by the playbooks, and a receiver that Alertmanager calls."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import docker
import pytest
import yaml

from tests.demo.checkout import Checkout

SANDBOX = "dockyard-monitoring"
IMAGES = ["haproxy", "python", "prometheus", "alertmanager", "node_exporter", "blackbox_exporter"]
HERE = Path(__file__).parent
PROGRAM = (
    "import http.server as h\n"
    "class H(h.BaseHTTPRequestHandler):\n"
    " def do_GET(self):\n"
    "  self.send_response(200); self.send_header('Content-Type', 'text/plain'); self.end_headers()\n"
    "  self.wfile.write(b'app_up 1\\n')\n"
    " def log_message(self, *a): pass\n"
    "h.ThreadingHTTPServer(('', 8000), H).serve_forever()\n"
)
Found = TypeVar("Found")


@dataclass
class Receiver:
    """What Alertmanager has sent, in order: (moment, status, labels, summary)."""

    calls: list[tuple[float, str, dict[str, str], str]] = field(default_factory=list)

    def first(self, alert: str, status: str, since: float, **labels: str) -> tuple[float, str] | None:
        """When it came first after a moment, and its summary."""
        for moment, state, given, summary in self.calls:
            fits = state == status and given["alertname"] == alert and labels.items() <= given.items()
            if moment >= since and fits:
                return moment, summary
        return None


@dataclass(frozen=True)
class Monitoring:
    """The running stack: its checkout, the hosts' engines, and the receiver."""

    checkout: Checkout
    client: docker.DockerClient
    receiver: Receiver

    def on_host(self, host: str, *command: str) -> str:
        """Run a command on a host, past everything under test. Returns its output."""
        status, output = self.client.containers.get(f"{SANDBOX}-{host}").exec_run(list(command))
        assert status == 0, output.decode(errors="replace")
        return str(output.decode(errors="replace"))

    def inside(self, host: str, service: str, *command: str) -> str:
        """Run a command in a task of a service on a host."""
        container = self.on_host(host, "docker", "ps", "-q", "-f", f"name={service}.").split()[0]
        return self.on_host(host, "docker", "exec", container, *command)

    def prometheus(self, path: str) -> Any:
        """`GET` from Prometheus' API; returns `data`."""
        text = self.inside("m3", "monitoring_prometheus", "wget", "-qO-", f"http://127.0.0.1:9090/api/v1/{path}")
        return json.loads(text)["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an expression now."""
        return list(self.prometheus(f"query?query={quote(expression)}")["result"])

    def targets(self) -> dict[str, str]:
        """Health by instance."""
        return {t["labels"]["instance"]: t["health"] for t in self.prometheus("targets?state=active")["activeTargets"]}

    def alerts(self) -> set[str]:
        """Names of alerts that fire, but for the watchdog."""
        alerts = self.prometheus("alerts")["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"} - {"Watchdog"}

    def first_failure(self, service: str) -> float | None:
        """When the first task of a service failed that the swarm still knows, by the engines' own time stamp."""
        tasks = self.on_host("m1", "docker", "service", "ps", "-q", "--no-trunc", service).split()
        if not tasks:
            return None
        known = json.loads(self.on_host("m1", "docker", "inspect", "--type", "task", *tasks))
        failed = [task["Status"]["Timestamp"] for task in known if task["Status"]["State"] == "failed"]
        return datetime.fromisoformat(min(failed)[:19] + "+00:00").timestamp() if failed else None

    def site(self, **extra: Any) -> Any:
        """Run site.yml, with more variables. Returns how it ended."""
        return self.checkout.playbook("site.yml", "-e", json.dumps(extra) if extra else "{}")

    def app(self, replicas: int = 2, program: str = PROGRAM, state: str = "present", wait: bool = True) -> Any:
        """Deploy the small application as a stack of its own, by `stacks.yml`. Returns how it ended."""
        project = {
            "name": "app",
            "state": state,
            "files": [str(HERE / "app" / "compose.yml")],
            "environment": {"PROGRAM": program, "REPLICAS": str(replicas)},
            "resolve_image": "never",
            "wait": wait,
            "wait_timeout": 60,
            "on_failure": "fail",
        }
        return self.checkout.playbook("playbooks/stacks.yml", "-e", json.dumps({"stack_projects": [project]}))


def until(question: Callable[[], Found], seconds: float, what: str) -> Found:
    """Ask until the answer is true. Fails with the last answer."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            answer = question()
        except AssertionError as error:  # a container that is just starting
            answer = error  # type: ignore[assignment]
        if answer and not isinstance(answer, AssertionError):
            return answer
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s; at last {answer!r}"
        time.sleep(1)


def _listen(address: str, receiver: Receiver) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            for alert in call["alerts"]:
                labels, summary = alert["labels"], alert["annotations"].get("summary", "")
                receiver.calls.append((time.time(), alert["status"], labels, summary))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None: ...

    server = ThreadingHTTPServer((address, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="session")
def monitoring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitoring]:
    checkout = Checkout.copied_to(tmp_path_factory.mktemp("a clone"), SANDBOX, f".sandbox/{SANDBOX}/hosts.yml")
    sandbox = [str(checkout.venv / "bin" / "python"), "-m", "sandbox"]
    checkout.run(*sandbox, "down", "--name", SANDBOX)
    client = docker.from_env()
    receiver = Receiver()
    try:
        up = checkout.run(*sandbox, "up", "--name", SANDBOX, "--hosts", "m1,m2,m3", "--engine")
        assert up.status == 0, up.output
        folder = "stacks/monitoring/images"
        pushed = checkout.run(*sandbox, "push", "--name", SANDBOX, "--repository", "monitoring", folder, *IMAGES)
        assert pushed.status == 0, pushed.output
        gateway = client.networks.get(SANDBOX).attrs["IPAM"]["Config"][0].get("Gateway")
        gateway = (
            gateway or client.containers.get(f"{SANDBOX}-m1").attrs["NetworkSettings"]["Networks"][SANDBOX]["Gateway"]
        )
        server = _listen(gateway, receiver)
        variables = {
            "docker_source": "distribution",
            "docker_daemon": {"insecure-registries": ["registry:5000"]},
            "swarm_labels": "{{ {'data-monitoring': 'true'} if inventory_hostname == 'm3' else {} }}",
            "swarm_stacks": {
                "monitoring": {
                    "scrape_interval": "2s",
                    "group_wait": "1s",
                    "webhook": f"http://{gateway}:{server.server_port}/alerts",
                    "wait_timeout": 180,
                    "images": {name: f"registry:5000/monitoring/{name}:1" for name in IMAGES},
                }
            },
        }
        group_vars = checkout.folder / ".sandbox" / SANDBOX / "group_vars"
        group_vars.mkdir(exist_ok=True)
        (group_vars / "docker_hosts.yml").write_text(yaml.safe_dump(variables))
        stack = Monitoring(checkout, client, receiver)
        first = stack.site()
        assert first.status == 0, first.output[-6000:]
        yield stack
        server.shutdown()
    finally:
        checkout.run(*sandbox, "down", "--name", SANDBOX)
