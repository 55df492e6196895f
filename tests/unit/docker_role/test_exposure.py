"""What would let somebody in is refused however it is written, and what is secret is shown nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host import unit
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config import daemon_json
from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import FileChange

TLS = {"tlsverify": True, "tlscacert": "/a", "tlscert": "/b", "tlskey": "/c"}


@pytest.mark.parametrize(
    "host", ["tcp://0.0.0.0:2375", "0.0.0.0:2375", ":2375", "192.0.2.1", "[::]:2375", "tcp://", "TCP://0.0.0.0:2375"]
)
def test_open_tcp_is_refused_however_it_is_written(host: str):
    (problem,) = daemon_json.listening_problems({"hosts": ["fd://", host]})
    assert host in problem
    assert daemon_json.listening_problems({"hosts": [host], **TLS}) == []


@pytest.mark.parametrize(
    "flags",
    [
        "-H tcp://0.0.0.0:2375",
        "-H 0.0.0.0:2375 -H fd://",
        "-Htcp://0.0.0.0:2375",
        "-H=tcp://0.0.0.0:2375",
        "-DH tcp://0.0.0.0:2375",
        "--host tcp://0.0.0.0:2375",
        "--host=0.0.0.0:2375 --tls",
        "-H tcp://0.0.0.0:2375 --tlsverify --tlscacert=/a --tlscert=/b",
    ],
)
def test_open_tcp_of_the_unit_is_refused(flags: str):
    (problem,) = daemon_json.listening_problems({}, f"/usr/bin/dockerd {flags}")
    assert "the unit docker.service has the flag -H" in problem


@pytest.mark.parametrize(
    "flags",
    [
        "-H fd:// --containerd=/run/containerd/containerd.sock",
        "-H unix:///var/run/docker.sock",
        "-H tcp://0.0.0.0:2376 --tlsverify --tlscacert=/a --tlscert=/b --tlskey /c",
        "--log-level debug --label H=tcp",
        "",
    ],
)
def test_other_units_are_let_pass(flags: str):
    assert daemon_json.listening_problems({}, f"/usr/bin/dockerd {flags}") == []


SHOWN = "Listen=/run/docker.sock (Stream)\nListen=[::]:2375 (Stream)\n"


def test_open_tcp_of_the_socket_unit_is_refused():
    sockets = unit.read_sockets(lambda _command: (0, SHOWN, ""))
    assert sockets == ["/run/docker.sock", "[::]:2375"]
    (problem,) = daemon_json.listening_problems({}, "/usr/bin/dockerd -H fd://", sockets)
    assert "docker.socket listens on tcp://[::]:2375" in problem
    assert daemon_json.listening_problems({"hosts": ["fd://"], **TLS}, "/usr/bin/dockerd", sockets) == []
    # It hands nothing over to an engine that does not ask for it.
    assert daemon_json.listening_problems({}, "/usr/bin/dockerd -H unix:///x", sockets) == []
    assert daemon_json.listening_problems({}, "/usr/bin/dockerd -H fd://", ["/run/docker.sock"]) == []


CONFIG = {
    "log-driver": "splunk",
    "log-opts": {"splunk-token": "176FCEBF-4CF5", "splunk-url": "https://splunk.internal:8088", "tag": "web"},
    "proxies": {"https-proxy": "http://ann:pr0xy-w0rd@proxy.internal:3128", "no-proxy": "localhost"},
    "registry-mirrors": ["https://ann:m1rror@mirror.internal"],
    "authorization-plugins": ["opa"],
    "tlskey": "/etc/dockyard/tls/key.pem",
}


def test_secrets_are_known_by_their_key_or_their_place_in_an_address():
    assert daemon_json.secrets_in(CONFIG) == {"176FCEBF-4CF5", "pr0xy-w0rd", "m1rror"}
    assert daemon_json.secrets_in({}) == daemon_json.secrets_in(None) == set()


def test_a_diff_shows_no_secret_and_still_a_change():
    secrets = frozenset(daemon_json.secrets_in(CONFIG) | {"older-token"})
    before = daemon_json.render({**CONFIG, "log-opts": {**CONFIG["log-opts"], "splunk-token": "older-token"}})
    change = FileChange("/etc/docker/daemon.json", before, daemon_json.render(CONFIG), secrets=secrets)
    shown = json.dumps(change.as_diff())
    assert not [secret for secret in secrets if secret in shown]
    assert "splunk.internal" in shown
    assert change.as_diff()["before"] != change.as_diff()["after"]


def test_the_diff_of_another_key_is_plain():
    after = {**CONFIG, "debug": True}
    change = FileChange(
        "/x", daemon_json.render(CONFIG), daemon_json.render(after), secrets=frozenset(daemon_json.secrets_in(CONFIG))
    )
    before_lines, after_lines = (change.as_diff()[side].splitlines() for side in ("before", "after"))
    assert [line for line in after_lines if line not in before_lines] == ['  "debug": true,']


@pytest.mark.parametrize("name", ["engine_config", "engine_host"])
def test_modules_keep_them_out_of_invocations(name: str):
    text = (Path(__file__).parents[3] / "plugins" / "modules" / f"{name}.py").read_text()
    assert "no_log_values.update(secrets_in(" in text
