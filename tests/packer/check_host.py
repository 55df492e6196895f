"""What a host promises that has just started from a baked image. Run by playbooks/image_test.yml."""

from __future__ import annotations

import re

import pytest
import testinfra


def test_host_boots_whole(host):
    assert host.run("systemctl is-system-running").stdout.strip() == "running"


def test_engine_runs_and_starts_at_boot(host):
    service = host.service("docker")
    assert service.is_running
    assert service.is_enabled


def test_engine_is_in_no_swarm(host):
    assert host.check_output("sudo docker info --format '{{.Swarm.LocalNodeState}}'") == "inactive"


def test_machine_has_an_id(host):
    assert re.fullmatch(r"[0-9a-f]{32}", host.file("/etc/machine-id").content_string.strip())


@pytest.mark.parametrize(
    "identity",
    [
        "cat /etc/machine-id",
        "cat /etc/ssh/ssh_host_ed25519_key.pub",
        "sudo docker info --format '{{.ID}}'",
    ],
)
def test_no_other_host_has_the_same_identity(host, identity, request):
    inventory = request.config.getoption("ansible_inventory")
    hosts = testinfra.get_hosts(["ansible://all"], ansible_inventory=inventory)
    answers = [other.check_output(identity) for other in hosts]
    assert len(answers) > 1, "two hosts are needed to see a difference"
    assert len(set(answers)) == len(answers)
