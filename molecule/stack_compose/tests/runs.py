"""Modules and playbooks of the collection, run from the controller as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

FILES = Path(__file__).resolve().parent.parent / "files"
ENVIRONMENT = {
    "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
    "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
    "ANSIBLE_FORCE_COLOR": "0",
    "ANSIBLE_VAULT_PASSWORD_FILE": str(FILES / "vault_password"),
}


class Run:
    """What a run of a module printed, and what it returned."""

    def __init__(self, answer):
        self.output = answer.stdout + answer.stderr
        output = "\n" + answer.stdout
        assert "\n{\n" in output, self.output
        (self.result,) = json.loads(output[output.rindex("\n{\n") :])["plays"][0]["tasks"][0]["hosts"].values()


def module(name, arguments, check=False, hosts="swarm_managers"):
    """Run a module on the manager, as verbosely as a user would. The arguments come from a file, as in a playbook."""
    return Run(
        subprocess.run(
            [
                *("ansible", f"{hosts}[0]", "-i", os.environ["MOLECULE_INVENTORY_FILE"]),
                *("-m", f"dockyard.swarm.{name}", "-a", json.dumps(arguments), "-vvv", "--diff"),
                *(["--check"] if check else []),
            ],
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            text=True,
            check=False,
        )
    )


def done(name, arguments, **how):
    """Run a module that has to succeed; returns its result."""
    result = module(name, arguments, **how).result
    assert not result.get("failed"), result["msg"]
    return result


def playbook(name, first=(), **variables):
    """Run a playbook of the collection as verbosely as a user would; returns all it printed and its status.

    Args:
        first: inventories that come before the scenario's own.
    """
    inventories = [part for path in (*first, os.environ["MOLECULE_INVENTORY_FILE"]) for part in ("-i", path)]
    answer = subprocess.run(
        ["ansible-playbook", name, *inventories, "-vvv", "--diff", "-e", json.dumps(variables)],
        env={**os.environ, **ENVIRONMENT, "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default"},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout + answer.stderr, answer.returncode
