"""A secret's text, or a digest anybody could compute, is nowhere but in the swarm and in containers that need it."""

from __future__ import annotations

import base64
import hashlib
from shlex import quote

import pytest
from runs import ENVIRONMENT, FILES, module, playbook

VAULT = FILES / "vault_password"
TEXTS = {
    "token": b"not-a-real-token-of-dev\n",
    "stage": b"not-a-real-token-of-stage",
    "environment": b"not-a-real-password-in-env",
}
WEB = """
services:
  web:
    image: registry:5000/box:1
    secrets: [token, password]
    stop_grace_period: 1s
    deploy: {endpoint_mode: dnsrr, update_config: {parallelism: 0, monitor: 1s}}
secrets:
  token: {file: %s}
  password: {environment: PASSWORD}
"""


def forms(text):
    """All the ways in which a text could be recognised."""
    found = set()
    for version in (text, text.strip()):
        found |= {version.decode().strip(), base64.b64encode(version).decode().rstrip("="), version.hex()}
        for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b"):
            digest = hashlib.new(name, version)
            found |= {digest.hexdigest(), base64.b64encode(digest.digest()).decode().rstrip("=")}
    return found


ALL = [form for text in TEXTS.values() for form in forms(text)]


def found_in(text):
    return [form for form in ALL if form in text]


@pytest.fixture
def outputs(stack, tmp_path, monkeypatch):
    """What the runs of one stack's life print; the controller's own temporary files lie where they can be seen."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("ANSIBLE_LOCAL_TEMP", str(temporary))
    stack.write(WEB % (FILES / "board" / "token.vault"))
    options = stack.options(env_files=[str(FILES / "board" / "vault.env")])
    printed = [
        module("stack", options, check=True),
        module("stack", options),
        module("stack", options),
        module("stack", {**options, "files": [str(tmp_path / "gone.yml")]}),
        module("stack_info", {"name": stack.name}),
    ]
    assert [run.result.get("changed") for run in printed[:3]] == [True, True, False]
    yield "".join(run.output for run in printed)
    assert [path for path in temporary.rglob("*") if path.is_file()] == []


def test_vaulted_files_reach_the_containers_and_nothing_else(cluster, stack, outputs):
    name = f"{stack.name}_web"
    assert cluster.inside(name, "cat /run/secrets/token") == "not-a-real-token-of-dev"
    assert cluster.inside(name, "cat /run/secrets/password") == "not-a-real-password-in-env"
    assert found_in(outputs) == []


def test_no_label_or_object_tells(cluster, outputs):
    assert outputs
    for kind in ("services", "secrets", "configs", "networks", "tasks"):
        for item in cluster.get(f"/{kind}"):
            assert found_in(str(item)) == []
            data = (item.get("Spec") or {}).get("Data")
            assert not data or found_in(base64.b64decode(data).decode(errors="replace")) == []


def test_no_file_or_log_of_a_host_tells(cluster, outputs):
    assert outputs
    patterns = quote("\n".join(ALL))
    folders = "/root /home /etc /tmp /var/tmp /run /var/log /var/lib/docker/swarm /opt /srv"
    for host in cluster.hosts.values():
        # The container's own view of its secrets lies in a tmpfs below its directory, which is not looked at.
        hits = host.run(f"grep -rlaF -D skip -e {patterns} {folders} 2>/dev/null").stdout.split()
        assert hits == []
        assert host.run(f"journalctl --no-pager -o cat | grep -aF -e {patterns}").stdout == ""


def test_the_role_tells_nothing_either():
    output, status = playbook("dockyard.swarm.stacks")
    assert status == 0, output
    assert "stack stage" in output or "changed=0" in output
    assert found_in(output) == []


def test_a_change_is_told_as_one_and_no_more(cluster, stack, outputs):
    assert outputs
    run = module(
        "stack", stack.options(env_files=[str(FILES / "board" / "vault.env")], secret_content={"token": "new"})
    )
    assert "    secrets.token  rotated" in run.result["diff"][0]["prepared"].splitlines()
    assert found_in(run.output) == []
    assert cluster.inside(f"{stack.name}_web", "cat /run/secrets/token") == "new"


def test_with_another_vaults_password_the_file_is_named(stack, tmp_path, monkeypatch):
    (tmp_path / "password").write_text("another-one")
    monkeypatch.setitem(ENVIRONMENT, "ANSIBLE_VAULT_PASSWORD_FILE", str(tmp_path / "password"))
    stack.write(WEB % (FILES / "board" / "token.vault"))
    result = module("stack", stack.options(environment={"PASSWORD": "x"})).result
    assert result["failed"]
    assert "token.vault" in result["msg"]
