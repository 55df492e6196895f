"""The role deploys through any manager that answers."""

from __future__ import annotations

import yaml
from runs import playbook


def test_managers_that_cannot_be_asked_are_passed_over(cluster, tmp_path):
    """One that nobody answers for, and one that is a worker in truth, declared before the manager."""
    gone = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    inventory = tmp_path / "first.yml"
    managers = {"a-manager-that-is-gone": gone, "stack-compose-w1.molecule": {}}
    inventory.write_text(yaml.safe_dump({"swarm_managers": {"hosts": managers}}))
    before = {item["Spec"]["Name"]: item["Version"]["Index"] for item in cluster.get("/services")}
    output, status = playbook("dockyard.swarm.stacks", first=[str(inventory)])
    assert status == 0, output
    assert "Deploying through stack-compose-m1.molecule" in output
    assert {item["Spec"]["Name"]: item["Version"]["Index"] for item in cluster.get("/services")} == before
