"""What is secret in a run of `site` stands nowhere but where it belongs.

No output at -vvv, plan, history, process list or temporary file has it, though pipelining is off, as it is where nobody
has switched it on.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.nemesis.bed import ROOT, Bed

BIN = Path(sys.executable).parent
PLANTED = {
    "vaulted env_file": "planted-env-file-1",
    "registry password of a host": "planted-login-2",
    "registry password of a stack": "planted-registry-3",
    "content of a secret": "planted-secret-4",
    "proxy password": "planted-proxy-5",
    "Slack webhook of the monitoring": "https://hooks.slack.example/planted-slack-6",
    "SMTP password of the monitoring": "planted-smtp-7",
}
PLANS = ("plan.json", "run.json")
# What modules may leave behind on a host while they run.
TEMPORARY = "/root/.ansible /home/*/.ansible /tmp /var/tmp"
COMPOSE = {
    "services": {
        "ui": {
            "image": "box:1",
            "env_file": ["./ui.env"],
            "secrets": ["word"],
            "stop_grace_period": "1s",
            "deploy": {"endpoint_mode": "dnsrr", "update_config": {"monitor": "1s"}},
        }
    },
    "secrets": {"word": {"file": "./word"}},
}


class Hosts(Bed):
    """Two hosts with engines, in no swarm."""

    def up(self) -> None:
        self._sandbox("up", "--hosts", ",".join(self.hosts), "--engine")
        for host in self.hosts:
            self.until(lambda host=host: self.try_on(host, "docker info >/dev/null 2>&1"), 90)
        self._load_images(self.managers[0])


@dataclass
class Watch:
    """What was seen while playbooks ran: texts by the place they were found in."""

    hosts: Hosts
    local: Path
    seen: set[tuple[str, str]] = field(default_factory=set)
    history: dict[str, bytes] = field(default_factory=dict)
    looks: int = 0

    def look(self, needles: list[str]) -> None:
        """Look for secrets in all processes of this machine and its hosts, and in temporary files of both."""
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False).stdout
        patterns = "\n".join(needles)
        self.seen |= {("process list", needle) for needle in needles if needle in listed}
        for host in self.hosts.hosts:
            # From standard input, as a command line would be found in the process list.
            found = subprocess.run(
                ["docker", "exec", "-i", f"{self.hosts.name}-{host}", "sh", "-c", f"grep -rhoF -f - {TEMPORARY}"],
                input=patterns,
                capture_output=True,
                text=True,
                check=False,
            ).stdout
            self.seen |= {(f"temporary files of {host}", text) for text in found.split("\n") if text}
        for path in self.local.rglob("*"):
            try:
                text = path.read_text(errors="replace") if path.is_file() else ""
            except OSError:
                continue
            self.seen |= {(f"{path} of the controller", needle) for needle in needles if needle in text}
        self.looks += 1


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    found = Hosts("secrets", managers=("m1",), workers=("w1",))
    try:
        found.up()
        yield found
    finally:
        found.down()


@pytest.fixture(scope="module")
def project(hosts: Hosts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an inventory's variables and a compose project; all that is secret is in vaults."""
    folder: Path = tmp_path_factory.mktemp("project")
    (folder / "password").write_text("pw\n")
    (folder / "compose.yml").write_text(json.dumps(COMPOSE))
    (folder / "ui.env").write_text(f"COLOUR={PLANTED['vaulted env_file']}\n")
    (folder / "word").write_text(PLANTED["content of a secret"])
    _certificates(folder)
    variables = {
        "docker_source": "distribution",
        "docker_daemon": {
            "hosts": ["fd://", "tcp://0.0.0.0:2376"],
            "tlsverify": True,
        },
        "docker_tls": {name: (folder / f"{name}.pem").read_text() for name in ("ca", "cert", "key")},
        "docker_proxy": {"https": f"http://ci:{PLANTED['proxy password']}@127.0.0.1:9", "no_proxy": "*"},
        "docker_registry_logins": [
            {
                "registry": "registry.example",
                "username": "ci",
                "password": PLANTED["registry password of a host"],
            }
        ],
        "swarm_plan_file": str(folder / "run.json"),
        "swarm_settings": {"autolock": True},
        "swarm_unlock_key_file": str(folder / "unlock_key"),
        "stack_projects": [
            {
                "name": "app",
                "files": [str(folder / "compose.yml")],
                "resolve_image": "never",
                "wait_timeout": 60,
                "plan_file": str(folder / "plan.json"),
                "registries": [
                    {
                        "registry": "box",
                        "username": "ci",
                        "password": PLANTED["registry password of a stack"],
                    }
                ],
            }
        ],
    }
    (folder / "vars.yml").write_text(yaml.safe_dump(variables))
    monitoring = {
        "slack_webhook": PLANTED["Slack webhook of the monitoring"],
        "slack_channel": "#ops",
        "email_to": "ops@example.com",
        "email_from": "swarm@example.com",
        "email_smarthost": "smtp.example.com:587",
        "email_username": "swarm",
        "email_password": PLANTED["SMTP password of the monitoring"],
    }
    (folder / "monitoring.yml").write_text(yaml.safe_dump({"swarm_stacks": {"monitoring": monitoring}}))
    names = ["ui.env", "word", "vars.yml", "monitoring.yml"]
    command = [str(BIN / "ansible-vault"), "encrypt", *names, "--vault-password-file", "password"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


def _certificates(folder: Path) -> None:
    """An authority, and the engine's certificate and key, which it has signed itself."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=m1"]
    subprocess.run([*command, "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True)
    (folder / "ca.pem").write_text((folder / "cert.pem").read_text())


def forms(secret: str) -> list[str]:
    """How a secret may stand in a text: as it is, as the API takes contents, and as Docker keeps logins."""
    return [secret, *(base64.b64encode(text.encode()).decode() for text in (secret, f"ci:{secret}"))]


def run(hosts: Hosts, project: Path, local: Path, playbook: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a playbook of the collection as somebody would who has set nothing, and print all that can be printed."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    environment = {
        **kept,
        "HOME": str(local),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_PIPELINING": "False",
        "ANSIBLE_NOCOLOR": "1",
    }
    command = [str(BIN / "ansible-playbook"), playbook, "-i", str(hosts.inventory), "-vvv", "--diff"]
    command += ["--vault-password-file", str(project / "password"), "-e", f"@{project / 'vars.yml'}", *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def told_by(configs: list[Any]) -> dict[str, str]:
    """What the history of stacks says, unpacked by hand, by its parts' names."""
    return {
        item["Spec"]["Name"]: zlib.decompress(base64.b64decode(item["Spec"]["Data"])).decode()
        for item in configs
        if ".deployment." in item["Spec"]["Name"]
    }


@pytest.fixture(scope="module")
def played(hosts: Hosts, project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """All texts that came of it, by what they are."""
    local = tmp_path_factory.mktemp("home")
    key = (project / "key.pem").read_text().splitlines()[5]
    known = {**PLANTED, "key of the engine's certificate": key}
    # Join tokens and unlock keys are not known yet; all of them begin so.
    needles = ["SWMTKN-", "SWMKEY-", *(form for secret in known.values() for form in forms(secret))]
    watch = Watch(hosts, local)
    ending = threading.Event()

    def look() -> None:
        while not ending.wait(0.2):
            watch.look(needles)

    looking = threading.Thread(target=look)
    looking.start()
    texts: dict[str, str] = {}
    try:
        for what, playbook, arguments in (
            ("site", "dockyard.swarm.site", []),
            ("site again", "dockyard.swarm.site", []),
            ("plan of the monitoring", "dockyard.swarm.stacks", ["--check", "-e", f"@{project / 'monitoring.yml'}"]),
            ("rotate", "dockyard.swarm.rotate", ["-e", "swarm_rotate=worker_token,manager_token,unlock_key"]),
            ("status", "dockyard.swarm.status", []),
        ):
            if what == "rotate":
                known |= _keys(hosts, project, "before")
            done = run(hosts, project, local, playbook, *arguments)
            texts[what] = done.stdout + done.stderr
            assert done.returncode == 0, f"{what}: {texts[what][-3000:]}"
    finally:
        ending.set()
        looking.join()
    known |= _keys(hosts, project, "after")
    texts |= told_by(hosts.ask("m1", "/configs")[0])
    texts |= {name: (project / name).read_text() for name in PLANS}
    assert watch.looks > 20
    texts["seen beside"] = "\n".join(f"{where}: {what}" for where, what in sorted(watch.seen))
    return {**texts, "known": json.dumps(known)}


def _keys(hosts: Hosts, project: Path, when: str) -> dict[str, str]:
    tokens = hosts.ask("m1", "/swarm")[0]["JoinTokens"]
    return {
        f"worker token {when}": tokens["Worker"],
        f"manager token {when}": tokens["Manager"],
        f"unlock key {when}": (project / "unlock_key").read_text().split()[0],
    }


def test_what_is_searched_was_really_told_of(played: dict[str, str]) -> None:
    """A search of texts that have nothing to do with it would find nothing either."""
    for word in ("COLOUR", "registry.example", "tlsverify", "worker_token", "autolock"):
        assert any(word in text for what, text in played.items() if what != "known"), word
    assert "stack monitoring:" in played["plan of the monitoring"]
    assert any("app_ui" in text for text in played.values())
    assert len([name for name in played if ".deployment." in name]) >= 1


def test_no_text_holds_a_secret(played: dict[str, str]) -> None:
    known = json.loads(played["known"])
    assert len(known) == 14
    found = [
        f"{secret} in {what}: {text[max(0, text.index(form) - 300) : text.index(form) + 80]}"
        for what, text in played.items()
        if what not in ("known", "seen beside")
        for secret, value in known.items()
        for form in forms(value)
        if form in text
    ]
    assert not found, "\n\n".join(found)


def test_no_process_and_no_temporary_file_had_one(played: dict[str, str]) -> None:
    assert played["seen beside"] == ""


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_for_its_owner_alone(played: dict[str, str], project: Path, name: str) -> None:
    assert name in played
    assert (project / name).stat().st_mode & 0o777 == 0o600
